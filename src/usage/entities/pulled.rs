//! Judges all entities that a Data Access API has, as it answers them.

use super::super::data_access::{Pull, PullError, Service, Told};
use super::super::source::Input;
use super::EntitiesError;
use super::judge::{EntitiesJudged, judge_inputs};
use super::schema::{ORDER, Schema};

/// The records of a service, one input a group.
#[derive(Debug)]
pub struct PulledEntities {
    /// Base address of the service.
    pub base: String,
    /// Group and records.
    pub groups: Vec<(String, Input)>,
}

impl PulledEntities {
    /// Pulls every report that the service has of a known entity.
    ///
    /// # Errors
    /// When the service refuses one, stays busy or answers something else, or records cannot be kept on disk.
    pub async fn pull(
        service: &Service,
        pull: &Pull,
        tell: &mut dyn FnMut(Told),
    ) -> Result<PulledEntities, PullError> {
        let mut groups = Vec::new();
        for group in service.groups(&ORDER, tell).await? {
            let report = pull.report(service, &group, tell).await?;
            groups.push((group, report.input));
        }
        Ok(PulledEntities { base: service.base().to_owned(), groups })
    }

    /// Judges the records, as those of a folder are.
    ///
    /// # Errors
    /// When the schema that is part of the program is broken.
    pub fn check(&self, examples: usize) -> Result<EntitiesJudged, EntitiesError> {
        let schema = Schema::load()?;
        let inputs = self.groups.iter().map(|(group, input)| (group.clone(), input.clone()));
        Ok(judge_inputs(&schema, &self.base, inputs.collect(), examples))
    }
}
