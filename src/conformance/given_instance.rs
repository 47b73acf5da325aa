//! A license-server instance that the target file names, for targets on which none can be made.
//!
//! Attacks and refusals need no more of it than its Producer User and the right to upload a licensing key, and leave it as
//! it was, but for that key. Scenarios that only need so much have a tag.

use serde_json::json;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::stage::Stage;
use crate::target::{Profile, Secret};

/// The tag of what can be tried on an instance that is given.
pub(super) const TAG: &str = "given-instance";

/// Most calls at a time: a tenant has so many connections for all its customers together (CM-LIM-007).
const MOST_CALLS: usize = 4;

/// The instance.
pub(super) struct GivenInstance {
    /// The address that instances are below of.
    pub(super) base: String,
    /// Its ID.
    pub(super) id: String,
    /// The password of its Producer User.
    pub(super) producer_password: Secret,
    places: Semaphore,
}

impl GivenInstance {
    /// What the target file says of one, if it says enough.
    pub(super) fn of(profile: &Profile) -> Option<Self> {
        let base = profile.bases.as_ref()?.cmapi.clone()?;
        let given = profile.cmapi.as_ref()?;
        let producer_password = given.producer_password.clone()?;
        Some(Self { base, id: given.instance.clone(), producer_password, places: Semaphore::new(MOST_CALLS) })
    }

    /// Waits for a place to call the instance from; other calls need none.
    pub(super) async fn place_for(&self, url: &str) -> Option<SemaphorePermit<'_>> {
        if url.starts_with(&self.base) { self.places.acquire().await.ok() } else { None }
    }
}

impl Stage {
    /// The instance of the target file, on a target where none can be made.
    pub(super) fn given_instance(&self) -> Option<&GivenInstance> {
        self.context.access.given_instance.as_ref().filter(|_| !self.context.abilities.licensing)
    }

    /// What a host of a scenario is called: on an instance that others may use, so that nobody is taken for it.
    pub(super) fn licensing_host(&self, name: &str) -> String {
        if self.given_instance().is_some() { format!("chargeproof-{name}") } else { name.to_owned() }
    }

    /// Gives back what a host of the scenario holds on the given instance. It is best effort.
    pub(super) async fn give_back_all(&mut self, name: &str) {
        if self.given_instance().is_some() && self.licensing.servers > 0 {
            let host = json!({ "type": "string", "value": self.licensing_host(name) });
            let body = json!({ "hostId": host, "features": [] });
            self.as_licensed_client(0, "access_request", body).await.ok();
        }
    }
}
