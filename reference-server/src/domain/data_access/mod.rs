//! Reports of the Data Access API (`40-data-access-api.md`): what may be asked for, which rows answer it, and how they
//! are written.

mod callers;
mod filters;
mod operators;
mod page;
mod readings;
mod request;
mod rules;
mod schema;
mod shape;

pub use callers::{Caller, Callers, Credential};
pub use filters::Filter;
pub use operators::Operator;
pub use page::Page;
pub(super) use readings::READINGS;
pub use request::{Format, GLOBAL_FILTERS, GlobalFilter, Mode, ReportRequest};
pub use rules::DataAccessRules;
pub use schema::{Entity, Field, entities, entity, sample, usage_row, written};
pub use shape::{Cells, csv_head, csv_line, nested};
