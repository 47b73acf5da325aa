//! The ground that a run stands on: a site of its own where the target offers control, else the tenant
//! itself.
//!
//! With control a site has a real clock, because load is about real time, an administration key of its own,
//! and it is deleted afterwards. Without control instances and rate tables are new and stay behind, since the
//! public APIs cannot delete them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;
use uuid::Uuid;

use super::LoadError;
use super::wire::Reach;
use crate::report::events::{Event, Events};
use crate::target::{
    Algorithm, Answer, Api, Call, Claims, Client, ControlClient, KeyPair, Profile, Site, SiteRequest,
    UsageProfile,
};

/// A day in milliseconds.
pub const DAY_MS: i64 = 24 * 3600 * 1000;

/// After this long an answer counts as lost.
pub const REQUEST_TIMEOUT: Duration = Duration::from_secs(10);

/// Where a run takes place and what it may do there.
pub struct Ground {
    /// Client for set-up and audit, with the pool that the workers share.
    pub client: Client,
    /// Administration token.
    pub token: String,
    /// Short random text that makes names of this run unlike those of any other.
    pub run: String,
    /// How long usage rows may take to appear.
    pub row_patience: Duration,
    /// How workers reach the target.
    pub reach: Reach,
    /// Addresses, site by site.
    apis: Vec<Api>,
    /// The sites that were made for this run; none where the target offers no control.
    own: Vec<OwnSite>,
    offers_rows: bool,
}

/// A site made for this run.
struct OwnSite {
    control: ControlClient,
    id: String,
    /// Address of its license servers, if it has any.
    cmapi: Option<String>,
}

impl Ground {
    /// Makes so many sites and the key, or takes those of the target file.
    pub async fn prepare(profile: &Profile, sites: usize) -> Result<Self, LoadError> {
        Self::prepare_at(profile, sites, None).await
    }

    /// The same; sites that are made have virtual clocks, if a time is given.
    pub async fn prepare_at(
        profile: &Profile,
        sites: usize,
        virtual_now_ms: Option<i64>,
    ) -> Result<Self, LoadError> {
        let client = Client::new(REQUEST_TIMEOUT)?;
        let run = Uuid::new_v4().simple().to_string()[..8].to_owned();
        let (mut apis, mut own) = (Vec::new(), Vec::new());
        let (key, issuer) = if let Some(control) = &profile.control {
            // One key for all sites, so that one token is good everywhere.
            let key = KeyPair::generate(&format!("load-{run}"), Algorithm::Rs256)?;
            let control = ControlClient::new(client.clone(), &control.base, control.token.expose());
            for site in 0..sites.max(1) {
                let id = if site == 0 { format!("load-{run}") } else { format!("load-{run}-{}", site + 1) };
                let (base, site) = own_site(&control, &key, &id, profile, virtual_now_ms).await?;
                apis.push(Api::new(&base));
                own.push(site);
            }
            (key, None)
        } else if sites > 1 {
            return Err(LoadError::SitesNeedControl);
        } else {
            let (key, issuer) = registered_key(profile)?;
            let bases = profile.bases.as_ref().ok_or(LoadError::NoBases)?;
            apis.push(Api::new(&bases.dynamic_monetization));
            (key, Some(issuer))
        };
        let mut claims = Claims::admin(&key, virtual_now_ms.unwrap_or_else(now_ms) / 1000);
        if let Some(issuer) = issuer {
            claims.issuer = issuer;
        }
        let token = key.sign(&claims.to_json())?;
        let cmapi = own.first().and_then(|site| site.cmapi.as_deref());
        let reach = Reach::of(&client, apis.iter().map(|api| api.base.as_str()).chain(cmapi));
        Ok(Self {
            reach,
            client,
            token,
            run,
            row_patience: Duration::from_secs(profile.timing.row_visible_s),
            offers_rows: !own.is_empty() && matches!(profile.usage, UsageProfile::Control),
            apis,
            own,
        })
    }

