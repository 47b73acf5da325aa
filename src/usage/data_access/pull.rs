//! A whole report over any number of days, kept in a file.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::io::{BufWriter, Write};

use serde_json::Value;
use tempfile::NamedTempFile;

use super::super::source::{Format, Input};
use super::super::time;
use super::service::Tell;
use super::walk::Walk;
use super::{Days, Mode, PullError, Service, Told};

/// What is pulled.
#[derive(Clone, Copy, Debug)]
pub struct Pull {
    /// The days.
    pub days: Days,
    /// How pages are asked for.
    pub mode: Mode,
    /// Rows of a page, at most 2500 (DAPI-024).
    pub page_size: u16,
}

/// A report as it was pulled: its rows, one JSON object a line.
#[derive(Debug)]
pub struct PulledReport {
    /// The rows as an input.
    pub input: Input,
    /// How many there are.
    pub rows: u64,
}

/// Counts rows by their text.
type Counts = HashMap<u64, u32>;

/// Writes the rows of all requests, each row once.
struct Keeper {
    file: BufWriter<NamedTempFile>,
    rows: u64,
    /// The rows of this request, and of the one before.
    seen: Counts,
    before: Counts,
    /// When the last day of usage is over.
    end_ms: Option<i64>,
    twice: u64,
}

impl Pull {
    /// Pulls a report. Whoever is told hears of every page.
    ///
    /// # Errors
    /// When the service refuses it, stays busy or answers something else, or rows cannot be kept on disk.
    pub async fn report(
        &self,
        service: &Service,
        group: &str,
        tell: &mut dyn FnMut(Told),
    ) -> Result<PulledReport, PullError> {
        let mut keeper = Keeper {
            file: BufWriter::new(NamedTempFile::new()?),
            rows: 0,
            seen: Counts::new(),
            before: Counts::new(),
            end_ms: (group == "usage").then(|| self.days.end_ms()),
            twice: 0,
        };
        for window in self.days.windows() {
            keeper.before = std::mem::take(&mut keeper.seen);
            let (mode, page_size) = (self.mode, self.page_size);
            let walk = Walk { service, group, window, mode, page_size };
            let shown = window.to_string();
            let mut take = |rows: Vec<Value>, page, tell: Tell<'_>| {
                keeper.keep(&rows)?;
                let (group, window) = (group.to_owned(), shown.clone());
                tell(Told::Page { group, window, page, rows: keeper.rows });
                Ok(())
            };
            walk.pages(&mut take, &mut *tell).await?;
        }
        if keeper.twice > 0 {
            tell(Told::Note(format!(
                "{} rows of the {group} report came twice in one request; either the warehouse holds them twice, or \
                 rows moved from page to page meanwhile (DAPI-041)",
                keeper.twice
            )));
        }
        let file = keeper.file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        let name = format!("{group} report of {}", service.base());
        Ok(PulledReport { input: Input::of_kept(&name, file, Some(Format::Jsonl)), rows: keeper.rows })
    }
}

impl Keeper {
    fn keep(&mut self, rows: &[Value]) -> Result<(), PullError> {
        for row in rows {
            let text = row.to_string();
            let mut hasher = DefaultHasher::new();
            text.hash(&mut hasher);
            let key = hasher.finish();
            let count = self.seen.entry(key).or_default();
            *count += 1;
            self.twice += u64::from(*count > 1);
            // Where a request includes its second day, the next one brings the rows of that day again (DAPI-028). Rows
            // that the warehouse itself holds twice are left alone: they come twice in one request.
            if self.before.get(&key).is_some_and(|before| *count <= *before) {
                continue;
            }
            // For the same reason the last request may bring rows of a day that nobody asked for.
            if self.end_ms.is_some_and(|end| usage_time(row).is_some_and(|time| time >= end)) {
                continue;
            }
            self.file.write_all(text.as_bytes())?;
            self.file.write_all(b"\n")?;
            self.rows += 1;
        }
        Ok(())
    }
}

fn usage_time(row: &Value) -> Option<i64> {
    match row.get("usageTime")? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => time::parse(text).map(|(time, _)| time),
        _ => None,
    }
}
