//! Rate tables: created, listed, and deleted before they apply.

use super::outcome::Kind;
use super::state::table_id;
use super::{Refusal, Site};
use crate::domain::{Millis, RateItem, RateTable};

/// What a producer says of a new rate table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRateTable {
    /// Series; empty means none.
    pub series: String,
    /// Version.
    pub version: String,
    /// When it starts to apply.
    pub effective_from: Millis,
    /// Prices.
    pub items: Vec<RateItem>,
}

impl Site {
    /// Saves a rate table (DM-RATE-001, DM-RATE-002).
    ///
    /// # Errors
    /// 409 when series and version are taken.
    pub fn create_rate_table(&mut self, new: NewRateTable) -> Result<(), Refusal> {
        let fault = self.rules.tables.formula_fault;
        let formulas = new.items.iter().filter_map(|item| item.formula.as_ref());
        if let Some(fault) = formulas.into_iter().find_map(fault) {
            return Err(Refusal::invalid(format!("a formula {fault}")));
        }
        if (self.rules.table_exists)(&self.rate_tables, &new.series, &new.version) {
            self.version_is_taken(new);
            return Err(Refusal::new(409, "a rate table of this series and version exists already"));
        }
        let table = RateTable {
            series: new.series.into(),
            version: new.version.into(),
            effective_from: new.effective_from,
            items: new.items,
            created: self.now,
            sequence: self.next_sequence(),
        };
        self.touch(Kind::RateTable, table_id(&table));
        self.rate_tables.push(table);
        Ok(())
    }

    /// What is saved stays as it is (DM-RATE-006).
    fn version_is_taken(&mut self, new: NewRateTable) {
        let same = |table: &&mut RateTable| *table.series == *new.series && *table.version == *new.version;
        let Some(saved) = self.rate_tables.iter_mut().find(same) else { return };
        let before = saved.items.clone();
        (self.rules.tables.on_taken_version)(saved, new.items);
        if saved.items != before {
            let id = table_id(saved);
            self.touch(Kind::RateTable, id);
        }
    }

    /// Every rate table, whether it applies or not, and whatever series the query names (DM-RATE-007, DM-RATE-013,
    /// DM-RATE-014).
    #[must_use]
    pub fn rate_tables(&self, series: Option<&str>) -> Vec<&RateTable> {
        let rules = &self.rules.tables;
        let mut tables: Vec<&RateTable> =
            self.rate_tables.iter().filter(|table| (rules.listed)(table, series)).collect();
        tables.sort_by_key(|table| (rules.list_order)(table));
        tables
    }

    /// Deletes a table that does not apply yet (DM-RATE-015 to DM-RATE-018, DM-RATE-020).
    ///
    /// # Errors
    /// 404 for an unknown table, 409 for one whose time has come.
    pub fn delete_rate_table(&mut self, series: &str, version: &str) -> Result<(), Refusal> {
        let found =
            self.rate_tables.iter().position(|table| (self.rules.tables.named)(table, series, version));
        let Some(index) = found else {
            return Err(Refusal::not_found("rate table"));
        };
        if !(self.rules.table_deletable)(&self.rate_tables[index], self.now) {
            return Err(Refusal::new(409, "the rate table is already in effect"));
        }
        let table = self.rate_tables.remove(index);
        self.touch(Kind::RateTable, table_id(&table));
        Ok(())
    }
}
