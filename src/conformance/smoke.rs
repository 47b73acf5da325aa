//! Whether testing makes sense at all: a handful of questions whose answers every scenario takes for granted.

use serde_json::json;

use super::access::{Access, START_MS, system_now_ms};
use super::moments::{MINUTE_MS, SECOND_MS};
use super::select::Abilities;
use crate::report::events::{Event, Events, SmokeChecked};
use crate::target::{About, Answer, Api, Call, ControlClient, Profile};

/// How far the clock of a target may be from ours where there is no test clock.
const CLOCK_SKEW_MS: i64 = 5 * MINUTE_MS;

/// What the smoke test found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmokeOutcome {
    /// Testing makes sense.
    Ready,
    /// It does not; the checks say why.
    NotReady,
}

/// A check that did not hold has been sent already, and nothing after it is worth asking.
struct Stop;

/// Asks whether the target is reachable, speaks the control protocol, takes our token, has a sane clock and
/// keeps sites apart. Stops at the first check that does not hold.
pub async fn smoke(profile: &Profile, events: &Events) -> SmokeOutcome {
    match ask(profile, &Teller { events }).await {
        Ok(()) => SmokeOutcome::Ready,
        Err(Stop) => SmokeOutcome::NotReady,
    }
}

/// Sends each check as it is made.
struct Teller<'a> {
    events: &'a Events,
}

impl Teller<'_> {
    fn tell(&self, name: &str, seen: Result<String, String>) -> Result<(), Stop> {
        let ok = seen.is_ok();
        let detail = seen.unwrap_or_else(|problem| problem);
        self.events.send(Event::SmokeChecked(SmokeChecked { name: name.to_owned(), ok, detail }));
        if ok { Ok(()) } else { Err(Stop) }
    }
}

async fn ask(profile: &Profile, teller: &Teller<'_>) -> Result<(), Stop> {
    let access = match Access::open(profile) {
        Ok(access) => access,
        Err(error) => return teller.tell("target file", Err(error.to_string())),
    };
    teller.tell("reachable", reachable(&access, profile).await)?;
    let about = match &access.control {
        Some(control) => {
            let about = control.about().await.map_err(|error| error.to_string());
            teller.tell("control protocol", about.as_ref().map_err(String::clone).and_then(protocol))?;
            about.ok()
        }
        None => None,
    };
    let abilities = access.abilities(about.as_ref(), profile);
    match &access.control {
        Some(control) if abilities.sites => on_own_sites(&access, control, abilities, profile, teller).await,
        _ => on_shared_site(&access, teller).await,
    }
}

async fn reachable(access: &Access, profile: &Profile) -> Result<String, String> {
    let url = match (&profile.control, &access.base) {
        (Some(control), _) => format!("{}/", control.base),
        (None, base) => Api::new(base.as_deref().unwrap_or_default()).instances(),
    };
    let answer = access.client.send(Call::get(url)).await;
    match answer.status {
        Some(status) => Ok(format!("HTTP {status} after {} ms", answer.exchange.duration_us / 1_000)),
        None => Err(answer.summary()),
    }
}

fn protocol(about: &About) -> Result<String, String> {
    let offers = about.capabilities.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
    let seen = format!("protocol {} of {} {}, with {offers}", about.protocol, about.name, about.version);
    if about.protocol == 1 { Ok(seen) } else { Err(format!("{seen}; this program speaks protocol 1")) }
}

/// Two sites answer every question at once.
async fn on_own_sites(
    access: &Access,
    control: &ControlClient,
    abilities: Abilities,
    profile: &Profile,
    teller: &Teller<'_>,
) -> Result<(), Stop> {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let (first, second) = (format!("cp-smoke-{id}-1"), format!("cp-smoke-{id}-2"));
    let (mut apis, mut told) = (Vec::new(), Ok(()));
    for site in [&first, &second] {
        let request = access.site_request(abilities, &profile.policy);
        match control.create_site(site, &request).await {
            Ok(made) => apis.push(Api::new(&made.bases.dynamic_monetization)),
            Err(error) => {
                told = teller.tell("isolated sites", Err(format!("cannot make a site: {error}")));
                break;
            }
        }
    }
    if told.is_ok() {
        told = with_sites(access, control, abilities, &first, &apis, teller).await;
    }
    for site in [&first, &second] {
        control.delete_site(site).await.ok();
    }
    told
}

