//! A report for continuous integration: a test case for each rule.

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::super::engine::Judged;
use super::super::rules::rules;
use crate::report::events::Severity;

impl Judged {
    /// JUnit XML. What contradicts stated text fails; what was not applied is skipped; the rest stands in the output of
    /// its test case.
    ///
    /// # Errors
    ///
    /// When the findings cannot be written as XML.
    pub fn to_junit(&self) -> Result<String, quick_junit::SerializeError> {
        let mut suite = TestSuite::new("usage rows");
        for rule in rules() {
            let mut case = TestCase::new(format!("{} {}", rule.id, rule.says), self.status_of(rule.id));
            case.set_classname(&self.checked.source);
            let told: Vec<String> = self
                .checked
                .findings
                .iter()
                .filter(|finding| finding.rule == rule.id)
                .flat_map(|finding| {
                    let rows = finding
                        .examples
                        .iter()
                        .map(|example| format!("row {}: {}", example.row, example.message));
                    std::iter::once(format!("{:?}, {} rows", finding.level, finding.count)).chain(rows)
                })
                .collect();
            if !told.is_empty() {
                case.set_system_out(told.join("\n"));
            }
            suite.add_test_case(case);
        }
        let mut report = Report::new("chargeproof usage check");
        report.add_test_suite(suite);
        report.to_string()
    }

    fn status_of(&self, rule: &str) -> TestCaseStatus {
        if self.not_applied().iter().any(|(_, rules)| rules.contains(&rule)) {
            return TestCaseStatus::skipped();
        }
        let broken =
            self.checked.findings.iter().find(|finding| finding.rule == rule && finding.level == Severity::E);
        let Some(finding) = broken else { return TestCaseStatus::success() };
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        let first =
            finding.examples.first().map(|example| format!(": row {}: {}", example.row, example.message));
        status.set_message(format!("{} rows{}", finding.count, first.unwrap_or_default()));
        status
    }
}
