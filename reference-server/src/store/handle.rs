//! What the rest of the server sees of the store: submit, then wait until it is durable.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use tokio::sync::oneshot;

use super::database::{Database, StoredSite};
use super::error::StoreError;
use super::progress::Progress;
use super::queue::Queue;
use super::writer::{self, CLOSED, Command};
use crate::metrics::Metrics;
use crate::site::Effect;

/// The store. Operations are numbered by tickets in the order of submission.
#[derive(Debug)]
pub struct Store {
    queue: Arc<Queue>,
    progress: Arc<Progress>,
    metrics: Arc<Metrics>,
    /// Where the data live, in words.
    place: String,
}

/// Whatever ends the writer, nobody waits for it any longer.
struct Ending(Arc<Queue>, Arc<Progress>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end();
        self.1.end(CLOSED);
    }
}

impl Store {
    /// Opens a store on disk, or makes it.
    ///
    /// # Errors
    /// When the file is in use, cannot be written, is something else, or comes from a newer version.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::start(Database::open(path)?, format!("in {}", path.display()))
    }

    /// A store that lives as long as the process: the same code on a database in memory.
    ///
    /// # Errors
    /// When the system cannot start a thread.
    pub fn memory() -> Result<Self, StoreError> {
        Self::start(Database::memory()?, "in memory, until it stops".to_owned())
    }

    /// A store on a disk that is full after so many pages.
    #[cfg(test)]
    pub(crate) fn with_room_for(path: &Path, pages: u32) -> Result<Self, StoreError> {
        let database = Database::open(path)?;
        database.limit(pages);
        Self::start(database, String::new())
    }

    /// A store on a disk that has become read-only.
    #[cfg(test)]
    pub(crate) fn on_read_only_disk(path: &Path) -> Result<Self, StoreError> {
        let database = Database::open(path)?;
        database.make_read_only();
        Self::start(database, String::new())
    }

    fn start(database: Database, place: String) -> Result<Self, StoreError> {
        let metrics = Arc::new(Metrics::default());
        let counted = Arc::clone(&metrics);
        let queue = Arc::new(Queue::default());
        let progress = Arc::new(Progress::default());
        let ending = Ending(Arc::clone(&queue), Arc::clone(&progress));
        thread::Builder::new()
            .name("store".to_owned())
            .spawn(move || writer::run(database, &ending.0, &ending.1, &counted))
            .map_err(|error| StoreError::Failed(error.to_string()))?;
        Ok(Self { queue, progress, metrics, place })
    }

    /// Hands over the effects of one operation; the ticket says when they are durable. The order of calls is the
    /// order on disk, so that whoever calls under the lock of a site keeps the site's order.
    pub fn submit(&self, site: &str, effects: Vec<Effect>) -> u64 {
        self.metrics.submitted();
        // A writer that has stopped shows when somebody waits for the ticket.
        self.queue.write(site, effects)
    }

    /// Waits until everything up to a ticket is on disk.
    ///
    /// # Errors
    /// When the store has failed or is closed: then nothing may be acknowledged.
    pub async fn durable(&self, ticket: u64) -> Result<(), StoreError> {
        self.progress.reached(ticket).await.map_err(StoreError::Failed)
    }

    /// Does some work on this thread, as a thread that answers requests does, and meanwhile wakes those who wait here
    /// for something to be durable, so that the writer need not wake each of them.
    pub async fn attend<T>(&self, work: impl Future<Output = T>) -> T {
        self.progress.attend(work).await
    }

    /// Why nothing is kept any more, if it has come to that.
    #[must_use]
    pub fn failure(&self) -> Option<String> {
        self.progress.failure()
    }

    /// What the server counts of itself.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// Where the data live, in words.
    #[must_use]
    pub fn place(&self) -> String {
        self.place.clone()
    }

    /// The ticket of the latest submission; 0 before the first.
    pub fn last_ticket(&self) -> u64 {
        self.queue.last_ticket()
    }

    /// Usage rows of a site after a sequence number, as JSON lines with `_SEQ`. Everything that was submitted before
    /// the call is in the answer.
    ///
    /// # Errors
    /// When the store has failed or is closed.
    pub async fn usage_rows(&self, site: &str, after: u64, limit: u64) -> Result<Vec<String>, StoreError> {
        let site = site.to_owned();
        self.ask(|reply| Command::UsageRows { site, after, limit, reply }).await
    }

    /// Every site in the store.
    ///
    /// # Errors
    /// When the store has failed or is closed.
    pub async fn load(&self) -> Result<Vec<StoredSite>, StoreError> {
        self.ask(|reply| Command::Load { reply }).await
    }

    /// Writes what is waiting and closes the file. Later calls fail.
    pub async fn close(&self) {
        let (reply, closed) = oneshot::channel();
        self.queue.ask(Command::Close { reply });
        // No answer means that the writer had stopped already.
        let _ = closed.await;
    }

    async fn ask<T>(
        &self,
        question: impl FnOnce(oneshot::Sender<rusqlite::Result<T>>) -> Command,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        self.queue.ask(question(reply));
        match answer.await {
            Ok(result) => result.map_err(|error| StoreError::Failed(error.to_string())),
            Err(_) => Err(StoreError::Failed(self.failure().unwrap_or_else(|| CLOSED.to_owned()))),
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.queue.leave();
    }
}
