//! Whether a row is plainly right: no rule on single rows could find anything in it, not even a note.
//!
//! The rules stay the judges. This only spares them the rows that they would pass, so that every doubt is decided
//! against the row: it is then read in full. A test holds both against each other.

use std::sync::LazyLock;

use rust_decimal::Decimal;

use super::super::cases::{self, Case, Facts};
use super::super::columns::{Column, ColumnSet};
use super::super::rules::time_rules as times;
use super::draft::Draft;
use super::tokens;

/// Columns that have to be set, and those that must not be, by case.
static CELLS: LazyLock<[(ColumnSet, ColumnSet); Case::COUNT]> = LazyLock::new(cases::plain_cells);

impl Draft {
    /// Whether no rule on single rows has a word to say.
    pub(in crate::usage) fn is_ordinary(&self, facts: &Facts) -> bool {
        let (required, forbidden) = CELLS[facts.case as usize];
        let tenant = if self.data_access { ColumnSet::of(&[Column::TenantId]) } else { ColumnSet::default() };
        if self.odd
            || !required.without(tenant).without(self.set).is_empty()
            || !forbidden.intersection(self.set).is_empty()
            || facts.formula
        {
            return false;
        }
        self.plain_times(facts)
            && self.within_entitlement()
            && if facts.elastic() { self.plain_elastic(facts) } else { self.plain_license(facts) }
    }

    fn plain_times(&self, facts: &Facts) -> bool {
        let (Some(used), Some(written)) = (self.time_of(Column::UsageTime), self.time_of(Column::WriteTime))
        else {
            return false;
        };
        let late = written.saturating_sub(used);
        let soon = !facts.elastic() || late <= times::LATE_MS;
        soon && late >= -times::SKEW_IGNORED_MS && times::is_plausible(used) && times::is_plausible(written)
    }

    fn within_entitlement(&self) -> bool {
        match (self.number_of(Column::Used), self.number_of(Column::MappedEntitledCount)) {
            (Some(used), Some(entitled)) => used <= entitled || self.within_overdraft(used, entitled),
            _ => true,
        }
    }

    fn within_overdraft(&self, used: Decimal, entitled: Decimal) -> bool {
        match self.number_of(Column::OverdraftCount) {
            Some(overdraft) => entitled.checked_add(overdraft).is_some_and(|limit| used <= limit),
            None => self.is_wide(),
        }
    }

    fn plain_elastic(&self, facts: &Facts) -> bool {
        let number = |column| self.number_of(column);
        let Some(quantity) = number(Column::ItemQuantity) else { return false };
        if self.kind(Column::Meter) != tokens::ELASTIC_TOKEN
            || self.has(Column::SessionId) != self.has(Column::SessionState)
        {
            return false;
        }
        let Some(taken) = number(Column::MeterQuantity) else { return false };
        if facts.denied {
            let known = self.kind(Column::RequestResponse) == tokens::KNOWN_DENIAL;
            return known && taken.is_zero() && quantity > Decimal::ZERO;
        }
        let (Some(used), Some(cost)) = (number(Column::Used), number(Column::MeterCost)) else {
            return false;
        };
        if self.kind(Column::ActivationId) != 1 {
            return false;
        }
        if facts.refund {
            let full = cost.checked_mul(quantity.abs());
            return self.has(Column::SessionId) && full.is_some_and(|full| -taken <= full);
        }
        let active = !self.has(Column::SessionId) || self.kind(Column::SessionState) == tokens::ACTIVE;
        active && quantity > Decimal::ZERO && used >= taken && taken.is_zero() == cost.is_zero()
    }

    fn plain_license(&self, facts: &Facts) -> bool {
        let Some(quantity) = self.number_of(Column::ItemQuantity) else { return false };
        let Some(taken) = self.number_of(Column::MeterQuantity) else { return false };
        if quantity <= Decimal::ZERO || taken != quantity || self.has(Column::MetaData) {
            return false;
        }
        if self.kind(Column::Incremental) == tokens::TRUE
            || self.has(Column::SessionId)
            || self.has(Column::SessionState)
        {
            return false;
        }
        if facts.denied {
            return true;
        }
        let elements = self.kind(Column::ActivationId);
        let aligned = self.kind(Column::EntitledArticles) == elements
            && self.kind(Column::EntitledArticleVersions) == elements;
        let borrowed = match (self.time_of(Column::BorrowedUntil), self.time_of(Column::UsageTime)) {
            (Some(until), Some(used)) => until >= used,
            (None, _) => true,
            (Some(_), None) => false,
        };
        aligned && borrowed
    }
}
