//! What kind of row a row is (WH-USAGE-012 to -018), and which columns are NULL in each kind (WH-USAGE-050).
//!
//! The table below is the one of the reference, cell by cell. Its letters carry the level too: a cell that a
//! source states is an error when contradicted, an inferred one a warning, an undocumented one is only
//! mentioned.

use rust_decimal::Decimal;

use super::columns::{COLUMN_COUNT, Column, ColumnSet};
use super::findings::Sheet;
use super::numbers;
use super::reading::is_code;
use super::row::Row;
use super::settings::Settings;
use crate::report::events::Severity;

/// Which system wrote a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Elastic,
    LicenseServer,
    /// The meter type does not tell.
    Unknown,
}

impl Family {
    pub(super) const COUNT: usize = 3;
    pub(super) const ALL: [Self; Self::COUNT] = [Self::Elastic, Self::LicenseServer, Self::Unknown];

    pub(super) fn says(self) -> &'static str {
        match self {
            Self::Elastic => "elastic",
            Self::LicenseServer => "license-server",
            Self::Unknown => "other",
        }
    }

    /// The unit and the shape of the response stand in for a meter type that is missing or unknown.
    fn of(row: &Row) -> Self {
        match row.meter_type.as_deref() {
            Some("elastic") => Self::Elastic,
            Some("concurrent" | "metered") => Self::LicenseServer,
            _ if row.meter.as_deref() == Some("elastic token") => Self::Elastic,
            None if row.request_response.as_deref().is_some_and(|response| !is_code(response)) => {
                Self::LicenseServer
            }
            _ => Self::Unknown,
        }
    }
}

/// A column of the NULL-by-case table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    OneOffGranted,
    OneOffDenied,
    SessionGranted,
    SessionDenied,
    AutomaticCharge,
    Refund,
    ConcurrentGranted,
    ConcurrentDenied,
    MeteredGranted,
    MeteredDenied,
    Unknown,
}

impl Case {
    pub(super) const COUNT: usize = 11;
    const ALL: [Self; Self::COUNT] = [
        Self::OneOffGranted,
        Self::OneOffDenied,
        Self::SessionGranted,
        Self::SessionDenied,
        Self::AutomaticCharge,
        Self::Refund,
        Self::ConcurrentGranted,
        Self::ConcurrentDenied,
        Self::MeteredGranted,
        Self::MeteredDenied,
        Self::Unknown,
    ];

    fn says(self) -> &'static str {
        match self {
            Self::OneOffGranted => "granted one-off request",
            Self::OneOffDenied => "denied one-off request",
            Self::SessionGranted => "granted session request",
            Self::SessionDenied => "denied session request",
            Self::AutomaticCharge => "automatic charge",
            Self::Refund => "refund",
            Self::ConcurrentGranted => "granted concurrent use",
            Self::ConcurrentDenied => "denied concurrent use",
            Self::MeteredGranted => "granted metered use",
            Self::MeteredDenied => "denied metered use",
            Self::Unknown => "row of no known meter type",
        }
    }
}

/// What the rules need to know about a row, worked out once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) family: Family,
    pub(super) case: Case,
    /// The response says no.
    pub(super) denied: bool,
    /// Elastic: the response is a granted code.
    pub(super) granted_code: bool,
    /// Elastic: tokens go back.
    pub(super) refund: bool,
    /// Elastic: tokens are taken, by a request or automatically.
    pub(super) charge: bool,
    /// The row has columns of the 31-column form.
    pub(super) wide: bool,
    /// The item may be priced by a formula.
    pub(super) formula: bool,
}

