//! The usage rules as SQL, so that rows are judged where they lie (`chargeproof usage sql`).
//!
//! `dialect` holds what warehouses say differently, `cells` turns the table into typed cells and tells what kind of row
//! each is; over those the rules are the same text everywhere. `excuses` names the rules that are not here, and
//! `tests/warehouse/run` shows that the others find the same rows as `usage check`.

mod cells;
mod dialect;
mod excuses;
mod group_rules;
mod print;
mod row_rules;
mod running_rules;
mod session_rules;
#[cfg(test)]
mod tests;
mod text;

pub use dialect::Dialect;
pub use excuses::excuse;
pub use print::{Options, SqlError, sql};
