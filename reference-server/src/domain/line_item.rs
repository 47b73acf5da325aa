//! Line items: the tokens that a customer bought, and which of them may be charged.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Action, Millis, Tokens};

/// Life cycle of a line item (DM-LINE-010, DM-LINE-011).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum LineItemState {
    /// May be charged.
    Deployed,
    /// May not be charged for now.
    Inactive,
    /// May never be charged again.
    Obsolete,
}

/// How consumption may pass the quantity (DM-OD-001 to DM-OD-003).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OverdraftType {
    /// By `overdraftLimit` tokens.
    Number,
    /// Without bound.
    Unlimited,
}

/// The attributes of a line item as the producer set them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attributes {
    /// Whether access requests may consume from it; absent means no (DM-LINE-040).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub elastic: Option<bool>,
    /// Series that prices requests; absent means tables without series (DM-RATE-A11).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_table_series: Option<String>,
    /// Tokens beyond the quantity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdraft_limit: Option<i64>,
    /// Kind of overdraft.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overdraft_type: Option<OverdraftType>,
    /// Kept and shown without effect; v1.1 only (DM-LINE-019, DM-LINE-020).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reset_frequency: Option<String>,
}

/// A quantity of tokens mapped to one instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LineItem {
    /// Identity, unique in the site.
    pub activation_id: Arc<str>,
    /// Instance that it is mapped to.
    pub instance_id: String,
    /// Life cycle.
    pub state: LineItemState,
    /// Tokens bought.
    pub quantity: i64,
    /// First instant of validity.
    pub start: Millis,
    /// Last instant of validity, inclusive.
    pub end: Millis,
    /// Tokens charged so far, less refunds.
    pub used: Tokens,
    /// The rest.
    pub attributes: Attributes,
    /// Rules of access in their order (DM-RULE-020).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    /// Order of creation within the site.
    pub sequence: u64,
    /// Deleted while sessions still use it: unseen, but refunds still reach it (DM-LI-A12).
    pub deleted: bool,
}

impl LineItem {
    /// The series that prices requests to this line item.
    #[must_use]
    pub fn series(&self) -> &str {
        self.attributes.rate_table_series.as_deref().unwrap_or_default()
    }

    /// The overdraft as usage rows show it: nothing when unlimited, 0 without one (WH-USAGE-045).
    #[must_use]
    pub fn overdraft_count(&self) -> Option<i64> {
        match self.attributes.overdraft_type {
            Some(OverdraftType::Unlimited) => None,
            Some(OverdraftType::Number) => Some(self.attributes.overdraft_limit.unwrap_or(0)),
            None => Some(0),
        }
    }
}

/// Whether a line item may be charged at this time (DM-LI-A02 to DM-LI-A05). Both ends are inclusive, and
/// both give way by the tolerance, which is nothing or twelve hours (DM-LINE-041).
#[must_use]
pub fn usable(item: &LineItem, now: Millis, tolerance: Millis) -> bool {
    !item.deleted
        && item.attributes.elastic == Some(true)
        && item.state == LineItemState::Deployed
        && item.start.saturating_sub(tolerance) <= now
        && now <= item.end.saturating_add(tolerance)
}

/// How many tokens may be charged in all; nothing means without bound (DM-OD-001 to DM-OD-003, DM-OD-005,
/// DM-LINE-022, DM-LINE-024, DM-LINE-025).
#[must_use]
pub fn capacity(item: &LineItem) -> Option<Tokens> {
    item.overdraft_count().map(|overdraft| Tokens::from(item.quantity) + Tokens::from(overdraft))
}

/// What line items are charged in the order of: two times, a number, a text.
pub type OrderKey = (Millis, Millis, u64, Arc<str>);

/// The order of charging: earliest end, then earliest start, then activation ID (DM-LI-A20 to DM-LI-A22,
/// DM-LINE-042).
#[must_use]
pub fn charging_order(item: &LineItem) -> OrderKey {
    (item.end, item.start, 0, item.activation_id.clone())
}

/// What a PUT of an existing line item leaves behind: every stored detail is replaced, and what was used stays used
/// (DM-LINE-002 to DM-LINE-004, DM-LINE-028).
#[must_use]
pub fn replaced(old: &LineItem, new: LineItem, _used_in_body: Option<Tokens>) -> LineItem {
    LineItem { used: old.used, actions: old.actions.clone(), sequence: old.sequence, ..new }
}

/// Whether the life cycle allows the step: `OBSOLETE` is final (DM-LINE-010, DM-LINE-011).
#[must_use]
pub fn may_become(from: LineItemState, to: LineItemState) -> bool {
    from != LineItemState::Obsolete || to == LineItemState::Obsolete
}

/// Whether a line item may be created in this state (DM-LINE-009).
#[must_use]
pub fn may_start_as(state: LineItemState) -> bool {
    state == LineItemState::Deployed
}

/// Whether a line item may be deleted in this state (DM-LINE-034).
#[must_use]
pub fn may_be_deleted(state: LineItemState) -> bool {
    state == LineItemState::Obsolete
}

/// Whether a refund may be credited: always, whatever has become of the line item (DM-REF-005, DM-LI-A10,
/// DM-LI-A11, DM-LINE-012).
#[must_use]
pub fn always_refundable(_item: &LineItem) -> bool {
    true
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn line_item(id: &str, quantity: i64, start: Millis, end: Millis) -> LineItem {
        let attributes = Attributes {
            elastic: Some(true),
            rate_table_series: Some("PublicationApps".into()),
            ..Attributes::default()
        };
        LineItem {
            activation_id: id.into(),
            instance_id: "instance".into(),
            state: LineItemState::Deployed,
            quantity,
            start,
            end,
            used: Tokens::ZERO,
            attributes,
            actions: Vec::new(),
            sequence: 0,
            deleted: false,
        }
    }

    #[test]
    fn both_ends_of_the_validity_are_inclusive() {
        let item = line_item("a", 1, 10, 20);
        assert!(
            !usable(&item, 9, 0) && usable(&item, 10, 0) && usable(&item, 20, 0) && !usable(&item, 21, 0)
        );
        assert!(!usable(&item, 6, 3) && usable(&item, 7, 3) && usable(&item, 23, 3) && !usable(&item, 24, 3));
    }

    #[test]
    fn the_earliest_end_comes_first_and_then_the_earliest_start() {
        let (soon, late, early) =
            (line_item("z", 1, 5, 20), line_item("a", 1, 5, 30), line_item("y", 1, 4, 20));
        assert!(charging_order(&soon) < charging_order(&late));
        assert!(charging_order(&early) < charging_order(&soon));
    }

    #[test]
    fn overdraft_widens_the_capacity() {
        let mut item = line_item("a", 10, 0, 1);
        assert_eq!(capacity(&item), Some(Tokens::from(10)));
        item.attributes.overdraft_type = Some(OverdraftType::Number);
        item.attributes.overdraft_limit = Some(5);
        assert_eq!(capacity(&item), Some(Tokens::from(15)));
        item.attributes.overdraft_type = Some(OverdraftType::Unlimited);
        assert_eq!(capacity(&item), None);
    }
}
