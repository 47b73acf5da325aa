//! The test control protocol, version 1: sites with their own clock, policy and usage rows.
//!
//! It is ours, not the vendor's, and a target may leave it out. What a call did has happened when it returns,
//! so nothing here waits. Every error carries the answer that caused it and says what to do.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answer::Answer;
use super::api::{segment, without_trailing_slash};
use super::call::{Body, Call};
use super::client::Client;
use super::profile::{Bases, Secret};
use super::reporting::ReportCaller;

/// The version of the protocol spoken here.
const PROTOCOL: u64 = 1;

/// Why a control call did not do what it should.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// Nothing answers.
    #[error(
        "the test control protocol at {base} cannot be reached ({}); start the target, or correct \
         control.base in the target file",
        .answer.summary()
    )]
    Unreachable {
        /// Base address.
        base: String,
        /// What came back.
        answer: Box<Answer>,
    },
    /// Something answers, but not in this protocol.
    #[error(
        "what answers at {base} is not the test control protocol ({}); correct control.base in the target \
         file, or remove [control] if the target does not offer it",
        .answer.summary()
    )]
    NotControl {
        /// Base address.
        base: String,
        /// What came back.
        answer: Box<Answer>,
    },
    /// The token is not accepted.
    #[error(
        "the target at {base} refuses the control token ({}); give the token that it was started with, in \
         control.token or in the variable that control.token_env names",
        .answer.summary()
    )]
    TokenRefused {
        /// Base address.
        base: String,
        /// What came back.
        answer: Box<Answer>,
    },
    /// Another version of the protocol.
    #[error(
        "the target at {base} speaks version {found} of the test control protocol, this program version {}; \
         use matching versions of the two",
        PROTOCOL
    )]
    Version {
        /// Base address.
        base: String,
        /// The version found.
        found: u64,
        /// What came back.
        answer: Box<Answer>,
    },
    /// The call was understood and refused.
    #[error("the target refuses {call} with {}; correct what the answer names", .answer.summary())]
    Refused {
        /// Method and address below the base.
        call: String,
        /// What came back.
        answer: Box<Answer>,
    },
}

impl ControlError {
    /// Whether the target is at fault and not the question: it gave no answer, one of another protocol, a status
    /// of its own failure, or does not know what it made or named itself.
    #[must_use]
    pub fn is_of_the_target(&self) -> bool {
        match self {
            ControlError::Refused { answer, .. } => !matches!(answer.status, Some(400..=403 | 405..=499)),
            ControlError::Unreachable { .. } | ControlError::NotControl { .. } => true,
            ControlError::TokenRefused { .. } | ControlError::Version { .. } => false,
        }
    }

    /// The answer that caused it.
    #[must_use]
    pub fn answer(&self) -> &Answer {
        match self {
            ControlError::Unreachable { answer, .. }
            | ControlError::NotControl { answer, .. }
            | ControlError::TokenRefused { answer, .. }
            | ControlError::Version { answer, .. }
            | ControlError::Refused { answer, .. } => answer,
        }
    }
}

/// What the target says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    /// Version of the protocol.
    pub protocol: u64,
    /// Name of the implementation.
    pub name: String,
    /// Version of the implementation.
    pub version: String,
    /// Parts of the protocol that it offers.
    pub capabilities: BTreeSet<String>,
}

/// A place where more than one behaviour is legal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Decision {
    /// Name, for example `session.denied.http`.
    pub name: String,
    /// The requirement that leaves it open.
    pub requirement: String,
    /// Legal values, the default first.
    pub readings: Vec<String>,
    /// Illegal values that the target can be told to follow.
    #[serde(default)]
    pub mutants: Vec<Mutant>,
}

/// A single fault that the target can be told to have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Mutant {
    /// The value that sets it.
    pub value: String,
    /// The requirements that it breaks.
    pub requirements: Vec<String>,
    /// What it does wrong, in a sentence.
    #[serde(default)]
    pub says: String,
}

/// What a new site shall be like.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SiteRequest {
    /// Where its virtual clock starts, in milliseconds; `None` for the real clock.
    pub virtual_now_ms: Option<i64>,
    /// Administration keys as (ID, SPKI PEM).
    pub administration_keys: Vec<(String, String)>,
    /// Decisions to be set, by name.
    pub policy: BTreeMap<String, String>,
    /// Who may read reports.
    pub reporter: Option<ReportCaller>,
    /// Who may not, although the credential is right; only for targets that know of the permission.
    pub unpermitted: Option<ReportCaller>,
}

