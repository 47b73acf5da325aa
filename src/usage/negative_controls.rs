//! Negative controls: for every usage rule rows in which that rule fires and no other, so that each is known to find
//! what it is for and to leave alone what another one is for.
//!
//! Where one wrong cell must break two rules, because both speak of it, the table names the other one.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::rules;
use super::tests::{
    CONCURRENT, DENIED, DENIED_SECOND, METERED, METERED_SECOND, ONE_OFF, ONE_OFF_SECOND, REFUND, SESSION,
    SPLIT, START, clean, judge, vector,
};
use super::{Input, Settings, check, generate};
use crate::report::events::Finding;
use crate::report::events::Severity::I;

/// The rule, the rules that cannot be kept apart from it, and rows that break it.
type Control = (&'static str, &'static [&'static str], Vec<Value>);

/// A row of the clean data with one cell changed, all by itself.
fn alone(row: usize, column: &str, value: Value) -> Vec<Value> {
    with(&[row], column, value)
}

/// Some rows of the clean data, a cell of the last one changed.
fn with(rows: &[usize], column: &str, value: Value) -> Vec<Value> {
    let clean = clean();
    let mut taken: Vec<Value> = rows.iter().map(|row| clean[*row].clone()).collect();
    let last = taken.len() - 1;
    taken[last][column] = value;
    taken
}

/// The rows with more cells of the last one changed.
fn and(mut rows: Vec<Value>, column: &str, value: Value) -> Vec<Value> {
    let last = rows.len() - 1;
    rows[last][column] = value;
    rows
}

/// The same rows of another instance and another request.
fn elsewhere(mut rows: Vec<Value>) -> Vec<Value> {
    for row in &mut rows {
        row["INSTANCE_ID"] = json!("a second instance");
        row["CORRELATION_ID"] = json!("a second request");
    }
    rows
}

fn controls() -> Vec<Control> {
    let mut all = forms();
    all.extend(columns());
    all.extend(license_columns());
    all.extend(within_rows());
    all.extend(across_rows());
    all.extend(sessions());
    all.extend(times());
    all.extend(license_servers());
    all
}

fn forms() -> Vec<Control> {
    let pair = [ONE_OFF, ONE_OFF_SECOND];
    let mut apportioned = vector(1);
    let mut shares = elsewhere(vector(1));
    for (row, quantity) in shares.iter_mut().zip([1, 1, 7]) {
        row["ITEM_QUANTITY"] = json!(quantity);
    }
    apportioned.extend(shares);
    let mut totals = vector(0);
    totals.extend(elsewhere(vector(0)));
    totals[2]["USED"] = json!(44);
    let mut refunds = vector(3);
    refunds.extend(vector(4));
    let refunds = and(refunds, "ITEM_QUANTITY", json!(-10));
    let mut narrow = alone(ONE_OFF, "PARTIAL", Value::Null);
    narrow[0].as_object_mut().unwrap().remove("PARTIAL");
    vec![
        ("INPUT", &[], vec![Value::Null]),
        ("WH-USAGE-001", &[], with(&pair, "META_DATA", json!(""))),
        ("WH-USAGE-002", &[], with(&pair, "ACTIVATION_ID", json!("ACT01-Elastic"))),
        ("WH-USAGE-003", &[], with(&pair, "USAGE_TIME", json!("2026-01-15T00:00:00Z"))),
        ("WH-USAGE-004", &[], with(&pair, "META_DATA", json!("{\"project\":\"spring\"}"))),
        ("WH-USAGE-005", &[], with(&pair, "REQUEST_RESPONSE", json!(101))),
        (
            "WH-USAGE-006",
            &[],
            with(&pair, "METER_COST_LIST", json!({"series":"PublicationApps","version":1})),
        ),
        ("WH-USAGE-007", &[], apportioned),
        ("WH-USAGE-008", &[], totals),
        ("WH-USAGE-009", &[], refunds),
        // A key that no row has is an absent one, too.
        ("WH-USAGE-010", &["WH-USAGE-001"], narrow),
        ("WH-USAGE-011", &[], with(&pair, "Item", json!("PhotoPrint"))),
        ("WH-USAGE-064", &[], alone(DENIED, "REQUEST_RESPONSE", json!("202"))),
    ]
}

fn columns() -> Vec<Control> {
    let misprinted = "{\"series\":\"PublicationApps\",\"version\":1\"}";
    vec![
        ("WH-USAGE-019", &[], alone(ONE_OFF, "CORRELATION_ID", json!(5))),
        ("WH-USAGE-020", &[], alone(ONE_OFF, "TENANT_ID", json!(true))),
        ("WH-USAGE-021", &[], alone(ONE_OFF, "USAGE_TIME", json!("soon"))),
        ("WH-USAGE-022", &[], alone(ONE_OFF, "WRITE_TIME", json!([]))),
        ("WH-USAGE-023", &[], alone(ONE_OFF, "CONSUMER_ID", json!(1))),
        ("WH-USAGE-024", &[], alone(ONE_OFF, "CONSUMER_TYPE", json!(1))),
        ("WH-USAGE-025", &[], alone(ONE_OFF, "ACCOUNT_ID", json!(1))),
        ("WH-USAGE-026", &[], alone(ONE_OFF, "INSTANCE_ID", json!({}))),
        ("WH-USAGE-027", &[], alone(ONE_OFF, "ACTIVATION_ID", json!("[act0"))),
        ("WH-USAGE-028", &[], alone(ONE_OFF, "MAPPED_ENTITLED_COUNT", json!(1000.5))),
        ("WH-USAGE-029", &[], alone(ONE_OFF, "USED", json!("thirty"))),
        ("WH-USAGE-030", &[], alone(ONE_OFF, "ITEM", json!(7))),
        ("WH-USAGE-031", &[], alone(ONE_OFF, "ITEM_VERSION", json!(1.0))),
        (
            "WH-USAGE-032",
            &[],
            and(alone(CONCURRENT, "ITEM_QUANTITY", json!(-2)), "METER_QUANTITY", json!(-2)),
        ),
        ("WH-USAGE-033", &[], alone(SESSION, "SESSION_ID", json!("s-1"))),
        ("WH-USAGE-034", &[], alone(DENIED, "SESSION_STATE", json!("LOCKED"))),
        ("WH-USAGE-035", &[], alone(DENIED, "REQUEST_RESPONSE", json!("denied"))),
        ("WH-USAGE-037", &[], alone(CONCURRENT, "METER_TYPE", json!("floating"))),
        ("WH-USAGE-038", &[], alone(CONCURRENT, "METER", json!(true))),
        ("WH-USAGE-039", &[], alone(ONE_OFF, "METER_COST_LIST", json!(misprinted))),
        ("WH-USAGE-040", &[], alone(ONE_OFF, "METER_COST", json!("three"))),
        ("WH-USAGE-041", &[], alone(ONE_OFF, "METER_QUANTITY", json!("thirty"))),
        ("WH-USAGE-042", &[], alone(ONE_OFF, "META_DATA", json!("{not json"))),
        ("WH-USAGE-045", &[], alone(ONE_OFF, "OVERDRAFT_COUNT", json!(-1))),
        ("WH-USAGE-050", &[], alone(ONE_OFF, "USED", Value::Null)),
    ]
}

fn license_columns() -> Vec<Control> {
    vec![
        ("WH-USAGE-036", &[], alone(CONCURRENT, "CONTROLS_APPLIED", json!({"partition":"p1"}))),
        ("WH-USAGE-043", &[], alone(CONCURRENT, "PARTIAL", json!("maybe"))),
        ("WH-USAGE-044", &[], alone(CONCURRENT, "INCREMENTAL", json!(1))),
        ("WH-USAGE-046", &[], alone(CONCURRENT, "ENTITLED_ARTICLES", json!("Suite"))),
        ("WH-USAGE-047", &[], alone(CONCURRENT, "ENTITLED_ARTICLE_VERSIONS", json!([1.0, 1.0]))),
        ("WH-USAGE-048", &[], alone(CONCURRENT, "BORROWED_UNTIL", json!("never"))),
        ("WH-USAGE-049", &[], alone(CONCURRENT, "SERVED_CLIENT_STATUS", json!("GONE"))),
    ]
}

fn within_rows() -> Vec<Control> {
    vec![
        ("WH-USAGE-052", &[], alone(ONE_OFF, "METER", json!("tokens"))),
        // The table of cells says the same of each column.
        ("WH-USAGE-053", &["WH-USAGE-050"], alone(DENIED, "USED", json!(5))),
        ("WH-USAGE-054", &["WH-USAGE-050", "WH-USAGE-053"], alone(DENIED, "METER_QUANTITY", json!(3))),
        ("WH-USAGE-055", &[], alone(ONE_OFF, "METER_QUANTITY", json!(29))),
        ("WH-USAGE-056", &["WH-USAGE-054", "WH-USAGE-055"], alone(ONE_OFF, "METER_QUANTITY", json!(0))),
        ("WH-USAGE-057", &[], alone(ONE_OFF, "ACTIVATION_ID", json!(["a", "b"]))),
        ("WH-USAGE-058", &[], alone(ONE_OFF, "USED", json!(2000))),
        ("WH-USAGE-059", &[], alone(ONE_OFF, "USED", json!(5))),
        ("WH-USAGE-060", &[], alone(ONE_OFF, "METER_COST_LIST", json!({"series":"PublicationApps"}))),
        ("WH-USAGE-061", &[], alone(ONE_OFF, "META_DATA", json!([1]))),
        // Both columns are required, and stand in the table of cells too.
        ("WH-USAGE-062", &["WH-USAGE-050"], alone(SESSION, "SESSION_STATE", Value::Null)),
        ("WH-USAGE-063", &[], alone(SESSION, "SESSION_STATE", json!("IDLE"))),
        ("WH-USAGE-065", &[], alone(REFUND, "METER_QUANTITY", json!(-31))),
        // A state without a session, where the refund lacks one.
        ("WH-USAGE-079", &["WH-USAGE-050", "WH-USAGE-062"], alone(REFUND, "SESSION_ID", Value::Null)),
    ]
}

fn across_rows() -> Vec<Control> {
    let clean = clean();
    let denied = [DENIED, DENIED_SECOND];
    let mut mixed = vec![clean[SESSION].clone(), clean[DENIED].clone()];
    for column in ["CORRELATION_ID", "SESSION_ID", "INSTANCE_ID"] {
        mixed[1][column] = mixed[0][column].clone();
    }
    let drop = with(&[SESSION, SESSION + 1, SESSION + 2], "USED", json!(31));
    let short = with(&[SPLIT - 1, SPLIT], "METER_QUANTITY", json!(48));
    vec![
        ("WH-USAGE-067", &[], vec![clean[DENIED].clone(), clean[DENIED].clone()]),
        ("WH-USAGE-068", &[], with(&denied, "ACCOUNT_ID", json!("GLOBEX"))),
        ("WH-USAGE-070", &[], and(short, "USED", json!(48))),
        ("WH-USAGE-072", &[], with(&[SESSION, SESSION + 1], "USED", json!(61))),
        // A drop is a break of the running total, too.
        ("WH-USAGE-073", &["WH-USAGE-072"], drop),
        ("WH-USAGE-080", &[], mixed),
    ]
}

fn sessions() -> Vec<Control> {
    let whole = [SESSION, SESSION + 1, SESSION + 2, REFUND];
    let mut after_end = with(&whole, "OVERDRAFT_COUNT", json!(0));
    let mut charge = after_end[0].clone();
    for (column, value) in
        [("USAGE_TIME", START + 12_000_000), ("WRITE_TIME", START + 12_000_000), ("USED", 100)]
    {
        charge[column] = json!(value);
    }
    charge["CORRELATION_ID"] = json!("a later charge");
    after_end.push(charge);
    let less = with(&whole, "METER_QUANTITY", json!(-19));
    vec![
        ("WH-USAGE-076", &[], after_end),
        ("WH-USAGE-077", &[], and(less, "USED", json!(71))),
        ("WH-USAGE-078", &[], with(&whole, "ACTIVATION_ID", json!(["ACT09-Elastic"]))),
        ("WH-USAGE-081", &[], with(&whole, "SESSION_STATE", json!("ACTIVE"))),
    ]
}

fn times() -> Vec<Control> {
    let seconds = alone(ONE_OFF, "USAGE_TIME", json!(START / 1000));
    vec![
        ("WH-USAGE-085", &[], alone(ONE_OFF, "WRITE_TIME", json!(START - 60_001))),
        ("WH-USAGE-086", &[], alone(ONE_OFF, "WRITE_TIME", json!(START + 120_001))),
        ("WH-USAGE-089", &[], and(seconds, "WRITE_TIME", json!(START / 1000))),
    ]
}

fn license_servers() -> Vec<Control> {
    vec![
        // The table of cells says the same of both columns.
        ("WH-USAGE-090", &["WH-USAGE-050"], alone(CONCURRENT, "METER_COST", json!(3))),
        ("WH-USAGE-091", &[], alone(CONCURRENT, "METER_QUANTITY", json!(7))),
        ("WH-USAGE-092", &[], alone(CONCURRENT, "ENTITLED_ARTICLES", json!(["Suite 1"]))),
        ("WH-USAGE-093", &[], alone(CONCURRENT, "BORROWED_UNTIL", json!(START - 1))),
        ("WH-USAGE-094", &[], with(&[METERED, METERED_SECOND], "USED", json!(4))),
        ("WH-USAGE-095", &[], alone(METERED, "INCREMENTAL", json!(true))),
    ]
}

#[test]
fn every_rule_fires_in_its_control_and_no_other_does() {
    let mut problems = Vec::new();
    for (rule, also, rows) in controls() {
        let checked = judge(&rows);
        let level = rules().iter().find(|known| known.id == rule).map(|known| known.level);
        let expected: BTreeSet<&str> = also.iter().copied().chain([rule]).collect();
        // What is only mentioned says nothing about right and wrong.
        let fired: BTreeSet<&str> = checked
            .findings
            .iter()
            .filter(|finding| finding.level != I || level == Some(I) && finding.rule == rule)
            .map(|finding| finding.rule.as_str())
            .collect();
        if fired != expected {
            problems.push(format!("{rule}: {fired:?} fired: {:#?}", checked.findings));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Rules on the data set as a whole, which one row among many says nothing about.
const OF_THE_WHOLE: [&str; 1] = ["WH-USAGE-010"];

/// The corpus: every control among clean rows of another site is found by the same rules, in its own rows.
#[test]
fn every_control_is_found_among_clean_rows_and_nowhere_else() {
    let many = generate::rows(&generate::Order { rows: 400, seed: 5, line_items: 30 });
    let (before, after) = many.split_at(many.len() / 2);
    let mut problems = Vec::new();
    for (rule, also, rows) in controls().into_iter().filter(|(rule, ..)| !OF_THE_WHOLE.contains(rule)) {
        let lines: String = before.iter().chain(&rows).chain(after).map(|row| format!("{row}\n")).collect();
        let input = Input::kept("corpus", lines.as_bytes(), None).unwrap();
        let checked = check(&[input], &Settings::default()).unwrap().checked;
        let own = before.len() as u64 + 1..=(before.len() + rows.len()) as u64;
        let level = rules().iter().find(|known| known.id == rule).map(|known| known.level);
        let relevant = |finding: &&Finding| finding.level != I || level == Some(I) && finding.rule == rule;
        let fired: BTreeSet<&str> =
            checked.findings.iter().filter(relevant).map(|finding| finding.rule.as_str()).collect();
        let mut expected: BTreeSet<&str> = also.iter().copied().chain([rule]).collect();
        if rule == "WH-USAGE-027" {
            // What begins like an array as text is in another form than the clean rows.
            expected.insert("WH-USAGE-002");
        }
        let elsewhere = checked
            .findings
            .iter()
            .flat_map(|finding| &finding.examples)
            .any(|example| !own.contains(&example.row));
        if fired != expected || elsewhere {
            problems.push(format!("{rule}: {fired:?} fired, own rows {own:?}: {:#?}", checked.findings));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// Writes each control among clean rows into a file of its own, for judges that are no part of this crate
/// (`tests/warehouse/run`).
#[test]
#[ignore = "writes files; set CHARGEPROOF_CORPUS to the folder for them"]
fn the_corpus_can_be_written() {
    let folder = std::env::var("CHARGEPROOF_CORPUS").expect("CHARGEPROOF_CORPUS names a folder");
    let many = generate::rows(&generate::Order { rows: 400, seed: 5, line_items: 30 });
    let (before, after) = many.split_at(many.len() / 2);
    // A table has no rows that cannot be read.
    for (rule, _, rows) in controls().into_iter().filter(|(rule, ..)| *rule != "INPUT") {
        let lines: String = before.iter().chain(&rows).chain(after).map(|row| format!("{row}\n")).collect();
        std::fs::write(format!("{folder}/{rule}.jsonl"), lines).unwrap();
    }
}

#[test]
fn there_are_at_least_sixty_controls() {
    assert!(controls().len() >= 60);
}

#[test]
fn every_rule_has_a_control() {
    let controlled: BTreeSet<&str> = controls().iter().map(|(rule, ..)| *rule).collect();
    // Those that need more than rows have theirs in `known_controls`.
    let known: BTreeSet<&str> =
        rules().iter().filter(|rule| rule.needs.is_none()).map(|rule| rule.id).collect();
    assert_eq!(known, controlled);
}

#[test]
fn rows_without_a_change_break_nothing() {
    let checked = judge(&clean());
    assert!(checked.findings.iter().all(|finding| finding.level == I), "{:#?}", checked.findings);
}
