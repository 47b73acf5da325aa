//! Access requests and previews, the ends of borrows, and what they leave in the store.

use std::sync::Arc;

use super::rows::Heading;
use super::state::{client_id, total_id};
use crate::domain::licensing::{CapabilityRequest, Client, HostKey, License, Served, Share};
use crate::site::steps::{LicenseSteps, Taken, Traffic};
use crate::site::{Kind, Refusal, Site, new_id};

/// What became of an access request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapabilityAnswer {
    /// Ties the answer to its usage rows.
    pub correlation_id: String,
    /// What the host holds, and what was denied.
    pub served: Served,
}

/// A judgement that was made before the booking, by rules that let others come between the two.
#[derive(Clone, Debug)]
pub struct Judged(Served);

impl Site {
    /// Judges a request ahead, where the rules have it judged and booked in two steps.
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn judge_ahead(
        &self,
        instance: &str,
        request: &CapabilityRequest,
    ) -> Result<Option<Judged>, Refusal> {
        let server = self.license_server(instance)?;
        let apart = self.rules.licensing.granting.judged_apart;
        Ok(apart.then(|| Judged(server.preview(&self.rules.licensing, self.now, request))))
    }

    /// Serves an access request in one step with its judgement, so that no two requests get the same count
    /// (CM-CNT-003).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn request_licenses(
        &mut self,
        instance: &str,
        request: &CapabilityRequest,
        judged: Option<&Judged>,
    ) -> Result<CapabilityAnswer, Refusal> {
        let instance = self.licensing_instance(instance)?;
        let mut rules = self.rules.licensing;
        if judged.is_some_and(|judged| judged.0.statuses.is_empty()) {
            rules.granting.granted = |wanted, _room, _partial| wanted;
        }
        let (now, host) = (self.now, request.host.key());
        let server = self.licensing.servers.get_mut(&instance);
        let server = server.ok_or_else(|| Refusal::not_found("license-server instance"))?;
        let before = server.clients.get(&host).and_then(Client::next_end);
        let steps = self.rules.steps.licenses;
        let unseen = steps.unseen.map_or_else(Vec::new, |unseen| unseen(&self.traffic, &instance));
        change(&mut server.licenses, &unseen, -1);
        let former = if steps.look() { in_use(&server.licenses) } else { Vec::new() };
        let served = server.serve(&rules, now, request);
        if steps.look() {
            let counts = book(steps, &mut self.traffic, &mut server.licenses, &former);
            let (operation, instance) = (self.traffic.operations, Arc::clone(&instance));
            self.traffic.taken = Taken { operation, instance, counts };
        }
        change(&mut server.licenses, &unseen, 1);
        let correlation_id = request.correlation_id.clone().unwrap_or_else(new_id);
        if let Some(client) = server.clients.get_mut(&host) {
            client.correlation_id.clone_from(&correlation_id);
        }
        for license in &served.charged {
            self.touch(Kind::MeteredTotal, total_id(&instance, *license));
        }
        self.touch(Kind::ServedClient, client_id(&instance, &host));
        self.licensing.set_timer(&instance, &host, before);
        let heading = Heading {
            correlation_id: correlation_id.clone(),
            partial: request.partial,
            incremental: request.incremental,
            meta_data: request.vendor_dictionary.clone(),
        };
        self.write_lines(&instance, &host, &heading, &served.lines);
        Ok(CapabilityAnswer { correlation_id, served })
    }

    /// Shows what a request would come to (CM-PRE-004, CM-PRE-008).
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn preview_licenses(
        &mut self,
        instance: &str,
        request: &CapabilityRequest,
    ) -> Result<Served, Refusal> {
        if self.rules.licensing.granting.preview_consumes && !request.features.is_empty() {
            return self.request_licenses(instance, request, None).map(|answer| answer.served);
        }
        Ok(self.license_server(instance)?.preview(&self.rules.licensing, self.now, request))
    }

    /// Deletes what is known of a host (CM-SRV-003).
    ///
    /// # Errors
    /// For an unknown instance or host.
    pub fn drop_served_client(&mut self, instance: &str, id: u64) -> Result<(), Refusal> {
        let instance = self.licensing_instance(instance)?;
        let unknown = || Refusal::not_found("client");
        let server = self.licensing.servers.get_mut(&instance).ok_or_else(unknown)?;
        let former = server.clients.values().find(|client| client.id == id).and_then(Client::next_end);
        let (host, lines) = server.drop_client(id).ok_or_else(unknown)?;
        self.touch(Kind::ServedClient, client_id(&instance, &host));
        self.licensing.set_timer(&instance, &host, former);
        self.write_lines(&instance, &host, &Heading::of_the_server(new_id()), &lines);
        Ok(())
    }

    /// The borrows of the host that is next are over (CM-BOR-011).
    pub(in crate::site) fn borrow_ends(&mut self) {
        let Some((at, instance, host)) = self.licensing.ends.pop_first() else { return };
        if !self.rules.licensing.borrow.ends {
            return;
        }
        let Some(server) = self.licensing.servers.get_mut(&instance) else { return };
        let lines = server.end_borrows(&host, at);
        self.ended(&instance, &host);
        self.write_lines(&instance, &host, &Heading::of_the_server(new_id()), &lines);
    }

    fn ended(&mut self, instance: &Arc<str>, host: &HostKey) {
        self.touch(Kind::ServedClient, client_id(instance, host));
        self.licensing.set_timer(instance, host, None);
    }
}

/// What is in use of each license.
fn in_use(licenses: &[License]) -> Vec<i64> {
    licenses.iter().map(|license| license.used).collect()
}

/// Adds counts to what is in use, so many times.
fn change(licenses: &mut [License], counts: &[Share], times: i64) {
    for share in counts {
        for license in licenses.iter_mut().filter(|license| license.id == share.license) {
            license.used += times * share.count;
        }
    }
}

/// Books what a request has changed as the steps in force do; returns what it has changed.
fn book(steps: LicenseSteps, traffic: &mut Traffic, licenses: &mut [License], former: &[i64]) -> Vec<Share> {
    let mut counts = Vec::new();
    for (license, former) in licenses.iter_mut().zip(former) {
        let share = Share { license: license.id, count: license.used - former };
        if share.count == 0 {
            continue;
        }
        if let Some(booked) = steps.booked {
            license.used = former + booked(traffic, license.model.is_metered(), share);
        }
        counts.push(share);
    }
    counts
}
