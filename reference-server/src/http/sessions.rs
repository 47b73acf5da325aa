//! Sessions (`10` §8).

use axum::extract::State;
use axum::response::Response;
use serde_json::json;
use uuid::Uuid;

use super::access;
use super::api::Api;
use super::body::{BodyFault, JsonBody};
use super::busy::Claim;
use super::call::Call;
use super::openapi;
use super::reply::{Reply, json};
use super::router::{Route, route};
use super::schema::{self, AccessBody};
use super::token::Token;
use super::wire::Operation;
use crate::domain::{ApiVersion, Rules};
use crate::site::{AccessRequest, Refusal, Site};

/// What the paths of the second base have in common.
const SECOND_BASE: &str = "/floating/api/";

/// DM-SES-001, DM-SES-003, DM-SES-004, DM-SES-005, DM-SES-006.
pub(super) fn routes() -> Vec<Route> {
    vec![
        route(&openapi::LIST_SESSIONS, list),
        route(&openapi::CREATE_SESSION, create),
        route(&openapi::READ_SESSION, read),
        route(&openapi::SESSION_REQUEST, request),
        route(&openapi::CLOSE_SESSION, close),
        route(&openapi::HEARTBEAT, heartbeat),
    ]
}

/// DM-SES-014.
async fn create(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let instance = body.read(schema::new_session);
    api.answer(
        &call,
        Operation::CreateSession,
        |site, caller| {
            let named = caller.instance_in_header(site.rules(), &call)?;
            let instance = instance.map_err(|fault| fault.refusal(site.rules()))?;
            if named.is_some_and(|named| named != instance) {
                let status = site.rules().tokens.header_not_of_body;
                return Err(Refusal::new(
                    status,
                    "the header x-instance-id names another instance than the body",
                ));
            }
            served(site, &call, Operation::CreateSession)?;
            site.create_session(&instance, api.version)
        },
        |session| Reply::ok(json!({ "sessionId": session })),
    )
    .await
}

/// DM-SES-027.
async fn list(State(api): State<Api>, call: Call) -> Response {
    let asked = listed_instance(&call).map(|instance| (instance, page_size(&call)));
    api.answer(
        &call,
        Operation::ListSessions,
        |site, caller| {
            let (instance, size) = asked?;
            caller.instance_in_query(site.rules(), &instance)?;
            served(site, &call, Operation::ListSessions)?;
            let mut sessions = site.sessions(&instance)?;
            sessions.retain(|session| reachable(site, &session.session_id, api.version));
            if let Some(size) = size {
                sessions.truncate((site.rules().sessions.page)(size));
            }
            Ok(sessions)
        },
        |sessions| Reply::ok(json(&sessions)),
    )
    .await
}

/// The instance whose sessions are listed; it must be named (DM-SES-023).
fn listed_instance(call: &Call) -> Result<String, Refusal> {
    match call.query()?.text("instanceId") {
        Some(instance) if !instance.is_empty() => Ok(instance.to_owned()),
        _ => Err(Refusal::invalid("query parameter `instanceId` is missing")),
    }
}

/// A size of pages, which this list does not have (DM-SES-026): a rule may look at it, and by default none does.
fn page_size(call: &Call) -> Option<usize> {
    call.query().ok()?.number("size").ok().flatten()
}

async fn read(State(api): State<Api>, call: Call) -> Response {
    api.answer(
        &call,
        Operation::ReadSession,
        |site, caller| {
            let id = session(site, caller, &call, &api, Operation::ReadSession)?;
            let instance = call.path("sessionId");
            if site.rules().sessions_by_instance && site.instance(instance).is_ok() {
                caller.instance_in_query(site.rules(), instance)?;
                return site.sessions(instance).map(|sessions| json(&sessions));
            }
            site.session(id).map(|detail| json(&detail))
        },
        Reply::ok,
    )
    .await
}

