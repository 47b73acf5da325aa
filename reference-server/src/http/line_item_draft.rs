//! The body of a line item before the rules of the site are known: some things in it a target may mind or not.

use serde_json::{Value, json};

use super::schema;
use crate::domain::{ApiVersion, OpenFault, Rules};
use crate::site::{NewLineItem, Refusal};

/// A line item as the schema sees it, and as it would be if nobody minded what the documents leave open.
pub(super) struct Draft {
    strictly: Result<NewLineItem, Refusal>,
    leniently: Option<NewLineItem>,
    faults: Vec<OpenFault>,
}

impl Draft {
    pub(super) fn read(body: Value, version: ApiVersion) -> Self {
        let faults = faults(&body);
        let leniently = (!faults.is_empty()).then(|| mended(&body, &faults, version)).flatten();
        Self { strictly: schema::line_item(body, version), leniently, faults }
    }

    /// The line item under the rules of the site (DM-LINE-023, DM-LINE-026).
    pub(super) fn line_item(self, rules: &Rules) -> Result<NewLineItem, Refusal> {
        let minds = rules.line_items.minds;
        let minded = self.faults.iter().any(|fault| minds(*fault));
        match (self.strictly, self.leniently) {
            (Err(_), Some(mended)) if !minded => Ok(mended),
            (Ok(_), _) if minded => Err(Refusal::invalid(
                "$.attributes.overdraftLimit: is of no use beside overdraftType Unlimited",
            )),
            (strictly, _) => strictly,
        }
    }
}

/// What there is to mind in a body. A limit beside an unlimited overdraft is the one that the schema lets through.
fn faults(body: &Value) -> Vec<OpenFault> {
    let attributes = body.get("attributes");
    let kind = attributes.and_then(|attributes| attributes.get("overdraftType")).and_then(Value::as_str);
    let limit = attributes.and_then(|attributes| attributes.get("overdraftLimit"));
    let moment = |name: &str| body.get(name).and_then(Value::as_i64);
    let mut faults = Vec::new();
    match (kind, limit) {
        (Some("Number"), None) => faults.push(OpenFault::NumberWithoutLimit),
        (Some("Unlimited"), Some(_)) => faults.push(OpenFault::UnlimitedWithLimit),
        _ => {}
    }
    if limit.and_then(Value::as_i64).is_some_and(|limit| limit < 0) {
        faults.push(OpenFault::NegativeLimit);
    }
    if moment("start").zip(moment("end")).is_some_and(|(start, end)| end < start) {
        faults.push(OpenFault::EndBeforeStart);
    }
    faults
}

/// The line item with its faults taken for what they can only mean: no overdraft, and no time of validity.
fn mended(body: &Value, faults: &[OpenFault], version: ApiVersion) -> Option<NewLineItem> {
    let mut body = body.clone();
    if faults.iter().any(|fault| matches!(fault, OpenFault::NumberWithoutLimit | OpenFault::NegativeLimit)) {
        body["attributes"]["overdraftLimit"] = json!(0);
    }
    let end = body.get("end").and_then(Value::as_i64)?;
    if faults.contains(&OpenFault::EndBeforeStart) {
        body["end"] = body.get("start")?.clone();
    }
    let line_item = schema::line_item(body, version).ok()?;
    Some(NewLineItem { end, ..line_item })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(attributes: Value, end: i64) -> Draft {
        let body = json!({"activationId": "A", "state": "DEPLOYED", "quantity": 5, "start": 10, "end": end,
                          "attributes": attributes});
        Draft::read(body, ApiVersion::V1_0)
    }

    #[test]
    fn what_is_left_open_is_refused_or_accepted_by_the_rules() {
        let (strict, mut lenient) = (Rules::default(), Rules::default());
        lenient.line_items.minds = |_fault| false;
        for (attributes, end) in [
            (json!({"overdraftType": "Number"}), 20),
            (json!({"overdraftType": "Number", "overdraftLimit": -1}), 20),
            (json!({}), 9),
        ] {
            assert!(draft(attributes.clone(), end).line_item(&strict).is_err(), "{attributes}");
            let mended = draft(attributes.clone(), end).line_item(&lenient).map(|item| item.end);
            assert_eq!(mended, Ok(end), "{attributes}");
        }
        let mut strictest = Rules::default();
        strictest.line_items.minds = |_fault| true;
        let unlimited = json!({"overdraftType": "Unlimited", "overdraftLimit": 5});
        assert!(draft(unlimited.clone(), 20).line_item(&strict).is_ok());
        assert!(draft(unlimited, 20).line_item(&strictest).is_err());
    }

    #[test]
    fn what_no_document_leaves_open_is_refused_under_any_rules() {
        let mut lenient = Rules::default();
        lenient.line_items.minds = |_fault| false;
        let refused = draft(json!({"overdraftType": "Number", "colour": "red"}), 20).line_item(&lenient);
        assert_eq!(refused.map_err(|refusal| refusal.messages.len()), Err(2));
    }
}
