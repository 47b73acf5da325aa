//! Usage rows of the data warehouse: are they what the documents say?
//!
//! A source hands over records, `reading` turns each into a [`Row`] whatever form it has, `rules` judge rows
//! one by one and `groups` across rows, `findings` counts what they find, and `render` shows it. Sources know
//! nothing of rules and rules nothing of sources. For rows by the million `engine` does the same on two threads, and
//! `compact` spares the rules every row that is plainly right.

mod canonical;
mod cases;
mod columns;
mod compact;
mod data_access;
mod engine;
mod entities;
mod errors;
mod findings;
mod forms;
mod generate;
mod groups;
mod judge;
mod knowledge;
#[cfg(test)]
mod known_controls;
#[cfg(test)]
mod license_forms;
#[cfg(test)]
mod negative_controls;
mod numbers;
mod output;
mod reading;
mod row;
mod row_file;
mod rules;
mod settings;
#[cfg(feature = "snowflake")]
mod snowflake;
mod source;
pub mod sql;
#[cfg(test)]
mod tests;
mod time;
mod unsigned;

pub use canonical::canonical;
pub use columns::{Column, ColumnSet};
pub use data_access::{Days, Mode, Patience, Pull, PullError, PulledReport, Service, Told};
pub use engine::{Judged, check};
pub use entities::{
    EntitiesError, EntitiesJudged, EntitiesOrder, EntityExample, EntityFinding, JudgedEntity, PulledEntities,
    check_entities, entities_arrow_schema, entities_parquet_schema, entities_schema, generate_entities,
};
pub use errors::UsageError;
pub use forms::Forms;
pub use generate::{GenerateError, Order, generate};
pub use judge::Judge;
pub use knowledge::{Knowledge, Need};
pub use output::{fails, render_text, to_json};
pub use row::{MeterCostList, Row, RowFault};
pub use row_file::{RowFile, RowFileError};
pub use rules::{Rule, rules};
pub use settings::Settings;
#[cfg(feature = "snowflake")]
pub use snowflake::{SnowflakeCredential, SnowflakeError, SnowflakeTable};
pub use source::{Format, Input, expand};
