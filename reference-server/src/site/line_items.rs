//! Line items: mapped to an instance, replaced, and removed.

use std::collections::HashSet;

use uuid::Uuid;

use super::outcome::Kind;
use super::{Refusal, Site};
use crate::domain::{Attributes, LineItem, LineItemState, Millis, OpenFault, Session, Tokens};

/// What a producer says of a line item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLineItem {
    /// Identity.
    pub activation_id: String,
    /// Life cycle.
    pub state: LineItemState,
    /// Tokens bought.
    pub quantity: i64,
    /// First instant of validity.
    pub start: Millis,
    /// Last instant of validity.
    pub end: Millis,
    /// The rest.
    pub attributes: Attributes,
    /// `used` as the body had it, which must not matter (DM-LINE-004).
    pub used_in_body: Option<Tokens>,
}

impl Site {
    /// Creates a line item or replaces its details (DM-LINE-001, DM-LINE-002, DM-LINE-006, DM-LINE-038,
    /// DM-LINE-039).
    ///
    /// # Errors
    /// For an unknown instance, a step that the life cycle does not allow, or an activation ID that another instance
    /// has.
    pub fn put_line_item(&mut self, instance: &str, new: NewLineItem) -> Result<LineItem, Refusal> {
        self.known_instance(instance)?;
        let statuses = &self.rules.statuses;
        let stored = self.line_items.get(new.activation_id.as_str());
        if stored.is_some_and(|old| old.instance_id != instance) {
            let message = "the activation ID belongs to a line item of another instance";
            return Err(Refusal::new(statuses.lineitem_second_instance, message));
        }
        if stored.is_some_and(|old| old.deleted) && self.rules.line_items.ids_stay_taken {
            return Err(Refusal::new(409, "the activation ID was that of a line item that is deleted"));
        }
        match stored.filter(|old| !old.deleted) {
            Some(old) if !(self.rules.may_become)(old.state, new.state) => {
                let message = "an obsolete line item stays obsolete";
                return Err(Refusal::new(statuses.lineitem_leave_obsolete, message));
            }
            None if !(self.rules.line_items.may_start_as)(new.state) => {
                let message = "a line item must be created as DEPLOYED";
                return Err(Refusal::new(statuses.lineitem_created_inactive, message));
            }
            _ => {}
        }
        if let Some(refusal) = self.minded(&new).or_else(|| self.too_few(&new)) {
            return Err(refusal);
        }
        let line_item = self.merged(instance, new);
        self.touch(Kind::LineItem, &*line_item.activation_id);
        self.insert_line_item(line_item.clone());
        Ok(line_item)
    }

    /// Stores a line item in its place in the order of charging.
    pub(super) fn insert_line_item(&mut self, item: LineItem) {
        let mapped = self.mapped.entry(item.instance_id.clone()).or_default();
        mapped.insert((self.rules.line_item_order)(&item), item.activation_id.clone());
        let (id, key) = (item.activation_id.clone(), (self.rules.line_item_order)(&item));
        if let Some(old) = self.line_items.insert(id, item) {
            let former = (self.rules.line_item_order)(&old);
            if former != key {
                mapped.remove(&former);
            }
            // One that is made anew under the ID of a deleted one is no longer waited for.
            self.released_later.remove(&*old.activation_id);
        }
    }

    /// The refusal of something that a target may mind, where this one does.
    fn minded(&self, new: &NewLineItem) -> Option<Refusal> {
        let attributes = &new.attributes;
        let priced = |series: &str| self.rate_tables.iter().any(|table| *table.series == *series);
        let unpriced = attributes.rate_table_series.as_deref().filter(|series| !series.is_empty());
        let faults = [
            (new.end == new.start, OpenFault::EndIsStart, "$.end: must lie after start"),
            (
                unpriced.is_some_and(|series| !priced(series)),
                OpenFault::UnknownSeries,
                "$.attributes.rateTableSeries: no rate table has this series",
            ),
            (
                attributes.reset_frequency.is_some(),
                OpenFault::ResetFrequency,
                "$.attributes.resetFrequency: does not have a value in the enumeration []",
            ),
        ];
        let minded =
            faults.into_iter().find(|(there, fault, _)| *there && (self.rules.line_items.minds)(*fault));
        minded.map(|(_, _, message)| Refusal::invalid(message))
    }

    /// The refusal of a quantity below what is used, where there is one (DM-LINE-027).
    fn too_few(&self, new: &NewLineItem) -> Option<Refusal> {
        let status = self.rules.statuses.quantity_below_used;
        let used = self.line_items.get(new.activation_id.as_str()).filter(|old| !old.deleted)?.used;
        let below = status >= 400 && Tokens::from(new.quantity) < used;
        below.then(|| Refusal::new(status, format!("$.quantity: must not be below the {used} tokens in use")))
    }

