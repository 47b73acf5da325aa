//! Rules of access: conditions of an instance and the ordered actions of its line items (`20` §6).

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::outcome::Kind;
use super::{Refusal, Site, new_id};
use crate::domain::access_rules::Verdict;
use crate::domain::{Action, Condition, Expression, LineItem, Tokens};

/// A condition as it is sent: with an ID it changes one that is there, without it is new (DM-RULE-003).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCondition {
    /// ID of the condition to change.
    pub id: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// What it asks.
    pub expression: Expression,
}

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

impl Site {
    /// The conditions of an instance in the order of creation (DM-RULE-001).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn conditions(&self, instance: &str) -> Result<Vec<Condition>, Refusal> {
        self.known_instance(instance)?;
        let mut conditions: Vec<Condition> = self.conditions_of(instance).cloned().collect();
        conditions.sort_by_key(|condition| condition.sequence);
        Ok(conditions)
    }

    fn conditions_of(&self, instance: &str) -> impl Iterator<Item = &Condition> {
        self.conditions.values().filter(move |condition| condition.instance_id == instance)
    }

    /// Changes conditions and adds new ones, all or none; those that are not named stay
    /// (DM-RULE-003, DM-RULE-004).
    /// Returns them in the order of the request.
    ///
    /// # Errors
    /// For an unknown instance, or a condition that is not there.
    pub fn save_conditions(
        &mut self,
        instance: &str,
        new: Vec<NewCondition>,
    ) -> Result<Vec<Condition>, Refusal> {
        self.known_instance(instance)?;
        let known = |id: &String| self.conditions.get(id).is_some_and(|known| known.instance_id == instance);
        if let Some(unknown) = new.iter().filter_map(|condition| condition.id.as_ref()).find(|id| !known(id))
        {
            let status = self.rules.statuses.condition_unknown;
            return Err(Refusal::new(status, format!("condition `{unknown}` not found")));
        }
        Ok(new.into_iter().map(|condition| self.save_condition(instance, condition)).collect())
    }

    fn save_condition(&mut self, instance: &str, new: NewCondition) -> Condition {
        let stored = new.id.and_then(|id| self.conditions.get(&id));
        let (id, sequence) = match stored {
            Some(stored) => (stored.id.clone(), stored.sequence),
            None => (new_id(), self.next_sequence()),
        };
        let instance_id = instance.to_owned();
        let condition = Condition { id, instance_id, name: new.name, expression: new.expression, sequence };
        self.touch(Kind::Condition, condition.id.as_str());
        self.conditions.insert(condition.id.clone(), condition.clone());
        condition
    }

    /// Deletes one condition, or all of an instance, unless an action refers to it
    /// (DM-RULE-012, DM-RULE-014).
    ///
    /// # Errors
    /// For an unknown instance or condition, and for one that is in use.
    pub fn delete_conditions(&mut self, instance: &str, id: Option<&str>) -> Result<(), Refusal> {
        self.known_instance(instance)?;
        let wanted = |condition: &&Condition| id.is_none_or(|id| condition.id == id);
        let doomed: Vec<String> =
            self.conditions_of(instance).filter(wanted).map(|condition| condition.id.clone()).collect();
        if id.is_some() && doomed.is_empty() {
            return Err(Refusal::not_found("condition"));
        }
        let in_use: HashSet<&str> = self
            .mapped_to(instance)
            .flat_map(|item| &item.actions)
            .filter_map(|action| action.condition_id.as_deref())
            .collect();
        if !self.rules.used_condition_deletable
            && let Some(id) = doomed.iter().find(|id| in_use.contains(id.as_str()))
        {
            let message = format!("an action refers to condition `{id}`");
            return Err(Refusal::new(self.rules.statuses.condition_in_use, message));
        }
        for id in doomed {
            self.conditions.remove(&id);
            self.touch(Kind::Condition, id);
        }
        Ok(())
    }

    /// The actions of a line item in their order (DM-RULE-020, DM-RULE-033).
    ///
    /// # Errors
    /// For an unknown instance or line item.
    pub fn actions(&self, instance: &str, line_item: &str) -> Result<Vec<Action>, Refusal> {
        self.line_item(instance, line_item).map(|item| item.actions)
    }

    /// The elastic line items of an instance from a place on, with the place of the next page or 0
    /// (DM-RULE-034,
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
        let elastic = |item: &LineItem| item.attributes.elastic == Some(true);
        let items: Vec<LineItem> = self.line_items(instance)?.into_iter().filter(elastic).collect();
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

    /// Replaces the list: actions that are sent with their ID keep their count, those left out lose it
    /// (DM-RULE-028,
    /// DM-RULE-029) (DM-ROA-012, DM-RULE-030).
    ///
    /// # Errors
    /// For an unknown line item, action or condition.
    pub fn replace_actions(
        &mut self,
        instance: &str,
        line_item: &str,
        new: Vec<NewAction>,
    ) -> Result<Vec<Action>, Refusal> {
        let stored = self.actions(instance, line_item)?;
        let mut actions = Vec::with_capacity(new.len());
        for action in new {
            actions.push(self.action(instance, &stored, action)?);
        }
        self.set_actions(line_item, actions.clone());
        Ok(actions)
    }

    fn action(&self, instance: &str, stored: &[Action], new: NewAction) -> Result<Action, Refusal> {
        let kept = match &new.id {
            Some(id) => Some(
                stored
                    .iter()
                    .find(|action| *action.id == **id)
                    .ok_or_else(|| Refusal::invalid(format!("the line item has no action `{id}`")))?,
            ),
            None => None,
        };
        let known = |id: &String| self.conditions.get(id).is_some_and(|known| known.instance_id == instance);
        if let Some(id) = new.condition_id.as_ref().filter(|id| !known(id)) {
            let status = self.rules.statuses.action_foreign_condition;
            return Err(Refusal::new(status, format!("the instance has no condition `{id}`")));
        }
        Ok(Action {
            id: new.id.unwrap_or_else(new_id).into(),
            name: new.name,
            condition_id: new.condition_id,
            action: new.action,
            // A denial caps nothing (DM-RULE-026).
            allocation: new.allocation.filter(|_| new.action == Verdict::Allow),
            used: kept.map_or(Tokens::ZERO, self.rules.kept_count),
        })
    }

    /// Removes all actions of a line item with their counts (DM-RULE-032).
    ///
    /// # Errors
    /// For an unknown instance or line item.
    pub fn delete_actions(&mut self, instance: &str, line_item: &str) -> Result<(), Refusal> {
        self.line_item(instance, line_item)?;
        self.set_actions(line_item, Vec::new());
        Ok(())
    }

    fn set_actions(&mut self, line_item: &str, actions: Vec<Action>) {
        if let Some(item) = self.line_items.get_mut(line_item) {
            item.actions = actions;
        }
        self.touch(Kind::LineItem, line_item);
    }
}
