//! What was found, for people at a terminal.

use super::super::engine::Judged;
use super::super::rules;
use crate::report::events::{Finding, FindingExample, Severity, UsageChecked};

/// Characters in a line.
const WIDTH: usize = 80;

/// Whether any finding contradicts stated text.
#[must_use]
pub fn fails(checked: &UsageChecked) -> bool {
    checked.findings.iter().any(|finding| finding.level == Severity::E && finding.count > 0)
}

/// The findings as text of at most 80 columns.
#[must_use]
pub fn render_text(judged: &Judged) -> String {
    let checked = &judged.checked;
    let mut text = String::new();
    paragraph(&mut text, "", &format!("Usage rows from {}", plain(&checked.source)));
    if checked.rows == 0 {
        paragraph(&mut text, "", "There are no rows: nothing was judged.");
        return text;
    }
    let of =
        |level: Severity| checked.findings.iter().filter(|finding| finding.level == level).count() as u64;
    let summary = format!(
        "{} judged by {}: {}, {}, {}",
        counted(checked.rows, "row"),
        counted(checked.rules, "rule"),
        counted(of(Severity::E), "error"),
        counted(of(Severity::W), "warning"),
        counted(of(Severity::I), "note")
    );
    paragraph(&mut text, "", &summary);
    for (need, rules) in judged.not_applied() {
        let ids = rules.join(", ");
        paragraph(&mut text, "", &format!("Not applied without {}: {ids}", need.flag()));
    }
    for finding in &checked.findings {
        render_finding(&mut text, finding, judged);
    }
    text
}

fn render_finding(text: &mut String, finding: &Finding, judged: &Judged) {
    text.push('\n');
    let head =
        format!("{}  {}  {}", letter(finding.level), plain(&finding.rule), counted(finding.count, "row"));
    paragraph(text, "", &head);
    let rule = rules::find(&finding.rule);
    if let Some(rule) = rule {
        paragraph(text, "   ", &format!("{} ({})", rule.says, rule.basis));
    }
    for example in &finding.examples {
        paragraph(text, "     ", &describe(example, judged));
    }
    let more = finding.count.saturating_sub(finding.examples.len() as u64);
    if more > 0 {
        paragraph(text, "     ", &format!("and {} more", grouped(more)));
    }
    if let Some(rule) = rule {
        paragraph(text, "   ", &format!("What to do: {}", rule.advice));
    }
}

fn describe(example: &FindingExample, judged: &Judged) -> String {
    // With several inputs a number through all of them helps nobody to find the row.
    let row = match judged.place(example.row).filter(|_| judged.inputs.len() > 1) {
        Some((input, row)) => format!("{} of {}", grouped(row), plain(input)),
        None => grouped(example.row),
    };
    if example.correlation_id.is_empty() {
        return format!("row {row}: {}", plain(&example.message));
    }
    format!("row {row}, correlation ID {}: {}", plain(&example.correlation_id), plain(&example.message))
}

pub(in crate::usage) fn letter(level: Severity) -> &'static str {
    match level {
        Severity::I => "I",
        Severity::W => "W",
        Severity::E => "E",
    }
}

/// A text without control characters, which could otherwise steer a terminal.
pub(in crate::usage) fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

pub(in crate::usage) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// A number with a comma between groups of three digits.
pub(in crate::usage) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Adds a paragraph that is broken between words, or within a word that is longer than a line.
pub(in crate::usage) fn paragraph(text: &mut String, indent: &str, words: &str) {
    let width = WIDTH - indent.len();
    let mut column = 0;
    for word in words.split(' ') {
        let letters: Vec<char> = word.chars().collect();
        for (piece, chunk) in letters.chunks(width).enumerate() {
            let fits = piece == 0 && column > 0 && column + 1 + chunk.len() <= width;
            if fits {
                text.push(' ');
                column += 1;
            } else {
                if column > 0 {
                    text.push('\n');
                }
                text.push_str(indent);
                column = 0;
            }
            text.extend(chunk);
            column += chunk.len();
        }
        // Two spaces in a row are an empty word: keep them.
        if letters.is_empty() && column > 0 && column < width {
            text.push(' ');
            column += 1;
        }
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(message: &str) -> Judged {
        let example =
            FindingExample { row: 1200, correlation_id: "c".repeat(200), message: message.to_owned() };
        let finding = Finding {
            rule: "WH-USAGE-055".to_owned(),
            level: Severity::E,
            count: 3,
            examples: vec![example],
        };
        Judged::of(UsageChecked {
            source: "rows.jsonl".to_owned(),
            rows: 1200,
            rules: 80,
            findings: vec![finding],
        })
    }

    #[test]
    fn text_fits_80_columns_and_says_what_to_do() {
        let text = render_text(&checked(&"METER_QUANTITY is 31 ".repeat(20)));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH), "{text}");
        assert!(text.contains("E  WH-USAGE-055  3 rows\n"), "{text}");
        assert!(text.contains("1,200 rows judged by 80 rules: 1 error, 0 warnings, 0 notes"), "{text}");
        assert!(text.contains("What to do:") && text.contains("and 2 more"), "{text}");
    }

    #[test]
    fn data_cannot_steer_the_terminal() {
        assert!(!render_text(&checked("\u{1b}[2J")).contains('\u{1b}'));
    }

    #[test]
    fn no_rows_are_said_to_be_none() {
        let nothing = UsageChecked { source: "-".to_owned(), rows: 0, rules: 80, findings: Vec::new() };
        assert!(render_text(&Judged::of(nothing.clone())).contains("There are no rows"));
        assert!(!fails(&nothing));
    }
}
