//! Instances of the license server: made, found, and given keys and reservations.

use std::sync::Arc;

use super::state::{client_id, total_id};
use crate::domain::licensing::{
    GroupDraft, GroupFault, InstanceTerms, License, LicenseServer, LicensingKey, ReservationGroup, Secret,
};
use crate::site::{Kind, Refusal, Site};

/// Stands for the only instance of a server (CM-URL-002).
const ONLY: &str = "~";

/// What a license-server instance is to be.
#[derive(Clone, Debug)]
pub struct NewLicenseServer {
    /// The account that owns it; of one that exists, the former if none is given.
    pub account_id: Option<String>,
    /// The administrator's new password.
    pub administrator: Option<Secret>,
    /// How it works, unless it stays as it is.
    pub terms: Option<InstanceTerms>,
    /// All its features.
    pub licenses: Vec<License>,
}

impl Site {
    /// Makes an instance, or replaces the features of one that exists; says whether it is new.
    pub fn put_license_server(&mut self, id: &str, new: NewLicenseServer) -> bool {
        self.make_token_secret();
        let replaced = self.rules.licensing.accounts.replaced;
        let instance: Arc<str> = id.into();
        let is_new = !self.licensing.servers.contains_key(&instance);
        let made = LicenseServer::new(id, new.account_id.as_deref().unwrap_or("ACME"));
        let server = self.licensing.servers.entry(Arc::clone(&instance)).or_insert(made);
        if let Some(account) = new.account_id {
            server.account_id = account.into();
        }
        if let Some(terms) = new.terms {
            server.terms = terms;
        }
        if let Some(password) = new.administrator {
            replaced(&mut server.administrator, password);
        }
        let former: Vec<u64> = server.licenses.iter().map(|license| license.id).collect();
        let losers = server.replace_licenses(new.licenses);
        let stays: Vec<u64> = server.licenses.iter().map(|license| license.id).collect();
        for gone in former.into_iter().filter(|id| !stays.contains(id)) {
            self.touch(Kind::MeteredTotal, total_id(id, gone));
        }
        for host in losers {
            self.touch(Kind::ServedClient, client_id(id, &host));
        }
        self.touch(Kind::LicenseServer, id);
        is_new
    }

    /// Every instance, by ID.
    pub fn license_servers(&self) -> impl Iterator<Item = &LicenseServer> {
        self.licensing.servers.values()
    }

    /// An instance; `~` is the only one (CM-URL-002, CM-URL-005).
    ///
    /// # Errors
    /// When there is no such instance.
    pub fn license_server(&self, id: &str) -> Result<&LicenseServer, Refusal> {
        let servers = &self.licensing.servers;
        let only = (id == ONLY && servers.len() == 1).then(|| servers.values().next()).flatten();
        only.or_else(|| servers.get(id)).ok_or_else(|| Refusal::not_found("license-server instance"))
    }

    pub(super) fn licensing_instance(&self, id: &str) -> Result<Arc<str>, Refusal> {
        self.license_server(id).map(|server| Arc::clone(&server.id))
    }

    /// The keys with which client JWTs are verified on an instance (CM-KEY-012).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn licensing_keys(&self, instance: &str) -> Result<Vec<LicensingKey>, Refusal> {
        let own = self.license_server(instance)?.keys.clone();
        if !self.rules.licensing.keys.shared {
            return Ok(own);
        }
        Ok(self.licensing.servers.values().flat_map(|server| server.keys.clone()).collect())
    }

    /// Takes a licensing key (CM-KEY-005, CM-KEY-006, CM-KEY-011).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn upload_licensing_key(&mut self, instance: &str, key: LicensingKey) -> Result<(), Refusal> {
        let replaced = self.rules.licensing.keys.replaced;
        self.change_license_server(instance, |server| replaced(&mut server.keys, key))
    }

    /// Revokes the licensing key; says whether there was one (CM-KEY-007, CM-KEY-008).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn revoke_licensing_key(&mut self, instance: &str) -> Result<bool, Refusal> {
        let revoked = self.rules.licensing.keys.revoked;
        self.change_license_server(instance, |server| {
            let was_there = !server.keys.is_empty();
            revoked(&mut server.keys);
            was_there
        })
    }

    /// Adds a group of reservations (CM-RES-007).
    ///
    /// # Errors
    /// For an unknown instance, and for a group that cannot be added.
    pub fn add_reservations(
        &mut self,
        instance: &str,
        draft: GroupDraft,
    ) -> Result<ReservationGroup, Refusal> {
        let rules = self.rules.licensing;
        let added = self.change_license_server(instance, |server| server.add_group(draft, &rules))?;
        added.map_err(|fault| match fault {
            GroupFault::NameTaken => Refusal::new(409, "there is a reservation group of this name"),
            GroupFault::HostTwice => Refusal::new(409, "a host occurs twice in the reservation group"),
            GroupFault::Insufficient => Refusal::invalid("there are not so many counts to reserve"),
        })
    }

    /// Deletes a group of reservations (CM-RES-004).
    ///
    /// # Errors
    /// For an unknown instance or group.
    pub fn delete_reservations(&mut self, instance: &str, group: u64) -> Result<(), Refusal> {
        let gone = self.change_license_server(instance, |server| {
            let before = server.groups.len();
            server.groups.retain(|other| other.id != group);
            before > server.groups.len()
        })?;
        if gone { Ok(()) } else { Err(Refusal::not_found("reservation group")) }
    }

    fn change_license_server<R>(
        &mut self,
        instance: &str,
        change: impl FnOnce(&mut LicenseServer) -> R,
    ) -> Result<R, Refusal> {
        let id = self.licensing_instance(instance)?;
        let server = self.licensing.servers.get_mut(&id);
        let result = server.map(change).ok_or_else(|| Refusal::not_found("license-server instance"))?;
        self.touch(Kind::LicenseServer, &*id);
        Ok(result)
    }
}
