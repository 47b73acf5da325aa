//! Rows and records of a Data Access API.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use super::data_access_args::DataAccessArgs;
use super::exit::{CONFIGURATION, Failure, UNREACHABLE};
use super::run::{load_profile, runtime};
use crate::target::{Client, Profile, ReportCaller, Secret};
use crate::usage::{Days, Input, Patience, Pull, PullError, PulledEntities, Service, Told};

/// A report may be long in coming: the service looks for its rows while the caller waits.
const ANSWER: Duration = Duration::from_secs(120);
const TOKEN: &str = "CHARGEPROOF_DATA_ACCESS_TOKEN";
const USER: &str = "CHARGEPROOF_DATA_ACCESS_USER";
const PASSWORD: &str = "CHARGEPROOF_DATA_ACCESS_PASSWORD";

/// Usage rows of the service that an address or a target file names.
pub(super) fn rows_of(args: &DataAccessArgs, target: Option<&Path>) -> Result<Input, Failure> {
    let (service, pull) = (service(args, target)?, pull_of(args)?);
    let mut progress = Progress::new();
    let pulled = runtime()?.block_on(pull.report(&service, "usage", &mut |told| progress.tell(told)));
    progress.end();
    let report = pulled.map_err(failure)?;
    if let Some(path) = &args.save {
        report.input.save(path).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    }
    Ok(report.input)
}

/// Records of all entities of the service that an address or a target file names.
pub(super) fn entities_of(args: &DataAccessArgs, target: Option<&Path>) -> Result<PulledEntities, Failure> {
    let (service, pull) = (service(args, target)?, pull_of(args)?);
    let mut progress = Progress::new();
    let pulled = runtime()?.block_on(PulledEntities::pull(&service, &pull, &mut |told| progress.tell(told)));
    progress.end();
    let entities = pulled.map_err(failure)?;
    if let Some(folder) = &args.save {
        let trouble = |error: std::io::Error| {
            Failure::words(CONFIGURATION, format!("cannot make {}: {error}", folder.display()))
                .advise("check the path and your permissions")
        };
        fs::create_dir_all(folder).map_err(trouble)?;
        for (group, input) in &entities.groups {
            let saved = input.save(&folder.join(format!("{group}.jsonl")));
            saved.map_err(|error| Failure::new(CONFIGURATION, &error))?;
        }
    }
    Ok(entities)
}

fn pull_of(args: &DataAccessArgs) -> Result<Pull, Failure> {
    let days = Days::new(args.from, args.to, Timestamp::now()).map_err(failure)?;
    Ok(Pull { days, mode: args.mode, page_size: args.page_size })
}

fn service(args: &DataAccessArgs, target: Option<&Path>) -> Result<Service, Failure> {
    let (base, caller, answer) = match target {
        Some(target) => of_target(target, &load_profile(target)?)?,
        None => (args.data_access.clone().unwrap_or_default(), of_environment(), ANSWER),
    };
    let client = Client::new(answer).map_err(|error| Failure::new(UNREACHABLE, &error))?;
    Service::new(client, &base, &caller, Patience::default()).map_err(failure)
}

/// The service that a target file describes. A credential that it does not hold may be in the environment.
fn of_target(target: &Path, profile: &Profile) -> Result<(String, ReportCaller, Duration), Failure> {
    let base = profile.bases.as_ref().and_then(|bases| bases.data_access.clone());
    let Some(base) = base else {
        let message = format!("{} names no Data Access API", target.display());
        return Err(Failure::words(CONFIGURATION, message).advise("add data_access under [bases]"));
    };
    let caller = profile.data_access.as_ref().map_or_else(of_environment, ReportCaller::from);
    Ok((base, caller, ANSWER.max(Duration::from_secs(profile.timing.answer_s))))
}

fn of_environment() -> ReportCaller {
    // Secrets that come from files end in line feeds, which no header can hold.
    let trimmed = |value: String| value.trim().to_owned();
    let named = |name: &str| std::env::var(name).ok().map(trimmed).filter(|value| !value.is_empty());
    let password = named(USER).zip(named(PASSWORD)).map(|(user, password)| (user, Secret::new(password)));
    ReportCaller { password, token: named(TOKEN).map(Secret::new) }
}

fn failure(error: PullError) -> Failure {
    Failure::new(if error.is_of_the_user() { CONFIGURATION } else { UNREACHABLE }, &error)
}

fn plural(rows: u64) -> &'static str {
    if rows == 1 { "row" } else { "rows" }
}

/// What is seen of a long pull: a line that changes on a terminal, and in a log a line for each request.
struct Progress {
    bar: Option<ProgressBar>,
    /// Report, days and rows of the latest page.
    latest: Option<(String, String, u64)>,
}

impl Progress {
    fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{spinner} {wide_msg}");
            let bar = ProgressBar::new_spinner();
            bar.enable_steady_tick(Duration::from_millis(200));
            match style {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            }
        });
        Self { bar, latest: None }
    }

    fn tell(&mut self, told: Told) {
        match told {
            Told::Page { group, window, page, rows } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(format!(
                        "{group}, {window}: page {page}, {rows} {} so far",
                        plural(rows)
                    ));
                }
                if self.latest.as_ref().is_some_and(|(report, days, _)| (report, days) != (&group, &window)) {
                    self.window_done();
                }
                self.latest = Some((group, window, rows));
            }
            Told::Pause { answer, pause, attempt, attempts } => {
                let pause = pause.as_secs();
                self.line(&format!("attempt {attempt} of {attempts}: {answer}; next in {pause} s"));
            }
            Told::Note(text) => self.line(&format!("note: {text}")),
        }
    }

    fn window_done(&mut self) {
        if let Some((group, window, rows)) = self.latest.take()
            && self.bar.is_none()
        {
            self.line(&format!("{group}, {window}: {rows} {} so far", plural(rows)));
        }
    }

    fn end(&mut self) {
        self.window_done();
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => {
                // Nothing is lost but a line of progress.
                let _ = writeln!(anstream::stderr(), "{text}");
            }
        }
    }
}
