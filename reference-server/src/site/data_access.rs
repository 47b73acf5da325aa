//! What the Data Access API has apart from usage: who may read it, and the rows of its entities.

use std::collections::BTreeMap;

use super::outcome::Kind;
use super::{Refusal, Site};
use crate::domain::data_access::{Callers, Cells, Credential, Entity, sample};

/// The ID under which the callers are stored; those of rows are the names of their groups.
pub(super) const CALLERS: &str = "callers";

/// Callers and rows of a site.
#[derive(Debug, Default)]
pub(super) struct Warehouse {
    pub(super) callers: Callers,
    /// The rows of groups that were replaced.
    pub(super) rows: BTreeMap<String, Vec<Cells>>,
}

impl Warehouse {
    /// A part as JSON text.
    pub(super) fn body(&self, id: &str) -> Option<String> {
        match id {
            CALLERS => serde_json::to_string(&self.callers).ok(),
            group => serde_json::to_string(self.rows.get(group)?).ok(),
        }
    }
}

impl Site {
    /// Says who may read reports.
    pub fn admit_callers(&mut self, callers: Callers) {
        self.warehouse.callers = callers;
        self.touch(Kind::Warehouse, CALLERS);
    }

    /// Replaces the rows of a group.
    pub fn replace_rows(&mut self, entity: &Entity, rows: Vec<Cells>) {
        self.warehouse.rows.insert(entity.group.clone(), rows);
        self.touch(Kind::Warehouse, entity.group.clone());
    }

    /// The rows of a group other than usage.
    #[must_use]
    pub fn report_rows(&self, entity: &Entity) -> Vec<Cells> {
        let replaced = self.warehouse.rows.get(&entity.group).cloned();
        replaced.unwrap_or_else(|| {
            let mut rows = sample(entity, self.now());
            rows.extend(self.own_rows(entity, &rows));
            rows
        })
    }

    /// Lets a caller with a right credential and the permission pass (DAPI-016, DAPI-019, DAPI-046).
    ///
    /// # Errors
    /// 401 for anybody else, 403 for a user without the permission.
    pub fn admit(&self, credential: &Credential) -> Result<(), Refusal> {
        let rules = &self.rules().data_access;
        if *credential == Credential::Missing && rules.admits_strangers {
            return Ok(());
        }
        match (rules.find_caller)(&self.warehouse.callers, credential) {
            None => Err(Refusal::new(401, "reports need the password or the token of a producer user")),
            Some(caller) if !(rules.may_read)(caller) => {
                Err(Refusal::new(403, "the user does not have the permission \"Data Api\""))
            }
            Some(_) => Ok(()),
        }
    }
}
