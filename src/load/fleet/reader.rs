//! Reads the usage rows of a fleet while its clock moves on, and has them compared.

use std::collections::VecDeque;
use std::sync::Arc;

use super::super::LoadError;
use super::super::audit::{InvariantId, Tally};
use super::super::ground::Ground;
use super::super::ledger::Kind;
use super::super::model::Millis;
use super::super::population::Population;
use super::super::rows::{self, Row};
use super::books::FleetBooks;
use super::client::Note;
use crate::usage::RowFile;

/// Rows fetched at a time.
const PAGE: u64 = 5_000;

/// Follows a fleet with its books.
pub struct Reader {
    ground: Arc<Ground>,
    books: FleetBooks,
    /// The last row that was fetched of each site.
    after: Vec<u64>,
    /// Rows of each site of a time at which what must happen was not known yet.
    ahead: Vec<VecDeque<Row>>,
    /// Where rows are kept, if anywhere.
    file: Option<RowFile>,
}

impl Reader {
    /// A reader of rows of this population.
    pub fn new(ground: &Arc<Ground>, population: &Arc<Population>, file: Option<RowFile>) -> Self {
        let sites = ground.sites();
        let books = FleetBooks::new(Arc::clone(population), sites);
        let (after, ahead) = (vec![0; sites], vec![VecDeque::new(); sites]);
        Self { ground: Arc::clone(ground), books, after, ahead, file }
    }

    /// Takes what happened until this time, and compares it with the rows.
    pub async fn follow(mut self, notes: Vec<Note>, until: Millis) -> Result<Self, LoadError> {
        for note in notes {
            self.enter(note, until);
        }
        for site in 0..self.after.len() {
            self = self.read_site(site, until).await?;
        }
        self.books.settle(until);
        Ok(self)
    }

    async fn read_site(mut self, site: usize, until: Millis) -> Result<Self, LoadError> {
        let mut page = String::new();
        loop {
            let comparing = tokio::task::spawn_blocking(move || self.compare(&page, site, until));
            let there;
            (self, there) = comparing
                .await
                .map_err(|error| LoadError::Generator(format!("the audit broke off: {error}")))??;
            if !there {
                return Ok(self);
            }
            page = self.ground.usage_rows(site, self.after[site], PAGE).await?;
            if page.is_empty() {
                return Ok(self);
            }
        }
    }

    fn enter(&mut self, note: Note, now: Millis) {
        let tallies = self.books.tallies();
        match note {
            Note::Due(due) => self.books.expect(due),
            Note::Over(session) => self.books.note_end(&session, now),
            Note::Sense(kind) => {
                tallies.exercise(InvariantId::AnswersMakeSense, 1);
                if kind == Kind::SessionHeartbeat {
                    tallies.exercise(InvariantId::HeartbeatsAreFree, 1);
                }
            }
            Note::Nonsense(why) => tallies.check(InvariantId::AnswersMakeSense, false, || why),
        }
    }

    /// Books the rows until this time; whether there may be more of them.
    fn compare(mut self, page: &str, site: usize, until: Millis) -> Result<(Self, bool), LoadError> {
        if let Some(file) = &mut self.file {
            file.add(page)?;
        }
        let (rows, unreadable) = rows::parse(page);
        self.after[site] = rows.last().map_or(self.after[site], |row| row.seq);
        let ahead = &mut self.ahead[site];
        ahead.extend(rows);
        let later = |row: &Row| row.usage_time_ms.is_some_and(|at| at > until);
        let known = ahead.iter().position(later).unwrap_or(ahead.len());
        self.books.read(ahead.drain(..known).collect(), &unreadable, site);
        // A page that cannot be read at all would be read again and again.
        let more = ahead.is_empty() && unreadable.is_empty();
        Ok((self, more))
    }

    /// Compares the rows with what line items have used in the end.
    pub fn close(self, after: &[rust_decimal::Decimal]) -> Result<(Vec<Tally>, u64), LoadError> {
        self.file.map(RowFile::finish).transpose()?;
        Ok(self.books.close(after))
    }
}
