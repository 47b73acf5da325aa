//! License servers at a site: kept, used and judged under the site's lock like everything else.

mod accounts;
mod rows;
mod servers;
mod serving;
mod state;

pub use accounts::{Passwords, ProducerChange};
pub use servers::NewLicenseServer;
pub use serving::{CapabilityAnswer, Judged};
pub(in crate::site) use state::Licensing;