    /// The ground below an address that wants no key and offers nothing but answers.
    pub fn bare(base: &str, reach: Reach) -> Result<Self, LoadError> {
        Ok(Self {
            reach,
            client: Client::new(REQUEST_TIMEOUT)?,
            apis: vec![Api::new(base)],
            token: "none".to_owned(),
            run: "null".to_owned(),
            row_patience: Duration::ZERO,
            own: Vec::new(),
            offers_rows: false,
        })
    }

    /// How many sites there are.
    pub fn sites(&self) -> usize {
        self.apis.len()
    }

    /// The site of an instance: each in turn.
    pub fn site_of(&self, instance: u32) -> usize {
        instance as usize % self.apis.len()
    }

    /// The addresses of the site of an instance.
    pub fn api(&self, instance: u32) -> &Api {
        &self.apis[self.site_of(instance)]
    }

    /// Whether usage rows can be read.
    pub fn offers_rows(&self) -> bool {
        self.offers_rows
    }

    /// The usage rows of a site after this number, at most `limit` of them; nothing when the target offers none.
    pub async fn usage_rows(&self, site: usize, after: u64, limit: u64) -> Result<String, LoadError> {
        match self.own.get(site) {
            Some(site) if self.offers_rows => Ok(site.control.usage_rows(&site.id, after, limit).await?),
            _ => Ok(String::new()),
        }
    }

    /// Moves the virtual clocks of all sites to this time, and waits until all that falls due on the way has happened.
    pub async fn advance_to(&self, to_ms: i64) -> Result<(), LoadError> {
        if self.own.is_empty() {
            return Err(LoadError::FleetNeedsControl);
        }
        let advance = |site: &OwnSite| {
            let (control, id) = (site.control.clone(), site.id.clone());
            async move { control.advance_to(&id, to_ms).await }
        };
        for advanced in futures::future::join_all(self.own.iter().map(advance)).await {
            advanced?;
        }
        Ok(())
    }

    /// The address of the license servers of the site, if it was made for this run and has any.
    pub fn cmapi(&self) -> Option<&str> {
        self.own.first()?.cmapi.as_deref()
    }

    /// What an operator does to license servers by hand elsewhere; it must succeed.
    pub async fn operate(&self, path: &str, change: Value, what: &str) -> Result<Answer, LoadError> {
        let Some(site) = self.own.first() else { return Err(LoadError::LicensesNeedControl) };
        let answer = site.control.license_servers(&site.id, path, Some(change)).await?;
        if answer.ok() {
            return Ok(answer);
        }
        Err(LoadError::SetUp { what: what.to_owned(), answer: answer.summary() })
    }

    /// A call with the administration token.
    pub fn authorized(&self, call: Call) -> Call {
        call.bearer(&self.token)
    }

    /// Deletes the sites that were made for this run. What goes wrong is noted and does not spoil the result.
    pub async fn leave(&self, events: &Events) {
        for site in &self.own {
            if let Err(error) = site.control.delete_site(&site.id).await {
                events.send(Event::Note(format!("the load site {} could not be deleted: {error}", site.id)));
            }
        }
    }
}

/// Makes a site with this key; its address and how to delete it.
async fn own_site(
    control: &ControlClient,
    key: &KeyPair,
    id: &str,
    profile: &Profile,
    virtual_now_ms: Option<i64>,
) -> Result<(String, OwnSite), LoadError> {
    let request = SiteRequest {
        virtual_now_ms,
        administration_keys: vec![(key.id().to_owned(), key.public_pem().to_owned())],
        policy: profile.policy.clone(),
        ..SiteRequest::default()
    };
    let Site { id, bases } = control.create_site(id, &request).await?;
    Ok((bases.dynamic_monetization, OwnSite { control: control.clone(), id, cmapi: bases.cmapi }))
}

/// The administration key of the target file and its issuer.
fn registered_key(profile: &Profile) -> Result<(KeyPair, String), LoadError> {
    if profile.bases.is_none() {
        return Err(LoadError::NoBases);
    }
    let administration = profile.administration.as_ref().ok_or(LoadError::NoAdministration)?;
    Ok((administration.key()?, administration.issuer.clone()))
}

/// Milliseconds since 1970.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
