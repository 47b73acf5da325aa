//! The report for people: counts by rule and by day, and examples between the rows around them. One file that works
//! offline.

use std::collections::BTreeMap;

use jiff::Timestamp;
use minijinja::{Environment, Value, context};

use super::super::engine::Judged;
use super::super::rules;
use super::super::source::Input;
use super::neighbours;
use super::text::{grouped, letter};

const TEMPLATE: &str = include_str!("report.html");
/// Days that are shown; the others are added up.
const DAYS: usize = 62;

impl Judged {
    /// HTML, with the rows around each example read anew from the inputs.
    ///
    /// # Errors
    ///
    /// When the template cannot be filled in.
    pub fn to_html(&self, inputs: &[Input]) -> Result<String, minijinja::Error> {
        let rows = neighbours::read(self, inputs);
        let mut environment = Environment::new();
        environment.add_template("report.html", TEMPLATE)?;
        let findings: Vec<Value> = self
            .checked
            .findings
            .iter()
            .map(|finding| {
                let rule = rules::find(&finding.rule);
                let examples: Vec<Value> = finding.examples.iter().map(|example| {
                    let around: Vec<Value> = rows
                        .range(example.row.saturating_sub(1)..=example.row + 1)
                        .map(|(row, text)| context! { row => grouped(*row), text, own => *row == example.row })
                        .collect();
                    let (input, input_row) = self.place(example.row).unwrap_or_default();
                    context! { row => grouped(example.row), input, input_row => grouped(input_row), correlation => &example.correlation_id, message => &example.message, around }
                }).collect();
                context! {
                    rule => &finding.rule, level => letter(finding.level), count => grouped(finding.count), examples,
                    more => grouped(finding.count.saturating_sub(finding.examples.len() as u64)),
                    says => rule.map(|rule| rule.says), basis => rule.map(|rule| rule.basis), advice => rule.map(|rule| rule.advice),
                }
            })
            .collect();
        let inputs: Vec<Value> = self
            .inputs
            .iter()
            .map(|input| context! { name => &input.name, rows => grouped(input.rows) })
            .collect();
        let left: Vec<Value> = self
            .not_applied()
            .into_iter()
            .map(|(need, rules)| context! { flag => need.flag(), rules => rules.join(", ") })
            .collect();
        environment.get_template("report.html")?.render(context! {
            source => &self.checked.source, rows => grouped(self.checked.rows), rules => self.checked.rules,
            findings, inputs, left, days => self.day_table(), forms => &self.forms,
        })
    }

    /// A line for each day on which something was found, and a column for each rule.
    fn day_table(&self) -> Value {
        let found: Vec<(&str, &str)> = self
            .checked
            .findings
            .iter()
            .map(|finding| (finding.rule.as_str(), letter(finding.level)))
            .collect();
        let mut days: BTreeMap<i64, Vec<u64>> = BTreeMap::new();
        for ((rule, level, day), count) in &self.days {
            if let Some(place) = found.iter().position(|known| *known == (*rule, letter(*level))) {
                days.entry(*day).or_insert_with(|| vec![0; found.len()])[place] += count;
            }
        }
        let left = days.len().saturating_sub(DAYS);
        let lines: Vec<Value> = days
            .iter()
            .rev()
            .take(DAYS)
            .map(|(day, counts)| {
                let date =
                    Timestamp::from_second(day * 86_400).map(|time| time.strftime("%Y-%m-%d").to_string());
                let counts: Vec<String> = counts
                    .iter()
                    .map(|count| if *count == 0 { String::new() } else { grouped(*count) })
                    .collect();
                context! { date => date.unwrap_or_default(), counts }
            })
            .collect();
        let heads: Vec<Value> = found.iter().map(|&(rule, level)| context! { rule, level }).collect();
        context! { heads, lines, left }
    }
}
