//! The 31 columns of the usage table: their names in the database and in the Data Access API, and sets of
//! them.
//!
//! Both spellings lead to the same [`Column`], so that no rule needs to know where a row came from.

use std::collections::HashMap;
use std::sync::LazyLock;

/// A column of the usage table, in the order of the field reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Column {
    /// `CORRELATION_ID`.
    CorrelationId,
    /// `TENANT_ID`; not offered by the Data Access API.
    TenantId,
    /// `USAGE_TIME`.
    UsageTime,
    /// `WRITE_TIME`.
    WriteTime,
    /// `CONSUMER_ID`.
    ConsumerId,
    /// `CONSUMER_TYPE`.
    ConsumerType,
    /// `ACCOUNT_ID`.
    AccountId,
    /// `INSTANCE_ID`.
    InstanceId,
    /// `ACTIVATION_ID`.
    ActivationId,
    /// `MAPPED_ENTITLED_COUNT`.
    MappedEntitledCount,
    /// `USED`.
    Used,
    /// `ITEM`.
    Item,
    /// `ITEM_VERSION`.
    ItemVersion,
    /// `ITEM_QUANTITY`.
    ItemQuantity,
    /// `SESSION_ID`.
    SessionId,
    /// `SESSION_STATE`.
    SessionState,
    /// `REQUEST_RESPONSE`.
    RequestResponse,
    /// `CONTROLS_APPLIED`; 31-column form only.
    ControlsApplied,
    /// `METER_TYPE`.
    MeterType,
    /// `METER`.
    Meter,
    /// `METER_COST_LIST`.
    MeterCostList,
    /// `METER_COST`.
    MeterCost,
    /// `METER_QUANTITY`.
    MeterQuantity,
    /// `META_DATA`.
    MetaData,
    /// `PARTIAL`; 31-column form only.
    Partial,
    /// `INCREMENTAL`; 31-column form only.
    Incremental,
    /// `OVERDRAFT_COUNT`; 31-column form only.
    OverdraftCount,
    /// `ENTITLED_ARTICLES`; 31-column form only.
    EntitledArticles,
    /// `ENTITLED_ARTICLE_VERSIONS`; 31-column form only.
    EntitledArticleVersions,
    /// `BORROWED_UNTIL`; 31-column form only.
    BorrowedUntil,
    /// `SERVED_CLIENT_STATUS`; 31-column form only.
    ServedClientStatus,
}

/// Which spelling of a column's name was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// The database column name.
    Database,
    /// The name of the Data Access API.
    DataAccess,
    /// A variant in letter case of the name of the Data Access API (WH-USAGE-011).
    Variant,
}

struct ColumnInfo {
    column: Column,
    database: &'static str,
    data_access: &'static str,
    rule: &'static str,
}

const fn info(
    column: Column,
    database: &'static str,
    data_access: &'static str,
    rule: &'static str,
) -> ColumnInfo {
    ColumnInfo { column, database, data_access, rule }
}

/// How many columns there are.
pub(super) const COLUMN_COUNT: usize = 31;

/// In the order of [`Column`]. `tenantId` is no name of the API; it is known here to say so (WH-USAGE-020).
static COLUMNS: [ColumnInfo; COLUMN_COUNT] = [
    info(Column::CorrelationId, "CORRELATION_ID", "correlationId", "WH-USAGE-019"),
    info(Column::TenantId, "TENANT_ID", "tenantId", "WH-USAGE-020"),
    info(Column::UsageTime, "USAGE_TIME", "usageTime", "WH-USAGE-021"),
    info(Column::WriteTime, "WRITE_TIME", "writeTime", "WH-USAGE-022"),
    info(Column::ConsumerId, "CONSUMER_ID", "consumerId", "WH-USAGE-023"),
    info(Column::ConsumerType, "CONSUMER_TYPE", "consumerType", "WH-USAGE-024"),
    info(Column::AccountId, "ACCOUNT_ID", "accountId", "WH-USAGE-025"),
    info(Column::InstanceId, "INSTANCE_ID", "instanceId", "WH-USAGE-026"),
    info(Column::ActivationId, "ACTIVATION_ID", "activationId", "WH-USAGE-027"),
    info(Column::MappedEntitledCount, "MAPPED_ENTITLED_COUNT", "mappedEntitledCount", "WH-USAGE-028"),
    info(Column::Used, "USED", "used", "WH-USAGE-029"),
    info(Column::Item, "ITEM", "Item", "WH-USAGE-030"),
    info(Column::ItemVersion, "ITEM_VERSION", "itemVersion", "WH-USAGE-031"),
    info(Column::ItemQuantity, "ITEM_QUANTITY", "itemQuantity", "WH-USAGE-032"),
    info(Column::SessionId, "SESSION_ID", "sessionId", "WH-USAGE-033"),
    info(Column::SessionState, "SESSION_STATE", "sessionState", "WH-USAGE-034"),
    info(Column::RequestResponse, "REQUEST_RESPONSE", "requestResponse", "WH-USAGE-035"),
    info(Column::ControlsApplied, "CONTROLS_APPLIED", "controlsApplied", "WH-USAGE-036"),
    info(Column::MeterType, "METER_TYPE", "meterType", "WH-USAGE-037"),
    info(Column::Meter, "METER", "Meter", "WH-USAGE-038"),
    info(Column::MeterCostList, "METER_COST_LIST", "meterCostList", "WH-USAGE-039"),
    info(Column::MeterCost, "METER_COST", "meterCost", "WH-USAGE-040"),
    info(Column::MeterQuantity, "METER_QUANTITY", "meterQuantity", "WH-USAGE-041"),
    info(Column::MetaData, "META_DATA", "metadata", "WH-USAGE-042"),
    info(Column::Partial, "PARTIAL", "isPartial", "WH-USAGE-043"),
    info(Column::Incremental, "INCREMENTAL", "isIncremental", "WH-USAGE-044"),
    info(Column::OverdraftCount, "OVERDRAFT_COUNT", "overdraftCount", "WH-USAGE-045"),
    info(Column::EntitledArticles, "ENTITLED_ARTICLES", "entitledArticles", "WH-USAGE-046"),
    info(
        Column::EntitledArticleVersions,
        "ENTITLED_ARTICLE_VERSIONS",
        "entitledArticleVersions",
        "WH-USAGE-047",
    ),
    info(Column::BorrowedUntil, "BORROWED_UNTIL", "borrowedUntil", "WH-USAGE-048"),
    info(Column::ServedClientStatus, "SERVED_CLIENT_STATUS", "servedClientStatus", "WH-USAGE-049"),
];

