//! The way of every request through the server.

use std::sync::Arc;
use std::time::Instant;

use axum::response::Response;

use super::auth::VerifiedTokens;
use super::busy::BusySessions;
use super::call::Call;
use super::errors;
use super::reply::{Content, JSON, Reply, send_as};
use super::token::Token;
use super::wire::{Operation, WireAnswer};
use crate::domain::ApiVersion;
use crate::site::{Refusal, Site};
use crate::sites::Sites;

/// What the handlers share, and the version that they speak. Every request takes a copy, so that there is one thing to
/// share and not one for each part.
#[derive(Clone)]
pub(crate) struct Api {
    pub(super) shared: Arc<Shared>,
    /// The version whose addresses this part of the server answers at.
    pub(super) version: ApiVersion,
}

/// What all versions have in common.
pub(crate) struct Shared {
    sites: Arc<Sites>,
    pub(super) tokens: VerifiedTokens,
    pub(super) busy: Arc<BusySessions>,
}

impl Api {
    /// Serves these sites.
    pub(crate) fn new(sites: Arc<Sites>) -> Self {
        let shared = Shared { sites, tokens: VerifiedTokens::default(), busy: Arc::default() };
        Self { shared: Arc::new(shared), version: ApiVersion::V1_0 }
    }

    /// The same for another thread, which remembers for itself what tokens it has verified.
    pub(crate) fn apart(&self) -> Self {
        let (sites, busy) = (Arc::clone(&self.shared.sites), Arc::clone(&self.shared.busy));
        Self { shared: Arc::new(Shared { sites, tokens: VerifiedTokens::default(), busy }), ..*self }
    }

    /// The same for the addresses of a version.
    pub(super) fn speaking(&self, version: ApiVersion) -> Self {
        Self { version, ..self.clone() }
    }

    /// Authenticates the caller and runs an operation under the lock of the site, waits until it is durable, and
    /// renders what came of it.
    pub(super) async fn answer<T>(
        &self,
        call: &Call,
        operation: Operation,
        run: impl FnOnce(&mut Site, &Token) -> Result<T, Refusal>,
        render: impl FnOnce(T) -> Reply,
    ) -> Response {
        let started = Instant::now();
        let acted = self.shared.sites.act(call.site(), |site| {
            let wire = site.has_policy().then_some(site.rules().wire);
            let member = site.rules().error_member;
            let result = match (site.rules().turned_away)(&call.arrival(operation)) {
                Some(status) => Err(Refusal::new(status, "this request is not taken")),
                None => {
                    let caller = self.shared.tokens.authenticate(site, call.bearer());
                    caller.and_then(|caller| run(site, &caller))
                }
            };
            (result, wire, member)
        });
        let (result, wire, member) = match acted.await {
            Ok(acted) => acted,
            Err(error) => return errors::of_sites(&error),
        };
        let reply = match result {
            Ok(done) => render(done),
            Err(refusal) => errors::reply(operation, self.version, &refusal, member),
        };
        let (Reply { status, body }, content_type) = match wire {
            Some(wire) => self.changed(operation, reply, wire),
            None => (reply, JSON),
        };
        self.shared.sites.store().metrics().request(operation, self.version, status, started.elapsed());
        tracing::debug!(operation = operation.name(), site = call.site(), status, "answered");
        send_as(status, body.map(Content::into_text), content_type)
    }

    /// The answer as the policy of the site has it leave, with its content type.
    fn changed(
        &self,
        operation: Operation,
        reply: Reply,
        wire: fn(&mut WireAnswer),
    ) -> (Reply, &'static str) {
        let Reply { status, body } = reply;
        let body = body.map(Content::into_value);
        let mut answer = WireAnswer { operation, version: self.version, status, body, content_type: JSON };
        wire(&mut answer);
        (Reply { status: answer.status, body: answer.body.map(Content::Value) }, answer.content_type)
    }
}
