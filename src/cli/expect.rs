//! `--expect`: the deviations that are known already.

use std::path::Path;

use super::exit::{CONFIGURATION, Failure};
use crate::conformance::{Selection, Suite};
use crate::report::events::ExpectedDeviation;
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
        scenarios_of: &|id| {
            suite.scenarios().filter(|one| one.requirements.iter().any(|named| named == id)).count() as u64
        },
        scenarios_named: &|name| {
            suite.scenarios().filter(|one| is_named(name, &one.id, &one.name)).count() as u64
        },
        today: jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date(),
    };
    read_expected(file, &context).map_err(|error| {
        Failure::new(CONFIGURATION, &error)
            .advise("each [[expected]] names a requirement or scenario, and has a reason, a link and expires")
    })
}
