//! Bodies of instances and rate tables (`20` §3, §4).

use std::collections::HashSet;

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::super::check::{Check, Path};
use crate::domain::{ApiVersion, Formula, RateItem, Rules};
use crate::site::{NewInstance, NewRateTable, Refusal};

/// A new instance; other members have no influence (DM-INST-005, DM-INST-006).
pub(in crate::http) fn new_instance(body: Value) -> Result<NewInstance, Refusal> {
    let mut check = Check::default();
    let instance = check.object(&Path::Root, body).and_then(|mut members| {
        let short_name = check.required(&Path::Root, &mut members, "shortName", Check::text);
        let account_id = check.required(&Path::Root, &mut members, "accountId", Check::text);
        Some(NewInstance { short_name: short_name?, account_id: account_id? })
    });
    check.finish(instance)
}

/// A new rate table; other members are ignored (DM-RATE-012, DM-RATE-021 to DM-RATE-026).
pub(in crate::http) fn rate_table(body: Value, version: ApiVersion) -> Result<RateTableBody, Refusal> {
    let mut check = Check::default();
    let table = check.object(&Path::Root, body).and_then(|mut members| {
        let series = check.nullable(&Path::Root, &mut members, "series", Check::string);
        let table_version = check.required(&Path::Root, &mut members, "version", Check::text);
        let effective_from = check.required(&Path::Root, &mut members, "effectiveFrom", Check::integer);
        let items = check.required(&Path::Root, &mut members, "items", |check, path, value| {
            rate_items(check, path, value, version)
        });
        // A table as it is listed is a legal table (DM-RATE-011).
        members.remove("created");
        let table = NewRateTable {
            series: series.unwrap_or_default(),
            version: table_version?,
            effective_from: effective_from?,
            items: items?,
        };
        Some(RateTableBody { table, unknown_member: members.keys().next().cloned() })
    });
    check.finish(table)
}

/// A rate table with what only some rules have something against.
#[derive(Debug)]
pub(in crate::http) struct RateTableBody {
    pub(in crate::http) table: NewRateTable,
    unknown_member: Option<String>,
}

/// What the rules of the site have against a rate table: items that are there twice (DM-RATE-024), or members that
/// the schema does not know (DM-RATE-025).
pub(in crate::http) fn rate_table_fault(body: &RateTableBody, rules: &Rules) -> Option<Refusal> {
    let (statuses, items) = (&rules.statuses, &body.table.items);
    if let Some(name) = body.unknown_member.as_ref().filter(|_| statuses.table_extra_field >= 400) {
        return Some(Refusal::new(
            statuses.table_extra_field,
            format!("$: property '{name}' is not defined"),
        ));
    }
    let mut seen = HashSet::new();
    let index = items.iter().position(|item| !seen.insert((&item.name, &item.version)))?;
    if statuses.table_duplicate_item < 400 {
        return None;
    }
    let (name, version) = (&items[index].name, &items[index].version);
    let message = format!("$.items[{index}]: item '{name}' version '{version}' is there twice");
    Some(Refusal::new(statuses.table_duplicate_item, message))
}

fn rate_items(
    check: &mut Check,
    path: &Path<'_>,
    value: Value,
    version: ApiVersion,
) -> Option<Vec<RateItem>> {
    let elements = check.array(path, value)?;
    if elements.is_empty() {
        check.violation(path, "must have at least one element");
    }
    let mut items = Vec::with_capacity(elements.len());
    for (index, element) in elements.into_iter().enumerate() {
        items.extend(rate_item(check, &path.element(index), element, version));
    }
    Some(items)
}

fn rate_item(check: &mut Check, path: &Path<'_>, value: Value, version: ApiVersion) -> Option<RateItem> {
    let mut members = check.object(path, value)?;
    let name = check.required(path, &mut members, "name", Check::text);
    let item_version = check.nullable(path, &mut members, "version", Check::string);
    let priced = match version {
        ApiVersion::V1_0 => check.required(path, &mut members, "rate", rate).map(|rate| (Some(rate), None)),
        ApiVersion::V1_1 => rate_or_formula(check, path, &mut members),
    };
    let (rate, formula) = priced?;
    Some(RateItem { name: name?, version: item_version.unwrap_or_default(), rate, formula })
}

