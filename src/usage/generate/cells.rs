//! Spells rows: what each column of a row holds.

use uuid::Uuid;

use super::super::columns::Column;
use super::world::{ITEMS, Kind, Made};

/// A cell before it is written in any format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    Null,
    Text(String),
    /// JSON, as it is spelt.
    Json(String),
    Integer(i64),
    /// Hundredths.
    Decimal(i64),
    Boolean(bool),
}

const DAY_MS: i64 = 86_400_000;

impl Made {
    /// What a column holds.
    pub(super) fn cell(&self, column: Column) -> Cell {
        let license = matches!(self.kind, Kind::Concurrent | Kind::Metered);
        let denied = self.kind == Kind::Denied;
        let text = |text: &str| Cell::Text(text.to_owned());
        let unless = |absent: bool, cell: Cell| if absent { Cell::Null } else { cell };
        match column {
            Column::CorrelationId => text(&Uuid::from_u128(self.correlation).to_string()),
            Column::TenantId => text("acme-site"),
            Column::UsageTime => Cell::Integer(self.time_ms),
            Column::WriteTime => Cell::Integer(self.write_ms),
            Column::ConsumerId => Cell::Text(format!("user-{}", self.consumer)),
            Column::ConsumerType => text(if license { "STRING" } else { "user" }),
            Column::AccountId => Cell::Text(format!("ACCOUNT-{}", self.instance / 4)),
            Column::InstanceId if license => Cell::Text(format!("CLS{:09}", self.instance)),
            Column::InstanceId => Cell::Text(format!("1b4e28ba-2fa1-41d2-883f-{:012x}", self.instance)),
            Column::ActivationId if license => Cell::Json(format!("[\"act-{}\"]", self.instance)),
            Column::ActivationId => {
                unless(denied, Cell::Json(format!("[\"ACT{:06}-Elastic\"]", self.line_item)))
            }
            Column::MappedEntitledCount => unless(denied, Cell::Integer(self.entitled / 100)),
            Column::Used => unless(denied, Cell::Decimal(self.used)),
            Column::Item if license => text("feature-1"),
            Column::Item => text(ITEMS.get(self.item).map_or("PhotoAlbum", |item| item.0)),
            Column::ItemVersion => {
                text(ITEMS.get(self.item).filter(|_| !license).map_or("1.0", |item| item.1))
            }
            Column::ItemQuantity => Cell::Integer(self.quantity),
            Column::SessionId => {
                self.session.map_or(Cell::Null, |id| Cell::Text(Uuid::from_u128(id).to_string()))
            }
            Column::SessionState => {
                unless(self.session.is_none(), text(if self.ended { "TERMINATED" } else { "ACTIVE" }))
            }
            Column::RequestResponse => unless(license, text(if denied { "201" } else { "101" })),
            Column::MeterType => text(match self.kind {
                Kind::Concurrent => "concurrent",
                Kind::Metered => "metered",
                _ => "elastic",
            }),
            Column::Meter => text(if license { "feature count" } else { "elastic token" }),
            Column::MeterCostList => unless(
                denied || license,
                Cell::Json("{\"series\":\"PublicationApps\",\"version\":\"1\"}".to_owned()),
            ),
            Column::MeterCost => {
                let rate = ITEMS.get(self.item).map_or(0, |item| item.2);
                unless(denied || license, Cell::Decimal(rate * 100))
            }
            Column::MeterQuantity => Cell::Decimal(self.tokens),
            Column::MetaData => self
                .meta_data
                .map_or(Cell::Null, |project| Cell::Json(format!("{{\"project\":\"p{project}\"}}"))),
            Column::Partial => unless(!license, Cell::Boolean(false)),
            Column::Incremental => unless(self.kind != Kind::Concurrent, Cell::Boolean(false)),
            Column::OverdraftCount => unless(denied, Cell::Decimal(0)),
            Column::EntitledArticles => unless(!license, Cell::Json("[\"Suite\"]".to_owned())),
            Column::EntitledArticleVersions => unless(!license, Cell::Json("[\"1.0\"]".to_owned())),
            Column::BorrowedUntil => {
                unless(self.kind != Kind::Concurrent, Cell::Integer(self.time_ms + DAY_MS))
            }
            Column::ServedClientStatus => unless(!license, text("NORMAL")),
            Column::ControlsApplied => Cell::Null,
        }
    }
}

/// Hundredths as a decimal number, as short as it can be.
pub(super) fn decimal(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    match rest {
        0 => format!("{sign}{whole}"),
        rest if rest.is_multiple_of(10) => format!("{sign}{whole}.{}", rest / 10),
        rest => format!("{sign}{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hundredths_are_spelt_short() {
        for (hundredths, spelt) in [(0, "0"), (-2000, "-20"), (1250, "12.5"), (-5, "-0.05"), (101, "1.01")] {
            assert_eq!(decimal(hundredths), spelt);
        }
    }
}