async fn request(State(api): State<Api>, call: Call, body: JsonBody) -> Response {
    let version = api.version;
    let claim = api.shared.busy.claim(call.site(), call.path("sessionId"));
    let body = access::read(body, version);
    api.answer(
        &call,
        Operation::SessionRequest,
        |site, caller| {
            let id = session(site, caller, &call, &api, Operation::SessionRequest)?;
            not_busy(&claim, site.rules())?;
            if !claim.alone {
                site.overlap(id);
            }
            match vetted(body, site.rules()) {
                Ok((request, rollback_on_deny)) => site.request_in_session(id, request, rollback_on_deny),
                // A session that is not there comes before anything that is wrong with the body.
                Err(_) if site.session_instance(id).is_none() => {
                    Err(Refusal::new(site.rules().statuses.session_unknown, "session not found"))
                }
                Err(refusal) => {
                    if site.rules().sessions.invalid_request_ends {
                        site.close_session(id, version)?;
                    }
                    Err(refusal)
                }
            }
        },
        |answer| access::shown(&answer),
    )
    .await
}

/// The request with `rollbackOnDeny`, or what the rules of the site have against it (DM-SES-054, DM-SES-055).
fn vetted(body: Result<AccessBody, BodyFault>, rules: &Rules) -> Result<(AccessRequest, bool), Refusal> {
    let body = body.map_err(|fault| fault.refusal(rules))?;
    if let Some(refusal) = body.fault(rules) {
        return Err(refusal);
    }
    match body.rollback_on_deny {
        None if rules.rollback_required => {
            Err(Refusal::invalid("$: required property 'rollbackOnDeny' not found"))
        }
        rollback_on_deny => Ok((body.request(rules), rollback_on_deny.unwrap_or(true))),
    }
}

/// The refusal of a request to a session that another one is working on, where the rules have it so
/// (DM-SES-062, DM-HB-003).
fn not_busy(claim: &Claim, rules: &Rules) -> Result<(), Refusal> {
    if claim.alone || !rules.busy_session_refuses {
        return Ok(());
    }
    Err(Refusal::new(rules.statuses.session_locked, "Session is LOCKED"))
}

async fn heartbeat(State(api): State<Api>, call: Call) -> Response {
    let claim = api.shared.busy.claim(call.site(), call.path("sessionId"));
    api.answer(
        &call,
        Operation::Heartbeat,
        |site, caller| {
            let id = session(site, caller, &call, &api, Operation::Heartbeat)?;
            not_busy(&claim, site.rules())?;
            site.heartbeat(id, api.version)
        },
        Reply::empty,
    )
    .await
}

/// DM-SES-070.
async fn close(State(api): State<Api>, call: Call) -> Response {
    api.answer(
        &call,
        Operation::CloseSession,
        |site, caller| {
            let id = session(site, caller, &call, &api, Operation::CloseSession)?;
            site.close_session(id, api.version)
        },
        |()| Reply::ok(json!({})),
    )
    .await
}

/// The session of the path, if the caller may act on it: a client token names the session's instance in the header
/// (DM-AUTH-A03 to DM-AUTH-A07).
fn session(
    site: &Site,
    caller: &Token,
    call: &Call,
    api: &Api,
    operation: Operation,
) -> Result<Uuid, Refusal> {
    let named = caller.instance_in_header(site.rules(), call)?;
    served(site, call, operation)?;
    let id = call.session()?;
    if !site.reachable(id, api.version) {
        let statuses = &site.rules().statuses;
        let heartbeat = operation == Operation::Heartbeat;
        let unknown = if heartbeat { statuses.heartbeat_unknown } else { statuses.session_unknown };
        return Err(Refusal::new(unknown, "session not found"));
    }
    if let Some(named) = named
        && site.session_instance(id).is_some_and(|instance| instance != named)
    {
        let status = site.rules().tokens.header_not_of_session;
        return Err(Refusal::new(
            status,
            "the header x-instance-id names another instance than the session's",
        ));
    }
    Ok(id)
}

/// Whether those who speak a version see this session in a list (DM-SES-009).
fn reachable(site: &Site, id: &str, version: ApiVersion) -> bool {
    Uuid::try_parse(id).is_ok_and(|id| site.reachable(id, version))
}

/// Refuses what is not served below the second base of v1.0 (DM-SES-007, DM-SES-008).
fn served(site: &Site, call: &Call, operation: Operation) -> Result<(), Refusal> {
    if !call.is_below(SECOND_BASE) || (site.rules().sessions.second_base)(operation) {
        return Ok(());
    }
    Err(Refusal::new(404, "there is nothing at this address"))
}
