//! Rows of license servers in every form that the table may have, and what is wrong in none of them.

use serde_json::{Value, json};

use super::tests::{judge, vector};
use super::{ColumnSet, fails};
use crate::report::events::{Finding, Severity};

/// The vector of license servers: concurrent, denied, metered twice, returned.
fn rows() -> Vec<Value> {
    vector(6)
}

fn narrow(mut rows: Vec<Value>) -> Vec<Value> {
    for row in &mut rows {
        for column in ColumnSet::EIGHT.names() {
            row.as_object_mut().unwrap().remove(column);
        }
    }
    rows
}

fn errors(rows: &[Value]) -> Vec<Finding> {
    judge(rows).findings.into_iter().filter(|finding| finding.level == Severity::E).collect()
}

#[test]
fn a_table_of_23_columns_is_warned_of_and_not_wrong() {
    let checked = judge(&narrow(rows()));
    assert!(!fails(&checked), "{checked:#?}");
    let warned = |finding: &Finding| finding.rule == "WH-USAGE-050" && finding.level == Severity::W;
    assert!(checked.findings.iter().any(warned), "{checked:#?}");
    // A row of the whole table that lacks a cell is wrong all the same.
    let mut one = rows();
    one[0]["ENTITLED_ARTICLES"] = Value::Null;
    assert_eq!(errors(&one)[0].rule, "WH-USAGE-050");
    let mut lying = narrow(rows());
    lying[0]["METER_QUANTITY"] = json!(7);
    assert_eq!(errors(&lying)[0].rule, "WH-USAGE-091");
}

#[test]
fn what_is_given_back_may_lack_either_sign() {
    for (requested, taken) in [(-1, -1), (1, -1), (1, 1), (-1, 1)] {
        let mut rows = rows();
        rows[0]["INCREMENTAL"] = json!(true);
        for (column, value) in [("ITEM_QUANTITY", requested), ("METER_QUANTITY", taken), ("USED", 1)] {
            rows[0][column] = json!(value);
        }
        assert!(!fails(&judge(&rows)), "{requested} {taken}: {:#?}", judge(&rows));
    }
    // Nothing tells that this one gives anything back.
    let mut rows = rows();
    rows[0]["METER_QUANTITY"] = json!(-2);
    assert_eq!(errors(&rows)[0].rule, "WH-USAGE-091");
}

#[test]
fn a_metered_total_falls_by_what_is_given_back_and_by_nothing_else() {
    let fallen = |used: i64| {
        let mut rows = rows();
        // Five are in use, and three of them come back.
        for column in ["ITEM_QUANTITY", "METER_QUANTITY"] {
            rows[3][column] = json!(3);
        }
        rows[3]["USED"] = json!(used);
        judge(&rows).findings.iter().any(|finding| finding.rule == "WH-USAGE-094")
    };
    assert!(!fallen(2));
    assert!(fallen(1) && fallen(3));
}
