//! Goes through all files of a folder, entity by entity.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::source::{Input, expand};
use super::EntitiesError;
use super::findings::{EntityExample, EntityFinding, Findings};
use super::records;
use super::relations::Relations;
use super::row::{Row, is_null};
use super::row_rules::{self, Factors};
use super::schema::{Entity, Schema};
use super::{tables, values};
use crate::report::events::Severity;

/// What was judged and what was found.
#[derive(Debug)]
pub struct EntitiesJudged {
    /// The folder.
    pub folder: String,
    /// The entities that were there.
    pub entities: Vec<JudgedEntity>,
    /// What was found, the most certain first.
    pub findings: Vec<EntityFinding>,
    /// Rules that were not applied, and the columns that they need.
    pub not_applied: BTreeSet<(&'static str, String)>,
}

/// One entity of a folder.
#[derive(Debug)]
pub struct JudgedEntity {
    /// Its name.
    pub name: String,
    /// The files that hold it.
    pub inputs: Vec<String>,
    /// How many records they hold.
    pub rows: u64,
    /// Whether its columns have the names of the API, of the database, or of both.
    pub names: &'static str,
}

/// Judges the files of a folder.
///
/// # Errors
///
/// When the folder cannot be read, or no file of it is named after an entity.
pub fn check_entities(folder: &Path, examples: usize) -> Result<EntitiesJudged, EntitiesError> {
    let schema = Schema::load()?;
    let inputs = expand(&[folder.to_owned()], None)?;
    let mut named = Vec::new();
    let mut nameless = Vec::new();
    for input in inputs {
        match tables::entity_of(&schema, &input) {
            Some(entity) => named.push((entity.name.clone(), input)),
            None => nameless.push(input.name),
        }
    }
    if named.is_empty() {
        return Err(EntitiesError::NoEntity { path: folder.to_owned() });
    }
    let mut judge = Judge::new(&schema, examples);
    for input in nameless {
        let message = "its name is that of no entity; it was not read".to_owned();
        judge.findings.add("ENT-FILE", Severity::I, "", "", EntityExample { input, row: 0, message });
    }
    Ok(judge.all(&folder.display().to_string(), named))
}

/// Judges inputs of which it is known what they hold.
pub(super) fn judge_inputs(
    schema: &Schema,
    shown: &str,
    inputs: Vec<(String, Input)>,
    examples: usize,
) -> EntitiesJudged {
    Judge::new(schema, examples).all(shown, inputs)
}

struct Judge<'a> {
    schema: &'a Schema,
    findings: Findings,
    relations: Relations,
}

impl<'a> Judge<'a> {
    fn new(schema: &'a Schema, examples: usize) -> Self {
        Self { schema, findings: Findings::new(examples), relations: Relations::default() }
    }

    fn all(mut self, shown: &str, inputs: Vec<(String, Input)>) -> EntitiesJudged {
        let mut files: BTreeMap<String, Vec<Input>> = BTreeMap::new();
        for (name, input) in inputs {
            files.entry(name).or_default().push(input.with_any_columns());
        }
        let mut entities = Vec::new();
        for entity in self.schema.in_order() {
            if let Some(inputs) = files.get(&entity.name) {
                entities.push(self.entity(entity, inputs));
            }
        }
        let not_applied = self.relations.finish(&mut self.findings);
        EntitiesJudged { folder: shown.to_owned(), entities, findings: self.findings.finish(), not_applied }
    }

    fn entity(&mut self, entity: &Entity, inputs: &[Input]) -> JudgedEntity {
        let mut columns = Columns::new(entity);
        let mut factors = Factors::default();
        let mut rows = 0;
        for input in inputs {
            let mut number = 0;
            records::each(input, &mut |record| {
                number += 1;
                rows += 1;
                match record {
                    Ok(record) => {
                        let row = Row::new(entity, &input.name, number, record);
                        columns.see(&row);
                        self.row(&row, &mut factors);
                    }
                    Err(message) => {
                        let example = EntityExample { input: input.name.clone(), row: number, message };
                        self.findings.add("ENT-READ", Severity::E, &entity.name, "", example);
                    }
                }
            });
        }
        let first = inputs.first().map(|input| input.name.clone()).unwrap_or_default();
        if factors.mixed() {
            let message = "some sizes are divided by 1000, others by 1024".to_owned();
            let example = EntityExample { input: first.clone(), row: 0, message };
            self.findings.add("DAPI-045", Severity::W, &entity.name, "", example);
        }
        let names = columns.finish(self.schema, &first, &mut self.findings);
        let inputs = inputs.iter().map(|input| input.name.clone()).collect();
        JudgedEntity { name: entity.name.clone(), inputs, rows, names }
    }

