//! `conformance`: the suite alone.

use super::args::ConformanceArgs;
use super::exit::{CONFIGURATION, Failure, NOTHING_TESTED, print};
use super::expect::known_deviations;
use super::run::{Run, load_profile, registry_for};
use super::under_load;
use super::verify::judge_conformance;
use crate::conformance::{self, ConformanceError, Order, Selection, SmokeOutcome, Suite};
use crate::load::LoadScenario;

pub(super) fn run(args: &ConformanceArgs) -> Result<u8, Failure> {
    let selection = Selection {
        tags: args.tags.clone(),
        ids: args.id.clone(),
        features: args.features.clone(),
        strict: args.strict,
        real_time: args.real_time,
        order: Order { seed: args.seed, concurrency: args.concurrency },
        crowd: 0,
    };
    // Mistakes in the selection are found before a folder is made or a server started.
    let registry = registry_for(args.features.as_deref())?;
    let suite = Suite::load(&selection, &registry).map_err(|error| failure(&error))?;
    if suite.is_empty() {
        return Err(failure(&ConformanceError::NothingSelected));
    }
    if args.list {
        let profile = args.target.target.as_deref().map(load_profile).transpose()?;
        list(&profile.map_or(suite.clone(), |profile| suite.served_in(&profile.versions)));
        return Ok(0);
    }
    if let Some(scenario) = &args.under_load {
        LoadScenario::resolve(scenario).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    }
    let expected = known_deviations(args.expect.as_deref(), args.features.as_deref(), &registry)?;
    let run = Run::begin_with("conformance", &args.target, registry)?;
    run.expect(expected);
    if run.wait(conformance::smoke(&run.profile, &run.events)) == SmokeOutcome::Ready {
        match &args.under_load {
            Some(scenario) => under_load::judge(&run, &selection, scenario, args.same_instance)?,
            None => judge_conformance(&run, &selection)?,
        }
    }
    run.finish()
}

fn failure(error: &ConformanceError) -> Failure {
    match error {
        ConformanceError::NothingSelected => Failure::new(NOTHING_TESTED, error),
        _ => Failure::new(CONFIGURATION, error),
    }
}

fn list(suite: &Suite) {
    let mut text = String::new();
    let texts = suite.texts();
    for (scenario, versions) in &texts {
        let (requirements, spoken) = (scenario.requirements.join(" "), scenario.system.in_versions(versions));
        text.push_str(&format!("{}  {}\n    {requirements}  {spoken}\n", scenario.id, scenario.name));
    }
    text.push_str(&format!(
        "{} scenarios, {} with those that run in both versions\n",
        texts.len(),
        suite.len()
    ));
    print(&text);
}
