//! Calls that many steps make: who sends them, what they carry, and how the objects of a scenario come to be.

use std::sync::Arc;

use cucumber::gherkin::Step;
use serde_json::{Value, json};

use super::check::{Place, StepError, Stepped};
use super::items::{code, granted, items, total};
use super::moments::{MINUTE_MS, SECOND_MS, fill};
use super::stage::{Asked, Mapped, Stage, Verdict};
use super::tables::docstring;
use crate::report::events::without_version;
use crate::target::{Answer, Body, Call};

/// The account of an instance that a scenario uses without having made one.
const DEFAULT_ACCOUNT: &str = "ACME";

/// How long a change of keys may take, and a second more to stay off the edge.
const KEYS_CHANGE_MS: i64 = 10 * MINUTE_MS + SECOND_MS;

impl Stage {
    /// Sends a call and keeps the exchange, so that a check that does not hold can show it.
    pub(super) async fn send(&mut self, call: Call) -> Answer {
        let context = Arc::clone(&self.context);
        let _place = match &context.access.given_instance {
            Some(given) => given.place_for(&call.url).await,
            None => None,
        };
        let answer = context.access.client.send(call).await;
        self.shown = Some(answer.exchange.clone());
        answer
    }

    /// Sends a call with an administration token.
    pub(super) async fn as_producer(&mut self, call: Call) -> Result<Answer, StepError> {
        let token = self.context.admin_token(self.now_s()).map_err(StepError::fault)?;
        Ok(self.send(call.bearer(&token)).await)
    }

    /// Sends a call as the client application does: with a client token if the scenario has one, else with an
    /// administration token, which these operations take as well.
    pub(super) async fn as_client(&mut self, call: Call) -> Result<Answer, StepError> {
        match self.client_of.clone() {
            Some(instance) => {
                let token = self.client_token(&instance)?;
                Ok(self.send(call.bearer(&token)).await)
            }
            None => self.as_producer(call).await,
        }
    }

    /// Sends a call on a session; with a client token it has to name the instance in a header.
    pub(super) async fn in_session(&mut self, call: Call) -> Result<Answer, StepError> {
        let call = match &self.client_of {
            Some(instance) => call.header("x-instance-id", instance),
            None => call,
        };
        self.as_client(call).await
    }

    /// A client token for an instance.
    pub(super) fn client_token(&self, instance: &str) -> Result<String, StepError> {
        self.context.client_token(instance, self.now_s()).map_err(StepError::fault)
    }

    /// Keeps an answer for the assertions that follow.
    pub(super) fn keep(&mut self, step: &Step, answer: Answer) -> Stepped {
        self.keep_as(step, answer, Asked::Other)
    }

    /// Keeps the answer to an access request.
    pub(super) fn keep_request(&mut self, step: &Step, answer: Answer, asked: Asked) -> Stepped {
        let verdict = verdict(&answer);
        if let Some(body) = answer.json() {
            self.largest_charge = self.largest_charge.max(total(&body));
            self.learn_codes(&body);
        }
        self.requests.push(verdict);
        self.keep_as(step, answer, asked)
    }

    /// The usage rules have to know by which code a target grants; that of v1.1 is not published.
    fn learn_codes(&mut self, body: &Value) {
        let codes = items(body).into_iter().flatten().filter(|item| granted(item)).filter_map(code);
        for code in codes {
            if !self.usage.granted_codes.iter().any(|known| known == code) {
                self.usage.granted_codes.push(code.to_owned());
            }
        }
    }

    fn keep_as(&mut self, step: &Step, answer: Answer, asked: Asked) -> Stepped {
        self.asked = asked;
        let stepped = self.arrived(step, &answer);
        self.answer = Some(answer);
        stepped
    }

    /// A call without an answer is something that the target did, so it is a failed check.
    pub(super) fn arrived(&self, place: impl Into<Place>, answer: &Answer) -> Stepped {
        if answer.status.is_some() {
            Ok(())
        } else {
            self.assert(place, "an answer", answer.summary(), false)
        }
    }

    /// The answer that assertions are about.
    pub(super) fn last(&self) -> Result<&Answer, StepError> {
        self.answer.as_ref().ok_or_else(|| StepError::fault("nothing was asked before this step"))
    }

    /// Its body, which is null when it is no JSON.
    pub(super) fn last_json(&self) -> Result<Value, StepError> {
        Ok(self.last()?.json().unwrap_or(Value::Null))
    }

