//! The way of every request through the server.

use std::sync::Arc;

use axum::response::Response;

use super::auth::{Token, VerifiedTokens};
use super::call::Call;
use super::errors;
use super::reply::{Reply, respond};
use super::wire::{Operation, WireAnswer};
use crate::site::{Refusal, Site};
use crate::sites::Sites;

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct Api {
    sites: Arc<Sites>,
    pub(super) tokens: Arc<VerifiedTokens>,
}

impl Api {
    /// Serves these sites.
    pub(crate) fn new(sites: Arc<Sites>) -> Self {
        Self { sites, tokens: Arc::default() }
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
        let acted = self.sites.act(call.site(), |site| {
            let wire = site.rules().wire;
            let caller = self.tokens.authenticate(site, call.bearer());
            (caller.and_then(|caller| run(site, &caller)), wire)
        });
        let (result, wire) = match acted.await {
            Ok(acted) => acted,
            Err(error) => return errors::of_sites(&error),
        };
        let Reply { status, body } = match result {
            Ok(done) => render(done),
            Err(refusal) => errors::reply(operation, &refusal),
        };
        let mut answer = WireAnswer { operation, status, body };
        wire(&mut answer);
        respond(answer.status, answer.body.as_ref())
    }
}
