//! Examples as CSV, one a line.

use super::super::engine::Judged;
use super::text::letter;

impl Judged {
    /// The examples of all findings, with the row and its input.
    ///
    /// # Errors
    ///
    /// Never, but for a lack of memory.
    pub fn to_csv(&self) -> Result<String, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record([
            "rule",
            "level",
            "count",
            "row",
            "input",
            "input_row",
            "correlation_id",
            "message",
        ])?;
        for finding in &self.checked.findings {
            for example in &finding.examples {
                let (input, row) = self.place(example.row).unwrap_or_default();
                writer.write_record([
                    &finding.rule,
                    letter(finding.level),
                    &finding.count.to_string(),
                    &example.row.to_string(),
                    input,
                    &row.to_string(),
                    &example.correlation_id,
                    &example.message,
                ])?;
            }
        }
        let bytes = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}