    fn merged(&mut self, instance: &str, new: NewLineItem) -> LineItem {
        let fresh = LineItem {
            activation_id: new.activation_id.into(),
            instance_id: instance.to_owned(),
            state: new.state,
            quantity: new.quantity,
            start: new.start,
            end: new.end,
            used: Tokens::ZERO,
            attributes: new.attributes,
            actions: Vec::new(),
            sequence: self.next_sequence(),
            deleted: false,
        };
        match self.line_items.get(&fresh.activation_id) {
            Some(old) if !old.deleted => (self.rules.replace)(old, fresh, new.used_in_body),
            _ => fresh,
        }
    }

    /// The line items of an instance in every state, in the order of creation (DM-LINE-029, DM-LINE-030).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn line_items(&self, instance: &str) -> Result<Vec<LineItem>, Refusal> {
        self.known_instance(instance)?;
        let mut items: Vec<LineItem> =
            self.mapped_to(instance).filter(|item| !item.deleted).cloned().collect();
        items.sort_by_key(self.rules.line_items.list_order);
        for item in &mut items {
            item.used = (self.rules.steps.shown)(&self.traffic, item);
        }
        Ok(items)
    }

    /// One line item (DM-LINE-032).
    ///
    /// # Errors
    /// For an unknown instance, or a line item that is not on it.
    pub fn line_item(&self, instance: &str, id: &str) -> Result<LineItem, Refusal> {
        self.known_instance(instance)?;
        self.line_items
            .get(id)
            .filter(|item| item.instance_id == instance && !item.deleted)
            .cloned()
            .ok_or_else(|| Refusal::not_found("line item"))
    }

    /// Deletes an obsolete line item. While a session uses it, it only disappears from view, so that refunds still
    /// reach it (DM-LINE-033 to DM-LINE-035, DM-LINE-036).
    ///
    /// # Errors
    /// 404 for an unknown line item, 409 for one that is not obsolete.
    pub fn delete_line_item(&mut self, instance: &str, id: &str) -> Result<(), Refusal> {
        let item = self.line_item(instance, id)?;
        if !(self.rules.line_items.deletable)(item.state) {
            let status = self.rules.statuses.lineitem_delete_deployed;
            return Err(Refusal::new(status, "only an obsolete line item can be deleted"));
        }
        let actions_go = self.rules.access.actions_go_with_line_item;
        if let Some(item) = self.line_items.get_mut(id) {
            item.deleted = true;
            // The rules of access go with it (DM-LINE-037).
            if actions_go {
                item.actions.clear();
            }
        }
        self.touch(Kind::LineItem, id);
        // What still has actions is kept with them.
        if actions_go || item.actions.is_empty() {
            self.release_when_unused(id);
        }
        Ok(())
    }

    /// Removes a deleted line item at once, or as soon as no session is charging it any more (DM-LI-A12).
    pub(super) fn release_when_unused(&mut self, id: &str) {
        let users: HashSet<Uuid> =
            self.sessions.values().filter(|session| uses(session, id)).map(|session| session.id).collect();
        if self.rules.line_items.ids_stay_taken {
            return;
        }
        if users.is_empty() {
            self.remove_line_item(id);
        } else {
            self.released_later.insert(id.to_owned(), users);
        }
    }

    /// Removes the deleted line items that waited for this session alone.
    pub(super) fn released_by(&mut self, session: Uuid) {
        if self.released_later.is_empty() {
            return;
        }
        let still = self.sessions.get(&session);
        for (id, users) in &mut self.released_later {
            if still.is_none_or(|session| !uses(session, id)) {
                users.remove(&session);
            }
        }
        let free = self.released_later.iter().filter(|(_, users)| users.is_empty());
        for id in free.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            self.released_later.remove(&id);
            self.remove_line_item(&id);
        }
    }

    fn remove_line_item(&mut self, id: &str) {
        if let Some(item) = self.line_items.remove(id)
            && let Some(mapped) = self.mapped.get_mut(&item.instance_id)
        {
            mapped.remove(&(self.rules.line_item_order)(&item));
        }
        self.touch(Kind::LineItem, id);
    }

    /// The line items of an instance in the order of charging.
    pub(super) fn mapped_to<'a>(
        &'a self,
        instance: &str,
    ) -> impl Iterator<Item = &'a LineItem> + Clone + use<'a> {
        let in_order = self.mapped.get(instance).into_iter().flat_map(|mapped| mapped.values());
        in_order.filter_map(|id| self.line_items.get(id))
    }
}

/// Whether a session is charging a line item.
fn uses(session: &Session, line_item: &str) -> bool {
    let charged = session.timeline.iter().flat_map(|timeline| &timeline.charged);
    charged.flat_map(|charged| &charged.shares).any(|share| *share.activation_id == *line_item)
}
