//! What came back from the target, or why nothing did.

use serde_json::Value;

use crate::report::events::Exchange;

const LONGEST_SUMMARY_CHARS: usize = 200;

/// How the reason begins when no connection came about.
pub(super) const NO_CONNECTION: &str = "no connection";
/// How the reason's kind ends when the time ran out.
pub(super) const TIMED_OUT: &str = "timed out";
/// How the reason begins when an answer failed to come in any other way.
pub(super) const NO_ANSWER: &str = "no answer";

/// What is said of a body that is not read to its end.
pub(super) const TOO_LONG: &str = "the body is longer than";

/// An answer, or the reason why none came: sending never fails, so that every exchange can be shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// HTTP status of an answer that came whole.
    pub status: Option<u16>,
    /// Body as text, nothing redacted.
    pub body: String,
    /// The record for reports. After an answer that broke off it still shows status and headers.
    pub exchange: Exchange,
}

impl Answer {
    /// Whether the answer has this status.
    #[must_use]
    pub fn is(&self, status: u16) -> bool {
        self.status == Some(status)
    }

    /// Whether the answer is a success, 200 to 299.
    #[must_use]
    pub fn ok(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The body as JSON, if it is.
    #[must_use]
    pub fn json(&self) -> Option<Value> {
        serde_json::from_str(&self.body).ok()
    }

    /// Whether the time ran out, while connecting or while waiting.
    #[must_use]
    pub fn timed_out(&self) -> bool {
        self.failure_kind().ends_with(TIMED_OUT)
    }

    /// Whether no connection came about, so that the target cannot have seen the request.
    #[must_use]
    pub fn refused_connection(&self) -> bool {
        self.failure_kind().starts_with(NO_CONNECTION)
    }

    /// Whether the body was longer than any that is read.
    #[must_use]
    pub fn too_long(&self) -> bool {
        self.exchange.error.as_ref().is_some_and(|error| error.contains(TOO_LONG))
    }

    fn failure_kind(&self) -> &str {
        let error = self.exchange.error.as_deref().unwrap_or_default();
        error.split_once(':').map_or(error, |(kind, _)| kind)
    }

    /// The answer in one line of at most 200 characters: status and body, or why none came.
    #[must_use]
    pub fn summary(&self) -> String {
        let text = match (self.status, &self.exchange.error) {
            (Some(status), _) => format!("{status} {}", self.exchange.response_body),
            (None, Some(error)) => error.clone(),
            (None, None) => NO_ANSWER.to_owned(),
        };
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if line.chars().count() <= LONGEST_SUMMARY_CHARS {
            return line;
        }
        line.chars().take(LONGEST_SUMMARY_CHARS - 1).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(error: &str) -> Answer {
        let exchange = Exchange { error: Some(error.to_owned()), ..Exchange::default() };
        Answer { exchange, ..Answer::default() }
    }

    #[test]
    fn the_kind_of_a_failure_is_read_from_its_reason() {
        let slow_connect = failed("no connection, timed out: error sending request");
        assert!(slow_connect.timed_out() && slow_connect.refused_connection());
        let broken = failed("no answer: connection closed before message completed: timed out");
        assert!(!broken.timed_out() && !broken.refused_connection());
        assert!(!Answer { status: Some(200), ..Answer::default() }.timed_out());
    }

    #[test]
    fn summaries_are_one_short_line() {
        let mut answer = Answer { status: Some(500), ..Answer::default() };
        answer.exchange.response_body = format!("a\n  b {}", "é".repeat(300));
        let summary = answer.summary();
        assert!(summary.starts_with("500 a b é") && summary.ends_with('…'), "{summary}");
        assert_eq!(summary.chars().count(), LONGEST_SUMMARY_CHARS);
    }
}
