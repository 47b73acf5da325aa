//! `--expect`: the deviations that are known already.

use std::collections::HashSet;
use std::path::Path;

use super::exit::{CONFIGURATION, Failure};
use crate::conformance::{Selection, Suite};
use crate::report::events::{ExpectedDeviation, ScenarioRef, without_version};
use crate::report::is_named;
use crate::spec::{ExpectedContext, Registry, read_expected};

/// Reads the file of known deviations, if there is one; the features are those of the run.
pub(super) fn known_deviations(
    file: Option<&Path>,
    features: Option<&Path>,
    registry: &Registry,
) -> Result<Vec<ExpectedDeviation>, Failure> {
    let Some(file) = file else { return Ok(Vec::new()) };
    // The whole suite decides what exists, whatever part of it will run.
    let whole = Selection { features: features.map(Path::to_path_buf), ..Selection::default() };
    let suite = Suite::load(&whole, registry).map_err(|error| Failure::new(CONFIGURATION, &error))?;
    let context = ExpectedContext {
        registry,
        scenarios_of: &|id| places(&suite, &|one| one.requirements.iter().any(|named| named == id)),
        scenarios_named: &|name| places(&suite, &|one| is_named(name, &one.id, &one.name)),
        today: jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date(),
    };
    read_expected(file, &context).map_err(|error| {
        Failure::new(CONFIGURATION, &error)
            .advise("each [[expected]] names a requirement or scenario, and has a reason, a link and expires")
    })
}

/// How many scenarios are so; one that runs in both versions counts once.
fn places(suite: &Suite, about: &dyn Fn(&ScenarioRef) -> bool) -> u64 {
    let found = suite.scenarios().filter(|one| about(one)).map(|one| without_version(&one.id));
    found.collect::<HashSet<&str>>().len() as u64
}
