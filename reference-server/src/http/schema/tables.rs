//! Bodies of instances and rate tables (`20` §3, §4).

use std::collections::HashSet;

use serde_json::Value;

use super::language::{
    Form, INTEGER, Object, Rule, Schema, Sign, filled, nullable, open, optional, required,
};
use super::members::Members;
use crate::domain::{ApiVersion, Formula, RateItem, Rules};
use crate::site::{NewInstance, NewRateTable, Refusal};

/// A new instance; other members have no influence (DM-INST-005, DM-INST-006).
pub(in crate::http) static NEW_INSTANCE: Schema = Schema::Named(
    "NewInstance",
    &open(&[required("shortName", &Schema::Text), required("accountId", &Schema::Text)]),
);

/// A new rate table; other members are ignored (DM-RATE-012, DM-RATE-021 to DM-RATE-026).
pub(in crate::http) static NEW_RATE_TABLE: Schema = Schema::Named(
    "NewRateTable",
    &open(&[
        nullable("series", &Schema::String),
        required("version", &Schema::Text),
        required("effectiveFrom", &INTEGER),
        required("items", &filled(&RATE_ITEM)),
    ]),
);
static RATE_ITEM: Schema = Schema::Named(
    "NewRateItem",
    &Schema::Object(Object {
        members: &[
            required("name", &Schema::Text),
            nullable("version", &Schema::String),
            required("rate", &RATE).only(ApiVersion::V1_0),
            optional("rate", &RATE).only(ApiVersion::V1_1),
            optional("formula", &Schema::Form(&FORMULA)).only(ApiVersion::V1_1),
        ],
        closed: false,
        rules: &[RATE_OR_FORMULA],
    }),
);
static RATE: Schema = Schema::Decimal(Sign::NotNegative);
/// A formula must parse when it is saved (DM-RATE-046).
static FORMULA: Form =
    Form { format: "formula", fault: |text| Formula::parse(text).err().map(|error| error.to_string()) };
/// Exactly one of the two (DM-RATE-A12, DM-RATE-026).
const RATE_OR_FORMULA: Rule = Rule {
    check: |check, path, item| {
        let given = ["rate", "formula"].iter().filter(|name| item.get(**name).is_some()).count();
        if given != 1 {
            check.violation(path, "must have exactly one of the properties 'rate' and 'formula'");
        }
    },
    published: r#"{"oneOf": [{"required": ["rate"]}, {"required": ["formula"]}]}"#,
    only: Some(ApiVersion::V1_1),
};

/// Reads a new instance.
pub(in crate::http) fn new_instance(body: Value) -> Result<NewInstance, Refusal> {
    NEW_INSTANCE.read(body, ApiVersion::V1_0, |body| {
        let mut instance = Members::of(body)?;
        Some(NewInstance {
            short_name: instance.string("shortName")?,
            account_id: instance.string("accountId")?,
        })
    })
}

/// Reads a new rate table.
pub(in crate::http) fn rate_table(body: Value, version: ApiVersion) -> Result<RateTableBody, Refusal> {
    NEW_RATE_TABLE.read(body, version, |body| {
        let mut table = Members::of(body)?;
        // A table as it is listed is a legal table (DM-RATE-011).
        let unknown = table.first_besides(&["series", "version", "effectiveFrom", "items", "created"]);
        let unknown_member = unknown.cloned();
        let new = NewRateTable {
            series: table.string("series").unwrap_or_default(),
            version: table.string("version")?,
            effective_from: table.integer("effectiveFrom")?,
            items: table.array("items", |item| rate_item(item, version))?,
        };
        Some(RateTableBody { table: new, unknown_member })
    })
}

fn rate_item(value: Value, version: ApiVersion) -> Option<RateItem> {
    let mut item = Members::of(value)?;
    Some(RateItem {
        name: item.string("name")?,
        version: item.string("version").unwrap_or_default(),
        rate: item.decimal("rate"),
        formula: match version {
            ApiVersion::V1_0 => None,
            ApiVersion::V1_1 => item.string("formula").and_then(|text| Formula::parse(&text).ok()),
        },
    })
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
        let mut body = json!({"version": "1", "effectiveFrom": 5, "created": 1,
                              "items": [{"name": "A", "rate": 1}]});
        let fault = |body: &Value, status| {
            let mut rules = Rules::default();
            rules.statuses.table_extra_field = status;
            let table = old_table(body.clone()).unwrap();
            rate_table_fault(&table, &rules).map(|refusal| refusal.status)
        };
        assert_eq!(fault(&body, 400), None);
        for colour in [json!("red"), Value::Null] {
            body["colour"] = colour;
            assert_eq!((fault(&body, 201), fault(&body, 400)), (None, Some(400)));
        }
    }

    #[test]
    fn instances_need_their_names() {
        assert!(new_instance(json!({"shortName": "a", "accountId": "A", "id": "mine"})).is_ok());
        assert_eq!(messages(new_instance(json!({"shortName": "", "accountId": 1}))).len(), 2);
    }
}
