//! The documented forms of a value, and which of them a data set uses.
//!
//! Every form is accepted. A data set that mixes two forms of one topic is worth a warning (S-31: topic by
//! topic, elastic and license-server rows apart), because one writer has no reason to use both.

use std::collections::BTreeMap;

use super::cases::Family;
use super::findings::{At, Findings};
use crate::report::events::Severity;

/// Forms seen: topic ID to form to number of rows.
pub type Forms = BTreeMap<String, BTreeMap<String, u64>>;

/// One form of one topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    NullValue,
    EmptyText,
    AbsentKey,
    ActivationArray,
    ActivationText,
    ActivationBare,
    Milliseconds,
    MillisecondsText,
    IsoTime,
    SpacedTime,
    JsonNative,
    JsonText,
    CodeThreeText,
    CodeFourText,
    CodeThreeNumber,
    CodeFourNumber,
    VersionText,
    VersionNumber,
    Repeat,
    Apportion,
    Running,
    Final,
    NegativeQuantity,
    NegativeItem,
    Unsigned,
    Narrow,
    Wide,
    DatabaseNames,
    DataAccessNames,
    VariantNames,
}

const FORM_COUNT: usize = 30;

/// Form, topic and label, in the order of [`Form`].
static FORMS: [(Form, &str, &str); FORM_COUNT] = [
    (Form::NullValue, "WH-USAGE-001", "null"),
    (Form::EmptyText, "WH-USAGE-001", "empty text"),
    (Form::AbsentKey, "WH-USAGE-001", "key absent"),
    (Form::ActivationArray, "WH-USAGE-002", "array"),
    (Form::ActivationText, "WH-USAGE-002", "array as text"),
    (Form::ActivationBare, "WH-USAGE-002", "bare text"),
    (Form::Milliseconds, "WH-USAGE-003", "milliseconds"),
    (Form::MillisecondsText, "WH-USAGE-003", "milliseconds as text"),
    (Form::IsoTime, "WH-USAGE-003", "ISO 8601"),
    (Form::SpacedTime, "WH-USAGE-003", "timestamp with a space"),
    (Form::JsonNative, "WH-USAGE-004", "native JSON"),
    (Form::JsonText, "WH-USAGE-004", "JSON as text"),
    (Form::CodeThreeText, "WH-USAGE-005", "text, three digits"),
    (Form::CodeFourText, "WH-USAGE-005", "text, four digits"),
    (Form::CodeThreeNumber, "WH-USAGE-005", "number, three digits"),
    (Form::CodeFourNumber, "WH-USAGE-005", "number, four digits"),
    (Form::VersionText, "WH-USAGE-006", "text"),
    (Form::VersionNumber, "WH-USAGE-006", "number"),
    (Form::Repeat, "WH-USAGE-007", "repeat"),
    (Form::Apportion, "WH-USAGE-007", "apportion"),
    (Form::Running, "WH-USAGE-008", "running"),
    (Form::Final, "WH-USAGE-008", "final"),
    (Form::NegativeQuantity, "WH-USAGE-009", "negative quantity"),
    (Form::NegativeItem, "WH-USAGE-009", "negative item"),
    (Form::Unsigned, "WH-USAGE-009", "unsigned"),
    (Form::Narrow, "WH-USAGE-010", "23 columns"),
    (Form::Wide, "WH-USAGE-010", "31 columns"),
    (Form::DatabaseNames, "WH-USAGE-011", "database names"),
    (Form::DataAccessNames, "WH-USAGE-011", "Data Access names"),
    (Form::VariantNames, "WH-USAGE-011", "variants of Data Access names"),
];

impl Form {
    fn all() -> impl Iterator<Item = Form> {
        FORMS.iter().map(|(form, _, _)| *form)
    }

    fn topic(self) -> &'static str {
        FORMS[self as usize].1
    }

    fn label(self) -> &'static str {
        FORMS[self as usize].2
    }

    /// Whether a second form of the topic is worth a warning. Status values of license servers are open, the
    /// column set is judged over the whole data set, and variants of names have their own finding.
    fn counts_as_mixing(self, family: Family) -> bool {
        match self.topic() {
            "WH-USAGE-005" => family == Family::Elastic,
            "WH-USAGE-010" => false,
            _ => self != Form::VariantNames,
        }
    }
}

/// The forms that one row uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct FormSet(u32);

impl FormSet {
    pub(super) const NONE: Self = Self(0);

    pub(super) const fn of(form: Form) -> Self {
        Self(1 << form as u32)
    }

    pub(super) fn without(self, form: Form) -> Self {
        Self(self.0 & !(1 << form as u32))
    }

