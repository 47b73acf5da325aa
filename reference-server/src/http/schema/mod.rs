//! What the bodies of the operations must look like, and what they say: one file for each API group.

mod access;
mod access_rules;
mod configuration;
mod keys;
mod line_items;
mod tables;

pub(super) use access::{AccessBody, access_request, new_session};
pub(super) use access_rules::{changed_conditions, new_actions, new_conditions, replaced_actions};
pub(super) use configuration::configuration;
pub(super) use keys::keys;
pub(super) use line_items::line_item;
pub(super) use tables::{RateTableBody, new_instance, rate_table, rate_table_fault};
