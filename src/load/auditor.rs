//! The auditor of a run: takes operations and usage rows while they come, has them reconciled, and looks at the
//! target now and then.
//!
//! Reading is done here, comparing on a thread of its own, because it takes its time and the workers must not
//! wait for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;
use tokio::sync::oneshot;

use super::LoadError;
use super::audit::{Books, Clock, InvariantId, Tally, Totals};
use super::ground::{Ground, now_ms};
use super::ledger::Ledger;
use super::looks::Looks;
use super::population::Population;
use super::row_log::RowLog;
use super::rows;

/// Rows fetched at a time: few enough that reading them delays nobody.
pub const PAGE: u64 = 2_000;

/// Between two rounds.
pub const ROUND: Duration = Duration::from_millis(250);

/// How often rows and counts are read again in the end because more rows came in between: a request whose client
/// hung up may still be under way on the side of the target.
const TRIES: usize = 10;

/// Follows a run with its books.
pub struct Auditor {
    ground: Arc<Ground>,
    population: Arc<Population>,
    ledger: Arc<Ledger>,
    books: Books,
    looks: Looks,
    /// Where the rows of each site are kept; nowhere when there are none.
    logs: Vec<RowLog>,
    /// The last row that was read of each site.
    after: Vec<u64>,
    /// Whether a page of nothing but unreadable rows was met: there is no place to go on from.
    stuck: bool,
}

/// What the books say in the end.
pub struct Audited {
    /// How the invariants fared.
    pub tallies: Vec<Tally>,
    /// How many operations there were.
    pub totals: Totals,
    /// The rows as they were read, if they were kept and there are any.
    pub rows: Vec<PathBuf>,
    /// An invariant that was put to the test without an outcome, and why: it held as little as it broke.
    pub unsettled: Option<(InvariantId, String)>,
}

impl Auditor {
    /// An auditor for a population whose line items have used this much. Rows are kept below `out`.
    pub fn new(
        ground: &Arc<Ground>,
        population: &Arc<Population>,
        ledger: &Arc<Ledger>,
        before: &[Decimal],
        keep: Option<(&Path, &str)>,
    ) -> Result<Self, LoadError> {
        let clock = Clock { instant: Instant::now(), millis: now_ms() };
        let (sites, patience) = (ground.sites(), ground.row_patience);
        let log = |site| keep.map(|(out, scenario)| RowLog::create(out, scenario, site));
        Ok(Self {
            books: Books::new(Arc::clone(population), before, ground.offers_rows(), patience, clock, sites),
            looks: Looks::new(population),
            logs: (0..sites).filter_map(log).collect::<Result<_, _>>()?,
            ground: Arc::clone(ground),
            population: Arc::clone(population),
            ledger: Arc::clone(ledger),
            after: vec![0; sites],
            stuck: false,
        })
    }

    /// Follows the run until it is told to stop.
    pub async fn follow(mut self, mut stop: oneshot::Receiver<()>) -> Result<Self, LoadError> {
        let mut tick = tokio::time::interval(ROUND);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                // A sender that is gone means the same as a word from it.
                _ = &mut stop => return Ok(self),
                _ = tick.tick() => {}
            }
            // A target that cannot be read under load is read afterwards; then its failure counts.
            let (auditor, _) = self.round().await?;
            self = auditor;
            let seen = self.looks.look(&self.ground, &self.population, &self.ledger).await;
            for seen in seen {
                seen.enter(&mut self.books);
            }
        }
    }

    /// Takes what there is. Also returns how many lines were read, or why none could be.
    async fn round(mut self) -> Result<(Self, Result<u64, LoadError>), LoadError> {
        let (mut total, mut site) = (0, 0);
        loop {
            let read_at = Instant::now();
            let page = match self.ground.usage_rows(site, self.after[site], PAGE).await {
                Ok(page) => page,
                Err(error) => return Ok((self, Err(error))),
            };
            let (auditor, lines) = tokio::task::spawn_blocking(move || self.compare(&page, site, read_at))
                .await
                .map_err(|error| LoadError::Generator(format!("the audit broke off: {error}")))??;
            self = auditor;
            total += lines;
            if lines < PAGE || self.stuck {
                site += 1;
            }
            if site == self.after.len() {
                return Ok((self, Ok(total)));
            }
        }
    }

    fn compare(mut self, page: &str, site: usize, read_at: Instant) -> Result<(Self, u64), LoadError> {
        let (entries, closed) = self.ledger.take();
        for entry in entries {
            self.books.enter(entry);
        }
        for session in &closed {
            self.books.note_closed(session);
        }
        let (rows, unreadable) = rows::parse(page);
        let lines = (rows.len() + unreadable.len()) as u64;
        let after = self.after[site];
        let last = rows.last().map_or(after, |row| row.seq);
        if lines > 0 && !self.stuck {
            self.stuck = last <= after;
            self.after[site] = last;
            self.books.read(rows, &unreadable, site, read_at);
            if let Some(log) = self.logs.get_mut(site) {
                log.add(page)?;
            }
        }
        self.books.reconcile(Instant::now());
        Ok((self, lines))
    }

    /// Reads rows until those of every answered operation are there or patience is at its end, and then the counts.
    pub async fn finish(mut self) -> Result<Audited, LoadError> {
        let deadline = Instant::now() + self.ground.row_patience;
        loop {
            let (auditor, read) = self.round().await?;
            self = auditor;
            read?;
            if self.books.is_complete() || Instant::now() >= deadline || !self.ground.offers_rows() {
                break;
            }
            tokio::time::sleep(ROUND).await;
        }
        let mut after = Vec::new();
        for _ in 0..TRIES {
            after = self.population.read_used(&self.ground).await?;
            let (auditor, read) = self.round().await?;
            self = auditor;
            if read? == 0 || self.stuck {
                break;
            }
        }
        let books = self.books;
        let closed = tokio::task::spawn_blocking(move || books.close(&after)).await;
        let (tallies, totals) =
            closed.map_err(|error| LoadError::Generator(format!("the audit broke off: {error}")))?;
        let kept = self.logs.into_iter().filter_map(|log| log.finish().transpose());
        let rows = kept.collect::<Result<_, _>>()?;
        Ok(Audited { tallies, totals, rows, unsettled: None })
    }
}
