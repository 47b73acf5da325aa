//! Everything that the scenarios of one run share.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::watch;

use super::access::{Access, Policy, day_of, made_key};
use super::binding::{Bindings, speaks_for};
use super::error::ConformanceError;
use super::judge::Totals;
use super::order::Order;
use super::pace::{Pace, SHORT_PERIOD};
use super::period::Shortened;
use super::record::{Records, lock};
use super::reports::Reports;
use super::select::{Abilities, Conditions, Selection, left_out};
use super::suite::{Entry, Suite};
use super::traffic::Traffic;
use crate::report::events::{Event, Events, ScenarioRef, System};
use crate::spec::{Operations, Registry};
use crate::target::{KeyPair, Profile};

/// The key under which client tokens are signed.
const CLIENT_KEY: &str = "client-app";

/// What the scenarios of one run share.
pub(super) struct Context {
    /// The requirements and readings.
    pub(super) registry: Arc<Registry>,
    /// Where checks are sent.
    pub(super) events: Events,
    /// How the target is reached.
    pub(super) access: Access,
    /// Its Data Access API.
    pub(super) reports: Reports,
    /// What it offers.
    pub(super) abilities: Abilities,
    /// The choices sent with every site.
    pub(super) policy: Policy,
    /// The client application's key, and the stand-in for every further key that a scenario saves.
    pub(super) client_key: KeyPair,
    /// Whether a SHOULD fails.
    pub(super) strict: bool,
    /// How many readers crowd around each instance.
    pub(super) crowd: usize,
    /// How time passes without a test clock.
    pub(super) pace: Pace,
    /// The shared site, where its charge period was shortened for this run.
    pub(super) shortened: Option<Shortened>,
    /// Turns true when the user ends the run early.
    pub(super) stop: watch::Receiver<bool>,
    /// The records of running scenarios.
    pub(super) records: Records,
    /// What the target answered, by operation.
    pub(super) traffic: Arc<Traffic>,
    /// The reading of each decision point in each version, as first seen.
    pub(super) readings: Mutex<BTreeMap<(String, String), String>>,
    /// What the usage rules found so far.
    pub(super) usage: Mutex<Totals>,
    scenarios: HashMap<String, ScenarioRef>,
    inferred: HashSet<String>,
    bindings: Arc<BTreeMap<String, Bindings>>,
    absent: BTreeSet<String>,
    /// How long a saved or deleted key may need to take effect.
    pub(super) key_propagation_s: u64,
    /// The versions that the target file lists.
    pub(super) versions: Vec<String>,
    target_file: Option<String>,
    features: Option<String>,
    /// In which order scenarios run.
    pub(super) order: Order,
    /// Whether only a part of the suite was asked for.
    pub(super) part: bool,
    run: String,
    next: AtomicU64,
    tokens: Mutex<HashMap<(String, i64), String>>,
}

impl Context {
    /// Prepares a run: asks the target what it offers and gets the keys, once for all scenarios.
    pub(super) async fn open(
        profile: &Profile,
        registry: Arc<Registry>,
        suite: &Suite,
        selection: &Selection,
        events: &Events,
        stop: watch::Receiver<bool>,
    ) -> Result<Self, ConformanceError> {
        let mut access = Access::open(profile)?;
        let operations = Operations::embedded().map_err(target_error)?;
        let traffic = Arc::new(Traffic::new(operations));
        let counted = Arc::clone(&traffic);
        access.client = access.client.watched(move |exchange| counted.count(exchange));
        let about = match &access.control {
            Some(control) => Some(control.about().await.map_err(target_error)?),
            None => None,
        };
        let abilities = access.abilities(about.as_ref(), profile);
        if !abilities.sites && access.base.is_none() {
            let missing = "the test control makes no sites, so the target file needs [bases]";
            return Err(ConformanceError::Target(missing.to_owned()));
        }
        let client_key = made_key(CLIENT_KEY)?;
        let real_time = selection.real_time && !abilities.clock;
        let (pace, shortened) =
            if real_time { slowly(profile, &access, abilities, events).await } else { (Pace::Never, None) };
        let scenarios = suite.scenarios().map(|scenario| (scenario.id.clone(), scenario.clone())).collect();
        Ok(Self {
            registry,
            events: events.clone(),
            reports: Reports::open(profile, about.as_ref()),
            access,
            abilities,
            policy: profile.policy.clone(),
            client_key,
            strict: selection.strict,
            crowd: selection.crowd,
            pace,
            shortened,
            stop,
            records: Records::default(),
            traffic,
            readings: Mutex::default(),
            usage: Mutex::default(),
            scenarios,
            inferred: suite.inferred(),
            bindings: suite.bindings(),
            absent: profile.absent.clone(),
            versions: profile.versions.clone(),
            key_propagation_s: profile.timing.key_propagation_s,
            target_file: profile.file.as_ref().map(|file| file.display().to_string()),
            features: selection.features.as_ref().map(|folder| folder.display().to_string()),
            order: selection.order,
            part: selection.is_part(),
            run: uuid::Uuid::new_v4().simple().to_string().chars().take(8).collect(),
            next: AtomicU64::new(1),
            tokens: Mutex::default(),
        })
    }

