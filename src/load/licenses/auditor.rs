//! The auditor of a run against license servers: reads rows while they come, looks at the servers now and then, and in
//! the end has everything returned.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use futures::StreamExt;
use reqwest::Method;
use tokio::sync::oneshot;

use super::super::LoadError;
use super::super::audit::InvariantId;
use super::super::auditor::{Audited, PAGE, ROUND};
use super::super::ground::Ground;
use super::super::operations::Received;
use super::super::row_log::RowLog;
use super::books::LicenseBooks;
use super::desk::{LicenseDesk, Outgoing};
use super::rows;
use super::told_apart::try_users;
use crate::target::{Body, Call};

/// Hosts that return at once what they hold after the run.
const RETURNING_AT_ONCE: usize = 16;

/// Follows a run with its books.
pub struct LicenseAuditor {
    ground: Arc<Ground>,
    desk: Arc<LicenseDesk>,
    books: LicenseBooks,
    log: Option<RowLog>,
    /// The last row that was read.
    after: u64,
    /// The license server that is looked at next.
    next: usize,
    /// What each feature showed when it was looked at last.
    shown: Vec<i64>,
    /// The scenario asks whether users are told from strangers.
    tries_users: bool,
}

impl LicenseAuditor {
    /// An auditor of this desk, which puts these invariants to the test. Rows are kept below `out`.
    pub fn new(
        ground: &Arc<Ground>,
        desk: &Arc<LicenseDesk>,
        contenders: u64,
        invariants: &[InvariantId],
        keep: Option<(&Path, &str)>,
    ) -> Result<Self, LoadError> {
        Ok(Self {
            tries_users: invariants.contains(&InvariantId::UsersNotToldApart),
            books: LicenseBooks::new(&desk.hall, contenders, ground.offers_rows(), ground.row_patience),
            log: keep.map(|(out, scenario)| RowLog::create(out, scenario, 0)).transpose()?,
            shown: vec![0; desk.hall.accounts()],
            ground: Arc::clone(ground),
            desk: Arc::clone(desk),
            after: 0,
            next: 0,
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
            self.look().await;
        }
    }

    /// Takes what there is; why no rows could be read, if so.
    async fn round(mut self) -> Result<(Self, Result<(), LoadError>), LoadError> {
        loop {
            let page = match self.ground.usage_rows(0, self.after, PAGE).await {
                Ok(page) => page,
                Err(error) => return Ok((self, Err(error))),
            };
            let comparing = tokio::task::spawn_blocking(move || self.compare(&page)).await;
            let (auditor, more) = comparing
                .map_err(|error| LoadError::Generator(format!("the audit broke off: {error}")))??;
            self = auditor;
            if !more {
                return Ok((self, Ok(())));
            }
        }
    }

    /// Books a page; whether there may be more.
    fn compare(mut self, page: &str) -> Result<(Self, bool), LoadError> {
        // Requests are noted before they are sent, so whoever has a row on this page is among them.
        for note in self.desk.journal.take() {
            self.books.enter(note);
        }
        let (rows, unreadable) = rows::parse(page);
        let lines = (rows.len() + unreadable.len()) as u64;
        let last = rows.last().map_or(self.after, |row| row.seq);
        // A page that leads nowhere would be read again and again.
        let more = lines >= PAGE && last > self.after;
        self.after = last;
        self.books.read(rows, &unreadable);
        if let Some(log) = &mut self.log {
            log.add(page)?;
        }
        self.books.reconcile(Instant::now(), false);
        Ok((self, more))
    }

    /// Looks at the next license server; one that gives no answer shows nothing.
    async fn look(&mut self) {
        let hall = Arc::clone(&self.desk.hall);
        let server = self.next;
        self.next = (server + 1) % hall.servers.len();
        let accounts = &self.desk.accounts;
        let first = server * hall.features.len();
        let watches: Vec<u64> =
            (0..hall.features.len()).map(|feature| accounts.watch(first + feature)).collect();
        let shown = hall.shown(&self.ground, server).await.unwrap_or_default();
        let spans: Vec<_> =
            (0..).zip(watches).map(|(feature, watch)| accounts.leave(first + feature, watch)).collect();
        for (feature, used) in shown {
            let (account, span) = (first + usize::from(feature), spans[usize::from(feature)]);
            self.books.look(account, used, [span.floor, span.peak]);
            if hall.feature(account).metered {
                let before = std::mem::replace(&mut self.shown[account], used);
                self.books.tallies().check(InvariantId::MeteredOnlyGrows, used >= before, || {
                    format!("{} showed {before}, and then {used}", hall.name(account))
                });
            }
        }
    }

    /// Has everything returned, reads rows until those of every answered request are there or patience is at its end,
    /// and then what is in use.
    pub async fn finish(mut self, first_number: u64) -> Result<Audited, LoadError> {
        let (ground, desk) = (Arc::clone(&self.ground), Arc::clone(&self.desk));
        futures::stream::iter(desk.closing(first_number))
            .for_each_concurrent(RETURNING_AT_ONCE, |outgoing| give_back(&ground, &desk, outgoing))
            .await;
        let deadline = Instant::now() + self.ground.row_patience;
        loop {
            let (auditor, read) = self.round().await?;
            self = auditor;
            read?;
            if self.books.is_complete() || Instant::now() >= deadline {
                break;
            }
            tokio::time::sleep(ROUND).await;
        }
        let mut after = Vec::new();
        for server in 0..desk.hall.servers.len() {
            let shown = desk.hall.shown(&ground, server).await?;
            let first = server * desk.hall.features.len();
            after.extend(shown.into_iter().map(|(feature, used)| (first + usize::from(feature), used)));
        }
        let (mut auditor, read) = self.round().await?;
        read?;
        let unsettled = auditor.try_users().await;
        let (tallies, totals) = auditor.books.close(&after);
        let rows = auditor.log.map(RowLog::finish).transpose()?.flatten().into_iter().collect();
        Ok(Audited { tallies, totals, rows, unsettled })
    }

    /// Compares how long users and strangers wait for a refusal, now that it is quiet; the invariant and why, if that
    /// settles nothing. It takes seconds, so that it is done for who asks for it.
    async fn try_users(&mut self) -> Option<(InvariantId, String)> {
        if !self.tries_users {
            return None;
        }
        let comparison = try_users(&self.desk.hall, &self.ground, self.after).await?;
        let unsettled = comparison.book(self.books.tallies())?;
        Some((InvariantId::UsersNotToldApart, unsettled))
    }
}

/// Sends a full return and books its answer.
async fn give_back(ground: &Ground, desk: &LicenseDesk, outgoing: Outgoing) {
    let Outgoing { url, body, step } = outgoing;
    let body = Body::Text { content_type: "application/json".to_owned(), text: body };
    let call = Call::new(Method::POST, url.to_string(), body).bearer(&desk.hall.client_token);
    let answer = ground.client.send(call).await;
    let received = match answer.status {
        Some(status) => Received::Answer { status, body: answer.body.into_bytes() },
        None => Received::Lost { deliberate: false, why: answer.summary() },
    };
    desk.finish(step, &received);
}
