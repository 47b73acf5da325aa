//! Puts the query together.

use std::collections::BTreeSet;

use thiserror::Error;

use super::super::rules::{Rule, rules};
use super::cells;
use super::dialect::Dialect;
use super::excuses::excuse;
use super::group_rules::{GroupRule, group_rules};
use super::row_rules::{RowRule, row_rules};
use super::running_rules::running_rules;
use super::session_rules::session_rules;

/// What the query shows of a row.
const KEYS: &str =
    "CORRELATION_ID, TENANT_ID, INSTANCE_ID, ACTIVATION_ID, ITEM, SESSION_ID, USAGE_TIME, SEQUENCE";

/// What the SQL is to be.
#[derive(Clone, Debug)]
pub struct Options {
    /// The language.
    pub dialect: Dialect,
    /// The table, or whatever can stand behind `FROM`.
    pub table: String,
    /// A whole number that tells the order of rows of one instant; `WRITE_TIME` where there is none.
    pub sequence: Option<String>,
    /// The table has the 23 columns only.
    pub narrow: bool,
    /// Response codes of elastic rows that mean granted.
    pub granted_codes: Vec<String>,
    /// Charge period of sessions.
    pub charge_period_ms: i64,
    /// These rules alone; all if there are none.
    pub rules: Vec<String>,
    /// Print `CREATE VIEW` of this name.
    pub view: Option<String>,
}

/// The SQL cannot be printed.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum SqlError {
    /// There is no such rule.
    #[error("there is no usage rule {id}; `chargeproof usage rules` lists them")]
    NoRule {
        /// What was asked for.
        id: String,
    },
    /// All rules that were asked for are beyond SQL.
    #[error("no rule is left: {id} is not in SQL: {reason}; judge it with `chargeproof usage check`")]
    NothingLeft {
        /// The first of them.
        id: String,
        /// Why.
        reason: &'static str,
    },
}

/// The rules as one query, which has a row for each row of the table and rule that it breaks.
///
/// # Errors
///
/// When a rule is unknown, or none of the rules can be said in SQL.
pub fn sql(options: &Options) -> Result<String, SqlError> {
    let wanted = wanted(options)?;
    let excused: Vec<(&Rule, &str)> =
        wanted.iter().filter_map(|rule| excuse(rule).map(|reason| (*rule, reason))).collect();
    if let (Some((rule, reason)), true) = (excused.first(), excused.len() == wanted.len()) {
        return Err(SqlError::NothingLeft { id: rule.id.to_owned(), reason });
    }
    let chosen: BTreeSet<&str> = wanted.iter().map(|rule| rule.id).collect();
    let mut text = head(options, &excused);
    text.push_str(&query(options, &chosen));
    Ok(text)
}

fn wanted(options: &Options) -> Result<Vec<&'static Rule>, SqlError> {
    if options.rules.is_empty() {
        return Ok(rules().iter().collect());
    }
    let find = |id: &String| {
        rules().iter().find(|rule| rule.id == *id).ok_or_else(|| SqlError::NoRule { id: id.clone() })
    };
    options.rules.iter().map(find).collect()
}

fn head(options: &Options, excused: &[(&Rule, &str)]) -> String {
    let mut text = format!(
        "-- Usage rules of chargeproof for {}: a row for each rule that a row of {} breaks.\n\
         -- LEVEL is E for an error, W for a warning, I for what is only recorded.\n",
        options.dialect.name(),
        options.table.lines().next().unwrap_or_default()
    );
    for (rule, reason) in excused {
        text.push_str(&format!("-- not in SQL: {}: {reason}\n", rule.id));
    }
    if let Some(view) = &options.view {
        text.push_str(&format!("CREATE OR REPLACE VIEW {view} AS\n"));
    }
    text
}

fn query(options: &Options, chosen: &BTreeSet<&str>) -> String {
    let single: Vec<RowRule> = row_rules().into_iter().filter(|rule| chosen.contains(rule.id)).collect();
    let mut across = group_rules();
    across.extend(running_rules());
    across.extend(session_rules(options.charge_period_ms));
    across.retain(|rule| chosen.contains(rule.id));
    let mut steps = cells::ctes(options);
    let mut found = Vec::new();
    if !single.is_empty() {
        // One pass over the table for all of these; what is left is small.
        steps.push(("verdicts", verdicts(&single)));
        steps.push(("broken_rows", broken_rows(&single)));
    }
    found.extend(single.iter().map(|rule| {
        let verdict = verdict_name(rule.id);
        format!(
            "SELECT '{}' AS RULE, {verdict} AS LEVEL, {KEYS} FROM broken_rows WHERE {verdict} IS NOT NULL",
            rule.id
        )
    }));
    for rule in &across {
        for step in &rule.steps {
            if !steps.iter().any(|(name, _)| *name == step.0) {
                steps.push(step.clone());
            }
        }
        found.push(across_query(rule));
    }
    if chosen.contains(CODES) {
        found
            .push(format!("SELECT '{CODES}' AS RULE, 'I' AS LEVEL, {KEYS} FROM judged WHERE {UNKNOWN_CODE}"));
    }
    let steps: Vec<String> = steps
        .into_iter()
        .map(|(name, query)| {
            let once = if name == "broken_rows" { options.dialect.once() } else { "" };
            format!("{name} AS {once}(\n{}\n)", indent(&query))
        })
        .collect();
    format!("WITH {}\n{};\n", steps.join(", "), found.join("\nUNION ALL "))
}

/// It records and never fails.
const CODES: &str = "WH-USAGE-064";
const UNKNOWN_CODE: &str = "ELASTIC AND DENIED AND REQUEST_RESPONSE NOT IN ('102', '201')";

fn verdicts(rules: &[RowRule]) -> String {
    let verdicts: Vec<String> = rules
        .iter()
        .map(|rule| {
            let mut cases = String::new();
            for (level, condition) in [("E", &rule.error), ("W", &rule.warning)] {
                if condition != "FALSE" {
                    cases.push_str(&format!("\n    WHEN {condition} THEN '{level}'"));
                }
            }
            format!("CASE{cases}\n  END AS {}", verdict_name(rule.id))
        })
        .collect();
    format!("SELECT\n  {KEYS},\n  {}\nFROM judged", verdicts.join(",\n  "))
}

fn broken_rows(rules: &[RowRule]) -> String {
    let any: Vec<String> =
        rules.iter().map(|rule| format!("{} IS NOT NULL", verdict_name(rule.id))).collect();
    format!("SELECT * FROM verdicts\nWHERE {}", any.join("\n  OR "))
}

fn across_query(rule: &GroupRule) -> String {
    let (id, from, error, warning) = (rule.id, rule.from, &rule.error, &rule.warning);
    format!(
        "SELECT '{id}' AS RULE, LEVEL, {KEYS} FROM (\n  SELECT\n    {KEYS},\n    CASE\n      WHEN {error} THEN 'E'\n      \
         WHEN {warning} THEN 'W'\n    END AS LEVEL\n  FROM {from}\n) found WHERE LEVEL IS NOT NULL"
    )
}

fn verdict_name(id: &str) -> String {
    id.replace('-', "_")
}

fn indent(text: &str) -> String {
    text.lines().map(|line| format!("  {line}")).collect::<Vec<_>>().join("\n")
}
