//! What the target says after a run: its usage rows and the `used` counts of its line items.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;

use super::LoadError;
use super::ground::Ground;
use super::ledger::Entry;
use super::population::Population;
use super::rows::{self, Row};

/// Rows fetched at a time.
const PAGE: u64 = 10_000;

/// Between two looks for rows that are not there yet.
const PAUSE: Duration = Duration::from_millis(500);

/// How often rows and counts are read again because more rows came in between: a request whose client hung up
/// may still be under way on the side of the target.
const TRIES: usize = 10;

/// What the target says after a run.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// Whether the target offers usage rows at all.
    pub offers_rows: bool,
    /// The rows in their order.
    pub rows: Vec<Row>,
    /// What is wrong with rows that cannot be read.
    pub unreadable: Vec<String>,
    /// The rows as they were read.
    pub text: String,
    /// `used` of each line item before the run.
    pub before: Vec<Decimal>,
    /// `used` of each line item after the run.
    pub after: Vec<Decimal>,
}

impl Evidence {
    /// Reads rows until those of every answered operation are there or patience is at its end, and then the
    /// counts.
    pub async fn gather(
        ground: &Ground,
        population: &Population,
        before: Vec<Decimal>,
        entries: &[Entry],
    ) -> Result<Self, LoadError> {
        let mut evidence = Self { offers_rows: ground.offers_rows(), before, ..Self::default() };
        let deadline = Instant::now() + ground.row_patience;
        evidence.read_rows(ground).await?;
        while evidence.offers_rows && !evidence.is_complete(entries) && Instant::now() < deadline {
            tokio::time::sleep(PAUSE).await;
            evidence.read_rows(ground).await?;
        }
        for _ in 0..TRIES {
            evidence.after = population.read_used(ground).await?;
            if evidence.read_rows(ground).await? == 0 {
                break;
            }
        }
        Ok(evidence)
    }

    /// Reads the rows that came since the last time; how many lines there were.
    async fn read_rows(&mut self, ground: &Ground) -> Result<u64, LoadError> {
        let mut total = 0;
        loop {
            let after = self.rows.last().map_or(0, |row| row.seq);
            let page = ground.usage_rows(after, PAGE).await?;
            let (rows, unreadable) = rows::parse(&page);
            let lines = (rows.len() + unreadable.len()) as u64;
            let progress = rows.last().is_some_and(|row| row.seq > after);
            if !progress {
                // A page of nothing but unreadable rows has no place to go on from; it is kept once.
                if self.unreadable.is_empty() {
                    self.unreadable = unreadable;
                }
                return Ok(total);
            }
            self.rows.extend(rows);
            self.unreadable.extend(unreadable);
            self.text.push_str(&page);
            if !page.ends_with('\n') {
                self.text.push('\n');
            }
            total += lines;
            if lines < PAGE {
                return Ok(total);
            }
        }
    }

    /// Whether there are rows for every answered operation that must have some.
    fn is_complete(&self, entries: &[Entry]) -> bool {
        let seen: HashSet<&str> = self.rows.iter().map(|row| row.correlation.as_str()).collect();
        let charging = entries.iter().filter(|entry| entry.kind.charges());
        charging
            .filter_map(|entry| entry.answered()?.correlation.as_deref())
            .all(|correlation| seen.contains(correlation))
    }
}