    fn row(&mut self, row: &Row<'_>, factors: &mut Factors) {
        values::judge(row, &mut self.findings);
        row_rules::judge(row, factors, &mut self.findings);
        self.relations.judge(row, &mut self.findings);
        for (name, value) in &row.others {
            let attributes = self.schema.attribute_objects.iter().find(|object| object.name == *name);
            if attributes.is_some_and(|object| object.entity == row.entity.name)
                && !is_null(value)
                && !values::is_object(value)
            {
                let message = format!("{} is no object", values::shown(value));
                self.findings.row("DAPI-078", Severity::W, row, name, message);
            }
        }
    }
}

/// Which columns an export has.
struct Columns<'a> {
    entity: &'a Entity,
    seen: Vec<bool>,
    others: BTreeSet<String>,
    dapi: u64,
    database: u64,
    rows: u64,
}

impl<'a> Columns<'a> {
    fn new(entity: &'a Entity) -> Self {
        let seen = vec![false; entity.fields.len()];
        Self { entity, seen, others: BTreeSet::new(), dapi: 0, database: 0, rows: 0 }
    }

    fn see(&mut self, row: &Row<'_>) {
        self.rows += 1;
        for (name, place) in &row.names {
            self.seen[*place] = true;
            let field = &self.entity.fields[*place];
            let is =
                |other: &Option<String>| other.as_ref().is_some_and(|other| other.eq_ignore_ascii_case(name));
            match (is(&field.dapi), is(&field.database)) {
                // A name that only one side has tells nothing of the other names: that is a rule of its own.
                (true, false) if field.database.is_some() => self.dapi += 1,
                (false, true) if field.dapi.is_some() => self.database += 1,
                _ => {}
            }
        }
        for name in row.others.keys().filter(|name| !self.others.contains(*name)).cloned().collect::<Vec<_>>()
        {
            self.others.insert(name);
        }
    }

    /// Tells what is wrong with the columns, and whose names they have.
    fn finish(self, schema: &Schema, input: &str, findings: &mut Findings) -> &'static str {
        let mut tell = |rule, level, field: &str, message: String| {
            let example = EntityExample { input: input.to_owned(), row: 0, message };
            findings.add(rule, level, &self.entity.name, field, example);
        };
        let is_dapi = self.dapi > self.database;
        let names = match (self.dapi, self.database) {
            (0, 0) if self.entity.is_attribute_table() => "database",
            (0, 0) => "unknown",
            (_, 0) => "dapi",
            (0, _) => "database",
            _ => "mixed",
        };
        // Product features are printed with both kinds of names under either heading.
        if names == "mixed" && self.entity.name != "product-feature" {
            tell(
                "ENT-NAMES",
                Severity::W,
                "",
                "columns have names of the API and of the database".to_owned(),
            );
        }
        for (field, seen) in self.entity.fields.iter().zip(&self.seen) {
            let belongs = if is_dapi { field.dapi.is_some() } else { field.database.is_some() };
            let known = names == "dapi" || names == "database";
            if *seen && !belongs && known {
                let message = format!("it is not in an export with {names} names");
                tell("DAPI-044", Severity::E, field.name(), message);
            } else if !seen && belongs && self.rows > 0 {
                let level = if field.required.is_some() { Severity::W } else { Severity::I };
                tell("ENT-COLUMN", level, field.name(), "no record has this column".to_owned());
            }
        }
        for name in &self.others {
            let is_attributes = schema.attribute_objects.iter().any(|object| object.name == *name);
            if !is_attributes {
                tell("DAPI-090", Severity::I, name, "the documents do not list this column".to_owned());
            }
        }
        names
    }
}
