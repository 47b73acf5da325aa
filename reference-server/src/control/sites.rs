//! Sites: made, looked into, and deleted.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::clock::LATEST;
use super::operator::{Content, Control, Named, Operator, SiteDefaults, read};
use super::warehouse::NewCaller;
use crate::domain::Millis;
use crate::domain::usage_row::Export;
use crate::http::check_public_key;
use crate::http::errors::Refused;
use crate::site::{Clock, Refusal, SiteSettings};
use crate::sites::SitesError;

/// Longest ID of a site.
const LONGEST_ID: usize = 64;
/// Usage rows in one answer when the caller does not say.
const ROWS: u64 = 10_000;
/// Most usage rows in one answer, whatever the caller says; the rest is a call away.
const MOST_ROWS: u64 = 100_000;

/// What a new site is to be.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct NewSite {
    clock: Option<NewClock>,
    administration_keys: Vec<NewKey>,
    /// Who may read reports.
    data_access: Option<NewCaller>,
    policy: BTreeMap<String, String>,
    /// How long a saved or deleted key takes to spread, 0 to 600 s (DM-AUTH-033).
    key_propagation_seconds: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewClock {
    mode: Mode,
    now: Option<Millis>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Mode {
    Real,
    Virtual,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct NewKey {
    id: String,
    public_key: String,
}

impl NewSite {
    fn settings(self, defaults: &SiteDefaults) -> Result<SiteSettings, Refusal> {
        let clock = self.clock.map_or(Ok(Clock::Real), |clock| clock.read())?;
        let administration_keys =
            self.administration_keys.into_iter().map(NewKey::read).collect::<Result<Vec<_>, _>>()?;
        let mut policy = defaults.policy.clone();
        policy.extend(self.policy);
        let key_propagation = match self.key_propagation_seconds {
            None => defaults.key_propagation,
            Some(seconds @ 0..=600) => seconds * 1000,
            Some(_) => return Err(Refusal::invalid("`keyPropagationSeconds` lies between 0 and 600")),
        };
        Ok(SiteSettings { clock, administration_keys, policy, key_propagation })
    }
}

impl NewClock {
    fn read(&self) -> Result<Clock, Refusal> {
        match (self.mode, self.now) {
            (Mode::Real, None) => Ok(Clock::Real),
            (Mode::Real, Some(_)) => Err(Refusal::invalid("`clock.now` belongs to a virtual clock only")),
            (Mode::Virtual, Some(now)) if (0..=LATEST).contains(&now) => Ok(Clock::Virtual(now)),
            (Mode::Virtual, Some(_)) => {
                Err(Refusal::invalid("`clock.now` must lie between the years 1970 and 9999"))
            }
            (Mode::Virtual, None) => Err(Refusal::invalid("a virtual clock needs `clock.now`, in ms")),
        }
    }
}

impl NewKey {
    fn read(self) -> Result<(String, String), Refusal> {
        if self.id.trim().is_empty() {
            return Err(Refusal::invalid("an administration key has a blank `id`"));
        }
        match check_public_key(&self.public_key) {
            Ok(()) => Ok((self.id, self.public_key)),
            Err(what) => {
                Err(Refusal::invalid(format!("`publicKey` of administration key `{}` {what}", self.id)))
            }
        }
    }
}

/// Makes a site. One without keys is legal: nobody can call its API.
pub(super) async fn create(
    operator: Operator,
    State(control): State<Control>,
    Named(site): Named<String>,
    body: Content,
) -> Result<Response, Refused> {
    check_id(&site)?;
    let mut new: NewSite = read(&body)?;
    let callers = new.data_access.take().map(NewCaller::read).transpose()?;
    control.sites.create(&site, new.settings(&control.defaults)?).await?;
    if let Some(callers) = callers {
        control.sites.act(&site, |site| site.admit_callers(callers)).await?;
    }
    let base = |api: &str| format!("{}/sites/{site}/{api}", operator.origin);
    let bases = json!({
        "dynamic_monetization": base("dynamicmonetization"), "cmapi": base("api/1.0"), "data_access": base("data"),
    });
    let answer = json!({ "siteId": site, "bases": bases });
    Ok((StatusCode::CREATED, Json(answer)).into_response())
}

/// Deletes a site with everything that belongs to it.
pub(super) async fn delete(
    _operator: Operator,
    State(control): State<Control>,
    Named(site): Named<String>,
) -> Result<StatusCode, Refused> {
    control.sites.delete(&site).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which usage rows are wanted.
#[derive(Deserialize)]
pub(super) struct Wanted {
    after: Option<u64>,
    limit: Option<u64>,
}

/// The usage rows of a site, one JSON object a line; whatever has fallen due is among them (DM-USE-001).
pub(super) async fn usage_rows(
    _operator: Operator,
    State(control): State<Control>,
    Named(site): Named<String>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Response, Refused> {
    let Query(Wanted { after, limit }) =
        wanted.map_err(|error| Refusal::invalid(format!("the query cannot be read: {error}")))?;
    let (rules, now) = control.sites.act(&site, |site| (*site.rules(), site.now())).await?;
    let delay = rules.sessions.row_delay;
    let limit = limit.unwrap_or(ROWS).min(MOST_ROWS);
    let rows = control.sites.store().usage_rows(&site, after.unwrap_or(0), limit).await;
    let mut rows = rows.map_err(SitesError::from)?;
    if delay > 0 {
        rows.retain(|row| written(row) + delay <= now);
    }
    if let Some(export) = rules.export {
        rows = spelt(&rows, export);
    }
    let mut text = String::new();
    for row in rows {
        text.push_str(&row);
        text.push('\n');
    }
    Ok(([(CONTENT_TYPE, "application/x-ndjson")], text).into_response())
}

/// When a row was written, ms.
fn written(row: &str) -> Millis {
    let row: Value = serde_json::from_str(row).unwrap_or_default();
    row.get("WRITE_TIME").and_then(Value::as_i64).unwrap_or_default()
}

/// Rows in another spelling than the one that they were written in.
fn spelt(rows: &[String], export: Export) -> Vec<String> {
    let mut cells: Vec<Map<String, Value>> =
        rows.iter().filter_map(|row| serde_json::from_str(row).ok()).collect();
    export(&mut cells);
    cells.into_iter().map(|row| Value::Object(row).to_string()).collect()
}

/// Fails a session, which no client can do (DM-SES-035).
pub(super) async fn fail_session(
    _operator: Operator,
    State(control): State<Control>,
    Named((site, session)): Named<(String, String)>,
) -> Result<StatusCode, Refused> {
    let session = Uuid::try_parse(&session).map_err(|_| Refusal::not_found("session"))?;
    control.sites.act(&site, |site| site.fail_session(session)).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// An ID stands in addresses, so that it is kept plain.
fn check_id(id: &str) -> Result<(), Refusal> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(plain) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "a site ID has 1 to {LONGEST_ID} characters out of letters, digits, `-`, `_` and `.`"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(body: &'static str) -> Result<SiteSettings, Refusal> {
        let policy = BTreeMap::from([("a".to_owned(), "1".to_owned()), ("b".to_owned(), "1".to_owned())]);
        let defaults = SiteDefaults { policy, key_propagation: 5000 };
        let new: NewSite = read(&Content::of(body)).map_err(|refused| refused.0)?;
        new.settings(&defaults)
    }

    #[test]
    fn an_empty_body_is_a_site_on_a_real_clock() {
        let settings = settings("").unwrap();
        assert_eq!(settings.clock, Clock::Real);
        assert!(settings.administration_keys.is_empty());
        assert_eq!(settings.key_propagation, 5000);
    }

    #[test]
    fn a_site_makes_its_own_decisions_over_the_defaults() {
        let settings =
            settings(r#"{"clock": {"mode": "virtual", "now": 5}, "policy": {"b": "2", "c": "3"}}"#).unwrap();
        assert_eq!(settings.clock, Clock::Virtual(5));
        let values: Vec<&str> = settings.policy.values().map(String::as_str).collect();
        assert_eq!(values, ["1", "2", "3"]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for body in [
            "[1",
            r#"{"colour": "red"}"#,
            r#"{"clock": {"mode": "virtual"}}"#,
            r#"{"clock": {"mode": "virtual", "now": -1}}"#,
            r#"{"clock": {"mode": "real", "now": 5}}"#,
            r#"{"clock": {"mode": "lunar"}}"#,
            r#"{"keyPropagationSeconds": 601}"#,
            r#"{"keyPropagationSeconds": -1}"#,
            r#"{"administrationKeys": [{"id": "", "publicKey": "x"}]}"#,
            r#"{"administrationKeys": [{"id": "k", "publicKey": "x"}]}"#,
        ] {
            assert_eq!(settings(body).unwrap_err().status, 400, "{body}");
        }
    }

    #[test]
    fn ids_stay_plain() {
        assert!(check_id("acme-1.test_2").is_ok());
        assert!(check_id("").is_err() && check_id("a/b").is_err() && check_id(&"a".repeat(65)).is_err());
    }
}