impl Facts {
    pub(super) fn of(row: &Row, settings: &Settings) -> Self {
        let family = Family::of(row);
        let response = row.request_response.as_deref();
        let elastic = family == Family::Elastic;
        let granted_code = elastic && response.is_some_and(|code| settings.grants(code));
        let denied = response.is_some() && !granted_code;
        let negative = row.meter_quantity.is_some_and(|quantity| quantity < Decimal::ZERO);
        let refund = elastic && !denied && negative;
        let charge = elastic && !denied && !refund;
        let case = match family {
            Family::Elastic if refund => Case::Refund,
            Family::Elastic => elastic_case(row, denied),
            Family::LicenseServer => license_case(row, denied),
            Family::Unknown => Case::Unknown,
        };
        let formula = elastic && settings.formulas;
        Self { family, case, denied, granted_code, refund, charge, wide: row.is_wide(), formula }
    }

    /// The facts in three bytes, for rows that wait on disk.
    pub(super) fn encode(&self) -> [u8; 3] {
        let flags =
            [self.denied, self.granted_code, self.refund, self.charge, self.wide, self.formula].into_iter();
        let flags = flags.fold(0, |flags, flag| flags << 1 | u8::from(flag));
        [self.family as u8, self.case as u8, flags]
    }

    /// The facts of three bytes.
    pub(super) fn decode([family, case, flags]: [u8; 3]) -> Option<Self> {
        let has = |bit: u8| flags >> bit & 1 == 1;
        Some(Self {
            family: *Family::ALL.get(usize::from(family))?,
            case: *Case::ALL.get(usize::from(case))?,
            denied: has(5),
            granted_code: has(4),
            refund: has(3),
            charge: has(2),
            wide: has(1),
            formula: has(0),
        })
    }

    pub(super) fn elastic(&self) -> bool {
        self.family == Family::Elastic
    }

    pub(super) fn license_server(&self) -> bool {
        self.family == Family::LicenseServer
    }

    /// Whether a license-server row may give back what was taken, so that any form of a refund is legal (WH-USAGE-009,
    /// S-36). Without the columns that tell, it may.
    pub(super) fn may_give_back(&self, row: &Row) -> bool {
        let told = row.incremental == Some(true) || row.meter_type.as_deref() == Some("metered");
        self.license_server() && (told || gave_back(row) || !self.wide)
    }
}

/// Whether a served client has ended.
pub(super) fn gave_back(row: &Row) -> bool {
    matches!(row.served_client_status.as_deref(), Some("RETURNED" | "EXPIRED"))
}

/// An automatic charge cannot be told from a request by its columns, unless it carries no response.
fn elastic_case(row: &Row, denied: bool) -> Case {
    let session = row.is_set(Column::SessionId);
    let answered = row.is_set(Column::RequestResponse);
    let charged = row.is_set(Column::ActivationId);
    match (session, denied) {
        (true, true) => Case::SessionDenied,
        (true, false) if answered => Case::SessionGranted,
        (true, false) => Case::AutomaticCharge,
        (false, true) => Case::OneOffDenied,
        (false, false) if answered || charged => Case::OneOffGranted,
        (false, false) => Case::OneOffDenied,
    }
}

fn license_case(row: &Row, denied: bool) -> Case {
    let metered = row.meter_type.as_deref() == Some("metered");
    match (metered, denied) {
        (false, false) => Case::ConcurrentGranted,
        (false, true) => Case::ConcurrentDenied,
        (true, false) => Case::MeteredGranted,
        (true, true) => Case::MeteredDenied,
    }
}

