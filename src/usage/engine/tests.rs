//! The quick way against the long one: what is judged at once must be what a full reading finds nothing in, whatever
//! is done to the rows.

use rand::rngs::SmallRng;
use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use serde_json::{Value, json};

use super::super::generate::{self, Order};
use super::super::tests::{VECTORS, corruptions, mutated};
use super::super::{Column, Input, Judge, Settings};
use super::check;
use crate::report::events::Finding;

/// Judges rows as JSON Lines in the quick way.
fn quickly(lines: &str) -> (Vec<Finding>, super::super::Forms) {
    let input = Input::kept("test", lines.as_bytes(), None).unwrap();
    let judged = check(&[input], &Settings::default()).unwrap();
    (judged.checked.findings, judged.forms)
}

/// Judges rows by reading each in full.
fn in_full(lines: &str) -> (Vec<Finding>, super::super::Forms) {
    let mut judge = Judge::new(Settings::default());
    lines.lines().for_each(|line| judge.line(line));
    let (checked, forms) = judge.finish_with_forms("test");
    (checked.findings, forms)
}

fn assert_alike(name: &str, rows: &[Value]) {
    let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let (quick, full) = (quickly(&lines), in_full(&lines));
    assert_eq!(quick.0, full.0, "{name}");
    assert_eq!(quick.1, full.1, "{name}");
}

#[test]
fn vectors_and_corruptions_are_judged_alike() {
    for (name, text) in VECTORS {
        let rows: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_alike(name, &rows);
    }
    for (rule, _, row, column, value) in corruptions() {
        assert_alike(&format!("{rule} {column} = {value}"), &mutated(row, column, value));
    }
}

/// Values that some column somewhere makes something of.
fn strange_values() -> Vec<Value> {
    let mut values = vec![Value::Null, json!(""), json!("0"), json!([]), json!({}), json!(true), json!(1e18)];
    for number in [-1, 0, 1, 2, 101, 102, 201, 999, 1101, 20_000, 1_000_000_001] {
        values.push(json!(number));
    }
    for number in [0.5, -0.5, 1e-7, 30.000_000_5] {
        values.push(json!(number));
    }
    for text in [
        "elastic",
        "concurrent",
        "metered",
        "ACTIVE",
        "IDLE",
        "TERMINATED",
        "LOCKED",
        "101",
        "201",
        "202",
        "1101",
        "NORMAL",
        "RETURNED",
        "DENIED",
        "elastic token",
        "2026-01-02T00:00:00Z",
        "1767225600000",
        "{\"version\":\"1\"}",
        "[\"a\"]",
        "[\"a\",\"b\"]",
        "[]",
        "true",
        "3d8a3469-2195-5e0c-a9c1-8a5ab8ca2943",
    ] {
        values.push(json!(text));
    }
    values.push(json!(["a"]));
    values.push(json!(["a", "b"]));
    values.push(json!({"version": 1}));
    values.push(json!({"series": null, "version": "1", "more": 2}));
    values.push(json!(1_767_225_600_000_i64));
    values.push(json!(1_767_225_600));
    values
}

#[test]
fn rows_at_random_are_judged_alike() {
    let values = strange_values();
    let mut random = SmallRng::seed_from_u64(11);
    let mut compared = 0;
    for round in 0..100 {
        let order = Order { rows: 60, seed: round, line_items: 6 };
        let mut rows = generate::rows(&order);
        for _ in 0..random.random_range(0..12) {
            let row = random.random_range(0..rows.len());
            let column = Column::all().nth(random.random_range(0..31)).unwrap();
            let cells = rows[row].as_object_mut().unwrap();
            if random.random_ratio(1, 12) {
                cells.remove(column.name());
            } else {
                let value = values[random.random_range(0..values.len())].clone();
                cells.insert(column.name().to_owned(), value);
            }
        }
        // A fall that chance made is told in the order of the input by the one and in that of time by the other.
        let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
        if in_full(&lines).1.get("WH-USAGE-009").is_some_and(|forms| forms.contains_key("unsigned")) {
            continue;
        }
        compared += 1;
        assert_alike(&format!("round {round}"), &rows);
    }
    assert!(compared > 80, "{compared}");
}

#[test]
fn clean_rows_are_clean_in_any_order() {
    let mut random = SmallRng::seed_from_u64(3);
    for (rows, seed) in [(3_000, 1), (30_000, 2)] {
        let mut rows = generate::rows(&Order { rows, seed, line_items: 40 });
        rows.shuffle(&mut random);
        let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
        let (findings, _) = quickly(&lines);
        assert_eq!(findings, []);
    }
}
