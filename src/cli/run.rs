//! What every run has in common: folder, listeners, Ctrl-C, the bundled server, and the reports at the end.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use reference_server::PasswordCost;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::args::TargetArgs;
use super::bundled::Bundled;
use super::exit::{CONFIGURATION, Failure, HARNESS_FAULT, print};
use crate::report::events::{
    Event, Events, ExpectedDeviation, RegisteredRequirement, RunStarted, TargetInfo,
};
use crate::report::{self, ColourChoice, ModelListener, NdjsonListener, RunModel, TerminalListener};
use crate::spec::{CAPABILITIES, Registry};
use crate::target::{Client, ControlClient, Profile};

/// The command that measures, passwords included.
pub(super) const LOAD: &str = "load";

/// A run under way.
pub(super) struct Run {
    /// The implementation under test.
    pub(super) profile: Profile,
    /// The requirements.
    pub(super) registry: Arc<Registry>,
    /// Where everybody reports.
    pub(super) events: Events,
    /// The run folder.
    pub(super) out: PathBuf,
    /// Turns true when the user ends the run.
    pub(super) stop: watch::Receiver<bool>,
    runtime: Runtime,
    model: Arc<Mutex<RunModel>>,
    colour: bool,
    started: Instant,
    // Kept for its life: dropping it ends the server.
    _bundled: Option<Bundled>,
}

impl Run {
    /// Prepares a run: reads the target file or starts the bundled server, makes the folder, and announces itself.
    pub(super) fn begin(command: &str, args: &TargetArgs) -> Result<Self, Failure> {
        Self::begin_with(command, args, registry()?)
    }

    /// Prepares a run by another registry.
    pub(super) fn begin_with(
        command: &str,
        args: &TargetArgs,
        registry: Arc<Registry>,
    ) -> Result<Self, Failure> {
        // The target file is read first: a mistake in it should leave no folder behind.
        let profile = args.target.as_deref().map(load_profile).transpose()?;
        let out = args.out.clone().unwrap_or_else(|| default_folder(command));
        make_folder(&out)?;
        let (profile, bundled) = match profile {
            Some(profile) => (profile, None),
            None => {
                let cost = if command == LOAD { PasswordCost::Standard } else { PasswordCost::Quick };
                let bundled = Bundled::start(Some(&out.join("store.sqlite")), cost)?;
                (bundled.profile(), Some(bundled))
            }
        };
        let runtime = runtime()?;
        let colour = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
        let (model_listener, model) = ModelListener::new();
        let journal = NdjsonListener::create(&out.join("events.ndjson"))
            .map_err(|error| Failure::new(CONFIGURATION, &error))?;
        let terminal = TerminalListener::new(ColourChoice::Auto, std::io::stderr().is_terminal());
        let events = Events::new(vec![Box::new(model_listener), Box::new(journal), Box::new(terminal)]);
        let stop = watch_for_interrupt(events.clone())?;
        let run = Self {
            profile,
            registry,
            events,
            out,
            stop,
            runtime,
            model,
            colour,
            started: Instant::now(),
            _bundled: bundled,
        };
        run.announce(command);
        Ok(run)
    }

    fn announce(&self, command: &str) {
        let target = self.runtime.block_on(describe(&self.profile));
        self.events.send(Event::RunStarted(RunStarted {
            command: command.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            started: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            target,
        }));
        self.events.send(Event::Registry(registered(&self.registry)));
    }

    /// Declares deviations known.
    pub(super) fn expect(&self, expected: Vec<ExpectedDeviation>) {
        if !expected.is_empty() {
            self.events.send(Event::DeviationsExpected(expected));
        }
    }

    /// Runs a piece of work on this run's runtime.
    pub(super) fn wait<F: Future>(&self, work: F) -> F::Output {
        self.runtime.block_on(work)
    }

    /// Whether the user has ended the run.
    pub(super) fn stopped(&self) -> bool {
        *self.stop.borrow()
    }

    /// Writes every report, prints the summary, and returns the exit code of the run.
    pub(super) fn finish(self) -> Result<u8, Failure> {
        let duration_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.events.send(Event::RunFinished(duration_ms));
        let model = self.model.lock().unwrap_or_else(PoisonError::into_inner);
        let written = report::write_folder(&self.out, &model);
        print(&report::terminal_summary(&model, self.colour, terminal_width()));
        written.map_err(|error| Failure::new(HARNESS_FAULT, &error))?;
        print(&format!("Report: {}", self.out.join("report.html").display()));
        Ok(model.exit_code())
    }
}