async fn with_sites(
    access: &Access,
    control: &ControlClient,
    abilities: Abilities,
    first: &str,
    apis: &[Api],
    teller: &Teller<'_>,
) -> Result<(), Stop> {
    let now_ms = if abilities.clock { START_MS } else { system_now_ms() };
    let token = token(access, now_ms, teller)?;
    let [here, there] = apis else { return Err(Stop) };
    let listed = access.client.send(Call::get(here.instances()).bearer(&token)).await;
    teller.tell("authenticated call", accepted(&listed))?;
    if abilities.clock {
        teller.tell("clock", virtual_clock(control, first).await)?;
    } else {
        teller.tell("clock", date_header(&listed))?;
    }
    let marker = format!("smoke-{}", uuid::Uuid::new_v4().simple());
    let body = json!({"shortName": marker, "accountId": "SMOKE"});
    let made = access.client.send(Call::post(here.instances(), body).bearer(&token)).await;
    let other = access.client.send(Call::get(there.instances()).bearer(&token)).await;
    teller.tell("isolated sites", isolated(&marker, &made, &other))
}

async fn on_shared_site(access: &Access, teller: &Teller<'_>) -> Result<(), Stop> {
    let Some(base) = &access.base else {
        return teller
            .tell("isolated sites", Err("no site can be made, and there is no [bases] to use".to_owned()));
    };
    let token = token(access, system_now_ms(), teller)?;
    let listed = access.client.send(Call::get(Api::new(base).instances()).bearer(&token)).await;
    teller.tell("authenticated call", accepted(&listed))?;
    teller.tell("clock", date_header(&listed))?;
    let shared = "one site for all scenarios; each uses an instance and names of its own";
    teller.tell("isolated sites", Ok(shared.to_owned()))
}

fn token(access: &Access, now_ms: i64, teller: &Teller<'_>) -> Result<String, Stop> {
    access.admin_token(now_ms / SECOND_MS).map_err(|problem| {
        teller.tell("token", Err(problem)).ok();
        Stop
    })
}

fn accepted(answer: &Answer) -> Result<String, String> {
    if answer.is(200) {
        Ok("the instances are listed with our token".to_owned())
    } else {
        Err(answer.summary())
    }
}

/// A virtual clock stands still by itself and moves exactly as far as it is told.
async fn virtual_clock(control: &ControlClient, site: &str) -> Result<String, String> {
    let read = control.clock(site).await.map_err(|error| error.to_string())?;
    let moved = control.advance_by(site, SECOND_MS).await.map_err(|error| error.to_string())?;
    if read == START_MS && moved == START_MS + SECOND_MS {
        return Ok("virtual: it stands still and moves as told".to_owned());
    }
    Err(format!("set to {START_MS} it shows {read}, and {moved} after one second"))
}

/// Without a test clock, tokens are only valid when both clocks agree.
fn date_header(answer: &Answer) -> Result<String, String> {
    let headers = &answer.exchange.response_headers;
    let date = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("date")).map(|(_, value)| value);
    let Some(date) = date else { return Ok("the target shows no time".to_owned()) };
    let Ok(read) = jiff::fmt::rfc2822::parse(date) else { return Ok(format!("not readable: {date}")) };
    let skew_ms = read.timestamp().as_millisecond() - system_now_ms();
    let seen = format!("{} s from ours", skew_ms / SECOND_MS);
    if skew_ms.abs() <= CLOCK_SKEW_MS {
        Ok(seen)
    } else {
        Err(format!("{seen}; set one of the clocks right"))
    }
}

/// Whether an instance made on one site is seen on another. The shape of the list is for the suite to judge.
fn isolated(marker: &str, made: &Answer, other: &Answer) -> Result<String, String> {
    if !made.ok() {
        return Err(format!("no instance could be made: {}", made.summary()));
    }
    if !other.ok() || other.body.contains(marker) {
        return Err(format!("another site shows {}", other.summary()));
    }
    Ok("an instance of one site is not seen on another".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status: Some(status), body: body.to_owned(), ..Answer::default() }
    }

    #[test]
    fn sites_are_isolated_when_the_other_one_is_empty() {
        let made = answer(200, "{}");
        let holds = |body: &str| isolated("smoke-1", &made, &answer(200, body)).is_ok();
        assert!(holds(r#"{"content":[],"next":0}"#));
        assert!(holds("[]"), "a wrong shape is for the suite to find");
        assert!(!holds(r#"{"content":[{"shortName":"smoke-1"}],"next":0}"#));
        assert!(isolated("smoke-1", &answer(500, ""), &answer(200, "[]")).is_err());
        assert!(isolated("smoke-1", &made, &answer(500, "")).is_err());
    }

    #[test]
    fn clocks_that_disagree_are_told() {
        let mut listed = answer(200, "");
        assert!(date_header(&listed).is_ok());
        listed.exchange.response_headers =
            vec![("Date".to_owned(), "Sun, 06 Nov 1994 08:49:37 GMT".to_owned())];
        assert!(date_header(&listed).unwrap_err().contains("set one of the clocks right"));
    }
}
