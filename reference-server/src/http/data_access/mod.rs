//! The Data Access API over HTTP: reports, and what can be asked of them (DAPI-007 to DAPI-012).

mod asked;
mod metadata;
mod reference;
mod render;
mod report;
mod router;

#[cfg(test)]
pub(crate) use router::addresses;
pub(crate) use router::router;
