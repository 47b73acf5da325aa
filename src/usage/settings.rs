//! What a data set cannot tell about itself.

use std::sync::Arc;

use super::findings::EXAMPLES;
use super::knowledge::Knowledge;

/// What the rules have to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Response codes of elastic rows that mean granted. Both versions of the API may have left rows, and the code
    /// of v1.1 is a reading (DM-CODE-011).
    pub granted_codes: Vec<String>,
    /// Charge period of sessions; none where it has changed within the data set, so that refunds cannot be computed.
    pub charge_period_ms: Option<i64>,
    /// Whether items may be priced by a formula. What `METER_COST` holds for them is not documented, so that the
    /// rules which compute with it only warn (WH-USAGE-098).
    pub formulas: bool,
    /// What is known beside the rows.
    pub knowledge: Arc<Knowledge>,
    /// Whether the service lets line items last 12 hours longer on either side, for the sake of time zones.
    pub timezone_tolerant: bool,
    /// How many examples of a finding are kept.
    pub examples: usize,
    /// Threads that read and judge rows of files.
    pub threads: usize,
}

impl Settings {
    pub(super) fn grants(&self, code: &str) -> bool {
        self.granted_codes.iter().map(String::as_str).any(|granted| granted == code)
    }
}

impl Default for Settings {
    fn default() -> Self {
        let granted_codes = vec!["101".to_owned(), "1101".to_owned()];
        Self {
            granted_codes,
            charge_period_ms: Some(3_600_000),
            formulas: false,
            knowledge: Arc::default(),
            timezone_tolerant: false,
            examples: EXAMPLES,
            threads: 2,
        }
    }
}
