//! All entities of the Data Access API: are exports of them what the documents say, and do they fit together?
//!
//! `schema` is what is known of the fields, as data; `values` judges cells, `row_rules` rows, and `relations` across
//! entities. `world` makes entities that fit together, and `corruptions` break them in one place each.

mod arrow_form;
mod corruptions;
mod errors;
mod findings;
mod joins;
mod json_schema;
mod judge;
mod output;
mod parquet_file;
mod pulled;
mod records;
mod relations;
mod row;
mod row_rules;
mod rules;
mod schema;
mod tables;
#[cfg(test)]
mod tests;
mod values;
mod world;
mod write;

pub use arrow_form::{entities_arrow_schema, entities_parquet_schema};
pub use errors::EntitiesError;
pub use findings::{EntityExample, EntityFinding};
pub use json_schema::entities_schema;
pub use judge::{EntitiesJudged, JudgedEntity, check_entities};
pub use pulled::PulledEntities;
pub use write::{EntitiesOrder, generate_entities};
