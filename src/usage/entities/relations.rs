//! Judges references across entities.
//!
//! Entities come in an order in which all that is referred to comes first. Marks of deletion may come anywhere, so
//! that what is not found is kept until the end.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::Value;

use super::findings::{EntityExample, Findings};
use super::joins::{AGREEMENTS, Agreement, REFERENCES, Reference, SOURCES, Target};
use super::row::{Row, list};
use super::values::short;
use crate::report::events::Severity;

/// Between the parts of a key of several fields.
const BETWEEN: &str = " / ";

/// A record that can be referred to: further fields of it, for comparison.
type Record = Vec<(&'static str, String)>;

/// What is known of all entities so far.
#[derive(Default)]
pub(super) struct Relations {
    records: HashMap<Target, HashMap<String, Record>>,
    keys: HashMap<String, HashSet<String>>,
    /// IDs that a mark lists as deleted, by what is deleted.
    deleted: HashMap<&'static str, HashSet<String>>,
    misses: Vec<Miss>,
    /// Rules that were not applied, and the columns that they need.
    not_applied: BTreeSet<(&'static str, String)>,
}

/// A reference that leads nowhere so far.
struct Miss {
    reference: &'static Reference,
    entity: String,
    key: String,
    example: EntityExample,
}

impl Relations {
    /// Judges a row against what came before it, and keeps what others may refer to.
    pub(super) fn judge(&mut self, row: &Row<'_>, findings: &mut Findings) {
        self.learn(row);
        let name = row.entity.name.as_str();
        self.key(row, findings);
        for reference in REFERENCES.iter().filter(|reference| reference.entity == name) {
            self.refer(reference, row);
        }
        for agreement in AGREEMENTS.iter().filter(|agreement| agreement.entity == name) {
            self.agree(agreement, row, findings);
        }
        if name == "custom-attribute-line-item" {
            self.line_item_key(row, findings);
        }
    }

    fn learn(&mut self, row: &Row<'_>) {
        for source in SOURCES.iter().filter(|source| source.entity == row.entity.name) {
            let Some(key) = joined(row, source.fields) else { continue };
            let more = source.more.iter().filter_map(|field| Some((*field, row.text(field)?))).collect();
            self.records.entry(source.target).or_default().entry(key).or_insert(more);
        }
        for (subject, value) in marks(row) {
            self.deleted.entry(subject).or_default().extend(list(value));
        }
    }

    /// Keys stand once, where that can be inferred.
    fn key(&mut self, row: &Row<'_>, findings: &mut Findings) {
        if !row.entity.unique {
            return;
        }
        let fields: Vec<&str> = row.entity.key.iter().map(String::as_str).collect();
        let Some(key) = joined(row, &fields) else { return };
        let message = format!("{} stands in an earlier row, too", short(&key));
        if !self.keys.entry(row.entity.name.clone()).or_default().insert(key) {
            let rule = if row.entity.is_attribute_table() { "DAPI-080" } else { "ENT-KEY" };
            findings.row(rule, Severity::W, row, &fields.join(", "), message);
        }
    }

    fn refer(&mut self, reference: &'static Reference, row: &Row<'_>) {
        let keys = match reference.fields {
            [field] => row.texts(field),
            fields => joined(row, fields).into_iter().collect(),
        };
        if keys.is_empty() {
            return;
        }
        let Some(known) = self.records.get(&reference.target) else {
            self.not_applied.insert((reference.rule, place_of(reference.target)));
            return;
        };
        for key in keys.into_iter().filter(|key| !known.contains_key(key)) {
            if marks(row).any(|(subject, value)| subject == reference.deleted && is_marked(value, &key)) {
                continue;
            }
            let message = format!("{:?} is not among {}", short(&key), place_of(reference.target));
            let example = EntityExample { input: row.input.to_owned(), row: row.number, message };
            self.misses.push(Miss { reference, entity: row.entity.name.clone(), key, example });
        }
    }

    fn agree(&self, agreement: &Agreement, row: &Row<'_>, findings: &mut Findings) {
        let (Some(known), Some(ours)) = (self.records.get(&agreement.target), row.text(agreement.field))
        else {
            return;
        };
        for key in row.texts(agreement.key) {
            let Some(record) = known.get(&key) else { continue };
            let theirs = record.iter().find(|(field, _)| *field == agreement.theirs);
            if let Some((field, theirs)) = theirs.filter(|(_, theirs)| *theirs != ours) {
                let message = format!(
                    "it is {:?}, but {field} of {} is {:?}",
                    short(&ours),
                    short(&key),
                    short(theirs)
                );
                findings.row(agreement.rule, Severity::W, row, agreement.field, message);
            }
        }
    }

    /// The column is called after the activation ID, but holds the internal key of the line item.
    fn line_item_key(&self, row: &Row<'_>, findings: &mut Findings) {
        let Some(key) = row.text("ACTIVATION_ID") else { return };
        if self.records.get(&Target::Activation).is_some_and(|known| known.contains_key(&key)) {
            let message = format!("{:?} is an activation ID, not the key of a line item", short(&key));
            findings.row("DAPI-091", Severity::W, row, "ACTIVATION_ID", message);
        }
    }

    /// Tells what was not found to the end. Returns the rules that were not applied, and what they need.
    pub(super) fn finish(self, findings: &mut Findings) -> BTreeSet<(&'static str, String)> {
        for miss in self.misses {
            let deleted = self.deleted.get(miss.reference.deleted);
            if deleted.is_none_or(|deleted| !deleted.contains(&miss.key)) {
                let field = miss.reference.fields.join(", ");
                findings.add(miss.reference.rule, miss.reference.level, &miss.entity, &field, miss.example);
            }
        }
        self.not_applied
    }
}

fn joined(row: &Row<'_>, fields: &[&str]) -> Option<String> {
    let parts: Option<Vec<String>> = fields.iter().map(|field| row.text(field)).collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| parts.join(BETWEEN))
}

/// The marks of deletion of a row, and what they speak of.
fn marks<'r>(row: &'r Row<'_>) -> impl Iterator<Item = (&'static str, &'r Value)> {
    row.entity.fields.iter().zip(&row.cells).filter_map(|(field, cell)| {
        let about = field.name().strip_suffix("Deleted")?;
        let subject =
            ["Account", "Activation", "Product", "User"].into_iter().find(|name| about.contains(name))?;
        Some((subject, cell.as_ref()?))
    })
}

/// Whether a mark of the row itself says that this is deleted, in any of the forms that it may have.
fn is_marked(value: &Value, key: &str) -> bool {
    list(value)
        .iter()
        .any(|mark| mark == key || ["true", "yes", "1"].iter().any(|yes| mark.eq_ignore_ascii_case(yes)))
}

/// What has to be there, in words.
fn place_of(target: Target) -> String {
    SOURCES
        .iter()
        .find(|source| source.target == target)
        .map(|source| format!("{} {}", source.entity, source.fields.join(" and ")))
        .unwrap_or_default()
}
