//! What the store keeps of license servers, and which borrow ends next.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::Millis;
use crate::domain::licensing::{Client, HostKey, LicenseServer, ProducerUser};
use crate::site::Kind;
use crate::site::state::json;

/// The ID of what there is one of at a site.
const ACCOUNTS: &str = "accounts";

/// The license servers of a site.
#[derive(Debug, Default)]
pub(in crate::site) struct Licensing {
    pub(super) accounts: Accounts,
    pub(super) servers: BTreeMap<Arc<str>, LicenseServer>,
    /// The first end of a borrow of each host that has one.
    pub(super) ends: BTreeSet<(Millis, Arc<str>, HostKey)>,
    /// Metered totals on their way from the store to the licenses.
    totals: BTreeMap<Arc<str>, BTreeMap<u64, i64>>,
}

/// What belongs to the tenant and not to one of its instances.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Accounts {
    pub(super) producer: ProducerUser,
    /// The secret that signs the tokens of `/authorize`, in base64; empty until one is needed.
    pub(super) token_secret: String,
}

impl Licensing {
    /// When the next borrow ends.
    pub(in crate::site) fn first_end(&self) -> Option<Millis> {
        self.ends.first().map(|(at, _, _)| *at)
    }

    /// Sets the timer of a host anew, given when it was due before.
    pub(super) fn set_timer(&mut self, instance: &Arc<str>, host: &HostKey, before: Option<Millis>) {
        let client = self.servers.get(instance).and_then(|server| server.clients.get(host));
        let after = client.and_then(Client::next_end);
        if before == after {
            return;
        }
        if let Some(before) = before {
            self.ends.remove(&(before, Arc::clone(instance), host.clone()));
        }
        if let Some(after) = after {
            self.ends.insert((after, Arc::clone(instance), host.clone()));
        }
    }

    /// An entity as JSON text; nothing when it is gone.
    pub(in crate::site) fn body(&self, kind: Kind, id: &str) -> Option<String> {
        match kind {
            Kind::LicensingAccounts => json(&self.accounts),
            Kind::LicenseServer => self.servers.get(id).and_then(json),
            Kind::MeteredTotal => {
                let (instance, license): (String, u64) = serde_json::from_str(id).ok()?;
                let server = self.servers.get(instance.as_str())?;
                let license = server.licenses.iter().find(|other| other.id == license)?;
                Some(license.used.to_string())
            }
            Kind::ServedClient => {
                let (instance, host) = client_of(id).ok()?;
                self.servers.get(instance.as_str())?.clients.get(&host).and_then(json)
            }
            _ => None,
        }
    }

    /// Takes an entity in from the store. Servers come before what belongs to them.
    pub(in crate::site) fn take_in(&mut self, kind: Kind, id: &str, body: &str) -> serde_json::Result<()> {
        match kind {
            Kind::LicensingAccounts => self.accounts = serde_json::from_str(body)?,
            Kind::LicenseServer => {
                let server: LicenseServer = serde_json::from_str(body)?;
                self.servers.insert(Arc::clone(&server.id), server);
            }
            Kind::MeteredTotal => {
                let (instance, license): (Arc<str>, u64) = serde_json::from_str(id)?;
                self.totals.entry(instance).or_default().insert(license, serde_json::from_str(body)?);
            }
            Kind::ServedClient => {
                let (instance, host) = client_of(id)?;
                let client: Client = serde_json::from_str(body)?;
                if let Some(server) = self.servers.get_mut(instance.as_str()) {
                    server.clients.insert(host, client);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Counts what is in use, and sets the timers, once everything is there.
    pub(in crate::site) fn put_in_order(&mut self) {
        let totals = std::mem::take(&mut self.totals);
        let none = BTreeMap::new();
        for (id, server) in &mut self.servers {
            server.count_again(totals.get(id).unwrap_or(&none));
            for (host, client) in &server.clients {
                self.ends.extend(client.next_end().map(|at| (at, Arc::clone(id), host.clone())));
            }
        }
    }

    /// Every entity.
    #[cfg(test)]
    pub(in crate::site) fn everything(&self) -> Vec<(Kind, String)> {
        let mut ids = vec![(Kind::LicensingAccounts, ACCOUNTS.to_owned())];
        for (id, server) in &self.servers {
            ids.push((Kind::LicenseServer, id.to_string()));
            let metered = server.licenses.iter().filter(|license| license.model.is_metered());
            ids.extend(metered.map(|license| (Kind::MeteredTotal, total_id(id, license.id))));
            ids.extend(server.clients.keys().map(|host| (Kind::ServedClient, client_id(id, host))));
        }
        ids
    }
}

/// The ID of the accounts in the store.
pub(super) fn accounts_id() -> String {
    ACCOUNTS.to_owned()
}

/// The ID of a metered total in the store.
pub(super) fn total_id(instance: &str, license: u64) -> String {
    serde_json::json!([instance, license]).to_string()
}

/// The ID of a host in the store: as JSON, so that no choice of names can make two hosts one.
pub(super) fn client_id(instance: &str, host: &HostKey) -> String {
    serde_json::json!([instance, host.kind, host.value]).to_string()
}

fn client_of(id: &str) -> serde_json::Result<(String, HostKey)> {
    let (instance, kind, value) = serde_json::from_str(id)?;
    Ok((instance, HostKey { kind, value }))
}
