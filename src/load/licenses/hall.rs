//! The license servers of a run, made before the clock starts.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use hyper::{Method, Uri};
use serde_json::{Value, json};

use super::super::LoadError;
use super::super::ground::{Ground, now_ms};
use super::super::population::Address;
use super::spec::LicenseSpec;
use crate::target::{Algorithm, Answer, Body, Call, KeyPair};

/// The feature of every license server that nobody asks for.
const CANARY: &str = "canary";

/// How long the client JWT of a run is good beyond its plan.
const MARGIN_S: u64 = 3_600;

/// A feature of a license server.
#[derive(Clone, Debug)]
pub struct Feature {
    /// Name.
    pub name: String,
    /// Entitled count and overdraft.
    pub capacity: i64,
    /// Whether it is consumed and not given back.
    pub metered: bool,
    /// Whether nobody asks for it.
    pub is_canary: bool,
    /// Its entry in a request up to the value of its count.
    pub head: String,
    /// How the operator describes it.
    description: Value,
}

impl Feature {
    fn new(name: &str, version: &str, [count, overdraft]: [u32; 2], metered: bool) -> Self {
        let kind = if metered { "metered" } else { "concurrent" };
        Self {
            name: name.to_owned(),
            capacity: i64::from(count) + i64::from(overdraft),
            metered,
            is_canary: name == CANARY,
            head: format!(r#"{{"name":{},"version":{},"count":"#, Value::from(name), Value::from(version)),
            description: json!({
                "name": name, "version": version, "type": kind, "count": count, "overdraft": overdraft,
            }),
        }
    }
}

/// The features of each license server; `starts` is how often a race begins.
pub fn features(spec: &LicenseSpec, starts: u64) -> Vec<Feature> {
    let mut features = Vec::new();
    for feature in &spec.features {
        let counts = [feature.count, feature.overdraft];
        let one = |name: &str| Feature::new(name, &feature.version, counts, feature.metered);
        if spec.is_race() {
            let races = starts.div_ceil(spec.instances as u64);
            features.extend((0..races).map(|race| one(&format!("{}-{race}", feature.name))));
        } else {
            features.push(one(&feature.name));
        }
    }
    features.push(Feature::new(CANARY, "1.0", [1, 0], false));
    features
}

/// The license servers of a run.
#[derive(Debug)]
pub struct Hall {
    /// Short random text of this run.
    pub run: String,
    /// IDs of the license servers.
    pub servers: Vec<String>,
    /// The features that each of them has; the last is the canary.
    pub features: Vec<Feature>,
    /// The index of each feature by its name; a long race has thousands of them.
    by_name: HashMap<String, u16>,
    /// The bearer of licensing requests.
    pub client_token: String,
    /// Address that tells nothing but that the server is there.
    pub health_url: String,
    base: String,
    access: Vec<Option<Uri>>,
    /// The Producer User's token on each license server.
    tokens: Vec<String>,
}

impl Hall {
    /// Makes the license servers, uploads the licensing key to each, and signs the client JWT.
    pub async fn set_up(
        ground: &Ground,
        spec: &LicenseSpec,
        starts: u64,
        duration: Duration,
    ) -> Result<Self, LoadError> {
        let base = ground.cmapi().ok_or(LoadError::LicensesNeedControl)?.to_owned();
        let features = features(spec, starts);
        let (password, key) = (passphrase(&ground.run), KeyPair::generate("licensing", Algorithm::Rs256)?);
        let producer = json!({ "enabled": true, "password": password });
        ground.operate("producer-user", producer, "the Producer User").await?;
        let mut hall = Self {
            run: ground.run.clone(),
            servers: (0..spec.instances).map(|index| format!("LOAD{index:08}")).collect(),
            client_token: client_token(&key, duration)?,
            health_url: String::new(),
            access: Vec::new(),
            tokens: Vec::new(),
            by_name: by_name(&features),
            features,
            base,
        };
        let descriptions: Vec<&Value> = hall.features.iter().map(|feature| &feature.description).collect();
        let settings = json!({ "accountId": format!("load-{}", ground.run), "features": descriptions });
        for server in 0..hall.servers.len() {
            let path = format!("instances/{}", hall.servers[server]);
            ground.operate(&path, settings.clone(), "a license server").await?;
            let token = hall.authorize(ground, server, &password).await?;
            let call = Call::new(
                Method::POST,
                hall.url(server, "rest_licensing_keys"),
                Body::Octets(key.public_der()),
            );
            expect(ground.client.send(call.bearer(&token)).await, "the licensing key")?;
            hall.tokens.push(token);
            hall.access.push(hall.url(server, "access_request").parse().ok());
        }
        hall.health_url = hall.url(0, "health");
        Ok(hall)
    }

