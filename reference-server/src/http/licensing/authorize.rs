//! `POST /authorize` (`50` §3).

use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::super::body::JsonBody;
use super::super::reply::Reply;
use super::super::schema;
use super::super::wire::Operation;
use super::account_token::{self, Issued};
use super::api::{LicensingApi, body_refusal, of_sites};
use super::call::LicensingCall;
use super::render::timestamp;
use crate::site::{Passwords, Refusal, Site};

/// Trades a password for a token. The password is tried outside of the site's lock, and what it opens is looked up
/// again under it: it may have been replaced meanwhile.
pub(super) async fn authorize(
    State(api): State<LicensingApi>,
    call: LicensingCall,
    body: JsonBody,
) -> Response {
    let credentials = body.read(schema::credentials).map_err(body_refusal);
    let user = credentials.as_ref().map(|(user, _)| user.clone()).unwrap_or_default();
    let look = |site: &mut Site| {
        (site.passwords(call.instance(), &user), site.rules().licensing.accounts.tries_for_nobody)
    };
    let (found, tries_for_nobody) = match api.sites.act(call.site(), look).await {
        Ok(found) => found,
        Err(error) => return of_sites(&error),
    };
    let secret = match (&credentials, &found) {
        (Ok((_, password)), Ok(found)) if tries_for_nobody || !found.passwords.is_empty() => {
            api.passwords.find(found.passwords.clone(), password.clone()).await
        }
        _ => None,
    };
    api.answer_anyone(
        &call,
        Operation::Authorize,
        |site| {
            // An instance that is not there comes before anything that is wrong with the body (CM-URL-005).
            let Passwords { account, passwords } = site.passwords(call.instance(), &user)?;
            credentials?;
            let rules = &site.rules().licensing.accounts;
            match (account, secret) {
                (Some(account), Some(secret)) if passwords.contains(&secret) => {
                    account_token::issue(site, call.instance(), account)
                }
                (Some(_), _) => Err(Refusal::new(rules.refused.0, rules.refused.1)),
                (None, _) => Err(Refusal::new(rules.unknown.0, rules.unknown.1)),
            }
        },
        |Issued { token, expires }| Reply::ok(json!({ "expires": timestamp(expires), "token": token })),
    )
    .await
}
