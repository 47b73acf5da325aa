//! The state of one scenario: its site, its clock, its names and what it saw last.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::Value;

use super::access::{START_MS, system_now_ms};
use super::check::{Place, StepError, Stepped};
use super::context::Context;
use super::crowd::Crowd;
use super::judge::ROW_LIMIT;
use super::licensing::Licensing;
use super::moments::HOUR_MS;
use super::names::Names;
use super::pace::{Pace, SHORT_PERIOD_MS};
use super::record::Record;
use crate::report::events::{Exchange, ScenarioRef};
use crate::target::{Answer, Api, ControlClient, ControlError};
use crate::usage::Settings;

/// A line item that the scenario mapped.
#[derive(Clone, Debug)]
pub(super) struct Mapped {
    /// The instance that it is mapped to.
    pub(super) instance: String,
    /// The body that mapped it last.
    pub(super) body: Value,
}

/// What the last answer is an answer to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asked {
    /// Anything but an access request.
    #[default]
    Other,
    /// A one-off access request for this many items, if known.
    OneOff(Option<usize>),
    /// An access request in a session for this many items, if known.
    InSession(Option<usize>),
}

/// What an access request came to.
#[derive(Clone, Debug)]
pub(super) struct Verdict {
    /// The HTTP status, if there was an answer.
    pub(super) status: Option<u16>,
    /// Whether every item was granted.
    pub(super) granted: bool,
    /// The correlation ID of the answer.
    pub(super) correlation: Option<String>,
}

/// The state of one scenario.
pub(super) struct Stage {
    /// What the run shares.
    pub(super) context: Arc<Context>,
    /// Which scenario this is.
    pub(super) scenario: ScenarioRef,
    /// What it has asserted.
    pub(super) record: Arc<Record>,
    /// Its site; none on a shared one.
    pub(super) site: Option<String>,
    /// The addresses of Dynamic Monetization.
    pub(super) api: Api,
    /// The base of the Data Access API of its site.
    pub(super) data_access: Option<String>,
    /// Its names as the target sees them.
    pub(super) names: Names,
    /// When it began, by the clock of its site.
    pub(super) start_ms: i64,
    /// What that clock shows now.
    pub(super) now_ms: i64,
    /// Whether the clock is virtual.
    pub(super) virtual_clock: bool,
    /// The IDs of its instances in the order of making; the last one is the current one.
    pub(super) instances: Vec<String>,
    /// The series that line items get when they name none.
    pub(super) series: String,
    /// The line items by the names of the feature file.
    pub(super) line_items: BTreeMap<String, Mapped>,
    /// The conditions by the names of the feature file.
    pub(super) conditions: BTreeMap<String, String>,
    /// The session that steps speak of.
    pub(super) session: Option<String>,
    /// Every session that was opened, in this order.
    pub(super) opened: Vec<String>,
    /// Who requested last.
    pub(super) requester: String,
    /// The instance that client calls carry a client token for; none while they use administration tokens.
    pub(super) client_of: Option<String>,
    /// Whether the client key is registered on the site.
    pub(super) client_registered: bool,
    /// The instance that was made last, as the target answered.
    pub(super) made_instance: Value,
    /// The administration keys that the scenario saved.
    pub(super) saved_keys: Vec<String>,
    /// What the last answer answers.
    pub(super) asked: Asked,
    /// The answer that the next assertions are about.
    pub(super) answer: Option<Answer>,
    /// The pages of the last walk through a report.
    pub(super) report_pages: Vec<Answer>,
    /// Every access request so far.
    pub(super) requests: Vec<Verdict>,
    /// The access requests that were sent at the same time.
    pub(super) batch: Vec<Verdict>,
    /// The exchange to show when a check does not hold.
    pub(super) shown: Option<Exchange>,
    /// The largest charge so far, which bounds what a real clock can blur.
    pub(super) largest_charge: Decimal,
    /// How long steps have waited on a real clock, because the scenario says so.
    pub(super) waited_ms: u64,
    /// What the usage rules have to know of what the scenario did: formulas, and the charge period of its sessions.
    pub(super) usage: Settings,
    /// Whether a step has applied the usage rules already.
    pub(super) rules_checked: bool,
    /// Who else is at its instances.
    pub(super) crowd: Crowd,
    /// Its license servers.
    pub(super) licensing: Licensing,
}

impl Stage {
    /// The state before the first step.
    pub(super) fn new(context: Arc<Context>, scenario: ScenarioRef, record: Arc<Record>) -> Self {
        let virtual_clock = context.abilities.clock;
        let start_ms = if virtual_clock { START_MS } else { system_now_ms() };
        let mut usage = Settings::default();
        if context.pace == Pace::Periods {
            usage.charge_period_ms = Some(SHORT_PERIOD_MS);
        }
        Self {
            context,
            scenario,
            record,
            site: None,
            api: Api::new(""),
            data_access: None,
            names: Names::default(),
            start_ms,
            now_ms: start_ms,
            virtual_clock,
            instances: Vec::new(),
            series: String::new(),
            line_items: BTreeMap::new(),
            conditions: BTreeMap::new(),
            session: None,
            opened: Vec::new(),
            requester: "LisaBarry".to_owned(),
            client_of: None,
            client_registered: false,
            made_instance: Value::Null,
            saved_keys: Vec::new(),
            asked: Asked::Other,
            answer: None,
            report_pages: Vec::new(),
            requests: Vec::new(),
            batch: Vec::new(),
            shown: None,
            largest_charge: Decimal::ZERO,
            waited_ms: 0,
            usage,
            rules_checked: false,
            crowd: Crowd::default(),
            licensing: Licensing::default(),
        }
    }

