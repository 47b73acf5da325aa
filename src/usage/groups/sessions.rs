//! Rows of one session (WH-USAGE-075, -076, -077, -078, -081).
//!
//! A refund reverses the last charge before it, so that the charges of two instants are all that is needed: a
//! change of items writes new charges at the instant of the refund. Exports often begin in the middle of a
//! session; a refund is therefore an error only if the session was charged before it *in the data*, and a
//! refund of a charge that is not in the data is merely mentioned.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::compact::hash;
use super::super::compact::{Compact, Correlation};
use super::super::findings::At;
use super::super::knowledge::Knowledge;
use super::super::numbers::close;
use super::Book;
use super::few::Few;
use super::open_sessions::Open;
use crate::report::events::Severity::{E, I, W};

const AUTOMATIC: &str = "WH-USAGE-075";
const AFTER_END: &str = "WH-USAGE-076";
const AMOUNT: &str = "WH-USAGE-077";
const DESTINATION: &str = "WH-USAGE-078";
const CHANGE: &str = "WH-USAGE-081";

/// A session may be idle for 30 days.
const IDLE_MS: i64 = 30 * 24 * 3_600_000;
/// Skew between clocks that is not worth a word.
const SKEW_MS: i64 = 2_000;

/// What one instant charged, by item and line item.
#[derive(Default)]
struct Charged {
    at_ms: i64,
    parts: Few<Sum>,
    items: Few<()>,
}

#[derive(Default)]
struct Sum {
    tokens: Decimal,
    rows: u32,
}

/// What one instant gave back.
struct Refunded {
    at_ms: i64,
    ended: bool,
    parts: Few<Back>,
    /// The first row after which the session goes on: its items have changed.
    changed: Option<(u64, Correlation)>,
}

#[derive(Default)]
struct Back {
    sum: Sum,
    row: u64,
    correlation: Correlation,
}

/// The latest refund to one line item.
#[derive(Default)]
struct Destination {
    at_ms: i64,
    count: u64,
    row: u64,
    correlation: Correlation,
}

#[derive(Default)]
struct Session {
    first_charge_ms: Option<i64>,
    charged_line_items: Few<()>,
    latest: Charged,
    previous: Charged,
    refunded: Option<Box<Refunded>>,
    destinations: Few<Destination>,
    ended_ms: Option<i64>,
    idle_ms: Option<i64>,
    newest_ms: Option<i64>,
    /// The latest row that is no refund.
    asked_ms: Option<i64>,
    disordered: bool,
    /// Earlier rows of it were seen, and what they charged has had to be forgotten.
    resumed: bool,
}

/// All open sessions.
pub(super) struct Sessions {
    charge_period_ms: Option<i64>,
    knowledge: Arc<Knowledge>,
    open: Open<Session>,
}

impl Sessions {
    pub(super) fn new(charge_period_ms: Option<i64>, knowledge: Arc<Knowledge>) -> Self {
        Self { charge_period_ms, knowledge, open: Open::new() }
    }

    pub(super) fn take(&mut self, row: &Compact, book: &mut Book) {
        let (key, Some(time)) = (row.session(), row.time_ms) else { return };
        if key == 0 || !row.facts.elastic() {
            return;
        }
        let period = self.charge_period_ms;
        let session = self.open.entry(key, |resumed| Session { resumed, ..Session::default() });
        let had_ended = session.ended_ms.is_some();
        session.advance(time, period, book);
        if !row.facts.refund {
            session.asked_ms = Some(time);
        }
        if row.facts.denied {
            session.watch_end(row, time);
        } else if row.facts.refund {
            session.refund(row, time);
        } else {
            // An automatic charge has no response, or at least none that reached a client.
            let unlogged =
                self.knowledge.logged.as_ref().is_some_and(|log| !log.contains(&row.correlation.key()));
            session.charge(row, time, period.filter(|_| row.response == 0 || unlogged), book);
        }
        if let Some(ended) = session.ended_ms.filter(|_| !had_ended) {
            self.open.ended(key, ended.saturating_add(SKEW_MS));
        }
        if let Some(mut session) = self.open.make_room(time) {
            session.close(period, book);
        }
    }

