//! Negative controls of the rules that need line items, rate tables or the log of a client: rows that agree with what is
//! known break nothing, rows that do not break that one rule, and without the knowledge nobody complains.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;

use serde_json::{Value, json};

use super::tests::{REFUND, SESSION, START, clean, vector};
use super::{Judge, Knowledge, Need, Settings, rules};
use crate::report::events::Severity::I;
use crate::report::events::UsageChecked;

fn file(value: &Value) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(file, "{value}").unwrap();
    file
}

const HOUR: i64 = 3_600_000;

/// The line items of V2: the first ends first, and is used up.
fn line_items() -> Value {
    let line_item = |id: &str, quantity: u32, used: u32, end: i64| {
        json!({"activationId": id, "state": "DEPLOYED", "quantity": quantity, "used": used, "start": START - HOUR,
               "end": end, "attributes": {"elastic": true, "rateTableSeries": "PublicationApps"}})
    };
    let far = START + 1000 * HOUR;
    json!([line_item("ACT01-Elastic", 10, 10, far), line_item("ACT02-Elastic", 100, 49, far + HOUR)])
}

fn rate_tables(rate: u32, from: i64) -> Value {
    let items = json!([{"name": "PhotoPrint", "version": "1.0", "rate": rate}, {"name": "CADPrint", "version": "2.0", "rate": 7}]);
    json!([{"series": "PublicationApps", "version": "1", "effectiveFrom": START - HOUR, "items": items},
           {"series": "PublicationApps", "version": "2", "effectiveFrom": from, "items": items}])
}

fn log_of(rows: &[Value]) -> Value {
    let ids: BTreeSet<&str> = rows.iter().map(|row| row["CORRELATION_ID"].as_str().unwrap()).collect();
    ids.iter().map(|id| json!({"correlationId": id})).collect()
}

/// What is known, by the flags that name it.
fn knowing(what: &[(Need, Value)]) -> Settings {
    let mut knowledge = Knowledge::default();
    for (need, value) in what {
        let file = file(value);
        match need {
            Need::LineItems => knowledge.read_line_items(file.path()).unwrap(),
            Need::RateTables => knowledge.read_rate_tables(file.path()).unwrap(),
            Need::ClientLog => knowledge.read_client_log(file.path()).unwrap(),
        }
    }
    Settings { knowledge: Arc::new(knowledge), ..Settings::default() }
}

fn judge(rows: &[Value], settings: Settings) -> UsageChecked {
    let mut judge = Judge::new(settings);
    rows.iter().for_each(|row| judge.line(&row.to_string()));
    judge.finish("test")
}

fn fired(checked: &UsageChecked) -> Vec<&str> {
    checked
        .findings
        .iter()
        .filter(|finding| finding.level != I)
        .map(|finding| finding.rule.as_str())
        .collect()
}

/// Everything that is true of V2.
fn truth() -> Vec<(Need, Value)> {
    vec![
        (Need::LineItems, line_items()),
        (Need::RateTables, rate_tables(3, START + HOUR)),
        (Need::ClientLog, log_of(&vector(1))),
    ]
}

/// The same with one thing told otherwise.
fn otherwise(need: Need, value: Value) -> Vec<(Need, Value)> {
    truth()
        .into_iter()
        .map(|(known, told)| if known == need { (need, value.clone()) } else { (known, told) })
        .collect()
}

fn line_items_with(index: usize, member: &str, value: Value) -> Vec<(Need, Value)> {
    let mut told = line_items();
    told[index][member] = value;
    otherwise(Need::LineItems, told)
}

/// The rule, rows, and what is known of them.
type Control = (&'static str, Vec<Value>, Vec<(Need, Value)>);

fn controls() -> Vec<Control> {
    let rows = vector(1);
    let mut log = log_of(&rows);
    log.as_array_mut().unwrap().push(json!({"correlationId": "an answer without rows"}));
    let session: Vec<Value> = clean()[SESSION..=REFUND].to_vec();
    let mut early = session[..2].to_vec();
    for column in ["USAGE_TIME", "WRITE_TIME"] {
        early[1][column] = json!(early[1][column].as_i64().unwrap() - HOUR / 2);
    }
    let only_first = vec![(Need::ClientLog, log_of(&session[..1]))];
    let short: Value = json!([line_items()[0]]);
    vec![
        ("WH-USAGE-066", rows.clone(), line_items_with(0, "start", json!(START + HOUR))),
        ("WH-USAGE-069", rows.clone(), otherwise(Need::ClientLog, log)),
        ("WH-USAGE-071", rows.clone(), line_items_with(0, "end", json!(START + 2000 * HOUR))),
        ("WH-USAGE-074", rows.clone(), line_items_with(1, "used", json!(50))),
        ("WH-USAGE-075", early, only_first),
        ("WH-USAGE-082", rows.clone(), otherwise(Need::RateTables, rate_tables(4, START + HOUR))),
        ("WH-USAGE-082", rows.clone(), otherwise(Need::RateTables, rate_tables(3, START - 1))),
        ("WH-USAGE-083", rows.clone(), line_items_with(1, "quantity", json!(101))),
        ("WH-USAGE-097", rows, otherwise(Need::LineItems, short)),
    ]
}

#[test]
fn what_is_known_and_true_breaks_nothing() {
    assert_eq!(fired(&judge(&vector(1), knowing(&truth()))), [""; 0]);
    let session = &clean()[SESSION..=REFUND];
    let logged = vec![session[0].clone(), session[3].clone()];
    assert_eq!(fired(&judge(session, knowing(&[(Need::ClientLog, log_of(&logged))]))), [""; 0]);
}

#[test]
fn what_rows_contradict_is_found_by_its_rule_alone() {
    for (rule, rows, told) in controls() {
        let checked = judge(&rows, knowing(&told));
        assert_eq!(fired(&checked), [rule], "{checked:#?}");
    }
}

#[test]
fn without_knowledge_no_such_rule_complains() {
    for (rule, rows, _) in controls() {
        assert_eq!(fired(&judge(&rows, Settings::default())), [""; 0], "{rule}");
    }
}

#[test]
fn every_rule_that_needs_something_has_a_control() {
    let controlled: BTreeSet<&str> = controls().iter().map(|(rule, ..)| *rule).collect();
    let needing: BTreeSet<&str> =
        rules().iter().filter(|rule| rule.needs.is_some()).map(|rule| rule.id).collect();
    assert_eq!(needing, controlled);
}

#[test]
fn other_files_are_told_apart() {
    let mut knowledge = Knowledge::default();
    for value in [json!([1]), json!([{"id": 1}]), json!("text")] {
        let file = file(&value);
        let told = knowledge.read_line_items(file.path()).unwrap_err().to_string();
        assert!(told.contains("line items") || told.contains("objects"), "{told}");
        assert!(knowledge.read_rate_tables(file.path()).is_err());
    }
    assert!(knowledge.read_client_log(file(&json!([{"id": 1}])).path()).is_err());
}