/// The requirements as events name them.
pub(super) fn registered(registry: &Registry) -> Vec<RegisteredRequirement> {
    let registered = registry.all().map(|requirement| RegisteredRequirement {
        id: requirement.id.clone(),
        level: requirement.level,
        text: requirement.text.clone(),
        source: requirement.source.clone(),
        system: requirement.system,
    });
    registered.collect()
}

/// The columns of the terminal.
pub(super) fn terminal_width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).unwrap_or(80).clamp(60, 120)
}

/// The embedded registry; a fault in it is ours.
pub(super) fn registry() -> Result<Arc<Registry>, Failure> {
    Registry::embedded().map(Arc::new).map_err(|error| Failure::new(HARNESS_FAULT, &error))
}

/// The registry that goes with a folder of feature files, or the embedded one.
pub(super) fn registry_for(features: Option<&Path>) -> Result<Arc<Registry>, Failure> {
    if features.is_none() {
        return registry();
    }
    Registry::for_features(features).map(Arc::new).map_err(|error| Failure::new(CONFIGURATION, &error))
}

/// The runtime of the harness.
pub(super) fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(HARNESS_FAULT, &error))
}

/// Reads a target file.
pub(super) fn load_profile(path: &Path) -> Result<Profile, Failure> {
    let profile = Profile::load(path).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    let unknown =
        |name: &&String| !CAPABILITIES.contains(&name.as_str()) && !OTHER_SYSTEMS.contains(&name.as_str());
    match profile.absent.iter().find(unknown) {
        // Who offers no Cloud Monetization API has no license servers to be tested.
        None if profile.absent.contains("cmapi") => Ok(profile.without("cls")),
        None => Ok(profile),
        Some(name) => {
            let message = format!("{}: capabilities.absent names `{name}`, which is none", path.display());
            let known: Vec<&str> = CAPABILITIES.iter().chain(OTHER_SYSTEMS).copied().collect();
            Err(Failure::words(CONFIGURATION, message)
                .advise(format!("the capabilities are {}", known.join(", "))))
        }
    }
}

/// Capabilities of systems that no requirement speaks of yet; a target file may name them all the same.
const OTHER_SYSTEMS: &[&str] = &["cmapi"];

/// The folder of a run whose user names none.
pub(super) fn default_folder(command: &str) -> PathBuf {
    let now = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%S%.3fZ").to_string();
    Path::new("reports").join(format!("{now}-{command}"))
}

/// Makes the folder of a run; one that holds a run already is not touched.
pub(super) fn make_folder(out: &Path) -> Result<(), Failure> {
    if out.join("run.json").exists() {
        let message = format!("{} holds a run already", out.display());
        return Err(Failure::words(CONFIGURATION, message).advise("name another folder with --out"));
    }
    std::fs::create_dir_all(out).map_err(|error| {
        let message = format!("the run folder {} cannot be made: {error}", out.display());
        Failure::words(CONFIGURATION, message).advise("name a folder that you may write to with --out")
    })
}

async fn describe(profile: &Profile) -> TargetInfo {
    let mut info =
        TargetInfo { name: profile.name.clone(), version: String::new(), profile: profile.kind().to_owned() };
    // A target that cannot say who it is shows itself in the smoke test.
    if let Some(control) = &profile.control
        && let Ok(client) = Client::new(Duration::from_secs(5))
        && let Ok(about) = ControlClient::new(client, &control.base, control.token.expose()).about().await
    {
        info.version = about.version;
    }
    info
}

/// Ctrl-C once ends the run with a partial report; twice ends the program.
///
/// The handler is set before the first load run, because goose would otherwise set one of its own.
fn watch_for_interrupt(events: Events) -> Result<watch::Receiver<bool>, Failure> {
    let (sender, receiver) = watch::channel(false);
    let handler = move || {
        if sender.send_replace(true) {
            std::process::exit(i32::from(super::exit::NOTHING_TESTED));
        }
        events.send(Event::Interrupted);
    };
    ctrlc::set_handler(handler).map_err(|error| Failure::new(HARNESS_FAULT, &error))?;
    Ok(receiver)
}
