//! The charge period of a shared site, which a run may shorten while it lasts.

use serde_json::{Value, json};

use super::access::{Access, system_now_ms};
use super::pace::SHORT_PERIOD;
use crate::target::{Answer, Api, Call};

/// The name of the charge period among the values of the configuration.
pub(super) const PERIOD: &str = "session.charge.period";

/// The version that knows it.
const VERSION: &str = "v1.1";

/// A site whose charge period is short for the time of the run.
#[derive(Debug)]
pub(super) struct Shortened {
    api: Api,
    /// The period that was found, and comes back.
    pub(super) former: String,
}

impl Shortened {
    /// Shortens the charge period of the site below this base, or says why that is not possible.
    pub(super) async fn begin(access: &Access, base: &str) -> Result<Self, String> {
        let api = Api::new(base).speaking(VERSION);
        let former = read(access, &api).await?;
        let shortened = Self { api, former };
        if let Err(problem) = shortened.set(access, SHORT_PERIOD).await {
            // The change may have come through all the same.
            shortened.end(access).await.ok();
            return Err(problem);
        }
        Ok(shortened)
    }

    /// Gives the site its own period back.
    pub(super) async fn end(&self, access: &Access) -> Result<(), String> {
        self.set(access, &self.former).await
    }

    /// A list of values is what one expects; a target may take a single value only (`20` Q-25).
    async fn set(&self, access: &Access, period: &str) -> Result<(), String> {
        let single = json!({"name": PERIOD, "value": period});
        let mut answer = send(access, Call::patch(self.api.configuration(), json!([single]))).await?;
        if !answer.ok() {
            answer = send(access, Call::patch(self.api.configuration(), single)).await?;
        }
        let now = read(access, &self.api).await?;
        if now == period { Ok(()) } else { Err(format!("it stays at {now}: {}", answer.summary())) }
    }
}

async fn read(access: &Access, api: &Api) -> Result<String, String> {
    let answer = send(access, Call::get(api.configuration())).await?;
    let listed = answer.json().unwrap_or_default();
    let found = listed.as_array().into_iter().flatten().find(|value| value["name"] == PERIOD);
    let value = found.and_then(|value| value.get("value")).and_then(Value::as_str);
    value.map(str::to_owned).ok_or_else(|| answer.summary())
}

async fn send(access: &Access, call: Call) -> Result<Answer, String> {
    let token = access.admin_token(system_now_ms().div_euclid(1_000))?;
    Ok(access.client.send(call.bearer(&token)).await)
}
