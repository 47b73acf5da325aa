//! All sites of a server: found by ID, locked one at a time, and never ahead of the store in what they acknowledge.
//!
//! An operation runs in memory under the lock of its site and hands its effects to the store before it lets go, so
//! that the order on disk is the order in memory. The answer waits until they are durable; one without effects waits
//! for what it has seen.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{SystemTime, UNIX_EPOCH};

use tokio::task::yield_now;

use crate::domain::Millis;
use crate::policy::PolicyError;
use crate::site::{Clock, ClockError, Effect, RestoreError, Site, SiteSettings};
use crate::store::{Store, StoreError};

/// Most of what falls due that happens in one part of a long way of a clock.
const PART: usize = 1000;

/// Why nothing could be done at a site.
#[derive(Debug, thiserror::Error)]
pub enum SitesError {
    /// There is no such site.
    #[error("there is no site `{0}`")]
    Unknown(String),
    /// There is one already.
    #[error("the site `{0}` exists already")]
    Exists(String),
    /// The policy of a new site names something unknown.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The effects are not durable.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store holds something that cannot be understood.
    #[error(transparent)]
    Restore(#[from] RestoreError),
    /// An operation broke off half-way, so that the site in memory can no longer be trusted.
    #[error("the site `{0}` has failed; start the server again to restore it from the store")]
    Broken(String),
}

/// A site at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SiteOverview {
    /// Its ID.
    pub id: String,
    /// Its clock.
    pub clock: Clock,
    /// How many instances it has.
    pub instances: usize,
    /// How many sessions are live.
    pub live_sessions: usize,
}

/// Every site with the store that keeps them.
#[derive(Debug)]
pub struct Sites {
    slots: RwLock<HashMap<String, Arc<Place>>>,
    store: Arc<Store>,
}

/// A site with its lock, and those who are at it.
#[derive(Debug)]
struct Place {
    slot: Mutex<Slot>,
    /// Operations that wait for the lock, hold it, or are not durable yet.
    under_way: AtomicUsize,
}

/// An operation that is under way at a place.
struct Presence(Arc<Place>);

impl Presence {
    /// Comes to a place.
    fn at(place: Arc<Place>) -> Self {
        place.under_way.fetch_add(1, Ordering::Relaxed);
        Self(place)
    }

