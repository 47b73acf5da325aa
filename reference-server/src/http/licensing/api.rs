//! The way of every licensing request through the server.

use std::sync::Arc;
use std::time::Instant;

use axum::response::Response;
use serde_json::{Value, json};

use super::super::body::BodyFault;
use super::super::reply::{Content, JSON, Reply, respond, send_as};
use super::super::wire::{Operation, WireAnswer};
use super::call::LicensingCall;
use super::caller::authenticate;
use super::connections::Connections;
use super::passwords::PasswordDesk;
use crate::domain::ApiVersion;
use crate::domain::licensing::Need;
use crate::site::{Refusal, Site};
use crate::sites::{Sites, SitesError};

/// What the handlers share.
#[derive(Clone)]
pub(crate) struct LicensingApi {
    pub(super) sites: Arc<Sites>,
    pub(super) passwords: Arc<PasswordDesk>,
    pub(super) connections: Arc<Connections>,
}

impl LicensingApi {
    /// Serves the license servers of these sites.
    pub(crate) fn new(sites: Arc<Sites>, passwords: Arc<PasswordDesk>) -> Self {
        Self { sites, passwords, connections: Arc::default() }
    }

    /// Authenticates the caller and runs an operation under the lock of the site, waits until it is durable, and
    /// renders what came of it.
    pub(super) async fn answer<T>(
        &self,
        call: &LicensingCall,
        operation: Operation,
        need: Need,
        run: impl FnOnce(&mut Site) -> Result<T, Refusal>,
        render: impl FnOnce(T) -> Reply,
    ) -> Response {
        let checked = |site: &mut Site| {
            authenticate(site, call.instance(), call.bearer(), need)?;
            run(site)
        };
        self.answer_anyone(call, operation, checked, render).await
    }

    /// The same for whoever asks.
    pub(super) async fn answer_anyone<T>(
        &self,
        call: &LicensingCall,
        operation: Operation,
        run: impl FnOnce(&mut Site) -> Result<T, Refusal>,
        render: impl FnOnce(T) -> Reply,
    ) -> Response {
        let started = Instant::now();
        let acted = self.sites.act(call.site(), |site| {
            let wire = site.has_policy().then_some(site.rules().wire);
            let result = match (site.rules().turned_away)(&call.arrival(operation)) {
                Some(status) => Err(Refusal::new(status, "this request is not taken")),
                None => run(site),
            };
            (result, wire)
        });
        let (result, wire) = match acted.await {
            Ok(acted) => acted,
            Err(error) => return of_sites(&error),
        };
        let reply = match result {
            Ok(done) => render(done),
            Err(refusal) => refused(&refusal),
        };
        let (reply, content_type) = match wire {
            Some(wire) => changed(operation, reply, wire),
            None => (reply, JSON),
        };
        let Reply { status, body } = reply;
        self.sites.store().metrics().request(operation, ApiVersion::V1_0, status, started.elapsed());
        tracing::debug!(operation = operation.name(), site = call.site(), status, "answered");
        send_as(status, body.map(Content::into_text), content_type)
    }
}

/// The answer as the policy of the site has it leave, with its content type.
fn changed(operation: Operation, reply: Reply, wire: fn(&mut WireAnswer)) -> (Reply, &'static str) {
    let Reply { status, body } = reply;
    let body = body.map(Content::into_value);
    let version = ApiVersion::V1_0;
    let mut answer = WireAnswer { operation, version, status, body, content_type: JSON };
    wire(&mut answer);
    (Reply { status: answer.status, body: answer.body.map(Content::Value) }, answer.content_type)
}

/// A refusal on the wire; the shape of its body is not published (CM-HTTP-007).
pub(super) fn refused(refusal: &Refusal) -> Reply {
    Reply::new(refusal.status, error(refusal.status, &refusal.messages.join("; ")))
}

/// A refusal outside of any operation.
pub(super) fn refuse(status: u16, text: &str) -> Response {
    respond(status, Some(&error(status, text)))
}

fn error(status: u16, text: &str) -> Value {
    json!({ "key": key(status), "message": text, "arguments": [] })
}

const fn key(status: u16) -> &'static str {
    match status {
        400 => "error.request.invalid",
        401 => "error.authentication",
        403 => "error.permission",
        404 => "error.notFound",
        405 => "error.method",
        409 => "error.conflict",
        410 => "error.gone",
        415 => "error.mediaType",
        _ => "error.server",
    }
}

/// A site that is not there, or a server that cannot keep what it did.
pub(super) fn of_sites(error: &SitesError) -> Response {
    refuse(super::super::errors::status_of(error), &error.to_string())
}

/// What is wrong with a body (CM-HTTP-006).
pub(super) fn body_refusal(fault: BodyFault) -> Refusal {
    match fault {
        BodyFault::ContentType => Refusal::new(415, "the content type must be application/json"),
        BodyFault::Refused(refusal) => refusal,
    }
}
