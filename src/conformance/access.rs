//! How the harness gets at a target: its HTTP client, the test control and the producer's key.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use super::error::ConformanceError;
use super::given_instance::GivenInstance;
use super::record::lock;
use super::select::Abilities;
use crate::target::{
    About, Algorithm, Claims, Client, ControlClient, KeyPair, Profile, SiteRequest, UsageProfile,
};

/// The instant at which every virtual clock starts: 2026-01-15T00:00:00Z.
pub(super) const START_MS: i64 = 1_768_435_200_000;

/// What feature files call the key that signs the producer's tokens.
pub(super) const OWN_KEY: &str = "ops";

const DAY_S: i64 = 86_400;

/// What a run needs to speak to a target at all.
pub(super) struct Access {
    /// The client of every API.
    pub(super) client: Client,
    /// The test control, if the target file names one.
    pub(super) control: Option<ControlClient>,
    /// The address of Dynamic Monetization on a target without sites of our own.
    pub(super) base: Option<String>,
    /// A license-server instance that the target file names.
    pub(super) given_instance: Option<GivenInstance>,
    /// The producer's key, registered on every site that is made.
    pub(super) producer: KeyPair,
    issuer: Option<String>,
}

impl Access {
    /// Reads the target file for everything needed, and makes a key pair where none is given.
    pub(super) fn open(profile: &Profile) -> Result<Self, ConformanceError> {
        let client = Client::new(Duration::from_secs(profile.timing.answer_s))
            .map_err(|error| ConformanceError::Target(error.to_string()))?;
        let given = profile.control.as_ref();
        let control =
            given.map(|control| ControlClient::new(client.clone(), &control.base, control.token.expose()));
        let base = profile.bases.as_ref().map(|bases| bases.dynamic_monetization.clone());
        if control.is_none() && base.is_none() {
            return Err(ConformanceError::Target("the target file needs [control] or [bases]".to_owned()));
        }
        let (producer, issuer) = producer(profile, control.is_some())?;
        let given_instance = GivenInstance::of(profile);
        Ok(Self { client, control, base, given_instance, producer, issuer })
    }

    /// What the target offers, as its test control says.
    pub(super) fn abilities(&self, about: Option<&About>, profile: &Profile) -> Abilities {
        let offers = |name: &str| about.is_some_and(|about| about.capabilities.contains(name));
        let sites = offers("sites");
        Abilities {
            sites,
            clock: sites && offers("clock"),
            usage_rows: sites && offers("usage-rows") && matches!(profile.usage, UsageProfile::Control),
            licensing: sites && offers("cls"),
            given_instance: !sites && self.given_instance.is_some(),
            bundled: profile.bundled,
        }
    }

    /// A new site for a scenario, with the producer's key on it.
    pub(super) fn site_request(&self, abilities: Abilities, profile_policy: &Policy) -> SiteRequest {
        SiteRequest {
            virtual_now_ms: abilities.clock.then_some(START_MS),
            administration_keys: vec![(self.producer.id().to_owned(), self.producer.public_pem().to_owned())],
            policy: profile_policy.clone(),
            ..SiteRequest::default()
        }
    }

    /// Claims of an administration token that is right in every respect.
    pub(super) fn admin_claims(&self, now_s: i64) -> Claims {
        self.issued(Claims::admin(&self.producer, now_s))
    }

    /// Claims of a client token for these instances.
    pub(super) fn client_claims(&self, key: &KeyPair, instances: &[String], now_s: i64) -> Claims {
        self.issued(Claims::client(key, instances, now_s))
    }

    /// An administration token. It is minted for the start of the day, so that one serves every scenario of
    /// that day.
    pub(super) fn admin_token(&self, now_s: i64) -> Result<String, String> {
        let claims = self.admin_claims(day_of(now_s));
        self.producer.sign(&claims.to_json()).map_err(|error| error.to_string())
    }

    fn issued(&self, mut claims: Claims) -> Claims {
        if let Some(issuer) = &self.issuer {
            claims.issuer.clone_from(issuer);
        }
        claims
    }
}

/// Choices by decision point, as the target file or a proof sets them.
pub(super) type Policy = BTreeMap<String, String>;

/// The start of the day of an instant, in seconds.
pub(super) fn day_of(now_s: i64) -> i64 {
    now_s.div_euclid(DAY_S) * DAY_S
}

/// The system's time in milliseconds.
pub(super) fn system_now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// The key that the target knows already, or a new one for the sites that the run makes.
fn producer(profile: &Profile, control: bool) -> Result<(KeyPair, Option<String>), ConformanceError> {
    if let Some(given) = &profile.administration {
        let key = given.key().map_err(|error| ConformanceError::Target(error.to_string()))?;
        return Ok((key, Some(given.issuer.clone())));
    }
    if !control {
        let missing = "the target file needs [administration] with a registered key, or [control]";
        return Err(ConformanceError::Target(missing.to_owned()));
    }
    Ok((made_key(OWN_KEY)?, None))
}

/// A key pair of our own. Making one takes long and a proof runs the suite hundreds of times, so each is made
/// once and lives as long as this process; it opens nothing but sites that the suite made itself.
pub(super) fn made_key(id: &'static str) -> Result<KeyPair, ConformanceError> {
    static MADE: Mutex<BTreeMap<&'static str, KeyPair>> = Mutex::new(BTreeMap::new());
    let mut made = lock(&MADE);
    if let Some(key) = made.get(id) {
        return Ok(key.clone());
    }
    let key = KeyPair::generate(id, Algorithm::Rs256)
        .map_err(|error| ConformanceError::Target(error.to_string()))?;
    made.insert(id, key.clone());
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_minted_for_the_start_of_the_day() {
        let start_s = START_MS / 1_000;
        assert_eq!(day_of(start_s), start_s);
        assert_eq!(day_of(start_s + 86_399), start_s);
        assert_eq!(day_of(start_s + 86_400), start_s + 86_400);
    }
}
