//! The decision points of the Data Access API, by name; part of [`crate::domain::Rules`].

use serde_json::Value;

use super::callers::{self, Caller, Credential};
use super::filters::Filter;
use super::operators::{self, Operator};
use super::page;
use super::request::{Format, Mode};
use super::shape::{self, Cells};
use crate::domain::{DAY, Millis};

/// How reports are asked for and answered.
#[derive(Clone, Copy)]
pub struct DataAccessRules {
    // Who asks.
    /// The user that a credential belongs to (DAPI-016 to DAPI-018).
    pub find_caller: for<'a> fn(&'a [Caller], &Credential) -> Option<&'a Caller>,
    /// Whether somebody without a credential is let in (DAPI-046).
    pub admits_strangers: bool,
    /// Whether a user may read reports (DAPI-019).
    pub may_read: fn(&Caller) -> bool,

    // What is asked.
    /// Rows on a page when nobody says (DAPI-024).
    pub default_limit: usize,
    /// Most rows on a page (DAPI-024).
    pub most_records: usize,
    /// Days that a report goes back when nobody says (DAPI-022).
    pub default_past_days: usize,
    /// Most days that a report goes back (DAPI-022).
    pub most_past_days: usize,
    /// Longest time between both dates (DAPI-021).
    pub longest_span: Millis,
    /// How much of `dateTo` belongs to the range (DAPI-028).
    pub after_date_to: Millis,
    /// Whether `pastDays` counts although both dates are given (DAPI-022).
    pub past_days_beat_dates: bool,
    /// Whether a moment lies in the range from one moment to another (DAPI-020, DAPI-021).
    pub in_range: fn(Millis, Millis, Millis) -> bool,
    /// The format when nobody says (DAPI-023).
    pub default_format: Format,
    /// The mode when nobody says (DAPI-026).
    pub default_mode: Mode,
    /// Whether a word is a mode (DAPI-026).
    pub same_mode: fn(&str, &str) -> bool,
    /// Whether filters are read outside of `query`, too (DAPI-093).
    pub plain_filters: bool,
    /// How the clauses of a query are joined (DAPI-031).
    pub joined: fn(Vec<Filter>) -> Filter,
    /// Whether a cell is what an operator demands (DAPI-030).
    pub holds: fn(Operator, &Value, &[Value]) -> bool,

    // What is answered.
    /// Rows before a page (DAPI-025).
    pub first_of: fn(usize, usize) -> usize,
    /// Pages of so many rows (DAPI-040).
    pub pages: fn(usize, usize) -> usize,
    /// Whether the header has links in `BATCH` mode, too (DAPI-037).
    pub batch_links: bool,
    /// A row as JSON has it (DAPI-042).
    pub shaped: fn(Cells) -> Cells,
    /// Status of a page past the end (DAPI-094).
    pub past_end: u16,
    /// Status of a value that is not allowed (DAPI-046).
    pub invalid: u16,
    /// Status of a group that does not exist (DAPI-046).
    pub unknown_group: u16,
    /// Changes the body of an answer just before it leaves; right answers need no change.
    pub body: fn(&mut Value),
    /// Status of the page for people (DAPI-012).
    pub reference_page: u16,
}

impl Default for DataAccessRules {
    fn default() -> Self {
        Self {
            find_caller: callers::find,
            admits_strangers: false,
            may_read: |caller| caller.permitted,
            default_limit: 500,
            most_records: 2500,
            default_past_days: 1,
            most_past_days: 30,
            longest_span: 30 * DAY,
            after_date_to: 0,
            past_days_beat_dates: false,
            in_range: |at, from, until| (from..until).contains(&at),
            default_format: Format::Json,
            default_mode: Mode::Batch,
            same_mode: str::eq_ignore_ascii_case,
            plain_filters: true,
            joined: Filter::All,
            holds: operators::holds,
            first_of: page::first_of,
            pages: usize::div_ceil,
            batch_links: false,
            shaped: shape::nested,
            past_end: 200,
            invalid: 400,
            unknown_group: 404,
            body: |_body| {},
            reference_page: 200,
        }
    }
}
