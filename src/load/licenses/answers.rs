//! What the answer to an access request says, and whether it makes sense.

use serde::Deserialize;
use serde_json::Value;

use super::super::ledger::Kind;

/// One entry of a request, as far as its answer is judged by it.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Name of the feature.
    pub feature: &'a str,
    /// Count asked for.
    pub count: i64,
}

/// What became of one entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All of it was granted, until then in milliseconds since 1970; metered features have no end.
    Granted(Option<i64>),
    /// Nothing of it was, and this is the reason given.
    Denied(String),
}

impl Outcome {
    /// Whether it was granted.
    pub fn is_granted(&self) -> bool {
        matches!(self, Self::Granted(_))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    request_host_id: HostAnswer,
    features: Option<Vec<FeatureAnswer>>,
    status_list: Option<Vec<StatusAnswer>>,
}

#[derive(Deserialize)]
struct HostAnswer {
    value: String,
}

#[derive(Deserialize)]
struct FeatureAnswer {
    name: String,
    count: Value,
    expires: Option<String>,
}

#[derive(Deserialize)]
struct StatusAnswer {
    name: String,
    code: String,
}

/// What became of each entry, or what is wrong with the answer.
pub fn understand(
    kind: Kind,
    host: &str,
    asked: &[Asked<'_>],
    status: u16,
    body: &[u8],
) -> Result<Vec<Outcome>, String> {
    let excerpt = || String::from_utf8_lossy(body).chars().take(200).collect::<String>();
    if status != 200 {
        return Err(format!("{} was answered with {status} {}", kind.name(), excerpt()));
    }
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|error| format!("the answer cannot be read ({error}): {}", excerpt()))?;
    if answer.request_host_id.value != host {
        return Err(format!("{host} asked, and {} is answered", answer.request_host_id.value));
    }
    let features = answer.features.unwrap_or_default();
    let statuses = answer.status_list.unwrap_or_default();
    if let Some(other) = features.iter().find(|shown| !asked.iter().any(|one| one.feature == shown.name)) {
        return Err(format!("{host} holds {}, for which it did not ask", other.name));
    }
    asked.iter().map(|one| outcome(host, *one, &features, &statuses)).collect()
}

fn outcome(
    host: &str,
    asked: Asked<'_>,
    features: &[FeatureAnswer],
    statuses: &[StatusAnswer],
) -> Result<Outcome, String> {
    let Asked { feature, count } = asked;
    let shown: Vec<&FeatureAnswer> = features.iter().filter(|shown| shown.name == feature).collect();
    let status = statuses.iter().find(|status| status.name == feature);
    match (&shown[..], status) {
        ([], Some(status)) => Ok(Outcome::Denied(status.code.clone())),
        ([one], None) => match one.count.as_i64() {
            Some(granted) if granted == count => {
                Ok(Outcome::Granted(one.expires.as_deref().map(milliseconds).transpose()?))
            }
            _ => Err(format!("{host} asked for {count} of {feature} and was granted {}", one.count)),
        },
        ([], None) => Err(format!("{feature} is neither granted to {host} nor denied")),
        (_, Some(_)) => Err(format!("{feature} is granted to {host} and denied at once")),
        (several, None) => Err(format!("{feature} is granted to {host} {} times", several.len())),
    }
}

fn milliseconds(text: &str) -> Result<i64, String> {
    let at: Result<jiff::Timestamp, _> = text.parse();
    at.map(jiff::Timestamp::as_millisecond).map_err(|_| format!("\"{text}\" is no time"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Asked<'static>; 2] = [Asked { feature: "a", count: 2 }, Asked { feature: "b", count: 1 }];

    fn read(asked: &[Asked<'_>], features: &str, statuses: &str) -> Result<Vec<Outcome>, String> {
        let body = format!(
            r#"{{"requestHostId":{{"type":"string","value":"h"}},"features":{features},"statusList":{statuses}}}"#
        );
        understand(Kind::LicenseCheckout, "h", asked, 200, body.as_bytes())
    }

    #[test]
    fn each_entry_is_granted_or_denied() {
        let features = r#"[{"name":"a","version":"1.0","count":2,"expires":"2030-01-02T08:00:00.000Z"}]"#;
        let statuses = r#"[{"name":"b","version":"1.0","code":"FEATURE_COUNT_INSUFFICIENT","message":""}]"#;
        assert_eq!(
            read(&BOTH, features, statuses).unwrap(),
            [
                Outcome::Granted(Some(1_893_571_200_000)),
                Outcome::Denied("FEATURE_COUNT_INSUFFICIENT".to_owned())
            ]
        );
        assert_eq!(read(&[], "null", "[]").unwrap(), []);
    }

    #[test]
    fn what_makes_no_sense_is_told() {
        let status = r#"[{"name":"a","code":"X"},{"name":"b","code":"X"}]"#;
        for (features, statuses, says) in [
            ("[]", "[]", "neither granted"),
            (r#"[{"name":"a","count":1}]"#, r#"[{"name":"b","code":"X"}]"#, "asked for 2 of a"),
            (r#"[{"name":"a","count":2}]"#, status, "at once"),
            (r#"[{"name":"c","count":2}]"#, status, "did not ask"),
            (r#"[{"name":"a","count":2},{"name":"a","count":2}]"#, "[]", "2 times"),
            (r#"[{"name":"a","count":2,"expires":"soon"}]"#, r#"[{"name":"b","code":"X"}]"#, "no time"),
        ] {
            let told = read(&BOTH, features, statuses).unwrap_err();
            assert!(told.contains(says), "{told}");
        }
        let refused = understand(Kind::LicenseReturn, "h", &[], 500, b"busy").unwrap_err();
        assert_eq!(refused, "license-return was answered with 500 busy");
    }
}