    pub(super) fn finish(&mut self, book: &mut Book) {
        for mut session in self.open.drain() {
            session.close(self.charge_period_ms, book);
        }
    }
}

impl Session {
    /// Time moves on: the refunds of the former instant are complete.
    fn advance(&mut self, time: i64, period: Option<i64>, book: &mut Book) {
        let newest = self.newest_ms.unwrap_or(time);
        self.disordered |= time < newest;
        self.newest_ms = Some(newest.max(time));
        if self.refunded.as_ref().is_some_and(|refunded| refunded.at_ms != time) {
            self.judge_refunds(period, book);
        }
    }

    fn charge(&mut self, row: &Compact, time: i64, automatic: Option<i64>, book: &mut Book) {
        let (true, Some(tokens)) = (row.line_item != 0, row.tokens) else { return };
        self.first_charge_ms = Some(self.first_charge_ms.map_or(time, |first| first.min(time)));
        self.charged_line_items.entry(row.line_item);
        if time > self.latest.at_ms {
            std::mem::swap(&mut self.previous, &mut self.latest);
            self.latest.parts.clear();
            self.latest.items.clear();
            self.latest.at_ms = time;
        }
        let instant = if time == self.latest.at_ms { &mut self.latest } else { &mut self.previous };
        if time == instant.at_ms {
            let sum = instant.parts.entry(part(row));
            sum.tokens = sum.tokens.saturating_add(tokens);
            sum.rows += 1;
            instant.items.entry(row.item);
        }
        if !self.disordered {
            if let Some(period) = automatic {
                self.judge_automatic(row, time, period, book);
            }
            self.judge_charge(row, time, book);
        }
    }

    /// WH-USAGE-075, against the charge before it.
    fn judge_automatic(&self, row: &Compact, time: i64, period: i64, book: &mut Book) {
        if time != self.latest.at_ms || self.previous.at_ms == 0 {
            return;
        }
        let elapsed = time.saturating_sub(self.previous.at_ms);
        if elapsed.abs_diff(period) > SKEW_MS.unsigned_abs() {
            let (elapsed, period) = (elapsed / 1000, period / 1000);
            let message = format!(
                "an automatic charge {elapsed} s after the charge before it; the period is {period} s"
            );
            book.add(AUTOMATIC, W, row, message);
        } else if self.previous.items.get(row.item).is_none() {
            let message = "an automatic charge of an item that the charge before it did not have".to_owned();
            book.add(AUTOMATIC, W, row, message);
        }
    }

    /// WH-USAGE-076. An automatic charge shows itself by having no response; any other may be the request that
    /// wakes the session.
    fn judge_charge(&mut self, row: &Compact, time: i64, book: &mut Book) {
        let since = |from: Option<i64>| from.map_or(0, |from| time.saturating_sub(from));
        if since(self.ended_ms) > 0 {
            let message = format!("charged {} s after the session had ended", since(self.ended_ms) / 1000);
            book.add(AFTER_END, W, row, message);
        }
        let automatic = row.response == 0;
        if automatic && since(self.idle_ms) > 0 {
            let message = format!("charged {} s after the session was halted", since(self.idle_ms) / 1000);
            book.add(AFTER_END, W, row, message);
        } else if since(self.idle_ms) > IDLE_MS + SKEW_MS {
            let days = since(self.idle_ms) / (24 * 3_600_000);
            book.add(AFTER_END, W, row, format!("the session had been idle for {days} days; 30 are allowed"));
        }
        if !automatic {
            self.idle_ms = None;
        }
    }

