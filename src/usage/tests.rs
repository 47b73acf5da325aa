//! The rules against whole data sets: the worked vectors are clean, in every documented form and order, and
//! every rule is shown to catch the defect that it is for.

use serde_json::{Value, json};

use super::*;
use crate::report::events::Severity::{self, E, I, W};
use crate::report::events::{Finding, UsageChecked};

pub(super) const VECTORS: [(&str, &str); 7] = [
    ("V1", include_str!("../../tests/fixtures/usage/v1.jsonl")),
    ("V2", include_str!("../../tests/fixtures/usage/v2.jsonl")),
    ("V3", include_str!("../../tests/fixtures/usage/v3.jsonl")),
    ("V4", include_str!("../../tests/fixtures/usage/v4.jsonl")),
    ("V5", include_str!("../../tests/fixtures/usage/v5.jsonl")),
    ("V6", include_str!("../../tests/fixtures/usage/v6.jsonl")),
    ("license server", include_str!("../../tests/fixtures/usage/license-server.jsonl")),
];

// Rows of `clean`, by index.
pub(super) const ONE_OFF: usize = 0;
pub(super) const ONE_OFF_SECOND: usize = 1;
pub(super) const SPLIT: usize = 4;
pub(super) const DENIED: usize = 5;
pub(super) const DENIED_SECOND: usize = 6;
pub(super) const SESSION: usize = 7;
pub(super) const REFUND: usize = 10;
pub(super) const CONCURRENT: usize = 11;
const CONCURRENT_DENIED: usize = 12;
pub(super) const METERED: usize = 13;
pub(super) const METERED_SECOND: usize = 14;

pub(super) const START: i64 = 1_768_435_200_000;

