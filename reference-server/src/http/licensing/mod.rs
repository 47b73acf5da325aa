//! The Cloud Monetization API over HTTP: authorization, licensing keys, access requests and what can be read.
//!
//! Refusals come in a fixed order: the tenant's connections, the instance (404), the token (401), its roles (403),
//! then the body (400). A licensing denial is no refusal: it is an answer with a status list (CM-HTTP-008).

mod access;
mod account_token;
mod api;
mod authorize;
mod call;
mod caller;
mod connections;
mod key;
mod keys;
mod passwords;
mod reads;
mod render;
mod reservations;
mod router;

pub(crate) use api::LicensingApi;
pub(crate) use passwords::PasswordDesk;
#[cfg(test)]
pub(crate) use router::addresses;
#[cfg(test)]
pub(in crate::http) use router::operations;
pub(crate) use router::router;

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod world;
