//! Dynamic Monetization over HTTP, v1.0 and v1.1: one file for each API group, and what they share.
//!
//! A request is read and its body checked before the site is locked; the caller is authenticated and the operation
//! carried out under the lock; the answer is rendered after it. Refusals come in a fixed order: the token (401), its
//! kind (403), what the path names, then the body.

mod access;
mod actions;
mod api;
pub mod arrival;
mod auth;
pub(crate) mod body;
mod busy;
mod call;
mod check;
mod conditions;
mod configuration;
pub(crate) mod data_access;
pub(crate) mod errors;
mod instances;
mod keys;
pub(crate) mod licensing;
mod line_item_draft;
mod line_items;
mod openapi;
pub(crate) mod pages;
mod public_key;
mod rate_tables;
mod reply;
mod router;
mod schema;
mod sessions;
mod token;
pub mod wire;

pub(crate) use api::Api;
pub(crate) use public_key::check as check_public_key;
#[cfg(test)]
pub(crate) use router::addresses;
pub(crate) use router::router;

#[cfg(test)]
pub(crate) mod test_keys;
#[cfg(test)]
mod tests;
