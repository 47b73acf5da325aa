//! Line items: mapped to an instance, replaced, and removed.

use super::outcome::Kind;
use super::{Refusal, Site};
use crate::domain::{Attributes, LineItem, LineItemState, Millis, Tokens, line_item};

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
    /// Creates a line item or replaces its details (DM-LINE-001, DM-LINE-002).
    ///
    /// # Errors
    /// For an unknown instance, a step that the life cycle does not allow, or an activation ID that another instance
    /// has.
    pub fn put_line_item(&mut self, instance: &str, new: NewLineItem) -> Result<LineItem, Refusal> {
        self.known_instance(instance)?;
        let statuses = &self.rules.statuses;
        let stored = self.line_items.get(&new.activation_id);
        if stored.is_some_and(|old| old.instance_id != instance) {
            let message = "the activation ID belongs to a line item of another instance";
            return Err(Refusal::new(statuses.lineitem_second_instance, message));
        }
        match stored.filter(|old| !old.deleted) {
            Some(old) if !(self.rules.may_become)(old.state, new.state) => {
                let message = "an obsolete line item stays obsolete";
                return Err(Refusal::new(statuses.lineitem_leave_obsolete, message));
            }
            None if !line_item::may_start_as(new.state) => {
                let message = "a line item must be created as DEPLOYED";
                return Err(Refusal::new(statuses.lineitem_created_inactive, message));
            }
            _ => {}
        }
        let line_item = self.merged(instance, new);
        let id = line_item.activation_id.clone();
        let mapped = self.mapped.entry(instance.to_owned()).or_default();
        if !mapped.contains(&id) {
            mapped.push(id.clone());
        }
        self.line_items.insert(id.clone(), line_item.clone());
        self.touch(Kind::LineItem, &id);
        Ok(line_item)
    }

    fn merged(&mut self, instance: &str, new: NewLineItem) -> LineItem {
        let fresh = LineItem {
            activation_id: new.activation_id,
            instance_id: instance.to_owned(),
            state: new.state,
            quantity: new.quantity,
            start: new.start,
            end: new.end,
            used: Tokens::ZERO,
            attributes: new.attributes,
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
        Ok(self.mapped_to(instance).filter(|item| !item.deleted).cloned().collect())
    }

    /// One line item.
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
    /// reach it (DM-LINE-033 to DM-LINE-035).
    ///
    /// # Errors
    /// 404 for an unknown line item, 409 for one that is not obsolete.
    pub fn delete_line_item(&mut self, instance: &str, id: &str) -> Result<(), Refusal> {
        let item = self.line_item(instance, id)?;
        if !line_item::may_be_deleted(item.state) {
            let status = self.rules.statuses.lineitem_delete_deployed;
            return Err(Refusal::new(status, "only an obsolete line item can be deleted"));
        }
        if let Some(item) = self.line_items.get_mut(id) {
            item.deleted = true;
        }
        self.touch(Kind::LineItem, id);
        self.remove_released_line_items();
        Ok(())
    }

    /// Removes deleted line items that no session is charging any more (DM-LI-A12).
    pub(super) fn remove_released_line_items(&mut self) {
        if !self.line_items.values().any(|item| item.deleted) {
            return;
        }
        let in_use: Vec<String> = self
            .sessions
            .values()
            .filter_map(|session| session.timeline.as_ref())
            .flat_map(|timeline| &timeline.charged)
            .flat_map(|charged| &charged.shares)
            .map(|share| share.activation_id.clone())
            .collect();
        let released: Vec<String> = self
            .line_items
            .values()
            .filter(|item| item.deleted && !in_use.contains(&item.activation_id))
            .map(|item| item.activation_id.clone())
            .collect();
        for id in released {
            if let Some(item) = self.line_items.remove(&id)
                && let Some(mapped) = self.mapped.get_mut(&item.instance_id)
            {
                mapped.retain(|other| *other != id);
            }
            self.touch(Kind::LineItem, &id);
        }
    }

    pub(super) fn mapped_to<'a>(&'a self, instance: &str) -> impl Iterator<Item = &'a LineItem> + use<'a> {
        self.mapped.get(instance).into_iter().flatten().filter_map(|id| self.line_items.get(id))
    }
}