    pub(super) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }

    pub(super) fn insert(&mut self, form: Form) {
        self.0 |= 1 << form as u32;
    }

    pub(super) fn contains(self, form: Form) -> bool {
        self.0 & (1 << form as u32) != 0
    }
}

#[derive(Clone, Debug, Default)]
struct Seen {
    count: u64,
    row: u64,
    correlation: String,
}

/// Counts the forms of a data set.
#[derive(Debug)]
pub(super) struct FormBook {
    seen: [Vec<Seen>; Family::COUNT],
}

impl Default for FormBook {
    fn default() -> Self {
        Self { seen: std::array::from_fn(|_| vec![Seen::default(); FORM_COUNT]) }
    }
}

impl FormBook {
    /// Counts all forms of rows that have the same.
    pub(super) fn record_all(&mut self, family: Family, forms: FormSet, count: u64, at: At<'_>) {
        for form in Form::all().filter(|form| forms.contains(*form)) {
            self.record_many(family, form, count, at);
        }
    }

    /// Counts one form of one row or group of rows.
    pub(super) fn record(&mut self, family: Family, form: Form, at: At<'_>) {
        self.record_many(family, form, 1, at);
    }

    /// Counts one form of several rows, `at` being the first of them.
    pub(super) fn record_many(&mut self, family: Family, form: Form, count: u64, at: At<'_>) {
        let seen = &mut self.seen[family as usize][form as usize];
        let first = seen.count == 0;
        seen.count += count;
        // Groups close in no order: the first row is the one with the smallest number.
        if first || at.row < seen.row {
            seen.row = at.row;
            seen.correlation = at.correlation.to_owned();
        }
    }

    /// What was seen, for reports.
    pub(super) fn forms(&self) -> Forms {
        let mut forms = Forms::new();
        for form in Form::all() {
            let count: u64 = self.seen.iter().map(|family| family[form as usize].count).sum();
            if count > 0 {
                forms.entry(form.topic().to_owned()).or_default().insert(form.label().to_owned(), count);
            }
        }
        forms
    }

    /// Warns of every topic in which one family of rows uses more than one form; the rows in the less common
    /// forms are the ones to look at.
    pub(super) fn judge(&self, findings: &mut Findings) {
        for family in Family::ALL {
            let mut topics: BTreeMap<&'static str, Vec<Form>> = BTreeMap::new();
            for form in Form::all().filter(|form| form.counts_as_mixing(family)) {
                if self.seen[family as usize][form as usize].count > 0 {
                    topics.entry(form.topic()).or_default().push(form);
                }
            }
            for (topic, forms) in topics {
                self.judge_topic(family, topic, &forms, findings);
            }
        }
    }

    fn judge_topic(&self, family: Family, topic: &'static str, forms: &[Form], findings: &mut Findings) {
        let seen = |form: Form| &self.seen[family as usize][form as usize];
        let Some(common) = forms.iter().copied().rev().max_by_key(|form| seen(*form).count) else { return };
        for form in forms.iter().copied().filter(|form| *form != common) {
            let rare = seen(form);
            let message = format!(
                "the form \"{}\" is used, where most {} rows use \"{}\"",
                form.label(),
                family.says(),
                common.label()
            );
            let at = At { row: rare.row, correlation: &rare.correlation, time_ms: None };
            findings.add_counted(topic, Severity::W, rare.count, at, message);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(row: u64) -> At<'static> {
        At { row, correlation: "c", time_ms: None }
    }

    #[test]
    fn the_table_is_in_the_order_of_the_forms() {
        for (index, form) in Form::all().enumerate() {
            assert_eq!(form as usize, index);
        }
    }

    #[test]
    fn mixing_is_judged_per_family() {
        let mut book = FormBook::default();
        book.record(Family::Elastic, Form::Milliseconds, at(1));
        book.record(Family::LicenseServer, Form::IsoTime, at(2));
        let mut findings = Findings::default();
        book.judge(&mut findings);
        assert!(findings.into_sorted().is_empty());
    }

    #[test]
    fn the_less_common_form_is_reported() {
        let mut book = FormBook::default();
        book.record(Family::Elastic, Form::Milliseconds, at(1));
        book.record(Family::Elastic, Form::Milliseconds, at(2));
        book.record(Family::Elastic, Form::IsoTime, at(3));
        let mut findings = Findings::default();
        book.judge(&mut findings);
        let found = findings.into_sorted();
        assert_eq!((found[0].rule.as_str(), found[0].count), ("WH-USAGE-003", 1));
        assert_eq!(found[0].examples[0].row, 3);
        assert_eq!(book.forms()["WH-USAGE-003"]["milliseconds"], 2);
    }
}
