//! Reports of the Data Access API: who pulls them, from where, and what their rows say.

use reqwest::Url;
use serde_json::Value;

use super::check::StepError;
use super::moments::DAY_MS;
use super::stage::Stage;
use crate::target::{About, Answer, Call, Profile, ReportCaller};

/// What a run knows of the Data Access API of its target.
#[derive(Debug)]
pub(super) struct Reports {
    /// The base on a target without sites of our own.
    pub(super) base: Option<String>,
    /// Who may read reports.
    pub(super) caller: ReportCaller,
    /// Who may not, although the credential is right.
    pub(super) unpermitted: Option<ReportCaller>,
    /// Whether the rows of entities can be set.
    pub(super) fixtures: bool,
}

impl Reports {
    /// Reads the target file, and makes callers for sites that the run makes.
    pub(super) fn open(profile: &Profile, about: Option<&About>) -> Self {
        let offers = |name: &str| about.is_some_and(|about| about.capabilities.contains(name));
        let given = profile.data_access.as_ref().map(ReportCaller::from);
        let made = || ReportCaller::made("chargeproof");
        Self {
            base: profile.bases.as_ref().and_then(|bases| bases.data_access.clone()),
            caller: if offers("sites") { made() } else { given.unwrap_or_default() },
            unpermitted: offers("data-access-permission").then(|| ReportCaller::made("chargeproof-guest")),
            fixtures: offers("warehouse-fixtures"),
        }
    }
}

impl Stage {
    /// An address of the Data Access API.
    pub(super) fn data_access_url(
        &self,
        path: &str,
        parameters: &[(String, String)],
    ) -> Result<String, StepError> {
        let shared = self.context.reports.base.as_ref().filter(|_| self.site.is_none());
        let Some(base) = self.data_access.as_ref().or(shared) else {
            return Err(self.not_tested("needs the Data Access API, which the target does not offer"));
        };
        let address = format!("{base}/api/v1/report/{path}");
        let parsed = if parameters.is_empty() {
            Url::parse(&address)
        } else {
            Url::parse_with_params(&address, parameters)
        };
        parsed.map(String::from).map_err(|error| StepError::fault(format!("{address}: {error}")))
    }

    /// Sends a call as a user who may read reports.
    pub(super) async fn as_reporter(&mut self, url: String) -> Result<Answer, StepError> {
        let caller = &self.context.reports.caller;
        let Some(header) = caller.bearer().or_else(|| caller.basic()) else {
            return Err(self.not_tested("needs a user of the Data Access API; name one in [data_access]"));
        };
        Ok(self.send(Call::get(url).header("Authorization", &header)).await)
    }

    /// A text with `$DATE(-1)` filled in, a day counted from that on which the scenario began, in UTC.
    pub(super) fn fill_dates(&self, text: &str) -> String {
        let mut filled = self.fill(text);
        while let Some(from) = filled.find("$DATE(") {
            let inside = from + "$DATE(".len();
            let Some(length) = filled[inside..].find(')') else { return filled };
            let Ok(days) = filled[inside..inside + length].parse::<i64>() else { return filled };
            let day = jiff::Timestamp::from_millisecond(self.start_ms + days * DAY_MS).unwrap_or_default();
            filled.replace_range(from..=inside + length, &day.strftime("%Y-%m-%d").to_string());
        }
        filled
    }
}

/// The rows of a report; nothing when the answer is none.
pub(super) fn report_rows(answer: &Answer) -> Option<Vec<Value>> {
    let body = answer.json().filter(|_| answer.is(200))?;
    body.get("data")?.as_array().cloned()
}

/// A field of a row: a name with a period is a member of an object, or stands flat (DAPI-042).
pub(super) fn field<'a>(row: &'a Value, name: &str) -> Option<&'a Value> {
    let nested = || name.split_once('.').and_then(|(object, member)| row.get(object)?.get(member));
    row.get(name).or_else(nested)
}

/// The link of a header; NULL, an empty text and an absent member are none.
pub(super) fn link(body: &Value, name: &str) -> Option<String> {
    let link = body.get("header")?.get(name)?.as_str()?;
    (!link.is_empty()).then(|| link.to_owned())
}

/// The records of a CSV text with quoted cells.
pub(super) fn csv_records(text: &str) -> Vec<Vec<String>> {
    let (mut records, mut record, mut cell, mut inside) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if inside && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => inside = !inside,
            ',' if !inside => record.push(std::mem::take(&mut cell)),
            '\r' if !inside => {}
            '\n' if !inside => {
                record.push(std::mem::take(&mut cell));
                records.push(std::mem::take(&mut record));
            }
            letter => cell.push(letter),
        }
    }
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        records.push(record);
    }
    records
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn quoted_cells_may_hold_anything() {
        let records = csv_records("a,b\r\n\"x, \"\"y\"\"\n\",\r\n");
        assert_eq!(records, [vec!["a", "b"], vec!["x, \"y\"\n", ""]]);
        assert_eq!(csv_records("a,b"), [vec!["a", "b"]]);
    }

    #[test]
    fn fields_with_a_period_are_found_in_both_forms() {
        for row in [json!({"M": {"Start": 1}}), json!({"M.Start": 1})] {
            assert_eq!(field(&row, "M.Start"), Some(&json!(1)), "{row}");
        }
        assert_eq!(field(&json!({"M": 1}), "M.Start"), None);
    }

    #[test]
    fn no_link_comes_in_three_forms() {
        for header in [json!({}), json!({"nextPageURL": null}), json!({"nextPageURL": ""})] {
            assert_eq!(link(&json!({"header": header}), "nextPageURL"), None);
        }
        let body = json!({"header": {"nextPageURL": "http://t/"}});
        assert_eq!(link(&body, "nextPageURL").as_deref(), Some("http://t/"));
    }
}