/// One row a column, one letter a case, in the order of [`Column`] and [`Case`]: `R` required · `r` required,
/// inferred · `p` expected to be set · `-` NULL · `n` NULL, inferred or disputed · `x` NULL, stated for the
/// 31-column form only · `q` expected to be NULL · `0` zero · `d` zero or as requested · `f` NULL or false ·
/// `o` free.
static CELLS: [&[u8; Case::COUNT]; COLUMN_COUNT] = [
    b"RRRRRRRRRRR", // CORRELATION_ID
    b"RRRRRRRRRRR", // TENANT_ID
    b"RRRRRRRRRRR", // USAGE_TIME
    b"RRRRRRRRRRR", // WRITE_TIME
    b"RRrRppRRRRo", // CONSUMER_ID: a granted session row may be an automatic charge
    b"RRrRppRRRRo", // CONSUMER_TYPE
    b"RRRRRRRRRRR", // ACCOUNT_ID
    b"RRRRRRRRRRR", // INSTANCE_ID
    b"R-R-RRR-R-o", // ACTIVATION_ID
    b"RxRxrro-o-o", // MAPPED_ENTITLED_COUNT
    b"RxRxrrR-R-o", // USED
    b"RRRRrrRRRRR", // ITEM
    b"ooooooooooo", // ITEM_VERSION
    b"RRRRrrRRRRR", // ITEM_QUANTITY
    b"nnRRrrnnnno", // SESSION_ID
    b"nnRRrrnnnno", // SESSION_STATE
    b"RRRRoo-R-Ro", // REQUEST_RESPONSE
    b"qqqqqqooooo", // CONTROLS_APPLIED
    b"RRRRRRRRRRR", // METER_TYPE
    b"RRRRRRRRRRR", // METER
    b"RxRxrp----o", // METER_COST_LIST
    b"RxRxrp----o", // METER_COST
    b"R0R0rrRdRdo", // METER_QUANTITY
    b"ooooooooooo", // META_DATA
    b"------ooooo", // PARTIAL
    b"------ooffo", // INCREMENTAL
    b"ooooooooooo", // OVERDRAFT_COUNT
    b"------RoRoo", // ENTITLED_ARTICLES
    b"------RoRoo", // ENTITLED_ARTICLE_VERSIONS
    b"qqqqqqRo--o", // BORROWED_UNTIL
    b"qqqqqqooooo", // SERVED_CLIENT_STATUS
];

/// The letters of each column, one a case.
pub(super) fn letters() -> impl Iterator<Item = &'static [u8; Case::COUNT]> {
    CELLS.iter().copied()
}

/// The names of all cases, in the order of the letters.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    Case::ALL.into_iter().map(Case::says)
}

/// By case, the columns that have to be set and those that must not be, if not even a note is to be made.
pub(super) fn plain_cells() -> [(ColumnSet, ColumnSet); Case::COUNT] {
    std::array::from_fn(|case| {
        let (mut required, mut forbidden) = (ColumnSet::default(), ColumnSet::default());
        for (column, letters) in Column::all().zip(CELLS.iter()) {
            match letters[case] {
                b'R' | b'r' | b'p' => required.insert(column),
                b'-' | b'x' | b'n' | b'q' => forbidden.insert(column),
                _ => false,
            };
        }
        (required, forbidden)
    })
}

/// WH-USAGE-050: every cell of the row against the table.
pub(super) fn check_cells(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let mut errors = Vec::new();
    let mut warnings = Vec::new();
    let mut mentions = Vec::new();
    for (column, letters) in Column::all().zip(CELLS.iter()) {
        let letter = letters[facts.case as usize];
        let Some((level, wrong)) = cell(row, facts, column, letter) else { continue };
        let text = format!("{} {wrong}", column.name());
        match level {
            Severity::E => errors.push(text),
            Severity::W => warnings.push(text),
            Severity::I => mentions.push(text),
        }
    }
    for (level, texts) in [(Severity::E, errors), (Severity::W, warnings), (Severity::I, mentions)] {
        if !texts.is_empty() {
            sheet.note(level, format!("{}: {}", facts.case.says(), texts.join(", ")));
        }
    }
}

fn cell(row: &Row, facts: &Facts, column: Column, letter: u8) -> Option<(Severity, &'static str)> {
    let set = row.is_set(column);
    match letter {
        b'o' => None,
        b'R' | b'r' | b'p' if set => None,
        b'R' => Some((lenience(row, facts, column)?, "is NULL")),
        b'r' => Some((Severity::W, "is NULL")),
        b'p' => Some((Severity::I, "is NULL")),
        b'0' | b'd' => quantity(row, facts, letter),
        b'f' => (row.incremental == Some(true)).then_some((Severity::I, "is true")),
        _ if !set => None,
        b'-' => Some((Severity::E, "is not NULL")),
        b'x' => Some((disputed(facts), "is not NULL")),
        b'n' => Some((Severity::W, "is not NULL")),
        _ => Some((Severity::I, "is not NULL")),
    }
}