/// Spellings in another letter case that are accepted for information.
const VARIANTS: [(&str, Column); 3] =
    [("item", Column::Item), ("meter", Column::Meter), ("metaData", Column::MetaData)];

static BY_NAME: LazyLock<HashMap<&'static str, (Column, Naming)>> = LazyLock::new(|| {
    let mut names = HashMap::with_capacity(2 * COLUMN_COUNT + VARIANTS.len());
    for info in &COLUMNS {
        names.insert(info.database, (info.column, Naming::Database));
        names.insert(info.data_access, (info.column, Naming::DataAccess));
    }
    for (name, column) in VARIANTS {
        names.insert(name, (column, Naming::Variant));
    }
    names
});

/// The column of a key, if it is one.
pub(super) fn lookup(key: &str) -> Option<(Column, Naming)> {
    BY_NAME.get(key).copied()
}

impl Column {
    /// Every column, in order.
    pub fn all() -> impl Iterator<Item = Column> {
        COLUMNS.iter().map(|info| info.column)
    }

    /// The database name.
    #[must_use]
    pub fn name(self) -> &'static str {
        COLUMNS[self as usize].database
    }

    /// The name in the Data Access API.
    pub(super) fn data_access_name(self) -> &'static str {
        COLUMNS[self as usize].data_access
    }

    /// The rule that says what the column holds.
    pub(super) fn rule(self) -> &'static str {
        COLUMNS[self as usize].rule
    }
}

/// A set of columns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ColumnSet(u32);

impl ColumnSet {
    /// The eight columns that only the 31-column form has (WH-USAGE-010).
    pub const EIGHT: Self = Self::of(&[
        Column::ControlsApplied,
        Column::Partial,
        Column::Incremental,
        Column::OverdraftCount,
        Column::EntitledArticles,
        Column::EntitledArticleVersions,
        Column::BorrowedUntil,
        Column::ServedClientStatus,
    ]);
    /// All 31 columns.
    pub(super) const WIDE: Self = Self((1 << COLUMN_COUNT) - 1);
    /// The 23 columns without the eight.
    pub const NARROW: Self = Self(Self::WIDE.0 & !Self::EIGHT.0);

    /// The set of these columns.
    pub(super) const fn of(columns: &[Column]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < columns.len() {
            bits |= 1 << columns[index] as u32;
            index += 1;
        }
        Self(bits)
    }

    /// Adds a column; false if it was there already.
    pub(super) fn insert(&mut self, column: Column) -> bool {
        let new = !self.contains(column);
        self.0 |= 1 << column as u32;
        new
    }

    /// Whether the column is in the set.
    #[must_use]
    pub fn contains(self, column: Column) -> bool {
        self.0 & (1 << column as u32) != 0
    }

    /// How many columns are in the set.
    #[must_use]
    pub fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Whether no column is in the set.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Columns in either set.
    pub(super) fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Columns in both sets.
    pub(super) fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Columns in this set and not in the other.
    pub(super) fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The database names of the columns, in order.
    #[must_use]
    pub fn names(self) -> Vec<&'static str> {
        Column::all().filter(|column| self.contains(*column)).map(Column::name).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_columns() {
        for (index, column) in Column::all().enumerate() {
            assert_eq!(column as usize, index);
            assert_eq!(column.rule(), format!("WH-USAGE-0{}", 19 + index));
        }
    }

    #[test]
    fn the_two_forms_have_23_and_31_columns() {
        assert_eq!(ColumnSet::NARROW.len(), 23);
        assert_eq!(ColumnSet::WIDE.len(), 31);
        assert_eq!(ColumnSet::EIGHT.len(), 8);
    }

    #[test]
    fn capitals_of_the_api_are_told_from_variants() {
        assert_eq!(lookup("Item"), Some((Column::Item, Naming::DataAccess)));
        assert_eq!(lookup("item"), Some((Column::Item, Naming::Variant)));
        assert_eq!(lookup("metadata"), Some((Column::MetaData, Naming::DataAccess)));
        assert_eq!(lookup("correlation_id"), None);
    }
}