    /// A text with `$DAYS_AGO(30)`, `$IN_DAYS(365)`, `$INSTANCE` and `$SESSION` filled in.
    pub(super) fn fill(&self, text: &str) -> String {
        let mut filled = fill(text, self.start_ms);
        for (placeholder, value) in
            [("$INSTANCE", self.instances.last()), ("$SESSION", self.session.as_ref())]
        {
            if let Some(value) = value {
                filled = filled.replace(placeholder, value);
            }
        }
        filled
    }

    /// The text below a step, with placeholders and names filled in, to be sent as it is.
    pub(super) fn raw(&self, step: &Step) -> Result<String, StepError> {
        Ok(self.names.in_body(&self.fill(docstring(step)?)))
    }

    /// The current instance; the first use makes one.
    pub(super) async fn instance(&mut self, step: &Step) -> Result<String, StepError> {
        match self.instances.last() {
            Some(id) => Ok(id.clone()),
            None => self.make_instance(step, DEFAULT_ACCOUNT).await,
        }
    }

    /// Makes an instance and makes it the current one.
    pub(super) async fn make_instance(&mut self, step: &Step, account: &str) -> Result<String, StepError> {
        let account_id = self.names.real(account);
        let short_name = format!("{account_id}-{}", self.instances.len() + 1);
        let body = json!({"shortName": short_name, "accountId": account_id});
        let answer = self.as_producer(Call::post(self.api.instances(), body)).await?;
        let id = answer.json().and_then(|body| Some(body.get("id")?.as_str()?.to_owned()));
        let made = (answer.is(200) || answer.is(201)) && id.is_some();
        self.assert_set_up(step, &["DM-INST-001"], "status 200 with an id", answer.summary(), made)?;
        let id = id.ok_or_else(|| StepError::fault("the instance has no id"))?;
        self.crowd_around(&id);
        self.instances.push(id.clone());
        Ok(id)
    }

    /// Maps a line item, or replaces it.
    pub(super) async fn put_line_item(&mut self, name: &str, mapped: Mapped) -> Result<Answer, StepError> {
        let call = Call::put(self.api.line_items(&mapped.instance), mapped.body.clone());
        let answer = self.as_producer(call).await?;
        self.line_items.insert(name.to_owned(), mapped);
        Ok(answer)
    }

    /// Opens a session on the current instance as part of the set-up.
    pub(super) async fn make_session(&mut self, step: &Step) -> Stepped {
        let instance = self.instance(step).await?;
        let call = Call::post(self.api.sessions(), json!({"instanceId": instance}));
        let answer = self.in_session(call).await?;
        let id = session_id(&answer);
        let made = answer.is(200) && id.is_some();
        self.assert_set_up(
            step,
            &["DM-SES-001", "DM-SES-014"],
            "status 200 with a sessionId",
            answer.summary(),
            made,
        )?;
        self.opened.extend(id.clone());
        self.session = id;
        Ok(())
    }

    /// The session that steps speak of. A call that should have opened it and was answered without an ID is a
    /// failed check of whoever needs it first.
    pub(super) fn session(&self) -> Result<String, StepError> {
        if let Some(id) = &self.session {
            return Ok(id.clone());
        }
        if let Some(answer) = &self.answer {
            let place = without_version(&self.scenario.id);
            let line = place.rsplit(':').next().and_then(|line| line.parse().ok());
            let place = Place { step: "a session to go on with".to_owned(), line: line.unwrap_or(0) };
            let opening = ["DM-SES-001", "DM-SES-014"];
            self.assert_set_up(place, &opening, "a sessionId", answer.summary(), false)?;
        }
        Err(StepError::fault("no session was opened before this step"))
    }

    /// Lets a change of keys take effect, which may need ten minutes (DM-AUTH-024, DM-AUTH-025). Where they can
    /// neither be skipped nor are said to be unnecessary, the scenario is given up: what it would see before then
    /// proves nothing.
    pub(super) async fn let_keys_take_effect(&mut self, step: &Step) -> Stepped {
        if self.virtual_clock {
            return self.advance(step, KEYS_CHANGE_MS).await;
        }
        match self.context.key_propagation_s {
            0 => Ok(()),
            seconds => Err(self.not_tested(&format!("keys take up to {seconds} s to take effect"))),
        }
    }

    /// Moves the virtual clock of the site.
    pub(super) async fn advance(&mut self, step: &Step, by_ms: i64) -> Stepped {
        let site = self.own_site()?;
        match self.control()?.advance_by(&site, by_ms).await {
            Ok(now_ms) => {
                self.now_ms = now_ms;
                Ok(())
            }
            Err(error) => Err(self.control_failed(step, &error)),
        }
    }