    /// Why a scenario cannot be tested on this target, if it cannot.
    pub(super) fn left_out(&self, entry: &Entry) -> Option<String> {
        if entry.scenario.system.has_versions() && !self.versions.contains(&entry.scenario.version) {
            return Some(format!("the target file does not list version {}", entry.scenario.version));
        }
        let has = |capability: &str| self.has(capability);
        let version = self.spoken(&entry.scenario);
        let conditions = Conditions { abilities: self.abilities, pace: self.pace, version, has: &has };
        left_out(&entry.tags, &entry.scenario.requirements, &entry.steps, &self.registry, &conditions)
    }

    /// The version in which a scenario speaks of Dynamic Monetization; one about another system may need it, too.
    pub(super) fn spoken<'a>(&'a self, scenario: &'a ScenarioRef) -> &'a str {
        match scenario.version.as_str() {
            "" => self.versions.first().map_or("v1.0", String::as_str),
            version => version,
        }
    }

    /// The systems that the target has.
    pub(super) fn systems(&self) -> Vec<System> {
        let offered = |system: &System| match system {
            System::Cmapi => (self.abilities.licensing || self.abilities.given_instance) && self.has("cls"),
            System::DataAccess => {
                self.has("data-access") && (self.abilities.sites || self.reports.base.is_some())
            }
            System::DynamicMonetization | System::UsageTable => true,
        };
        System::ALL.into_iter().filter(offered).collect()
    }

    /// Whether the target file leaves a capability in.
    pub(super) fn has(&self, capability: &str) -> bool {
        !self.absent.contains(capability)
    }

    /// The scenario of an ID.
    pub(super) fn scenario(&self, id: &str) -> Option<&ScenarioRef> {
        self.scenarios.get(id)
    }

    /// Whether a scenario is about what is only inferred, so that it warns.
    pub(super) fn is_inferred(&self, id: &str) -> bool {
        self.inferred.contains(id)
    }

    /// Those of a scenario's requirements that a line of its file speaks for: what it names, or else all.
    pub(super) fn bound(&self, file: &str, line: usize, requirements: &[String]) -> Vec<String> {
        match self.bindings.get(file).and_then(|bindings| bindings.get(&line)) {
            Some(named) => requirements.iter().filter(|id| speaks_for(named, id)).cloned().collect(),
            None => requirements.to_vec(),
        }
    }

    /// A command that repeats just this scenario.
    pub(super) fn reproduce(&self, scenario: &ScenarioRef) -> String {
        let target = self.target_file.as_ref().map(|file| format!(" --target '{file}'")).unwrap_or_default();
        let features =
            self.features.as_ref().map(|folder| format!(" --features '{folder}'")).unwrap_or_default();
        let order = self.order.seed.map(|_| self.order.options()).unwrap_or_default();
        format!("chargeproof conformance --id '{}'{order}{features}{target}", scenario.id)
    }

    /// A name that no other scenario of any run has. A seed decides how names sort, but never that they are
    /// unique: a shared site remembers the names of earlier runs, those of the same seed included.
    pub(super) fn unique(&self, scenario: &str) -> String {
        let mark = self.order.mark(scenario).map(|mark| format!("{mark}-")).unwrap_or_default();
        format!("{mark}{}-{}", self.run, self.next.fetch_add(1, Ordering::Relaxed))
    }

    /// An administration token, minted once a day of the site's clock.
    pub(super) fn admin_token(&self, now_s: i64) -> Result<String, String> {
        self.token(String::new(), now_s, || self.access.admin_token(now_s))
    }

    /// A client token for an instance, minted once a day of the site's clock.
    pub(super) fn client_token(&self, instance: &str, now_s: i64) -> Result<String, String> {
        self.token(instance.to_owned(), now_s, || {
            let claims = self.access.client_claims(&self.client_key, &[instance.to_owned()], day_of(now_s));
            self.client_key.sign(&claims.to_json()).map_err(|error| error.to_string())
        })
    }

    fn token(
        &self,
        audience: String,
        now_s: i64,
        mint: impl FnOnce() -> Result<String, String>,
    ) -> Result<String, String> {
        let key = (audience, day_of(now_s));
        if let Some(token) = lock(&self.tokens).get(&key) {
            return Ok(token.clone());
        }
        let token = mint()?;
        lock(&self.tokens).insert(key, token.clone());
        Ok(token)
    }
}

/// How time passes on a real clock: in short charge periods where the target file and the target allow them.
async fn slowly(
    profile: &Profile,
    access: &Access,
    abilities: Abilities,
    events: &Events,
) -> (Pace, Option<Shortened>) {
    let base = access.base.as_deref().filter(|_| !abilities.sites && profile.timing.short_periods);
    let Some(base) = base else { return (Pace::Hours, None) };
    match Shortened::begin(access, base).await {
        Ok(shortened) => {
            let former = &shortened.former;
            events.send(Event::Note(format!(
                "real time: the charge period of the site is {SHORT_PERIOD} for this run, and {former} again after it"
            )));
            (Pace::Periods, Some(shortened))
        }
        Err(problem) => {
            events.send(Event::Note(format!(
                "real time: an hour takes an hour, because the charge period cannot be shortened: {problem}"
            )));
            (Pace::Hours, None)
        }
    }
}

fn target_error(error: impl std::fmt::Display) -> ConformanceError {
    ConformanceError::Target(error.to_string())
}
