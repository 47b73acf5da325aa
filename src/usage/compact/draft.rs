//! A row in the making: cells come one by one, in any order and from any format.

use rust_decimal::Decimal;

use super::super::cases::{Case, Facts, Family};
use super::super::columns::{COLUMN_COUNT, Column, ColumnSet};
use super::super::forms::{Form, FormSet};
use super::super::row::Row;
use super::correlation::Correlation;
use super::row::{Compact, item_of, line_item_of};
use super::tokens::{self, Token};

const NUMBERS: usize = 6;
const TIMES: usize = 3;

/// What has been seen of a row.
#[derive(Clone)]
pub(in crate::usage) struct Draft {
    pub(in crate::usage) columns: ColumnSet,
    pub(in crate::usage) set: ColumnSet,
    pub(in crate::usage) forms: FormSet,
    /// Something needs a closer look.
    pub(in crate::usage) odd: bool,
    pub(in crate::usage) sequenced: bool,
    pub(in crate::usage) data_access: bool,
    pub(in crate::usage) correlation: Correlation,
    hashes: [u64; COLUMN_COUNT],
    kinds: [u8; COLUMN_COUNT],
    numbers: [Decimal; NUMBERS],
    times: [i64; TIMES],
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            columns: ColumnSet::default(),
            set: ColumnSet::default(),
            forms: FormSet::NONE,
            odd: false,
            sequenced: false,
            data_access: false,
            correlation: Correlation::None,
            hashes: [0; COLUMN_COUNT],
            kinds: [0; COLUMN_COUNT],
            numbers: [Decimal::ZERO; NUMBERS],
            times: [0; TIMES],
        }
    }
}

/// Where a number is kept.
fn number_slot(column: Column) -> usize {
    match column {
        Column::Used => 0,
        Column::MeterQuantity => 1,
        Column::MeterCost => 2,
        Column::ItemQuantity => 3,
        Column::MappedEntitledCount => 4,
        _ => 5,
    }
}

fn time_slot(column: Column) -> usize {
    match column {
        Column::UsageTime => 0,
        Column::WriteTime => 1,
        _ => 2,
    }
}

impl Draft {
    /// A row of these columns, of which no cell has been seen yet.
    pub(in crate::usage) fn blank(row: &Row) -> Self {
        Self {
            columns: row.columns,
            forms: row.forms.without(Form::NullValue),
            data_access: row.data_access,
            ..Self::default()
        }
    }

    /// A cell that is NULL, or empty.
    pub(in crate::usage) fn null(&mut self, form: Form) {
        self.forms.insert(form);
    }

    /// A cell whose text has been looked at.
    pub(in crate::usage) fn token(&mut self, column: Column, token: Token) {
        self.forms.add(token.forms);
        if token.hash == 0 {
            return;
        }
        self.set.insert(column);
        self.odd |= token.odd;
        self.hashes[column as usize] = token.hash;
        self.kinds[column as usize] = token.kind;
    }

    /// The correlation ID.
    pub(in crate::usage) fn correlation(&mut self, text: &str) {
        if text.is_empty() {
            return self.null(Form::EmptyText);
        }
        self.set.insert(Column::CorrelationId);
        self.correlation = Correlation::of(text);
    }

    /// A cell that holds a number.
    pub(in crate::usage) fn number(&mut self, column: Column, number: Decimal) {
        self.set.insert(column);
        let signed = matches!(column, Column::MeterQuantity | Column::ItemQuantity);
        self.odd |= !signed && number < Decimal::ZERO;
        self.odd |= column == Column::MappedEntitledCount && number.scale() > 0 && !number.is_integer();
        self.numbers[number_slot(column)] = number;
    }

    /// A cell that holds a time in milliseconds.
    pub(in crate::usage) fn time(&mut self, column: Column, time_ms: i64, form: Form) {
        self.set.insert(column);
        self.forms.insert(form);
        self.times[time_slot(column)] = time_ms;
    }

    /// A cell that holds true or false.
    pub(in crate::usage) fn boolean(&mut self, column: Column, value: bool) {
        self.set.insert(column);
        self.kinds[column as usize] = if value { tokens::TRUE } else { tokens::FALSE };
    }