    fn refund(&mut self, row: &Compact, time: i64) {
        self.watch_end(row, time);
        if row.idle {
            self.idle_ms = Some(time);
        }
        let (true, Some(tokens)) = (row.line_item != 0, row.tokens) else { return };
        let ended = self.ended_ms.is_some();
        let refunded = self.refunded.get_or_insert_with(|| {
            Box::new(Refunded { at_ms: time, ended, parts: Few::default(), changed: None })
        });
        refunded.ended |= ended;
        if !row.ended && !row.idle && refunded.changed.is_none() {
            refunded.changed = Some((row.row, row.correlation.clone()));
        }
        let back = refunded.parts.entry(part(row));
        if back.row == 0 {
            back.row = row.row;
            back.correlation = row.correlation.clone();
        }
        back.sum.tokens = back.sum.tokens.saturating_sub(tokens);
        back.sum.rows += 1;
        let destination = self.destinations.entry(row.line_item);
        if destination.count == 0 {
            destination.row = row.row;
            destination.correlation = row.correlation.clone();
            destination.at_ms = time;
        }
        destination.at_ms = destination.at_ms.max(time);
        destination.count += 1;
    }

    fn watch_end(&mut self, row: &Compact, time: i64) {
        if row.ended {
            self.ended_ms = Some(self.ended_ms.map_or(time, |ended| ended.min(time)));
        }
    }

    /// WH-USAGE-077: each part against the charge before it. Both the pro rata share and the whole charge are
    /// accepted when the session ends, because a missed heartbeat gives back everything. Where a period ends
    /// at this instant, or the items change twice, it is open which charge is reversed.
    fn judge_refunds(&mut self, period: Option<i64>, book: &mut Book) {
        let Some(refunded) = self.refunded.take() else { return };
        self.judge_change(&refunded, book);
        let Some(period) = period else { return };
        let basis = if self.latest.at_ms < refunded.at_ms { &self.latest } else { &self.previous };
        let elapsed = refunded.at_ms.saturating_sub(basis.at_ms);
        if self.disordered || !(0..period).contains(&elapsed) {
            return;
        }
        for (part, back) in refunded.parts.iter() {
            let Some(charge) = basis.parts.get(part).filter(|charge| charge.rows == back.sum.rows) else {
                continue;
            };
            let unused = charge.tokens.checked_mul(Decimal::from(period - elapsed));
            let Some(share) = unused.and_then(|unused| unused.checked_div(Decimal::from(period))) else {
                continue;
            };
            let whole = refunded.ended && close(back.sum.tokens, charge.tokens);
            if !whole && !close(back.sum.tokens, share) {
                let message = format!(
                    "{} are refunded {} s after a charge of {}; the unused part is {}",
                    back.sum.tokens,
                    elapsed / 1000,
                    charge.tokens,
                    share.round_dp(6).normalize()
                );
                let correlation = back.correlation.to_string();
                let at = At { row: back.row, correlation: &correlation, time_ms: Some(refunded.at_ms) };
                book.findings.add(AMOUNT, W, at, message);
            }
        }
    }

    /// WH-USAGE-081: where the session goes on, the new items are charged, or denied, when the old ones are given back.
    fn judge_change(&self, refunded: &Refunded, book: &mut Book) {
        if self.disordered || self.asked_ms == Some(refunded.at_ms) {
            return;
        }
        if let Some((row, correlation)) = &refunded.changed {
            let message =
                "the session goes on, but no other items are charged or denied at this time".to_owned();
            let correlation = correlation.to_string();
            let at = At { row: *row, correlation: &correlation, time_ms: Some(refunded.at_ms) };
            book.findings.add(CHANGE, W, at, message);
        }
    }

    fn close(&mut self, period: Option<i64>, book: &mut Book) {
        self.judge_refunds(period, book);
        if self.resumed {
            return;
        }
        for (line_item, refund) in self.destinations.iter() {
            if self.charged_line_items.get(line_item).is_some() {
                continue;
            }
            let correlation = refund.correlation.to_string();
            let at = At { row: refund.row, correlation: &correlation, time_ms: Some(refund.at_ms) };
            let (level, message) = if self.first_charge_ms.is_some_and(|first| first < refund.at_ms) {
                (E, "the session never charged the line item that is refunded")
            } else {
                (I, "the charge that is refunded is not in the data")
            };
            book.findings.add_counted(DESTINATION, level, refund.count, at, message.to_owned());
        }
    }
}

fn part(row: &Compact) -> u64 {
    hash::mix(row.item, row.line_item)
}
