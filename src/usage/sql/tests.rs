//! The SQL covers every rule or excuses it. That it finds the right rows is shown in the warehouse.

use std::collections::BTreeSet;

use super::super::rules::rules;
use super::*;

fn options(dialect: Dialect) -> Options {
    Options {
        dialect,
        table: "USAGE_DATA".to_owned(),
        sequence: None,
        narrow: false,
        granted_codes: vec!["101".to_owned()],
        charge_period_ms: 3_600_000,
        rules: Vec::new(),
        view: None,
    }
}

/// The rules that a query selects rows of.
fn judged(text: &str) -> BTreeSet<String> {
    text.split("SELECT '").skip(1).filter_map(|rest| rest.split('\'').next()).map(str::to_owned).collect()
}

#[test]
fn every_rule_is_in_the_query_or_excused_and_never_both() {
    for dialect in Dialect::ALL {
        let text = sql(&options(dialect)).unwrap();
        let judged = judged(&text);
        for rule in rules() {
            let excused = text.contains(&format!("-- not in SQL: {}: ", rule.id));
            assert_eq!(excused, excuse(rule).is_some(), "{}", rule.id);
            assert_ne!(excused, judged.contains(rule.id), "{} for {}", rule.id, dialect.name());
        }
        assert_eq!(judged.len() + text.matches("-- not in SQL: ").count(), rules().len());
    }
}

#[test]
fn most_rules_that_need_no_more_than_rows_are_in_sql() {
    let alone = rules().iter().filter(|rule| rule.needs.is_none()).count();
    let said = rules().iter().filter(|rule| excuse(rule).is_none()).count();
    assert!(3 * said > 2 * alone, "{said} of {alone}");
}

#[test]
fn parentheses_and_quotes_are_closed() {
    for dialect in Dialect::ALL {
        let text = sql(&options(dialect)).unwrap();
        let mut inside = false;
        let mut depth = 0_i32;
        for letter in text.lines().filter(|line| !line.starts_with("--")).flat_map(str::chars) {
            match letter {
                '\'' => inside = !inside,
                '(' if !inside => depth += 1,
                ')' if !inside => depth -= 1,
                _ => {}
            }
            assert!(depth >= 0, "{}", dialect.name());
        }
        assert!(!inside && depth == 0, "{}", dialect.name());
    }
}

#[test]
fn one_rule_brings_only_the_steps_that_it_needs() {
    let only = Options { rules: vec!["WH-USAGE-080".to_owned()], ..options(Dialect::DuckDb) };
    let text = sql(&only).unwrap();
    assert_eq!(judged(&text), BTreeSet::from(["WH-USAGE-080".to_owned()]));
    assert!(!text.contains("verdicts AS") && !text.contains("totals AS"), "{text}");
}

#[test]
fn what_cannot_be_printed_says_why() {
    let of = |id: &str| sql(&Options { rules: vec![id.to_owned()], ..options(Dialect::DuckDb) }).unwrap_err();
    assert_eq!(of("WH-USAGE-999"), SqlError::NoRule { id: "WH-USAGE-999".to_owned() });
    assert!(of("WH-USAGE-074").to_string().contains("needs the line items"));
}

#[test]
fn codes_are_texts_whatever_they_hold() {
    let codes = Options { granted_codes: vec!["1'0".to_owned()], ..options(Dialect::Postgres) };
    assert!(sql(&codes).unwrap().contains("REQUEST_RESPONSE IN ('1''0')"));
}

#[test]
fn a_narrow_table_is_not_asked_for_columns_that_it_lacks() {
    let narrow = Options { narrow: true, ..options(Dialect::Snowflake) };
    let text = sql(&narrow).unwrap();
    assert!(text.contains("CAST(NULL AS VARCHAR) AS PARTIAL") && !text.contains("TO_VARCHAR(PARTIAL)"));
}