/// Exactly one of the two (DM-RATE-A12, DM-RATE-026).
fn rate_or_formula(
    check: &mut Check,
    path: &Path<'_>,
    members: &mut Map<String, Value>,
) -> Option<(Option<Decimal>, Option<Formula>)> {
    let given = ["rate", "formula"].iter().filter(|name| members.contains_key(**name)).count();
    if given != 1 {
        check.violation(path, "must have exactly one of the properties 'rate' and 'formula'");
        return None;
    }
    let rate = check.optional(path, members, "rate", rate);
    let formula = check.optional(path, members, "formula", formula);
    (rate.is_some() || formula.is_some()).then_some((rate, formula))
}

fn rate(check: &mut Check, path: &Path<'_>, value: Value) -> Option<Decimal> {
    let rate = check.decimal(path, value)?;
    if rate < Decimal::ZERO {
        check.violation(path, "must have a minimum value of 0");
        return None;
    }
    Some(rate)
}

/// A formula must parse when it is saved (DM-RATE-046).
fn formula(check: &mut Check, path: &Path<'_>, value: Value) -> Option<Formula> {
    let text = check.text(path, value)?;
    match Formula::parse(&text) {
        Ok(formula) => Some(formula),
        Err(error) => {
            check.violation(path, error);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn old_table(body: Value) -> Result<RateTableBody, Refusal> {
        rate_table(body, ApiVersion::V1_0)
    }

    fn messages<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<String> {
        let refusal = result.unwrap_err();
        assert_eq!(refusal.status, 400);
        refusal.messages
    }

    #[test]
    fn rate_tables_are_checked_item_by_item() {
        let body = json!({
            "version": "1", "effectiveFrom": 5, "created": 9,
            "items": [{"name": "A", "rate": 4.5}, {"name": "A", "version": "", "rate": 1}],
        });
        let table = old_table(body).unwrap();
        assert_eq!(
            (table.table.series.as_str(), table.table.items[0].rate.unwrap().to_string().as_str()),
            ("", "4.5")
        );
        let mut rules = Rules::default();
        assert_eq!(rate_table_fault(&table, &rules).map(|refusal| refusal.status), Some(400));
        rules.statuses.table_duplicate_item = 201;
        assert_eq!(rate_table_fault(&table, &rules), None);
        let wrong = json!({
            "version": "", "effectiveFrom": 1.5, "items": [{"name": "A", "formula": "1"}, {"name": 1, "rate": -1}],
        });
        assert_eq!(messages(old_table(wrong)).len(), 5);
        assert_eq!(messages(old_table(json!({"version": "1", "effectiveFrom": 5, "items": []}))).len(), 1);
    }

    #[test]
    fn the_newer_version_takes_a_rate_or_a_formula() {
        let table = |item: Value| {
            rate_table(json!({"version": "1", "effectiveFrom": 5, "items": [item]}), ApiVersion::V1_1)
        };
        let formula = table(json!({"name": "A", "formula": "Price*2"})).unwrap().table.items.remove(0);
        assert_eq!(formula.formula.unwrap().text(), "Price*2");
        assert!(table(json!({"name": "A", "rate": 2})).is_ok());
        for item in [
            json!({"name": "A"}),
            json!({"name": "A", "rate": 2, "formula": "2"}),
            json!({"name": "A", "formula": "2+"}),
            json!({"name": "A", "formula": 2}),
            json!({"name": "A", "rate": -2}),
        ] {
            assert_eq!(messages(table(item.clone())).len(), 1, "{item}");
        }
    }

    #[test]
    fn unknown_members_matter_only_under_the_rules_that_say_so() {
        let body = json!({"version": "1", "effectiveFrom": 5, "created": 1, "colour": "red",
                          "items": [{"name": "A", "rate": 1}]});
        let table = old_table(body).unwrap();
        let mut rules = Rules::default();
        assert_eq!(rate_table_fault(&table, &rules), None);
        rules.statuses.table_extra_field = 400;
        assert_eq!(rate_table_fault(&table, &rules).map(|refusal| refusal.status), Some(400));
    }

    #[test]
    fn instances_need_their_names() {
        assert!(new_instance(json!({"shortName": "a", "accountId": "A", "id": "mine"})).is_ok());
        assert_eq!(messages(new_instance(json!({"shortName": "", "accountId": 1}))).len(), 2);
    }
}
