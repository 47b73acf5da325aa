//! Conditions of an instance: whom its rules of access concern (`20` §6.2).

use std::collections::HashSet;

use super::outcome::Kind;
use super::{Refusal, Site, new_id};
use crate::domain::{Condition, Expression};

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
        let sees = self.rules.access.sees_condition;
        self.conditions.values().filter(move |condition| sees(condition, instance))
    }

    /// Whether an instance may name a condition (DM-RULE-001).
    pub(super) fn knows_condition(&self, instance: &str, id: &str) -> bool {
        let sees = self.rules.access.sees_condition;
        self.conditions.get(id).is_some_and(|condition| sees(condition, instance))
    }

    /// Changes conditions and adds new ones, all or none; those that are not named stay (DM-RULE-003, DM-RULE-004).
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
        let mut named = new.iter().filter_map(|condition| condition.id.as_ref());
        if let Some(unknown) = named.find(|id| !self.knows_condition(instance, id)) {
            let status = self.rules.statuses.condition_unknown;
            return Err(Refusal::new(status, format!("condition `{unknown}` not found")));
        }
        let saved: Vec<Condition> =
            new.into_iter().map(|condition| self.save_condition(instance, condition)).collect();
        if !self.rules.access.unnamed_conditions_stay {
            let unnamed = self.conditions_of(instance).map(|condition| condition.id.clone());
            let named = |id: &String| saved.iter().any(|condition| condition.id == *id);
            let unnamed: Vec<String> = unnamed.filter(|id| !named(id)).collect();
            self.remove_conditions(unnamed);
        }
        Ok(saved)
    }

    fn save_condition(&mut self, instance: &str, new: NewCondition) -> Condition {
        let stored = new.id.and_then(|id| self.conditions.get(&id));
        let changed = self.rules.access.changed_expression;
        let (id, sequence, expression) = match stored {
            Some(stored) => (stored.id.clone(), stored.sequence, changed(&stored.expression, new.expression)),
            None => (new_id(), self.next_sequence(), new.expression),
        };
        let instance_id = instance.to_owned();
        let condition = Condition { id, instance_id, name: new.name, expression, sequence };
        self.touch(Kind::Condition, condition.id.as_str());
        self.conditions.insert(condition.id.clone(), condition.clone());
        condition
    }

    /// Deletes one condition, or all of an instance, unless an action refers to it (DM-RULE-012, DM-RULE-014).
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
        if !self.rules.access.used_condition_deletable
            && let Some(id) = doomed.iter().find(|id| in_use.contains(id.as_str()))
        {
            let message = format!("an action refers to condition `{id}`");
            return Err(Refusal::new(self.rules.statuses.condition_in_use, message));
        }
        self.remove_conditions(doomed);
        Ok(())
    }

    fn remove_conditions(&mut self, doomed: Vec<String>) {
        for id in doomed {
            self.conditions.remove(&id);
            self.touch(Kind::Condition, id);
        }
    }
}