    async fn authorize(&self, ground: &Ground, server: usize, password: &str) -> Result<String, LoadError> {
        let body = json!({ "user": "producer", "password": password });
        let what = "the Producer User's authorization";
        let answer = expect(ground.client.send(Call::post(self.url(server, "authorize"), body)).await, what)?;
        let token = answer.json().and_then(|body| Some(body.get("token")?.as_str()?.to_owned()));
        token.ok_or_else(|| LoadError::SetUp { what: what.to_owned(), answer: answer.summary() })
    }

    /// An address below a license server.
    fn url(&self, server: usize, path: &str) -> String {
        format!("{}/instances/{}/{path}", self.base, self.servers[server])
    }

    /// The address of the access requests of a license server.
    pub fn access(&self, server: u32) -> Address {
        match &self.access[server as usize] {
            Some(address) => Address::Parsed(address.clone()),
            None => Address::Text(self.url(server as usize, "access_request")),
        }
    }

    /// Index of a feature of a license server among all features of all license servers.
    pub fn account(&self, server: u32, feature: u16) -> usize {
        server as usize * self.features.len() + usize::from(feature)
    }

    /// How many features there are in all.
    pub fn accounts(&self) -> usize {
        self.servers.len() * self.features.len()
    }

    /// The index of the feature with this name at each license server.
    pub fn feature_named(&self, name: &str) -> Option<u16> {
        self.by_name.get(name).copied()
    }

    /// The feature with this index.
    pub fn feature(&self, account: usize) -> &Feature {
        &self.features[account % self.features.len()]
    }

    /// Names a feature in messages.
    pub fn name(&self, account: usize) -> String {
        let server = &self.servers[account / self.features.len()];
        format!("{} on {server}", self.feature(account).name)
    }

    /// How long the first license server takes to refuse this user a token for a wrong password.
    pub async fn refusal(&self, ground: &Ground, user: &str) -> Option<Duration> {
        let body = json!({ "user": user, "password": "Wrong-1!word" });
        let call = Call::post(self.url(0, "authorize"), body);
        let began = Instant::now();
        let answer = ground.client.send(call).await;
        answer.status.map(|_| began.elapsed())
    }

    /// What a license server shows of its features, by their index.
    pub async fn shown(&self, ground: &Ground, server: usize) -> Result<Vec<(u16, i64)>, LoadError> {
        let what = "the list of features";
        let call = Call::get(self.url(server, "features")).bearer(&self.tokens[server]);
        let answer = expect(ground.client.send(call).await, what)?;
        let list = answer.json().and_then(|list| list.as_array().cloned()).unwrap_or_default();
        let read = |entry: &Value| {
            let name = entry.get("featureName")?.as_str()?;
            Some((self.feature_named(name)?, entry.get("used")?.as_i64()?))
        };
        Ok(list.iter().filter_map(read).collect())
    }
}

fn by_name(features: &[Feature]) -> HashMap<String, u16> {
    features.iter().zip(0..).map(|(feature, index)| (feature.name.clone(), index)).collect()
}

/// A password that no policy refuses, and that nobody knows after the run.
fn passphrase(run: &str) -> String {
    format!("Load-1!{run}")
}

fn client_token(key: &KeyPair, duration: Duration) -> Result<String, LoadError> {
    let now = now_ms() / 1000;
    let life = i64::try_from(duration.as_secs() + MARGIN_S).unwrap_or(i64::MAX / 2);
    let claims = json!({ "sub": "load", "iat": now, "exp": now + life, "roles": "ROLE_CAPABILITY" });
    Ok(key.sign(&claims)?)
}

fn expect(answer: Answer, what: &str) -> Result<Answer, LoadError> {
    if answer.ok() {
        return Ok(answer);
    }
    Err(LoadError::SetUp { what: what.to_owned(), answer: answer.summary() })
}

#[cfg(test)]
pub mod fixture {
    //! License servers for tests.

    use std::sync::Arc;

    use super::*;

    /// Two license servers with features `a` (3 and an overdraft of 1), `b` (1), and `m`, which is metered (10).
    pub fn hall() -> Arc<Hall> {
        let features = vec![
            Feature::new("a", "1.0", [3, 1], false),
            Feature::new("b", "1.0", [1, 0], false),
            Feature::new("m", "1.0", [10, 0], true),
            Feature::new(CANARY, "1.0", [1, 0], false),
        ];
        Arc::new(Hall {
            run: "r".to_owned(),
            servers: ["ONE", "TWO"].map(str::to_owned).to_vec(),
            by_name: by_name(&features),
            features,
            client_token: String::new(),
            health_url: String::new(),
            base: "http://t.example".to_owned(),
            access: vec![None, None],
            tokens: Vec::new(),
        })
    }
}
