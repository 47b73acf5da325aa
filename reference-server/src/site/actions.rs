//! Actions of a line item: the ordered list of who may consume from it, and how much (`20` §6.3).

use std::sync::Arc;

use rust_decimal::Decimal;

use super::outcome::Kind;
use super::{Refusal, Site, new_id};
use crate::domain::access_rules::Verdict;
use crate::domain::{Action, LineItem, Tokens};

/// An action as it is sent: with an ID it is one that is there, without it is new (DM-RULE-028).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAction {
    /// ID of the action to keep.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Whom it concerns; nothing for the default action.
    pub condition_id: Option<String>,
    /// What it does.
    pub action: Verdict,
    /// Cap on the tokens taken under it.
    pub allocation: Option<Decimal>,
}

/// Finds the actions that a refusal is about.
type Finds = fn(&NewAction) -> bool;

impl NewAction {
    /// Whether it allows as much as the line item has.
    fn is_uncapped(&self) -> bool {
        self.action == Verdict::Allow && self.allocation.is_none()
    }
}

impl Site {
    /// The actions of a line item in their order (DM-RULE-020, DM-RULE-033).
    ///
    /// # Errors
    /// For an unknown instance or line item.
    pub fn actions(&self, instance: &str, line_item: &str) -> Result<Vec<Action>, Refusal> {
        self.line_item(instance, line_item).map(|item| item.actions)
    }