    /// A cell that has to be read in full.
    pub(in crate::usage) fn strange(&mut self, column: Column) {
        self.set.insert(column);
        self.odd = true;
    }

    pub(super) fn has(&self, column: Column) -> bool {
        self.set.contains(column)
    }

    pub(super) fn kind(&self, column: Column) -> u8 {
        self.kinds[column as usize]
    }

    pub(super) fn number_of(&self, column: Column) -> Option<Decimal> {
        self.has(column).then(|| self.numbers[number_slot(column)])
    }

    pub(super) fn time_of(&self, column: Column) -> Option<i64> {
        self.has(column).then(|| self.times[time_slot(column)])
    }

    /// What kind of row it is; nothing where only a full reading tells.
    pub(in crate::usage) fn facts(&self, formulas: bool) -> Option<Facts> {
        let response = self.kind(Column::RequestResponse);
        let session = self.has(Column::SessionId);
        let granted_code = response == tokens::GRANTED;
        let negative = self.numbers[number_slot(Column::MeterQuantity)] < Decimal::ZERO;
        let (family, denied, case) = match self.kind(Column::MeterType) {
            tokens::ELASTIC => {
                let denied = response > tokens::GRANTED;
                let case = match (session, denied) {
                    (_, false) if negative => Case::Refund,
                    (true, true) => Case::SessionDenied,
                    (true, false) if granted_code => Case::SessionGranted,
                    (true, false) => Case::AutomaticCharge,
                    (false, true) => Case::OneOffDenied,
                    (false, false) if granted_code || self.has(Column::ActivationId) => Case::OneOffGranted,
                    (false, false) => return None,
                };
                (Family::Elastic, denied, case)
            }
            kind @ (tokens::CONCURRENT | tokens::METERED) => {
                let denied = self.has(Column::RequestResponse);
                let case = match (kind == tokens::METERED, denied) {
                    (false, false) => Case::ConcurrentGranted,
                    (false, true) => Case::ConcurrentDenied,
                    (true, false) => Case::MeteredGranted,
                    (true, true) => Case::MeteredDenied,
                };
                (Family::LicenseServer, denied, case)
            }
            _ => return None,
        };
        let elastic = family == Family::Elastic;
        let refund = elastic && !denied && negative;
        Some(Facts {
            family,
            case,
            denied,
            granted_code: elastic && granted_code,
            refund,
            charge: elastic && !denied && !refund,
            wide: self.is_wide(),
            formula: elastic && formulas,
        })
    }

    pub(in crate::usage) fn is_wide(&self) -> bool {
        !self.columns.intersection(ColumnSet::EIGHT).is_empty()
    }

    /// The row for the rules across rows.
    pub(in crate::usage) fn compact(&mut self, row: u64, facts: Facts) -> Compact {
        let hash = |column: Column| self.hashes[column as usize];
        let agreement = [
            hash(Column::TenantId),
            hash(Column::AccountId),
            hash(Column::InstanceId),
            hash(Column::ConsumerId),
            hash(Column::ConsumerType),
            hash(Column::SessionId),
            hash(Column::MeterType),
        ];
        let activation = hash(Column::ActivationId);
        let state = self.kind(Column::SessionState);
        Compact {
            row,
            sequenced: self.sequenced,
            facts,
            ended: matches!(state, tokens::TERMINATED | tokens::FAILED),
            idle: state == tokens::IDLE,
            returned: self.kind(Column::ServedClientStatus) == tokens::GIVEN_BACK,
            time_ms: self.time_of(Column::UsageTime),
            line_item: line_item_of(&agreement, activation, self.kind(Column::ActivationId) == 1),
            agreement,
            item: item_of(hash(Column::Item), hash(Column::ItemVersion)),
            activation,
            response: hash(Column::RequestResponse),
            rate_table: hash(Column::MeterCostList),
            used: self.number_of(Column::Used),
            tokens: self.number_of(Column::MeterQuantity),
            cost: self.number_of(Column::MeterCost),
            quantity: self.number_of(Column::ItemQuantity),
            entitled: self.number_of(Column::MappedEntitledCount),
            correlation: std::mem::take(&mut self.correlation),
        }
    }
}