impl SiteRequest {
    fn to_json(&self) -> Value {
        let clock = match self.virtual_now_ms {
            Some(now) => json!({ "mode": "virtual", "now": now }),
            None => json!({ "mode": "real" }),
        };
        let keys: Vec<Value> = self
            .administration_keys
            .iter()
            .map(|(id, public_pem)| json!({ "id": id, "publicKey": public_pem }))
            .collect();
        let mut site = json!({ "clock": clock, "administrationKeys": keys, "policy": self.policy });
        if let Some(mut caller) = self.reporter.as_ref().and_then(ReportCaller::to_json) {
            if let Some(other) = self.unpermitted.as_ref().and_then(ReportCaller::to_json) {
                caller["withoutPermission"] = other;
            }
            site["dataAccess"] = caller;
        }
        site
    }
}

/// A site that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    /// Its ID.
    pub id: String,
    /// Where its API groups are.
    pub bases: Bases,
}

#[derive(Deserialize)]
struct AboutAnswer {
    protocol: u64,
    implementation: ImplementationAnswer,
    #[serde(default)]
    capabilities: BTreeSet<String>,
}

#[derive(Deserialize)]
struct ImplementationAnswer {
    name: String,
    #[serde(default)]
    version: String,
}

#[derive(Deserialize)]
struct PolicyAnswer {
    decisions: Vec<Decision>,
}

#[derive(Deserialize)]
struct SiteAnswer {
    #[serde(rename = "siteId")]
    site_id: String,
    bases: BasesAnswer,
}

#[derive(Deserialize)]
struct BasesAnswer {
    dynamic_monetization: String,
    data_access: Option<String>,
    cmapi: Option<String>,
}

#[derive(Deserialize)]
struct ClockAnswer {
    now: i64,
}

/// Speaks the test control protocol; clones share the connection pool.
#[derive(Clone, Debug)]
pub struct ControlClient {
    client: Client,
    base: String,
    token: Secret,
}

impl ControlClient {
    /// A client of the protocol at this base.
    #[must_use]
    pub fn new(client: Client, base: &str, token: &str) -> ControlClient {
        ControlClient { client, base: without_trailing_slash(base), token: Secret::new(token) }
    }

    /// Who the target is. The right first call: its errors tell a wrong address from a wrong token.
    ///
    /// # Errors
    /// When the target cannot be reached, does not speak this protocol in this version, or refuses the token.
    pub async fn about(&self) -> Result<About, ControlError> {
        let answer = self.send(Call::get(self.url("/"))).await?;
        // An address with something else behind it mostly answers with a page of its own, or with not found.
        if !answer.ok() {
            return Err(self.not_control(answer));
        }
        let (about, answer) = self.parse::<AboutAnswer>(answer)?;
        if about.protocol != PROTOCOL {
            let (base, found) = (self.base.clone(), about.protocol);
            return Err(ControlError::Version { base, found, answer: Box::new(answer) });
        }
        let AboutAnswer { protocol, implementation, capabilities } = about;
        Ok(About { protocol, name: implementation.name, version: implementation.version, capabilities })
    }

    /// The decision points of the target, with their readings and mutants.
    ///
    /// # Errors
    /// When the target does not answer, or refuses.
    pub async fn policy(&self) -> Result<Vec<Decision>, ControlError> {
        let answer = self.succeed(Call::get(self.url("/policy"))).await?;
        Ok(self.parse::<PolicyAnswer>(answer)?.0.decisions)
    }

    /// Makes a site.
    ///
    /// # Errors
    /// When the site exists, or the policy names an unknown decision or value.
    pub async fn create_site(&self, id: &str, request: &SiteRequest) -> Result<Site, ControlError> {
        let answer = self.succeed(Call::put(self.site_url(id, ""), request.to_json())).await?;
        let (site, _) = self.parse::<SiteAnswer>(answer)?;
        let BasesAnswer { dynamic_monetization, data_access, cmapi } = site.bases;
        let bases = Bases::new(&dynamic_monetization, data_access.as_deref(), cmapi.as_deref());
        Ok(Site { id: site.site_id, bases })
    }

    /// Removes a site with everything in it.
    ///
    /// # Errors
    /// When there is no such site.
    pub async fn delete_site(&self, id: &str) -> Result<(), ControlError> {
        self.succeed(Call::delete(self.site_url(id, ""))).await.map(drop)
    }

    /// The site's time in milliseconds.
    ///
    /// # Errors
    /// When there is no such site.
    pub async fn clock(&self, site: &str) -> Result<i64, ControlError> {
        self.read_clock(Call::get(self.site_url(site, "/clock"))).await
    }