    /// Makes the scenario's own site, or names of its own on the shared one.
    pub(super) async fn open(&mut self, place: &Place) -> Stepped {
        let context = Arc::clone(&self.context);
        if !context.abilities.sites {
            let base = context.access.base.as_deref().unwrap_or_default();
            self.api = Api::new(base).speaking(context.spoken(&self.scenario));
            if let Some(given) = &context.access.given_instance {
                self.licensing.base.clone_from(&given.base);
            }
            self.names = Names::with_suffix(&format!("-{}", context.unique(&self.scenario.id)));
            return Ok(());
        }
        let id = format!("cp-{}", context.unique(&self.scenario.id));
        let mut request = context.access.site_request(context.abilities, &context.policy);
        request.reporter = Some(context.reports.caller.clone());
        request.unpermitted.clone_from(&context.reports.unpermitted);
        match self.control()?.create_site(&id, &request).await {
            Ok(site) => {
                let version = context.spoken(&self.scenario);
                self.api = Api::new(&site.bases.dynamic_monetization).speaking(version);
                self.licensing.base = site.bases.cmapi.unwrap_or_default();
                self.data_access = site.bases.data_access;
                self.site = Some(id);
                Ok(())
            }
            Err(error) => Err(self.control_failed(place.clone(), &error)),
        }
    }

    /// Removes what the scenario leaves behind. It is best effort: what stays cannot change another scenario.
    pub(super) async fn strike(&mut self) {
        self.crowd.leave();
        self.give_back_all("A").await;
        if let (Some(site), Ok(control)) = (self.site.take(), self.control()) {
            control.delete_site(&site).await.ok();
            return;
        }
        self.tidy_shared_site().await.ok();
    }

    /// The test control; steps that need it are tagged, so its absence is a mistake of the feature file.
    pub(super) fn control(&self) -> Result<ControlClient, StepError> {
        let control = self.context.access.control.clone();
        control.ok_or_else(|| {
            StepError::fault("this step needs the test control; tag the scenario @site or @clock")
        })
    }

    /// The scenario's own site.
    pub(super) fn own_site(&self) -> Result<String, StepError> {
        let site = self.site.clone();
        site.ok_or_else(|| self.not_tested("needs a site of its own, which the target does not offer"))
    }

    /// A control call that failed is the harness's business where the question may have been wrong. Where only the
    /// answer can be wrong, or none came, it is a failed check.
    pub(super) fn control_failed(&mut self, place: impl Into<Place>, error: &ControlError) -> StepError {
        let answer = error.answer();
        if error.is_of_the_target() {
            self.shown = Some(answer.exchange.clone());
            if let Err(failed) =
                self.assert(place, "an answer from the test control", answer.summary(), false)
            {
                return failed;
            }
        }
        StepError::fault(error.to_string())
    }

    /// The usage rows of the scenario's site, as NDJSON.
    pub(super) async fn rows_text(&mut self, place: impl Into<Place>) -> Result<String, StepError> {
        let Some(site) = self.site.clone().filter(|_| self.context.abilities.usage_rows) else {
            return Err(self.not_tested("needs usage rows, which the target does not offer"));
        };
        match self.control()?.usage_rows(&site, 0, ROW_LIMIT).await {
            Ok(rows) => Ok(rows),
            Err(error) => Err(self.control_failed(place, &error)),
        }
    }

    /// The clock of the site in seconds, as tokens count it.
    pub(super) fn now_s(&self) -> i64 {
        let now_ms = if self.virtual_clock { self.now_ms } else { system_now_ms() };
        now_ms.div_euclid(1_000)
    }

    /// How far apart two equal amounts may be. On a real clock, what the scenario takes is charged too: each session
    /// may use up its charge for as long as the target needs to answer, and two seconds more.
    pub(super) fn tolerance(&self) -> Decimal {
        let exact = super::numbers::TOLERANCE;
        if self.virtual_clock {
            exact
        } else {
            let taken_ms = 2_000 + self.record.elapsed_ms().saturating_sub(self.waited_ms);
            let period_ms = self.usage.charge_period_ms.unwrap_or(HOUR_MS).max(1);
            let sessions = Decimal::from(self.opened.len().max(1));
            // The largest charge is what the target says, which may be absurd.
            let blur = self.largest_charge.saturating_mul(sessions).saturating_mul(Decimal::from(taken_ms));
            exact.saturating_add(blur / Decimal::from(period_ms))
        }
    }
}
