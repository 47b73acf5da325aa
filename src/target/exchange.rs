//! Records one request and its answer for reports, without the secrets in them.
//!
//! A report is passed around; a token in it would be a token given away. Authorization and cookies lose their
//! value but keep their scheme, which is what a reader needs to judge them. JSON bodies lose the values of
//! secret members.

use serde_json::Value;

use crate::report::events::Exchange;

/// What stands in place of a secret.
pub(super) const REDACTED: &str = "<redacted>";

const SECRET_HEADERS: [&str; 4] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];

/// Endings, in lower case, of the names of JSON members whose values are secret: `token`, `adminPassword`.
const SECRET_MEMBERS: [&str; 3] = ["token", "password", "privatekey"];

/// The record of a request that is about to be sent.
pub(super) fn sent(method: &str, url: &str, headers: &[(String, String)], body: Option<&str>) -> Exchange {
    Exchange {
        method: method.to_owned(),
        url: url.to_owned(),
        request_headers: redact_headers(headers),
        request_body: body.map(redact_body),
        ..Exchange::default()
    }
}

/// Headers with the values of secret ones replaced.
pub(super) fn redact_headers(headers: &[(String, String)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| (name.clone(), redact_header(name, value))).collect()
}

fn redact_header(name: &str, value: &str) -> String {
    if !SECRET_HEADERS.iter().any(|secret| name.eq_ignore_ascii_case(secret)) {
        return value.to_owned();
    }
    match value.split_once(' ') {
        Some((scheme, _)) if name.to_ascii_lowercase().ends_with("authorization") => {
            format!("{scheme} {REDACTED}")
        }
        _ => REDACTED.to_owned(),
    }
}

/// A body with the values of secret JSON members replaced. Text without any is kept as it came, to the
/// letter.
pub(super) fn redact_body(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    // Most bodies hold no secret, and looking for the end of a member's name is cheaper than parsing.
    if !SECRET_MEMBERS.iter().any(|secret| lower.contains(&format!("{secret}\""))) {
        return text.to_owned();
    }
    let Ok(mut value) = serde_json::from_str::<Value>(text) else {
        // Where the secret ends cannot be told.
        return format!("{REDACTED}: no JSON, and there may be a secret in it");
    };
    if redact_members(&mut value) { value.to_string() } else { text.to_owned() }
}

/// Replaces secret members at any depth; tells whether there was one.
fn redact_members(value: &mut Value) -> bool {
    match value {
        Value::Object(members) => {
            let mut found = false;
            for (name, member) in members.iter_mut() {
                if is_secret_member(name) && !member.is_null() {
                    *member = Value::from(REDACTED);
                    found = true;
                } else {
                    found |= redact_members(member);
                }
            }
            found
        }
        Value::Array(elements) => elements.iter_mut().fold(false, |found, each| redact_members(each) | found),
        _ => false,
    }
}

fn is_secret_member(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_MEMBERS.iter().any(|secret| name.ends_with(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorization_keeps_only_its_scheme() {
        let headers = [
            ("Authorization".to_owned(), "Bearer eyJhbGciOi".to_owned()),
            ("cookie".to_owned(), "a=b; c=d".to_owned()),
            ("x-instance-id".to_owned(), "7b0f".to_owned()),
        ];
        let shown = redact_headers(&headers);
        assert_eq!(shown[0].1, "Bearer <redacted>");
        assert_eq!(shown[1].1, "<redacted>");
        assert_eq!(shown[2].1, "7b0f");
    }

    #[test]
    fn an_authorization_without_a_scheme_is_hidden_whole() {
        let headers = [("authorization".to_owned(), "eyJhbGciOi".to_owned())];
        assert_eq!(redact_headers(&headers)[0].1, "<redacted>");
    }

    #[test]
    fn secret_members_are_hidden_at_any_depth() {
        let shown = redact_body(
            r#"{"dataAccess":{"user":"u","password":"p","token":"rna_1"},"keys":[{"privateKey":"k"}]}"#,
        );
        assert!(!shown.contains("rna_1"), "{shown}");
        assert!(!shown.contains("\"p\""), "{shown}");
        assert!(!shown.contains("\"k\""), "{shown}");
        assert!(shown.contains("\"user\":\"u\""), "{shown}");
    }

    #[test]
    fn bodies_without_secrets_stay_as_they_are() {
        for text in ["{ \"totalTokensCharged\": 1.50 }", "not json, but a token", "[1, 2]", ""] {
            assert_eq!(redact_body(text), text);
        }
    }

    #[test]
    fn what_is_no_json_is_hidden_whole_when_it_may_hold_a_secret() {
        let shown = redact_body(r#"{"user": "producer", "password": "Aa1!aaaa""#);
        assert!(shown.starts_with("<redacted>") && !shown.contains("Aa1!aaaa"), "{shown}");
    }

    #[test]
    fn numbers_keep_their_text_beside_a_secret() {
        assert_eq!(redact_body(r#"{"n":1.50,"token":"t"}"#), r#"{"n":1.50,"token":"<redacted>"}"#);
    }
}