    /// Moves the site's virtual clock on by this many milliseconds; the new time, when all that fell due on
    /// the way has happened.
    ///
    /// # Errors
    /// When the clock is real, or the step leads backwards.
    pub async fn advance_by(&self, site: &str, by_ms: i64) -> Result<i64, ControlError> {
        self.read_clock(Call::post(self.site_url(site, "/clock/advance"), json!({ "by": by_ms }))).await
    }

    /// Moves the site's virtual clock on to this time in milliseconds.
    ///
    /// # Errors
    /// When the clock is real, or the time has passed.
    pub async fn advance_to(&self, site: &str, to_ms: i64) -> Result<i64, ControlError> {
        self.read_clock(Call::post(self.site_url(site, "/clock/advance"), json!({ "to": to_ms }))).await
    }

    /// Usage rows after a sequence number, at most `limit`, as NDJSON: one row a line.
    ///
    /// # Errors
    /// When there is no such site.
    pub async fn usage_rows(&self, site: &str, after: u64, limit: u64) -> Result<String, ControlError> {
        let url = self.site_url(site, &format!("/usage-rows?after={after}&limit={limit}"));
        Ok(self.succeed(Call::get(url)).await?.body)
    }

    /// Replaces the rows of an entity of the Data Access API.
    ///
    /// # Errors
    /// When there is no such site or entity, or the rows are not of it.
    pub async fn replace_rows(&self, site: &str, entity: &str, rows: Value) -> Result<(), ControlError> {
        let url = self.site_url(site, &format!("/warehouse/{}", segment(entity)));
        self.succeed(Call::put(url, rows)).await.map(drop)
    }

    /// Makes a session fail, which no client can cause.
    ///
    /// # Errors
    /// When there is no such site or session.
    pub async fn fail_session(&self, site: &str, session: &str) -> Result<(), ControlError> {
        let url = self.site_url(site, &format!("/sessions/{}/fail", segment(session)));
        self.succeed(Call::new(reqwest::Method::POST, url, Body::None)).await.map(drop)
    }

    /// What an operator does to license servers by hand elsewhere: a call below `cls` of a site. A refusal is an
    /// answer like others, because the rules that operators are held to are tested, too.
    ///
    /// # Errors
    /// When nothing answers or the token is refused.
    pub async fn license_servers(
        &self,
        site: &str,
        path: &str,
        change: Option<Value>,
    ) -> Result<Answer, ControlError> {
        let url = self.site_url(site, &format!("/cls/{path}"));
        self.send(change.map_or_else(|| Call::get(url.clone()), |body| Call::put(url.clone(), body))).await
    }

    async fn read_clock(&self, call: Call) -> Result<i64, ControlError> {
        let answer = self.succeed(call).await?;
        Ok(self.parse::<ClockAnswer>(answer)?.0.now)
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn site_url(&self, site: &str, path: &str) -> String {
        self.url(&format!("/sites/{}{path}", segment(site)))
    }

    /// Sends a call that must succeed.
    async fn succeed(&self, call: Call) -> Result<Answer, ControlError> {
        let path = call.url.strip_prefix(&self.base).unwrap_or(&call.url);
        let name = format!("{} {path}", call.method);
        let answer = self.send(call).await?;
        if answer.ok() {
            return Ok(answer);
        }
        Err(ControlError::Refused { call: name, answer: Box::new(answer) })
    }

    /// Sends a call; an error when nothing answers or the token is refused.
    async fn send(&self, call: Call) -> Result<Answer, ControlError> {
        let answer = self.client.send(call.bearer(self.token.expose())).await;
        let base = || self.base.clone();
        match answer.status {
            None => Err(ControlError::Unreachable { base: base(), answer: Box::new(answer) }),
            Some(401 | 403) => Err(ControlError::TokenRefused { base: base(), answer: Box::new(answer) }),
            Some(_) => Ok(answer),
        }
    }

    /// Reads a success as `T`, and hands the answer back for whatever is found later.
    fn parse<T: DeserializeOwned>(&self, answer: Answer) -> Result<(T, Answer), ControlError> {
        match serde_json::from_str(&answer.body) {
            Ok(value) => Ok((value, answer)),
            Err(_) => Err(self.not_control(answer)),
        }
    }

    fn not_control(&self, answer: Answer) -> ControlError {
        ControlError::NotControl { base: self.base.clone(), answer: Box::new(answer) }
    }
}
