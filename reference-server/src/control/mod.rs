//! The test control protocol, version 1: sites, their clocks, their usage rows and their policies.
//!
//! It is no part of the product's API. It lets a test make a site of its own and move its time, so that nothing has
//! to sleep and no test sees another's data. What an answer says has happened when it arrives.

mod about;
mod clock;
mod cls;
mod cls_instance;
mod operator;
mod router;
mod setup;
mod sites;
mod warehouse;

pub(crate) use operator::{Control, SiteDefaults};
#[cfg(test)]
pub(crate) use router::addresses;
pub(crate) use router::router;
#[cfg(test)]
pub(crate) use setup::addresses as setup_addresses;
pub(crate) use setup::router as setup_router;
