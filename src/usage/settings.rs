//! What a data set cannot tell about itself.

/// What the rules have to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Response codes of elastic rows that mean granted; four-digit codes of API v1.1 must be named here.
    pub granted_codes: Vec<String>,
    /// Charge period of sessions.
    pub charge_period_ms: i64,
}

impl Settings {
    pub(super) fn grants(&self, code: &str) -> bool {
        self.granted_codes.iter().map(String::as_str).any(|granted| granted == code)
    }
}

impl Settings {
    /// For rows that both versions of the API may have left: the granted code of v1.1 is a reading (DM-CODE-011).
    #[must_use]
    pub fn of_both_versions() -> Self {
        let granted_codes = vec!["101".to_owned(), "1101".to_owned()];
        Self { granted_codes, ..Self::default() }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self { granted_codes: vec!["101".to_owned()], charge_period_ms: 3_600_000 }
    }
}