fn parse(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The rows of one vector.
pub(super) fn vector(index: usize) -> Vec<Value> {
    parse(VECTORS[index].1)
}

/// V1 to V4 and the license server: every case of the NULL table.
pub(super) fn clean() -> Vec<Value> {
    [0, 1, 2, 3, 6].into_iter().flat_map(|index| parse(VECTORS[index].1)).collect()
}

pub(super) fn judge(rows: &[Value]) -> UsageChecked {
    let mut judge = Judge::new(Settings::default());
    for row in rows {
        judge.line(&row.to_string());
    }
    judge.finish("test")
}

fn has(checked: &UsageChecked, rule: &str, level: Severity) -> bool {
    checked.findings.iter().any(|finding| finding.rule == rule && finding.level == level)
}

fn assert_clean(name: &str, checked: &UsageChecked) {
    let bad: Vec<&Finding> = checked.findings.iter().filter(|finding| finding.level != I).collect();
    assert!(bad.is_empty(), "{name}: {bad:#?}");
}

pub(super) fn mutated(row: usize, column: &str, value: Value) -> Vec<Value> {
    let mut rows = clean();
    rows[row][column] = value;
    rows
}

/// Changes a column on every row that has it set.
fn everywhere(mut rows: Vec<Value>, column: &str, change: impl Fn(&Value) -> Value) -> Vec<Value> {
    for row in rows.iter_mut().filter(|row| !row[column].is_null()) {
        row[column] = change(&row[column]);
    }
    rows
}

#[test]
fn the_worked_vectors_are_clean() {
    for (name, text) in VECTORS {
        let mut judge = Judge::new(Settings::default());
        text.lines().for_each(|line| judge.line(line));
        assert_eq!(judge.rows_seen(), text.lines().count() as u64);
        let checked = judge.finish(name);
        assert_clean(name, &checked);
        assert!(!fails(&checked));
    }
    assert_clean("all together", &judge(&clean()));
}

#[test]
fn rows_may_come_in_any_order_and_with_their_sequence() {
    let mut rows = clean();
    rows.reverse();
    assert_clean("reversed", &judge(&rows));
    let mut rows = clean();
    for (index, row) in rows.iter_mut().enumerate() {
        row["_SEQ"] = json!(index + 1);
    }
    assert_clean("with _SEQ", &judge(&rows));
}

#[test]
fn data_access_names_are_judged_like_database_names() {
    let rows: Vec<Value> = clean()
        .iter()
        .map(|row| {
            Column::all()
                .filter(|column| *column != Column::TenantId)
                .map(|column| (column.data_access_name().to_owned(), row[column.name()].clone()))
                .collect()
        })
        .collect();
    assert_clean("Data Access names", &judge(&rows));
    let mut with_tenant = rows.clone();
    with_tenant[0]["TENANT_ID"] = json!("acme-site");
    assert!(has(&judge(&with_tenant), "WH-USAGE-020", E));
    let mut variant = rows;
    let item = variant[0]["Item"].take();
    variant[0]["item"] = item;
    variant[0].as_object_mut().unwrap().remove("Item");
    let checked = judge(&variant);
    assert_clean("variant", &checked);
    assert!(has(&checked, "WH-USAGE-011", I));
}

#[test]
fn elastic_rows_may_have_23_columns() {
    let mut rows = clean();
    rows.truncate(CONCURRENT);
    for row in &mut rows {
        for name in ColumnSet::EIGHT.names() {
            row.as_object_mut().unwrap().remove(name);
        }
    }
    assert_clean("23 columns", &judge(&rows));
    rows[DENIED]["USED"] = json!(5);
    let checked = judge(&rows);
    assert!(has(&checked, "WH-USAGE-053", W) && !has(&checked, "WH-USAGE-053", E));
    rows[DENIED]["USED"] = Value::Null;
    rows[ONE_OFF_SECOND]["MAPPED_ENTITLED_COUNT"] = json!(40);
    assert!(has(&judge(&rows), "WH-USAGE-058", W));
}

#[test]
fn every_other_form_is_accepted_when_used_throughout() {
    let as_text = |value: &Value| json!(value.to_string());
    let mut rows = everywhere(clean(), "METER_COST_LIST", as_text);
    for column in
        ["META_DATA", "CONTROLS_APPLIED", "ENTITLED_ARTICLES", "ENTITLED_ARTICLE_VERSIONS", "ACTIVATION_ID"]
    {
        rows = everywhere(rows, column, as_text);
    }
    for column in ["USAGE_TIME", "WRITE_TIME", "BORROWED_UNTIL"] {
        rows = everywhere(rows, column, |time| {
            let time = jiff::Timestamp::from_millisecond(time.as_i64().unwrap()).unwrap();
            json!(time.to_string())
        });
    }
    rows.iter_mut().for_each(|row| {
        let set = row.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
        *row = set.map(|(key, value)| (key.clone(), value.clone())).collect();
    });
    assert_clean("other forms", &judge(&rows));
}

#[test]
fn the_form_final_is_recognised() {
    let rows = mutated(ONE_OFF, "USED", json!(44));
    let mut judge = Judge::new(Settings::default());
    rows[..2].iter().for_each(|row| judge.line(&row.to_string()));
    let (checked, forms) = judge.finish_with_forms("V1");
    assert_clean("final", &checked);
    assert_eq!(forms["WH-USAGE-008"]["final"], 1);
}

/// Rows of both versions come from one service, and `usage check` must not take the second version for denied.
#[test]
fn codes_of_both_versions_are_granted_unless_others_are_named() {
    let mut rows = vector(0);
    assert_clean("API v1.0", &judge(&rows));
    rows.iter_mut().for_each(|row| row["REQUEST_RESPONSE"] = json!("1101"));
    assert_clean("API v1.1", &judge(&rows));
    rows.iter_mut().for_each(|row| row["REQUEST_RESPONSE"] = json!("1202"));
    assert!(has(&judge(&rows), "WH-USAGE-053", E));
}

#[test]
fn four_digit_codes_are_granted_when_named() {
    let mut judge = Judge::new(Settings { granted_codes: vec!["1100".to_owned()], ..Settings::default() });
    for mut row in parse(VECTORS[0].1) {
        row["REQUEST_RESPONSE"] = json!("1100");
        judge.line(&row.to_string());
    }
    assert_clean("API v1.1", &judge.finish("V1"));
}

/// One corrupted cell: rule that must catch it, level, row, column, value.
pub(super) type Corruption = (&'static str, Severity, usize, &'static str, Value);

pub(super) fn corruptions() -> Vec<Corruption> {
    let mut all = corrupted_types();
    all.extend(corrupted_values());
    all.extend(corrupted_rows());
    all.extend(mixed_forms());
    all
}

/// What no column of the kind can hold.
fn corrupted_types() -> Vec<Corruption> {
    let malformed = "{\"series\":\"PublicationApps\",\"version\":1\"}";
    vec![
        ("WH-USAGE-019", E, ONE_OFF, "CORRELATION_ID", json!(5)),
        ("WH-USAGE-020", E, ONE_OFF, "TENANT_ID", json!(true)),
        ("WH-USAGE-021", E, ONE_OFF, "USAGE_TIME", json!("soon")),
        ("WH-USAGE-022", E, ONE_OFF, "WRITE_TIME", json!([])),
        ("WH-USAGE-023", E, ONE_OFF, "CONSUMER_ID", json!(1)),
        ("WH-USAGE-024", E, ONE_OFF, "CONSUMER_TYPE", json!(1)),
        ("WH-USAGE-025", E, ONE_OFF, "ACCOUNT_ID", json!(1)),
        ("WH-USAGE-026", E, ONE_OFF, "INSTANCE_ID", json!({})),
        ("WH-USAGE-027", E, ONE_OFF, "ACTIVATION_ID", json!("[act0")),
        ("WH-USAGE-027", E, ONE_OFF, "ACTIVATION_ID", json!([])),
        ("WH-USAGE-028", E, ONE_OFF, "MAPPED_ENTITLED_COUNT", json!(1000.5)),
        ("WH-USAGE-029", E, ONE_OFF, "USED", json!(-1)),
        ("WH-USAGE-030", E, ONE_OFF, "ITEM", json!(7)),
        ("WH-USAGE-031", E, ONE_OFF, "ITEM_VERSION", json!(1.0)),
        ("WH-USAGE-038", E, ONE_OFF, "METER", json!(3)),
        ("WH-USAGE-039", E, ONE_OFF, "METER_COST_LIST", json!(malformed)),
        ("WH-USAGE-040", E, ONE_OFF, "METER_COST", json!(-3)),
        ("WH-USAGE-041", E, ONE_OFF, "METER_QUANTITY", json!("thirty")),
        ("WH-USAGE-041", W, ONE_OFF, "METER_QUANTITY", json!("30")),
        ("WH-USAGE-043", E, CONCURRENT, "PARTIAL", json!("maybe")),
        ("WH-USAGE-044", E, CONCURRENT, "INCREMENTAL", json!(1)),
        ("WH-USAGE-045", E, ONE_OFF, "OVERDRAFT_COUNT", json!(-1)),
        ("WH-USAGE-046", E, CONCURRENT, "ENTITLED_ARTICLES", json!("Suite")),
        ("WH-USAGE-047", E, CONCURRENT, "ENTITLED_ARTICLE_VERSIONS", json!([1.0, 1.0])),
        ("WH-USAGE-048", E, CONCURRENT, "BORROWED_UNTIL", json!("never")),
    ]
}

/// What the column cannot hold on such a row.
fn corrupted_values() -> Vec<Corruption> {
    vec![
        ("WH-USAGE-032", E, ONE_OFF, "ITEM_QUANTITY", json!(0)),
        ("WH-USAGE-032", E, CONCURRENT, "ITEM_QUANTITY", json!(-2)),
        ("WH-USAGE-033", E, SESSION, "SESSION_ID", json!(12)),
        ("WH-USAGE-033", W, SESSION, "SESSION_ID", json!("s-1")),
        ("WH-USAGE-034", E, SESSION, "SESSION_STATE", json!(1)),
        ("WH-USAGE-034", W, SESSION, "SESSION_STATE", json!("LOCKED")),
        ("WH-USAGE-035", E, ONE_OFF, "REQUEST_RESPONSE", json!("granted")),
        ("WH-USAGE-036", E, CONCURRENT, "CONTROLS_APPLIED", json!(["p1"])),
        ("WH-USAGE-036", E, CONCURRENT, "CONTROLS_APPLIED", json!({"partition":"p1"})),
        ("WH-USAGE-037", E, ONE_OFF, "METER_TYPE", json!(3)),
        ("WH-USAGE-037", W, CONCURRENT, "METER_TYPE", json!("floating")),
        ("WH-USAGE-042", E, ONE_OFF, "META_DATA", json!("{not json")),
        ("WH-USAGE-042", E, CONCURRENT, "META_DATA", json!({"seat":7.5})),
        ("WH-USAGE-049", E, CONCURRENT, "SERVED_CLIENT_STATUS", json!("GONE")),
        ("WH-USAGE-050", E, ONE_OFF, "USED", Value::Null),
        ("WH-USAGE-050", E, CONCURRENT_DENIED, "ACTIVATION_ID", json!(["act-1"])),
        ("WH-USAGE-050", E, SESSION, "PARTIAL", json!(false)),
        ("WH-USAGE-050", W, SESSION, "CONSUMER_ID", Value::Null),
    ]
}

/// What contradicts other columns or rows.
fn corrupted_rows() -> Vec<Corruption> {
    vec![
        ("WH-USAGE-052", E, ONE_OFF, "METER", json!("tokens")),
        ("WH-USAGE-053", E, DENIED, "USED", json!(5)),
        ("WH-USAGE-053", W, ONE_OFF, "ACTIVATION_ID", Value::Null),
        ("WH-USAGE-054", W, DENIED, "METER_QUANTITY", json!(3)),
        ("WH-USAGE-055", E, ONE_OFF, "METER_QUANTITY", json!(31)),
        ("WH-USAGE-056", W, ONE_OFF, "METER_QUANTITY", json!(0)),
        ("WH-USAGE-057", E, ONE_OFF, "ACTIVATION_ID", json!(["a", "b"])),
        ("WH-USAGE-058", E, ONE_OFF_SECOND, "USED", json!(2000)),
        ("WH-USAGE-059", W, ONE_OFF, "USED", json!(5)),
        ("WH-USAGE-060", E, ONE_OFF, "METER_COST_LIST", json!({"series":"PublicationApps"})),
        ("WH-USAGE-060", E, ONE_OFF, "METER_COST_LIST", json!([1])),
        ("WH-USAGE-061", E, ONE_OFF, "META_DATA", json!([1])),
        ("WH-USAGE-062", W, SESSION, "SESSION_STATE", Value::Null),
        ("WH-USAGE-063", W, SESSION, "SESSION_STATE", json!("IDLE")),
        ("WH-USAGE-064", I, DENIED, "REQUEST_RESPONSE", json!("202")),
        ("WH-USAGE-065", W, REFUND, "METER_QUANTITY", json!(-31)),
        ("WH-USAGE-068", W, ONE_OFF_SECOND, "ACCOUNT_ID", json!("GLOBEX")),
        ("WH-USAGE-070", W, SPLIT, "METER_QUANTITY", json!(48)),
        ("WH-USAGE-072", W, ONE_OFF_SECOND, "USED", json!(45)),
        ("WH-USAGE-077", W, REFUND, "METER_QUANTITY", json!(-19)),
        ("WH-USAGE-078", E, REFUND, "ACTIVATION_ID", json!(["ACT09-Elastic"])),
        ("WH-USAGE-079", E, REFUND, "SESSION_ID", Value::Null),
        ("WH-USAGE-080", W, DENIED_SECOND, "REQUEST_RESPONSE", json!("101")),
        ("WH-USAGE-085", E, ONE_OFF, "WRITE_TIME", json!(START - 60_001)),
        ("WH-USAGE-085", W, ONE_OFF, "WRITE_TIME", json!(START - 2_001)),
        ("WH-USAGE-086", W, ONE_OFF, "WRITE_TIME", json!(START + 120_001)),
        ("WH-USAGE-089", W, ONE_OFF, "USAGE_TIME", json!(START / 1000)),
        ("WH-USAGE-090", E, CONCURRENT, "METER_COST", json!(3)),
        ("WH-USAGE-091", E, CONCURRENT, "METER_QUANTITY", json!(7)),
        ("WH-USAGE-092", W, CONCURRENT, "ENTITLED_ARTICLES", json!(["Suite 1"])),
        ("WH-USAGE-093", E, METERED, "BORROWED_UNTIL", json!(START)),
        ("WH-USAGE-093", W, CONCURRENT, "BORROWED_UNTIL", json!(START - 1)),
        ("WH-USAGE-094", W, METERED_SECOND, "USED", json!(4)),
        ("WH-USAGE-095", W, METERED, "INCREMENTAL", json!(true)),
    ]
}

/// What is right, but not in the form of the rest.
fn mixed_forms() -> Vec<Corruption> {
    vec![
        ("WH-USAGE-001", W, ONE_OFF_SECOND, "META_DATA", json!("")),
        ("WH-USAGE-002", W, ONE_OFF, "ACTIVATION_ID", json!("ACT01-Elastic")),
        ("WH-USAGE-003", W, ONE_OFF, "USAGE_TIME", json!("2026-01-15T00:00:00Z")),
        ("WH-USAGE-004", W, ONE_OFF, "META_DATA", json!("{\"project\":\"spring\"}")),
        ("WH-USAGE-005", W, ONE_OFF, "REQUEST_RESPONSE", json!(101)),
        ("WH-USAGE-006", W, ONE_OFF, "METER_COST_LIST", json!({"series":"PublicationApps","version":1})),
        ("WH-USAGE-008", W, ONE_OFF, "USED", json!(44)),
        ("WH-USAGE-010", I, ONE_OFF, "COLOUR", json!("red")),
        ("WH-USAGE-011", W, ONE_OFF, "Item", json!("PhotoPrint")),
    ]
}

#[test]
fn every_corrupted_cell_is_caught_by_its_rule() {
    for (rule, level, row, column, value) in corruptions() {
        let shown = value.to_string();
        let checked = judge(&mutated(row, column, value));
        assert!(has(&checked, rule, level), "{rule} {level:?} misses {column} = {shown}: {checked:#?}");
    }
}

#[test]
fn every_rule_that_can_fail_is_shown_to_fail() {
    let shown = corruptions();
    for rule in rules().iter().filter(|rule| rule.level == E && rule.id != "INPUT") {
        assert!(shown.iter().any(|(id, level, ..)| *id == rule.id && *level == E), "{}", rule.id);
    }
}

#[test]
fn defects_of_whole_rows_are_caught() {
    let mut twice = clean();
    twice.insert(ONE_OFF_SECOND, twice[ONE_OFF].clone());
    assert!(has(&judge(&twice), "WH-USAGE-067", W));

    let mut lost = clean();
    lost.remove(SESSION + 1);
    assert!(has(&judge(&lost), "WH-USAGE-072", W));

    let mut after_end = clean();
    let mut charge = after_end[SESSION].clone();
    charge["USAGE_TIME"] = json!(START + 12_000_000);
    charge["WRITE_TIME"] = json!(START + 12_000_000);
    after_end.push(charge);
    assert!(has(&judge(&after_end), "WH-USAGE-076", W));

    let mut apportioned = clean();
    let mut shares = parse(VECTORS[1].1);
    for (row, quantity) in shares.iter_mut().zip([1, 1, 7]) {
        row["ITEM_QUANTITY"] = json!(quantity);
        row["CORRELATION_ID"] = json!("a second request");
        row["INSTANCE_ID"] = json!("a second instance");
    }
    apportioned.extend(shares);
    assert!(has(&judge(&apportioned), "WH-USAGE-007", W));

    let mut other_refund = clean();
    other_refund.extend(parse(VECTORS[4].1));
    other_refund[REFUND]["ITEM_QUANTITY"] = json!(-10);
    assert!(has(&judge(&other_refund), "WH-USAGE-009", W));

    let mut narrow = clean();
    for row in &mut narrow {
        row.as_object_mut().unwrap().remove("PARTIAL");
    }
    assert!(has(&judge(&narrow), "WH-USAGE-010", W));
}

#[test]
fn refunds_may_be_told_by_the_total_alone() {
    let mut judge = Judge::new(Settings::default());
    for mut row in vector(3) {
        if row["METER_QUANTITY"] == -20 {
            row["METER_QUANTITY"] = json!(20);
        }
        judge.line(&row.to_string());
    }
    let (checked, forms) = judge.finish_with_forms("unsigned");
    assert_clean("unsigned", &checked);
    assert_eq!(forms["WH-USAGE-009"]["unsigned"], 1);
}

#[test]
fn the_cost_of_a_formula_only_warns() {
    for cost in [json!(30), Value::Null] {
        let mut judge = Judge::new(Settings { formulas: true, ..Settings::default() });
        let mut row = clean().swap_remove(ONE_OFF);
        row["METER_COST"] = cost;
        judge.line(&row.to_string());
        assert!(!fails(&judge.finish("formula")));
    }
}

#[test]
fn an_export_that_begins_within_a_session_is_no_error() {
    let refund = parse(VECTORS[3].1).split_off(3);
    let checked = judge(&refund);
    assert_clean("refund alone", &checked);
    assert!(has(&checked, "WH-USAGE-078", I));
}

#[test]
fn a_change_of_items_is_refunded_and_charged_at_one_time() {
    let mut rows: Vec<Value> = clean()[SESSION..=REFUND].to_vec();
    rows[3]["SESSION_STATE"] = json!("ACTIVE");
    let rules = |rows: &[Value]| -> Vec<String> {
        judge(rows).findings.into_iter().map(|finding| finding.rule).collect()
    };
    assert_eq!(rules(&rows), ["WH-USAGE-081"]);
    let mut charge = rows[0].clone();
    for column in ["USAGE_TIME", "WRITE_TIME"] {
        charge[column] = rows[3][column].clone();
    }
    charge["CORRELATION_ID"] = json!("the new items");
    charge["USED"] = json!(100);
    rows.push(charge);
    assert_eq!(rules(&rows), [""; 0]);
    // The same when the total tells that the charge was booked first.
    rows[3]["USED"] = json!(100);
    rows[4]["USED"] = json!(120);
    rows.swap(3, 4);
    assert_eq!(rules(&rows), [""; 0]);
}

#[test]
fn hostile_rows_neither_panic_nor_pass() {
    let huge = "9".repeat(40);
    let deep = format!("{{\"META_DATA\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    for line in [
        format!(
            "{{\"METER_TYPE\":\"elastic\",\"METER_COST\":{huge},\"USED\":1e28,\"METER_QUANTITY\":-7e28}}"
        ),
        "{\"USAGE_TIME\":-9223372036854775808,\"WRITE_TIME\":9223372036854775807,\"SESSION_ID\":\"s\"}"
            .to_owned(),
        "{\"ITEM\":\"\\u0000\\u202e\",\"ACTIVATION_ID\":[null]}".to_owned(),
        "{}".to_owned(),
        deep,
    ] {
        let mut judge = Judge::new(Settings::default());
        judge.line(&line);
        judge.line(&line);
        assert!(fails(&judge.finish("hostile")), "{line}");
    }
}

#[test]
fn json_follows_its_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../docs/schemas/usage.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut judge = Judge::new(Settings::default());
    mutated(ONE_OFF, "METER_QUANTITY", json!(31)).iter().for_each(|row| judge.line(&row.to_string()));
    judge.line("{");
    let (checked, forms) = judge.finish_with_forms("test");
    let json = to_json(&checked, &forms);
    assert!(validator.is_valid(&json), "{json:#}");
    let input = Input::kept("test", b"{}\n{".as_slice(), None).unwrap();
    let whole = check(&[input], &Settings::default()).unwrap().to_json();
    assert!(validator.is_valid(&whole), "{whole:#}");
    assert!(whole["findings"][0]["examples"][0]["input_row"].is_number(), "{whole:#}");
    assert!(whole["not_applied"][0]["needs"].is_string() && whole["inputs"][0]["rows"] == 2, "{whole:#}");
    assert_eq!(json["format"], "chargeproof-usage/1");
    assert!(json["findings"].as_array().is_some_and(|findings| !findings.is_empty()));
    assert!(!validator.is_valid(&json!({"format":"chargeproof-usage/1"})));
}
