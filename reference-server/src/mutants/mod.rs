//! Mutants: single faults of the reference server, each bound to the requirements that it breaks.
//!
//! They are the proof of the conformance suite: with any one of them in force, the suite must fail in an assertion
//! that names one of its requirements. A mutant sets a rule to a wrong function; nothing else in the server knows
//! that it exists.

mod access_lists;
mod access_rules;
mod charging;
mod configuration;
mod data_access;
mod data_access_joins;
mod general;
mod instances;
mod keys;
mod licensing_accounts;
mod licensing_granting;
mod licensing_keys;
mod licensing_rows;
mod licensing_wire;
mod line_items;
mod load;
mod load_licenses;
mod provisioning;
mod rate_tables;
mod session_life;
mod session_wire;
mod sessions;
mod time;
mod tokens;
mod usage;
mod usage_columns;
mod usage_forms;
mod validation;
mod versions;
mod wire;

use crate::domain::Rules;

/// A single fault.
#[derive(Clone, Copy)]
pub struct Mutant {
    /// Decision point that it sits at.
    pub decision: &'static str,
    /// Its name there.
    pub value: &'static str,
    /// Requirements that it breaks.
    pub requirements: &'static [&'static str],
    /// What it does, in one sentence.
    pub says: &'static str,
    /// Puts it in force.
    pub set: fn(&mut Rules),
}

impl std::fmt::Debug for Mutant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mutant").field("decision", &self.decision).field("value", &self.value).finish()
    }
}

/// Every mutant.
pub fn all() -> impl Iterator<Item = &'static Mutant> {
    [
        access_lists::MUTANTS,
        access_rules::MUTANTS,
        charging::MUTANTS,
        configuration::MUTANTS,
        data_access::MUTANTS,
        data_access_joins::MUTANTS,
        general::MUTANTS,
        instances::MUTANTS,
        keys::MUTANTS,
        licensing_accounts::MUTANTS,
        licensing_granting::MUTANTS,
        licensing_keys::MUTANTS,
        licensing_rows::MUTANTS,
        licensing_wire::MUTANTS,
        line_items::MUTANTS,
        load::MUTANTS,
        load_licenses::MUTANTS,
        provisioning::MUTANTS,
        rate_tables::MUTANTS,
        session_life::MUTANTS,
        session_wire::MUTANTS,
        sessions::MUTANTS,
        time::MUTANTS,
        tokens::MUTANTS,
        usage::MUTANTS,
        usage_columns::MUTANTS,
        usage_forms::MUTANTS,
        validation::MUTANTS,
        versions::MUTANTS,
        wire::MUTANTS,
    ]
    .into_iter()
    .flatten()
}

/// Shorthand for the tables.
const fn mutant(
    decision: &'static str,
    value: &'static str,
    requirements: &'static [&'static str],
    says: &'static str,
    set: fn(&mut Rules),
) -> Mutant {
    Mutant { decision, value, requirements, says, set }
}