    /// Whether others are there, too.
    fn is_crowded(&self) -> bool {
        self.0.under_way.load(Ordering::Relaxed) > 1
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct Slot {
    site: Site,
    /// Of the latest effects.
    ticket: u64,
    /// Set when the site is deleted: whoever still holds it must not write.
    gone: bool,
}

impl Sites {
    /// The sites as the store has them.
    ///
    /// # Errors
    /// When the store cannot be read or understood.
    pub async fn restore(store: Arc<Store>) -> Result<Self, SitesError> {
        let mut slots = HashMap::new();
        for stored in store.load().await? {
            let site = Site::restore(&stored)?;
            slots.insert(stored.id, slot(site, 0));
        }
        Ok(Self { slots: RwLock::new(slots), store })
    }

    /// The store behind the sites.
    #[must_use]
    pub const fn store(&self) -> &Arc<Store> {
        &self.store
    }

    /// Whether there is such a site.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.find(id).is_some()
    }

    /// Does something at a site and waits until it is durable.
    ///
    /// # Errors
    /// When there is no such site, or nothing can be kept.
    pub async fn act<R>(&self, id: &str, operation: impl FnOnce(&mut Site) -> R) -> Result<R, SitesError> {
        let presence = self.come_to(id)?;
        let (result, ticket) = self.perform(id, &presence, operation)?;
        self.store.durable(ticket).await?;
        Ok(result)
    }

    /// Looks at a site as it stands, without letting anything happen there.
    ///
    /// # Errors
    /// When there is no such site.
    pub fn look<R>(&self, id: &str, look: impl FnOnce(&Site) -> R) -> Result<R, SitesError> {
        let slot = self.find(id).ok_or_else(|| SitesError::Unknown(id.to_owned()))?;
        let slot = slot.slot.lock().map_err(|_| SitesError::Broken(id.to_owned()))?;
        if slot.gone { Err(SitesError::Unknown(id.to_owned())) } else { Ok(look(&slot.site)) }
    }

    /// Moves the virtual clock of a site and waits until all that has happened on the way is durable. A long way is
    /// gone in parts, each durable before the next but one begins, so that memory stays bounded.
    ///
    /// # Errors
    /// When there is no such site, or nothing can be kept; and, inside, when the clock cannot be moved.
    pub async fn advance(&self, id: &str, to: Millis) -> Result<Result<Millis, ClockError>, SitesError> {
        let presence = self.come_to(id)?;
        let mut former = 0;
        loop {
            let (there, ticket) = self.perform(id, &presence, |site| site.advance_part(to, PART))?;
            self.store.durable(former).await?;
            former = ticket;
            match there {
                // Whoever shares the thread has waited for a whole part.
                Ok(false) => yield_now().await,
                Ok(true) => {
                    self.store.durable(ticket).await?;
                    return Ok(Ok(to));
                }
                Err(error) => return Ok(Err(error)),
            }
        }
    }

    /// DM-ACC-029.
    fn perform<R>(
        &self,
        id: &str,
        presence: &Presence,
        operation: impl FnOnce(&mut Site) -> R,
    ) -> Result<(R, u64), SitesError> {
        let mut slot = presence.0.slot.lock().map_err(|_| SitesError::Broken(id.to_owned()))?;
        if slot.gone {
            return Err(SitesError::Unknown(id.to_owned()));
        }
        slot.site.crowd(presence.is_crowded());
        let result = slot.act(&self.store, operation);
        Ok((result, slot.ticket))
    }

    fn come_to(&self, id: &str) -> Result<Presence, SitesError> {
        self.find(id).map(Presence::at).ok_or_else(|| SitesError::Unknown(id.to_owned()))
    }

    /// Makes a site.
    ///
    /// # Errors
    /// When it exists, or its policy names something unknown.
    pub async fn create(&self, id: &str, settings: SiteSettings) -> Result<(), SitesError> {
        let (site, effects) = Site::create(id, settings, wall_now())?;
        let ticket = {
            let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
            if slots.contains_key(id) {
                return Err(SitesError::Exists(id.to_owned()));
            }
            let ticket = self.store.submit(id, effects);
            slots.insert(id.to_owned(), slot(site, ticket));
            ticket
        };
        Ok(self.store.durable(ticket).await?)
    }

    /// Deletes a site with everything that belongs to it.
    ///
    /// # Errors
    /// When there is no such site.
    pub async fn delete(&self, id: &str) -> Result<(), SitesError> {
        let ticket = {
            // Under this lock nobody can make a new site of the same name before the old one is gone.
            let mut slots = self.slots.write().unwrap_or_else(PoisonError::into_inner);
            let slot = slots.remove(id).ok_or_else(|| SitesError::Unknown(id.to_owned()))?;
            slot.slot.lock().unwrap_or_else(PoisonError::into_inner).gone = true;
            self.store.submit(id, vec![Effect::DropSite])
        };
        Ok(self.store.durable(ticket).await?)
    }

    /// Lets everything happen that has fallen due at sites on a real clock. A site that is busy does so by itself.
    pub fn tick(&self) {
        let slots: Vec<_> =
            self.slots.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for slot in slots {
            if let Ok(mut slot) = slot.slot.try_lock()
                && !slot.gone
                && slot.site.clock() == Clock::Real
            {
                slot.act(&self.store, |_site| ());
            }
        }
    }

    /// Every site at a glance, by ID.
    #[must_use]
    pub fn overview(&self) -> Vec<SiteOverview> {
        let slots: Vec<_> =
            self.slots.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        let mut overview: Vec<SiteOverview> = slots
            .iter()
            .filter_map(|place| place.slot.lock().ok())
            .map(|slot| {
                let (instances, live_sessions) = slot.site.size();
                SiteOverview {
                    id: slot.site.id().to_owned(),
                    clock: slot.site.clock(),
                    instances,
                    live_sessions,
                }
            })
            .collect();
        overview.sort_by(|a, b| a.id.cmp(&b.id));
        overview
    }

    fn find(&self, id: &str) -> Option<Arc<Place>> {
        self.slots.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }
}

impl Slot {
    fn act<R>(&mut self, store: &Store, operation: impl FnOnce(&mut Site) -> R) -> R {
        let (result, effects) = self.site.act(wall_now(), operation);
        if !effects.is_empty() {
            for effect in &effects {
                if let Effect::Row { kind, .. } = effect {
                    store.metrics().row(*kind);
                }
            }
            self.ticket = store.submit(self.site.id(), effects);
        }
        result
    }
}

fn slot(site: Site, ticket: u64) -> Arc<Place> {
    let slot = Mutex::new(Slot { site, ticket, gone: false });
    Arc::new(Place { slot, under_way: AtomicUsize::new(0) })
}

/// The machine's time.
fn wall_now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis::try_from(since.as_millis()).unwrap_or(Millis::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{
        ApiVersion, Attributes, DAY, Dictionary, KeyKind, LineItemState, RateItem, RequestedItem, Requester,
        Tokens, Variables,
    };
    use crate::site::{AccessRequest, NewInstance, NewLineItem, NewRateTable};

    fn settings(clock: Clock) -> SiteSettings {
        SiteSettings { clock, administration_keys: Vec::new(), policy: BTreeMap::new(), key_propagation: 0 }
    }

    async fn sites(store: Arc<Store>) -> Sites {
        Sites::restore(store).await.unwrap()
    }

    #[tokio::test]
    async fn a_restored_site_is_the_site_that_was() {
        let store = Arc::new(Store::memory().unwrap());
        let before = sites(store.clone()).await;
        before.create("acme", settings(Clock::Virtual(5))).await.unwrap();
        let new = NewInstance { short_name: "main".into(), account_id: "ACME".into() };
        let instance = before.act("acme", |site| site.create_instance(new)).await.unwrap();
        before.act("acme", |site| site.advance_by(DAY)).await.unwrap().unwrap();

        let after = sites(store).await;
        let restored = after.act("acme", |site| (site.instance(&instance.id), site.now())).await.unwrap();
        assert_eq!(restored, (Ok(instance), 5 + DAY));
    }

    /// A restart must not lose what is kept apart from line items and sessions.
    #[tokio::test]
    async fn a_restored_session_goes_on_where_it_was() {
        let store = Arc::new(Store::memory().unwrap());
        let before = sites(store.clone()).await;
        before.create("acme", settings(Clock::Virtual(0))).await.unwrap();
        let (instance, session) = before.act("acme", active_session).await.unwrap();
        let hour = 3_600_000;
        for hours in 1..=3 {
            before.advance("acme", hours * hour + 1000).await.unwrap().unwrap();
            before.act("acme", |site| site.heartbeat(session, ApiVersion::V1_0)).await.unwrap().unwrap();
        }
        let view = |site: &mut Site| {
            (site.line_item(&instance, "ACT01").unwrap().used, site.sessions(&instance).unwrap())
        };
        let seen = before.act("acme", view).await.unwrap();
        assert_eq!(seen.0, Tokens::from(12));
        let after = sites(store).await;
        assert_eq!(after.act("acme", view).await.unwrap(), seen);
        after.advance("acme", 3 * hour + hour / 2 + 1).await.unwrap().unwrap();
        assert_eq!(after.act("acme", view).await.unwrap(), seen, "the heartbeat was not forgotten");
        after.advance("acme", 4 * hour + hour / 2 + 1).await.unwrap().unwrap();
        assert_eq!(after.act("acme", view).await.unwrap(), (Tokens::from(12), Vec::new()));
    }

    /// A session that is charged 3 tokens an hour.
    fn active_session(site: &mut Site) -> (String, uuid::Uuid) {
        let new = NewInstance { short_name: "main".into(), account_id: "ACME".into() };
        let instance = site.create_instance(new).id.to_string();
        let item = |name: &str, rate: i64| RateItem {
            name: name.into(),
            version: String::new(),
            rate: Some(rate.into()),
            formula: None,
        };
        let (series, version) = (String::new(), "1".into());
        site.create_rate_table(NewRateTable {
            series,
            version,
            effective_from: 0,
            items: vec![item("A", 3)],
        })
        .unwrap();
        let attributes = Attributes { elastic: Some(true), ..Attributes::default() };
        let line_item = NewLineItem {
            activation_id: "ACT01".into(),
            state: LineItemState::Deployed,
            quantity: 1000,
            start: 0,
            end: DAY,
            attributes,
            used_in_body: None,
        };
        site.put_line_item(&instance, line_item).unwrap();
        let session = site.create_session(&instance, ApiVersion::V1_0).unwrap();
        let requested = RequestedItem {
            item: "A".into(),
            version: String::new(),
            count: 1.into(),
            meta_data: None,
            variables: Variables::default(),
        };
        let requester = Requester { kind: "user".into(), value: "x".into(), dictionary: Dictionary::new() };
        let request = AccessRequest { requester, items: vec![requested], version: ApiVersion::V1_0 };
        site.request_in_session(session, request, true).unwrap();
        (instance, session)
    }

    #[tokio::test]
    async fn a_site_is_made_once_and_deleted_whole() {
        let store = Arc::new(Store::memory().unwrap());
        let sites = sites(store.clone()).await;
        sites.create("acme", settings(Clock::Real)).await.unwrap();
        assert!(matches!(sites.create("acme", settings(Clock::Real)).await, Err(SitesError::Exists(_))));
        sites
            .act("acme", |site| site.save_keys(KeyKind::Client, vec![("k".into(), "pem".into())]))
            .await
            .unwrap();
        sites.tick();
        sites.delete("acme").await.unwrap();
        assert!(matches!(sites.delete("acme").await, Err(SitesError::Unknown(_))));
        assert!(matches!(sites.act("acme", |_| ()).await, Err(SitesError::Unknown(_))));
        assert!(store.load().await.unwrap().is_empty());
        sites.create("acme", settings(Clock::Real)).await.unwrap();
        assert!(sites.contains("acme"));
    }

    #[tokio::test]
    async fn an_unknown_policy_makes_no_site() {
        let sites = sites(Arc::new(Store::memory().unwrap())).await;
        let policy = BTreeMap::from([("nonsense".to_owned(), "x".to_owned())]);
        let refused = sites.create("acme", SiteSettings { policy, ..settings(Clock::Real) }).await;
        assert!(matches!(refused, Err(SitesError::Policy(_))));
        assert!(!sites.contains("acme"));
    }
}