/// The level of a missing required value, with the few exceptions that a single letter cannot tell.
fn lenience(row: &Row, facts: &Facts, column: Column) -> Option<Severity> {
    match column {
        // A table with license-server rows should have all columns; one that has not says nothing wrong in them.
        _ if !facts.wide && ColumnSet::EIGHT.contains(column) => Some(Severity::W),
        // The Data Access API has no tenant.
        Column::TenantId if row.data_access => None,
        // The type of a feature that the license server does not know cannot be told (S-17).
        Column::MeterType if facts.license_server() && facts.denied => Some(Severity::I),
        Column::MeterCost if facts.formula => Some(Severity::W),
        // What has been given back is borrowed no longer.
        Column::BorrowedUntil if gave_back(row) => Some(Severity::I),
        _ => Some(Severity::E),
    }
}

/// One of the two sources says nothing of these columns on denied rows; it is the one with 23 columns.
pub(super) fn disputed(facts: &Facts) -> Severity {
    if facts.wide { Severity::E } else { Severity::W }
}

fn quantity(row: &Row, facts: &Facts, letter: u8) -> Option<(Severity, &'static str)> {
    let Some(quantity) = row.meter_quantity else {
        return (!row.is_set(Column::MeterQuantity)).then_some((Severity::I, "is NULL"));
    };
    if quantity.is_zero() {
        return None;
    }
    if letter == b'0' {
        return Some((disputed(facts), "is not zero"));
    }
    let as_requested = row.item_quantity.is_some_and(|requested| numbers::close(requested, quantity));
    (!as_requested).then_some((Severity::I, "is neither zero nor as requested"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn facts(value: &serde_json::Value) -> Facts {
        let (row, _) = Row::from_json(1, value);
        Facts::of(&row, &Settings::default())
    }

    #[test]
    fn elastic_cases_follow_session_response_and_sign() {
        let case = |value: serde_json::Value| facts(&value).case;
        assert_eq!(case(json!({"METER_TYPE":"elastic","REQUEST_RESPONSE":"101"})), Case::OneOffGranted);
        assert_eq!(case(json!({"METER_TYPE":"elastic","REQUEST_RESPONSE":"201"})), Case::OneOffDenied);
        assert_eq!(
            case(json!({"METER_TYPE":"elastic","REQUEST_RESPONSE":102,"SESSION_ID":"s"})),
            Case::SessionDenied
        );
        assert_eq!(
            case(json!({"METER_TYPE":"elastic","SESSION_ID":"s","ACTIVATION_ID":["a"]})),
            Case::AutomaticCharge
        );
        assert_eq!(
            case(
                json!({"METER_TYPE":"elastic","REQUEST_RESPONSE":"101","SESSION_ID":"s","METER_QUANTITY":-20})
            ),
            Case::Refund
        );
    }

    #[test]
    fn license_server_rows_are_denied_by_any_response() {
        assert_eq!(facts(&json!({"METER_TYPE":"metered"})).case, Case::MeteredGranted);
        let denied = json!({"METER_TYPE":"concurrent","REQUEST_RESPONSE":"FEATURE_COUNT_INSUFFICIENT"});
        assert_eq!(facts(&denied).case, Case::ConcurrentDenied);
        let unknown = json!({"METER_TYPE":null,"REQUEST_RESPONSE":"FEATURE_NOT_FOUND"});
        assert_eq!(facts(&unknown).family, Family::LicenseServer);
    }

    #[test]
    fn a_denied_row_with_a_negative_quantity_is_no_refund() {
        let row = json!({"METER_TYPE":"elastic","REQUEST_RESPONSE":"201","METER_QUANTITY":-1});
        assert!(!facts(&row).refund);
    }
}
