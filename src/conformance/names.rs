//! Names that feature files use, and the names that the target sees.
//!
//! On a site of its own a scenario uses its names as they are. On a shared site each scenario adds a suffix
//! of its own to series, line items and accounts, and reads answers with the suffix taken off again.

use serde_json::Value;

/// JSON members whose text is a name that must be unique on a shared site.
const NAMED: [&str; 5] = ["series", "rateTableSeries", "activationId", "accountId", "shortName"];

/// Query parameters whose text is one.
const ASKED: [&str; 2] = ["accountId", "series"];

/// The mapping of one scenario.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    suffix: String,
}

impl Names {
    /// Every name gets this suffix; an empty one leaves all names as they are.
    pub(super) fn with_suffix(suffix: &str) -> Self {
        Self { suffix: suffix.to_owned() }
    }

    /// The name that the target sees. A blank stays what it is: "no series" has no name, and a suffix would make a
    /// name of one that is to be refused.
    pub(super) fn real(&self, name: &str) -> String {
        if name.trim().is_empty() { name.to_owned() } else { format!("{name}{}", self.suffix) }
    }

    /// The name that the feature file uses.
    pub(super) fn shown<'a>(&self, real: &'a str) -> &'a str {
        real.strip_suffix(self.suffix.as_str()).unwrap_or(real)
    }

    /// A raw body with its names replaced. What is not JSON has no names and is left alone, as is every body
    /// on a site of the scenario's own: there, the text is sent to the letter.
    pub(super) fn in_body(&self, text: &str) -> String {
        if self.suffix.is_empty() {
            return text.to_owned();
        }
        match serde_json::from_str::<Value>(text) {
            Ok(mut body) => {
                self.rename(&mut body);
                body.to_string()
            }
            Err(_) => text.to_owned(),
        }
    }

    /// A query with its account or series replaced.
    pub(super) fn in_query(&self, query: &str) -> String {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((key, name)) if ASKED.contains(&key) => format!("{key}={}", self.real(name)),
            _ => pair.to_owned(),
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    fn rename(&self, value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (key, member) in members.iter_mut() {
                    match member {
                        Value::String(name) if NAMED.contains(&key.as_str()) => *name = self.real(name),
                        other => self.rename(other),
                    }
                }
            }
            Value::Array(elements) => elements.iter_mut().for_each(|element| self.rename(element)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_as_they_are_on_a_site_of_their_own() {
        let names = Names::default();
        assert_eq!(names.real("ACT01"), "ACT01");
        assert_eq!(names.shown("ACT01"), "ACT01");
        assert_eq!(names.in_body("{ \"series\": \"X\" }"), "{ \"series\": \"X\" }");
    }

    #[test]
    fn names_are_unique_on_a_shared_site_and_read_back() {
        let names = Names::with_suffix("-7f");
        assert_eq!(names.real("ACT01"), "ACT01-7f");
        assert_eq!((names.real(""), names.real(" ")), (String::new(), " ".to_owned()));
        assert_eq!(names.shown("ACT01-7f"), "ACT01");
        assert_eq!(
            names.in_body(r#"{"activationId":"A","attributes":{"rateTableSeries":"S"},"state":"X"}"#),
            r#"{"activationId":"A-7f","attributes":{"rateTableSeries":"S-7f"},"state":"X"}"#
        );
        assert_eq!(names.in_body("{ not JSON"), "{ not JSON");
        assert_eq!(names.in_query("accountId=ACME&default=true"), "accountId=ACME-7f&default=true");
        assert_eq!(names.in_query("series=S&version=1"), "series=S-7f&version=1");
    }
}
