//! The operations as they are declared: what serves them is mounted by these declarations, and the OpenAPI documents
//! are printed from them. One file for each API group.

mod access;
mod actions;
mod conditions;
mod configuration;
mod declared;
mod document;
mod instances;
mod keys;
pub(super) mod licensing;
mod licensing_document;
mod line_items;
mod rate_tables;
mod sessions;

pub(super) use access::ACCESS_REQUEST;
pub(super) use actions::{CREATE_ACTIONS, DELETE_ACTIONS, LIST_ACTIONS, LIST_ALL_ACTIONS, REPLACE_ACTIONS};
pub(super) use conditions::{
    CHANGE_CONDITIONS, CREATE_CONDITIONS, DELETE_CONDITION, DELETE_CONDITIONS, LIST_CONDITIONS,
};
pub(super) use configuration::{CHANGE_CONFIGURATION, READ_CONFIGURATION};
pub(super) use declared::Declared;
pub(super) use document::serve;
pub(super) use instances::{CREATE_INSTANCE, LIST_INSTANCES, READ_INSTANCE};
pub(super) use keys::{
    DELETE_ADMINISTRATION_KEY, DELETE_CLIENT_KEY, LIST_PUBLIC_KEYS, SAVE_ADMINISTRATION_KEYS,
    SAVE_CLIENT_KEYS,
};
pub(super) use licensing::Licensed;
pub(super) use licensing_document::serve_licensing;
pub(super) use line_items::{DELETE_LINE_ITEM, LIST_LINE_ITEMS, PUT_LINE_ITEM, READ_LINE_ITEM};
pub(super) use rate_tables::{CREATE_RATE_TABLE, DELETE_RATE_TABLE, LIST_RATE_TABLES};
pub(super) use sessions::{
    CLOSE_SESSION, CREATE_SESSION, HEARTBEAT, LIST_SESSIONS, READ_SESSION, SESSION_REQUEST,
};

#[cfg(test)]
pub(super) use licensing_document::judge as licensing_judge;

#[cfg(test)]
pub(super) mod judge;
#[cfg(test)]
mod tests;
