//! What the bodies of the operations must look like, and what they say: the language of declarations, and one file for
//! each API group.

mod access;
mod access_rules;
mod configuration;
mod fits;
mod keys;
mod language;
mod licensing;
mod line_items;
mod members;
mod plain;
mod published;
mod tables;

pub(super) use access::{
    ACCESS_REQUEST, AccessBody, NEW_SESSION, SESSION_REQUEST, access_request, new_session,
};
pub(super) use access_rules::{
    CHANGED_CONDITIONS, NEW_ACTIONS, NEW_CONDITIONS, REPLACED_ACTIONS, SHOWN_CONDITION, VERDICT,
    changed_conditions, new_actions, new_conditions, replaced_actions,
};
pub(super) use configuration::{SETTINGS, configuration};
pub(super) use keys::{KEYS, keys};
pub(super) use language::{DECIMAL, INTEGER, Schema, UUID, array, closed, optional, required};
pub(super) use licensing::{
    CAPABILITY_ANSWER, CAPABILITY_REQUEST, CREDENTIALS, FEATURE_LIST, ISSUED_TOKEN, LICENSING_KEY, OBJECTS,
    PREVIEW_REQUEST, RESERVATION_GROUP, SHOWN_FEATURE, SHOWN_OBJECT, capability_request, credentials,
    preview_request, reservation_group,
};
pub(super) use line_items::{LINE_ITEM, SHOWN_LINE_ITEM, line_item};
pub(super) use plain::plain_access_request;
pub(super) use tables::{
    NEW_INSTANCE, NEW_RATE_TABLE, RateTableBody, new_instance, rate_table, rate_table_fault,
};
