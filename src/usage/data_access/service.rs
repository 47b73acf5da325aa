//! Asks a Data Access API, again and again while it is busy, and says clearly why it gives up.

use std::time::Duration;

use reqwest::Url;
use serde_json::Value;

use super::{Patience, PullError};
use crate::target::{Answer, Call, Client, ReportCaller, Secret};

/// A Data Access API and how to be let in.
#[derive(Debug)]
pub struct Service {
    client: Client,
    base: Url,
    authorization: Secret,
    patience: Patience,
}

/// What is worth telling while a report is pulled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    /// A page came.
    Page {
        /// The report.
        group: String,
        /// The days asked for.
        window: String,
        /// Number of the page, from 1 for each request.
        page: u64,
        /// Rows of the report so far.
        rows: u64,
    },
    /// The service is asked again after a pause.
    Pause {
        /// The answer in one line.
        answer: String,
        /// How long.
        pause: Duration,
        /// Which attempt failed.
        attempt: u32,
        /// How many there are.
        attempts: u32,
    },
    /// Something about a report that is no fault of its rows.
    Note(String),
}

/// Who is told.
pub(super) type Tell<'a> = &'a mut dyn FnMut(Told);

/// Statuses after which the same request may well be answered (the documents name none).
const MAY_PASS: [u16; 6] = [408, 429, 500, 502, 503, 504];

impl Service {
    /// A service at this address, asked as this caller; a token goes before a password.
    ///
    /// # Errors
    /// When the address cannot be used or the caller has no credential.
    pub fn new(
        client: Client,
        base: &str,
        caller: &ReportCaller,
        patience: Patience,
    ) -> Result<Service, PullError> {
        let wrong = |problem| {
            let shown = base.split('@').next_back().unwrap_or_default();
            PullError::Base { base: shown.to_owned(), problem }
        };
        let base = Url::parse(base.trim().trim_end_matches('/')).map_err(|_| wrong("it is no address"))?;
        if !["http", "https"].contains(&base.scheme()) {
            return Err(wrong("it is no HTTP address"));
        }
        if !base.username().is_empty() || base.password().is_some() {
            return Err(wrong("a credential does not belong into an address"));
        }
        if base.query().is_some() || base.fragment().is_some() {
            return Err(wrong("it has a query or a fragment"));
        }
        let authorization = caller.bearer().or_else(|| caller.basic()).ok_or(PullError::NoCredential)?;
        Ok(Service { client, base, authorization: Secret::new(authorization), patience })
    }

    /// The base address.
    #[must_use]
    pub fn base(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// An address below `report/`.
    pub(super) fn address(&self, path: &str, parameters: &[(&str, String)]) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/api/v1/report/{path}", self.base.path().trim_end_matches('/')));
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        url
    }

    /// The address of a link in an answer. It has to lead to the same service, but the scheme is ours: the vendor's
    /// reference prints `http` where the guide says `https` (DAPI-014).
    pub(super) fn follow(&self, link: &str) -> Result<Url, PullError> {
        let no_link =
            || PullError::NoReport { url: link.to_owned(), problem: "the link is no address".to_owned() };
        let mut url = self.base.join(link).map_err(|_| no_link())?;
        let host = |url: &Url| url.host_str().map(str::to_owned);
        // A port that goes with the scheme is none: `http` and `https` name different ones.
        let same = host(&url) == host(&self.base) && (url.port() == self.base.port());
        if !same {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            let host = host(&url).unwrap_or_else(|| url.scheme().to_owned());
            return Err(PullError::ForeignLink { host: format!("{host}{port}") });
        }
        let scheme = self.base.scheme().to_owned();
        url.set_scheme(&scheme).map_err(|()| no_link())?;
        Ok(url)
    }

    /// The JSON that an address answers with; nothing where it has no content or, if it may be missing, is not found.
    pub(super) async fn get(
        &self,
        url: &Url,
        may_be_missing: bool,
        tell: Tell<'_>,
    ) -> Result<Option<Value>, PullError> {
        for attempt in 1.. {
            let call = Call::get(url.as_str()).header("Authorization", self.authorization.expose());
            let answer = self.client.send(call.header("Accept", "application/json")).await;
            match answer.status {
                Some(200) => return json(url, &answer).map(Some),
                Some(204) => return Ok(None),
                Some(404) if may_be_missing => return Ok(None),
                Some(401) => return Err(PullError::Credential { answer: answer.summary() }),
                Some(403) => return Err(PullError::Permission { answer: answer.summary() }),
                Some(status) if !MAY_PASS.contains(&status) => {
                    return Err(PullError::Refused { url: url.to_string(), answer: answer.summary() });
                }
                None if answer.too_long() => {
                    return Err(PullError::TooLong { url: url.to_string(), answer: answer.summary() });
                }
                _ => self.pause(url, &answer, attempt, tell).await?,
            }
        }
        Ok(None)
    }

    /// Waits before the next attempt, if there is one.
    async fn pause(&self, url: &Url, answer: &Answer, attempt: u32, tell: Tell<'_>) -> Result<(), PullError> {
        let attempts = self.patience.attempts;
        if attempt >= attempts {
            let (url, answer) = (url.to_string(), answer.summary());
            return Err(PullError::Unavailable { url, attempts, answer });
        }
        let pause = self.patience.pause(attempt, retry_after(answer));
        let answer = answer.summary();
        if pause > self.patience.longest {
            return Err(PullError::Later { seconds: pause.as_secs(), answer });
        }
        tell(Told::Pause { answer, pause, attempt, attempts });
        self.patience.wait(pause).await;
        Ok(())
    }
}

fn json(url: &Url, answer: &Answer) -> Result<Value, PullError> {
    serde_json::from_str(&answer.body).map_err(|error| PullError::NoReport {
        url: url.to_string(),
        problem: format!("it is no JSON, at line {} column {}: {error}", error.line(), error.column()),
    })
}

/// The pause that a service asks for, in seconds; a date is not worth a clock that may differ.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let headers = &answer.exchange.response_headers;
    let (_, value) = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("retry-after"))?;
    value.trim().parse().ok().map(Duration::from_secs)
}