    /// Registers the client application's key, once a scenario.
    pub(super) async fn register_client(&mut self, step: &Step) -> Stepped {
        self.own_site()?;
        if self.client_registered {
            return Ok(());
        }
        let (id, pem) =
            (self.context.client_key.id().to_owned(), self.context.client_key.public_pem().to_owned());
        let body = json!([{"id": id, "publicKey": pem}]);
        // The addresses of keys are published for v1.0 only.
        let keys = match self.context.versions.iter().find(|version| *version == "v1.0") {
            Some(published) => self.api.speaking(published).client_keys(),
            None => self.api.client_keys(),
        };
        let answer = self.as_producer(Call::put(keys, body)).await?;
        self.assert_set_up(step, &["DM-AUTH-032"], "status 200", answer.summary(), answer.is(200))?;
        self.client_registered = true;
        if self.virtual_clock && self.client_is_admitted(step).await? {
            return Ok(());
        }
        self.let_keys_take_effect(step).await
    }

    /// Whether the client's key authorizes already. Time that need not pass is left alone, because scenarios count
    /// it.
    async fn client_is_admitted(&mut self, step: &Step) -> Result<bool, StepError> {
        let instance = self.instance(step).await?;
        let token = self.client_token(&instance)?;
        let answer = self.send(Call::get(self.api.line_items(&instance)).bearer(&token)).await;
        Ok(!answer.is(401))
    }

    /// Leaves nothing running on a site that others use too: closes the session and retires the line items.
    pub(super) async fn tidy_shared_site(&mut self) -> Stepped {
        self.session = None;
        for session in std::mem::take(&mut self.opened) {
            self.in_session(Call::delete(self.api.session(&session))).await?;
        }
        for mapped in std::mem::take(&mut self.line_items).into_values() {
            let Some(id) = mapped.body.get("activationId").and_then(Value::as_str) else { continue };
            let mut body = mapped.body.clone();
            body["state"] = json!("OBSOLETE");
            self.as_producer(Call::put(self.api.line_items(&mapped.instance), body)).await?;
            self.as_producer(Call::delete(self.api.line_item(&mapped.instance, id))).await?;
        }
        Ok(())
    }
}

/// The ID in the answer to opening a session.
pub(super) fn session_id(answer: &Answer) -> Option<String> {
    Some(answer.json()?.get("sessionId")?.as_str()?.to_owned())
}

/// What an access request came to.
pub(super) fn verdict(answer: &Answer) -> Verdict {
    let body = answer.json().unwrap_or(Value::Null);
    let all_granted = items(&body).is_some_and(|items| !items.is_empty() && items.iter().all(granted));
    let correlation = body.get("correlationId").and_then(Value::as_str).map(str::to_owned);
    Verdict { status: answer.status, granted: answer.is(200) && all_granted, correlation }
}

/// The body of an access request of a person.
pub(super) fn access_request(requester: &str, items: Vec<Value>, rollback: Option<bool>) -> Value {
    let mut body = json!({"requester": {"type": "user", "value": requester}, "requestedItems": items});
    if let Some(rollback) = rollback {
        body["rollbackOnDeny"] = json!(rollback);
    }
    body
}

/// A requested item; a blank version is left out.
pub(super) fn requested_item(item: &str, version: &str, count: Value) -> Value {
    let mut requested = json!({"item": item, "count": count});
    if !version.is_empty() {
        requested["version"] = json!(version);
    }
    requested
}

/// A call whose body is sent to the letter, right or wrong.
pub(super) fn to_the_letter(mut call: Call, text: String) -> Call {
    call.body = Body::Text { content_type: "application/json".to_owned(), text };
    call
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_blank_version_is_left_out() {
        assert_eq!(requested_item("SignPrint", "", json!(1)), json!({"item": "SignPrint", "count": 1}));
        assert_eq!(
            requested_item("PhotoPrint", "1.0", json!(1)),
            json!({"item": "PhotoPrint", "version": "1.0", "count": 1})
        );
    }

    #[test]
    fn only_session_requests_say_what_a_denial_does() {
        assert!(access_request("LisaBarry", Vec::new(), None).get("rollbackOnDeny").is_none());
        assert_eq!(access_request("LisaBarry", Vec::new(), Some(false))["rollbackOnDeny"], json!(false));
    }
}
