//! `explain`: one requirement, where it comes from, what tests it, and what came of it last.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reference_server::PasswordCost;
use serde_json::{Value, json};

use super::args::ExplainArgs;
use super::bundled::Bundled;
use super::exit::{CONFIGURATION, Failure, HARNESS_FAULT, print};
use super::run::{registry, runtime};
use crate::conformance::{Selection, Suite};
use crate::report::events::{Level, ScenarioRef};
use crate::report::{CoverageStatus, Recorded};
use crate::spec::{ReadingPoint, Registry, Requirement, Task};
use crate::target::{Client, ControlClient};

/// Where runs are written by default.
const REPORTS: &str = "reports";

pub(super) fn run(args: &ExplainArgs) -> Result<u8, Failure> {
    let registry = registry()?;
    let id = args.id.to_uppercase();
    let Some(requirement) = registry.get(&id) else {
        return Err(Failure::words(CONFIGURATION, format!("there is no requirement {id}"))
            .advise("`chargeproof conformance --list` shows the IDs that scenarios test"));
    };
    let explained = Explained::of(requirement, &registry)?;
    print(&if args.json { format!("{:#}", explained.to_json()) } else { explained.to_text() });
    Ok(0)
}

/// Everything that is known about a requirement.
struct Explained<'a> {
    requirement: &'a Requirement,
    scenarios: Vec<(ScenarioRef, Vec<String>)>,
    mutants: Vec<Fault>,
    readings: Vec<&'a ReadingPoint>,
    last: Option<LastResult>,
}

/// A fault of the bundled server that breaks the requirement.
struct Fault {
    name: String,
    says: String,
}

/// What the newest run under `reports/` says.
struct LastResult {
    folder: String,
    started: String,
    target: String,
    status: CoverageStatus,
}

impl<'a> Explained<'a> {
    fn of(requirement: &'a Requirement, registry: &'a Registry) -> Result<Self, Failure> {
        let suite = Suite::load(&Selection::default(), registry)
            .map_err(|error| Failure::new(HARNESS_FAULT, &error))?;
        let names_it =
            |(scenario, _): &(ScenarioRef, Vec<String>)| scenario.requirements.contains(&requirement.id);
        let mut readings = registry.readings();
        readings.retain(|reading| reading.requirement == requirement.id);
        Ok(Self {
            requirement,
            scenarios: suite.texts().into_iter().filter(names_it).collect(),
            mutants: faults(&requirement.id)?,
            readings,
            last: last_result(&requirement.id),
        })
    }

    fn to_text(&self) -> String {
        let Requirement { id, level, text, source, system, versions, untestable, tasks, .. } =
            self.requirement;
        let mut lines = vec![
            format!("{id}  {}", meaning(*level)),
            text.clone(),
            format!("Source: {source}"),
            format!("Applies to: {}", system.in_versions(versions)),
        ];
        lines.extend(self.requirement.persona.map(|persona| format!("Persona: {persona}")));
        lines.extend(tasks.iter().filter_map(|number| Task::of_number(*number)).map(of_task));
        if let Some(reason) = untestable {
            lines.push(format!("Not testable from outside: {reason}"));
        }
        let scenarios = self.scenarios.iter().map(|(scenario, versions)| {
            let spoken =
                if versions.is_empty() { String::new() } else { format!(" ({})", versions.join(", ")) };
            format!("{}  {}{spoken}", scenario.id, scenario.name)
        });
        match (self.scenarios.is_empty(), untestable) {
            (false, _) => list(&mut lines, "Tested by:", scenarios),
            (true, None) => lines.push("No scenario tests it yet.".to_owned()),
            (true, Some(_)) => {}
        }
        let mutants = self.mutants.iter().map(|fault| format!("{}  {}", fault.name, fault.says));
        list(&mut lines, "Mutants that break it (chargeproof prove --mutant NAME):", mutants);
        let readings = self.readings.iter().map(|reading| {
            format!("{}: {}  {}", reading.decision, reading.values.join(" or "), reading.says)
        });
        list(&mut lines, "Readings that it leaves open:", readings);
        if let Some(last) = &self.last {
            let reason = reason(&last.status).map(|reason| format!(" ({reason})")).unwrap_or_default();
            let status = last.status.as_str();
            lines.push(format!("Last result: {status}{reason}"));
            lines.push(format!("  {} at {}, {}", last.target, last.started, last.folder));
        }
        lines.join("\n")
    }

