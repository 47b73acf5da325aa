//! What was promised, held against the usage rows.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::decimal;

/// Everything that the clients were told and that the rows say, so far.
#[derive(Default)]
pub(super) struct Ledger {
    /// Tokens of each acknowledged request, by correlation ID.
    acknowledged: BTreeMap<String, Decimal>,
    /// Requests that were sent and not answered: each may have happened, once.
    unanswered: usize,
    rows: usize,
    /// What the rows charged, by correlation ID.
    charged: BTreeMap<String, Decimal>,
    refunds: usize,
    used: BTreeMap<String, Decimal>,
    /// Charges less refunds of each session.
    of_session: BTreeMap<String, Decimal>,
}

impl Ledger {
    pub(super) fn acknowledge(&mut self, correlation: String, tokens: Decimal) {
        assert!(self.acknowledged.insert(correlation, tokens).is_none(), "a correlation ID came twice");
    }

    pub(super) fn unanswered(&mut self, requests: usize) {
        self.unanswered += requests;
    }

    pub(super) const fn rows(&self) -> usize {
        self.rows
    }

    pub(super) fn acknowledgements(&self) -> usize {
        self.acknowledged.len()
    }

    pub(super) const fn refunds(&self) -> usize {
        self.refunds
    }

    /// What a line item must have used.
    pub(super) fn used(&self, line_item: &str) -> Decimal {
        self.used.get(line_item).copied().unwrap_or_default()
    }

    /// Takes in the next rows, which go on without a gap from those before.
    pub(super) fn take(&mut self, rows: &[Value]) {
        for row in rows {
            self.rows += 1;
            assert_eq!(row["_SEQ"], json!(self.rows), "the sequence has a gap");
            let amount = decimal(&row["METER_QUANTITY"]);
            let used = self.used.entry(row["ACTIVATION_ID"][0].as_str().unwrap().to_owned()).or_default();
            *used += amount;
            assert_eq!(decimal(&row["USED"]), *used, "the running total has a gap at row {}", self.rows);
            if amount.is_sign_negative() {
                self.refunds += 1;
            } else {
                *self.charged.entry(row["CORRELATION_ID"].as_str().unwrap().to_owned()).or_default() +=
                    amount;
            }
            if let Some(session) = row["SESSION_ID"].as_str() {
                let net = self.of_session.entry(session.to_owned()).or_default();
                *net += amount;
                assert!(
                    !net.is_sign_negative() || net.is_zero(),
                    "a refund stands twice at row {}",
                    self.rows
                );
            }
        }
    }

    /// Every acknowledged charge stands in the rows once, and the rows hold no more than was asked for.
    pub(super) fn check(&self) {
        for (correlation, tokens) in &self.acknowledged {
            assert_eq!(self.charged.get(correlation), Some(tokens), "{correlation} was acknowledged");
        }
        let unknown = self.charged.len() - self.acknowledged.len();
        assert!(
            unknown <= self.unanswered,
            "{unknown} charges for {} requests without an answer",
            self.unanswered
        );
    }
}