    /// The elastic line items of an instance from a place on, with the place of the next page or 0 (DM-RULE-034,
    /// DM-RULE-035).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn actions_of_all(
        &self,
        instance: &str,
        next: usize,
        size: usize,
    ) -> Result<(Vec<LineItem>, usize), Refusal> {
        let listed = |item: &LineItem| {
            item.attributes.elastic == Some(true) && (self.rules.access.listed_with)(&item.actions)
        };
        let items: Vec<LineItem> = self.line_items(instance)?.into_iter().filter(listed).collect();
        let page: Vec<LineItem> = items.iter().skip(next).take(size).cloned().collect();
        let end = next.saturating_add(page.len());
        Ok((page, if end < items.len() { end } else { 0 }))
    }

    /// Makes the list of a line item that has none (DM-RULE-031).
    ///
    /// # Errors
    /// For an unknown line item, one that has actions, or a condition that is not there.
    pub fn create_actions(
        &mut self,
        instance: &str,
        line_item: &str,
        new: Vec<NewAction>,
    ) -> Result<Vec<Action>, Refusal> {
        let stored = self.actions(instance, line_item)?;
        let status = self.rules.statuses.actions_exist;
        if !stored.is_empty() && status >= 400 {
            return Err(Refusal::new(status, "the line item has actions already; PUT replaces them"));
        }
        self.replace_actions(instance, line_item, new)
    }

    /// Replaces the list: actions that are sent with their ID keep their count, those left out lose it (DM-RULE-028,
    /// DM-RULE-029, DM-RULE-030, DM-ROA-012).
    ///
    /// # Errors
    /// For an unknown line item, action or condition.
    pub fn replace_actions(
        &mut self,
        instance: &str,
        line_item: &str,
        new: Vec<NewAction>,
    ) -> Result<Vec<Action>, Refusal> {
        let LineItem { quantity, actions: stored, .. } = self.line_item(instance, line_item)?;
        self.whole_list(&new, quantity)?;
        let mut actions = Vec::with_capacity(new.len());
        for action in new {
            actions.push(self.action(instance, &stored, action)?);
        }
        let actions = (self.rules.access.replaced_list)(&stored, actions);
        self.set_actions(line_item, actions.clone());
        Ok(actions)
    }

    /// Refuses a list with too many actions of a kind, or with what the documents leave open (DM-RULE-022 to
    /// DM-RULE-027).
    fn whole_list(&self, new: &[NewAction], quantity: i64) -> Result<(), Refusal> {
        let (access, statuses) = (&self.rules.access, &self.rules.statuses);
        let is_default = |action: &&NewAction| action.condition_id.is_none();
        if new.iter().filter(is_default).count() > access.most_default_actions {
            return Err(Refusal::invalid("$: must have at most one action without 'conditionId'"));
        }
        if new.iter().filter(|action| action.is_uncapped()).count() > access.most_uncapped_actions {
            return Err(Refusal::invalid("$: must have at most one ALLOW without 'allocation'"));
        }
        let mut allocations = new.iter().filter_map(|action| action.allocation);
        let sum = allocations.try_fold(Decimal::ZERO, Decimal::checked_add);
        if statuses.action_sum >= 400 && sum.is_none_or(|sum| sum > Decimal::from(quantity)) {
            let message = "the allocations must not add up to more than the quantity";
            return Err(Refusal::new(statuses.action_sum, message));
        }
        let open: [(u16, Finds, &str); 4] = [
            (
                statuses.action_uncapped_condition,
                |action| action.is_uncapped() && action.condition_id.is_some(),
                "an ALLOW with 'conditionId' must have an 'allocation'",
            ),
            (
                statuses.action_denial_allocation,
                |action| action.action == Verdict::Deny && action.allocation.is_some(),
                "a DENY must not have an 'allocation'",
            ),
            (
                statuses.action_fraction,
                |action| action.allocation.is_some_and(|tokens| !tokens.is_integer()),
                "an 'allocation' must be a whole number",
            ),
            (
                statuses.action_negative,
                |action| action.allocation.is_some_and(|tokens| tokens < Decimal::ZERO),
                "an 'allocation' must have a minimum value of 0",
            ),
        ];
        match open.into_iter().find(|(status, is_such, _)| *status >= 400 && new.iter().any(is_such)) {
            Some((status, _, message)) => Err(Refusal::new(status, message)),
            None => Ok(()),
        }
    }

    fn action(&self, instance: &str, stored: &[Action], new: NewAction) -> Result<Action, Refusal> {
        let statuses = &self.rules.statuses;
        let kept = new.id.as_ref().and_then(|id| stored.iter().find(|action| *action.id == **id));
        if let Some(id) = new.id.as_ref().filter(|_| kept.is_none() && statuses.action_unknown >= 400) {
            return Err(Refusal::new(statuses.action_unknown, format!("the line item has no action `{id}`")));
        }
        let unknown = new.condition_id.as_ref().filter(|id| !self.knows_condition(instance, id));
        if let Some(id) = unknown.filter(|_| statuses.action_foreign_condition >= 400) {
            let message = format!("the instance has no condition `{id}`");
            return Err(Refusal::new(statuses.action_foreign_condition, message));
        }
        // A denial caps nothing (DM-RULE-026).
        let caps = new.action == Verdict::Allow || self.rules.access.denial_keeps_allocation;
        Ok(Action {
            id: kept.map_or_else(|| new_id().into(), |action| Arc::clone(&action.id)),
            name: new.name,
            condition_id: new.condition_id,
            action: new.action,
            allocation: new.allocation.filter(|_| caps),
            used: kept.map_or(Tokens::ZERO, self.rules.access.kept_count),
        })
    }

    /// Removes all actions of a line item with their counts (DM-RULE-032).
    ///
    /// # Errors
    /// For an unknown instance or line item.
    pub fn delete_actions(&mut self, instance: &str, line_item: &str) -> Result<(), Refusal> {
        let stored = self.actions(instance, line_item)?;
        self.set_actions(line_item, (self.rules.access.deleted_list)(stored));
        Ok(())
    }

    fn set_actions(&mut self, line_item: &str, actions: Vec<Action>) {
        if let Some(item) = self.line_items.get_mut(line_item) {
            item.actions = actions;
        }
        self.touch(Kind::LineItem, line_item);
    }
}