    /// The format `chargeproof-explain/1`.
    fn to_json(&self) -> Value {
        let requirement = self.requirement;
        let scenario = |(one, versions): &(ScenarioRef, Vec<String>)| json!({"id": one.id, "name": one.name, "versions": versions});
        let mutant = |one: &Fault| json!({"name": one.name, "says": one.says});
        let reading =
            |one: &&ReadingPoint| json!({"decision": one.decision, "values": one.values, "says": one.says});
        let last = self.last.as_ref().map(|last| {
            json!({
                "folder": last.folder,
                "started": last.started,
                "target": last.target,
                "outcome": last.status.as_str(),
                "reason": reason(&last.status),
            })
        });
        json!({
            "format": "chargeproof-explain/1",
            "id": requirement.id,
            "level": requirement.level,
            "text": requirement.text,
            "source": requirement.source,
            "system": requirement.system,
            "versions": requirement.versions,
            "persona": requirement.persona,
            "tasks": requirement.tasks,
            "untestable": requirement.untestable,
            "scenarios": self.scenarios.iter().map(scenario).collect::<Vec<Value>>(),
            "mutants": self.mutants.iter().map(mutant).collect::<Vec<Value>>(),
            "readings": self.readings.iter().map(reading).collect::<Vec<Value>>(),
            "last": last,
        })
    }
}

fn list(lines: &mut Vec<String>, title: &str, entries: impl Iterator<Item = String>) {
    let before = lines.len();
    lines.extend(entries.map(|entry| format!("  {entry}")));
    if lines.len() > before {
        lines.insert(before, title.to_owned());
    }
}

fn of_task(task: &Task) -> String {
    format!("Task {} ({}): {}", task.number, task.persona, task.does)
}

fn reason(status: &CoverageStatus) -> Option<&str> {
    match status {
        CoverageStatus::NotTested(reason) => Some(reason),
        _ => None,
    }
}

const fn meaning(level: Level) -> &'static str {
    match level {
        Level::Must => "MUST: a deviation fails",
        Level::Should => "SHOULD: a deviation warns",
        Level::Reading => "READING: left open, alternatives are accepted and reported",
    }
}

/// The bundled server's own faults that break a requirement, as it tells them.
fn faults(id: &str) -> Result<Vec<Fault>, Failure> {
    let bundled = Bundled::start(None, PasswordCost::Quick)?;
    let profile = bundled.profile();
    let Some(control) = &profile.control else { return Ok(Vec::new()) };
    let client = Client::new(Duration::from_secs(10)).map_err(|error| Failure::new(HARNESS_FAULT, &error))?;
    let control = ControlClient::new(client, &control.base, control.token.expose());
    let decisions =
        runtime()?.block_on(control.policy()).map_err(|error| Failure::new(HARNESS_FAULT, &error))?;
    let mut faults = Vec::new();
    for decision in decisions {
        let breaking =
            decision.mutants.into_iter().filter(|mutant| mutant.requirements.iter().any(|one| one == id));
        faults.extend(
            breaking.map(|mutant| Fault {
                name: format!("{}={}", decision.name, mutant.value),
                says: mutant.says,
            }),
        );
    }
    Ok(faults)
}

/// What the newest run that ran the suite says; runs that cannot be read are passed over.
fn last_result(id: &str) -> Option<LastResult> {
    newest_first(Path::new(REPORTS)).into_iter().find_map(|folder| {
        let model = Recorded::read(&folder).ok()?.model;
        let coverage = model.suite_ran().then(|| model.coverage())?;
        let entry = coverage.requirements.into_iter().find(|entry| entry.requirement.id == id)?;
        Some(LastResult {
            folder: folder.display().to_string(),
            started: model.run.as_ref().map(|run| run.started.clone()).unwrap_or_default(),
            target: model.target().name,
            status: entry.status,
        })
    })
}

fn newest_first(reports: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(reports).into_iter().flatten().flatten();
    let mut runs: Vec<_> = entries
        .filter_map(|entry| {
            let written = entry.path().join("run.json").metadata().and_then(|file| file.modified()).ok()?;
            Some((written, entry.path()))
        })
        .collect();
    runs.sort();
    runs.into_iter().rev().map(|(_, folder)| folder).collect()
}
