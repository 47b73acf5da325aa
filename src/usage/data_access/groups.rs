//! Which reports a service has.

use std::collections::BTreeSet;

use serde_json::Value;

use super::service::Tell;
use super::{PullError, Service, Told};

impl Service {
    /// Those of the known groups that the service names (DAPI-007). The form of its list is not published, so that every
    /// text of the answer counts; a name that nobody knows is told and left alone (DAPI-015).
    ///
    /// # Errors
    /// When the service refuses the list, stays busy or answers something else.
    pub(in crate::usage) async fn groups(
        &self,
        known: &[&str],
        tell: Tell<'_>,
    ) -> Result<Vec<String>, PullError> {
        let url = self.address("report-names", &[]);
        let mut names = BTreeSet::new();
        let list = self.get(&url, false, tell).await?.unwrap_or_default();
        texts(&list, &mut names);
        let groups: Vec<String> =
            known.iter().filter(|name| names.remove(**name)).map(|name| (*name).to_owned()).collect();
        if groups.is_empty() {
            let problem = format!("it names none of the reports {}", known.join(", "));
            return Err(PullError::NoReport { url: url.to_string(), problem });
        }
        for name in names {
            tell(Told::Note(format!("the service names {name:?}, too, which is no known report (DAPI-015)")));
        }
        Ok(groups)
    }
}

fn texts(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            into.insert(text.clone());
        }
        Value::Array(elements) => elements.iter().for_each(|element| texts(element, into)),
        Value::Object(members) => members.values().for_each(|member| texts(member, into)),
        _ => {}
    }
}
