//! Rows of one session (WH-USAGE-076, -077, -078).
//!
//! A refund reverses the last charge before it, so that the charges of two instants are all that is needed: a
//! change of items writes new charges at the instant of the refund. Exports often begin in the middle of a
//! session; a refund is therefore an error only if the session was charged before it *in the data*, and a
//! refund of a charge that is not in the data is merely mentioned.

use std::collections::{HashMap, HashSet, VecDeque};

use rust_decimal::Decimal;

use super::super::cases::Facts;
use super::super::findings::At;
use super::super::numbers::close;
use super::super::row::Row;
use super::{Book, OPEN_GROUPS, hash_of};
use crate::report::events::Severity::{E, I, W};

const AFTER_END: &str = "WH-USAGE-076";
const AMOUNT: &str = "WH-USAGE-077";
const DESTINATION: &str = "WH-USAGE-078";

/// Item and line item of a charge.
type Part = (u64, u64);

/// What one instant charged.
#[derive(Default)]
struct Charged {
    at_ms: i64,
    parts: HashMap<Part, Sum>,
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
    parts: HashMap<Part, Back>,
}

struct Back {
    sum: Sum,
    row: u64,
    correlation: String,
}

/// The latest refund to one line item.
struct Destination {
    at_ms: i64,
    count: u64,
    row: u64,
    correlation: String,
}

#[derive(Default)]
struct Session {
    first_charge_ms: Option<i64>,
    charged_line_items: HashSet<u64>,
    latest: Charged,
    previous: Charged,
    refunded: Option<Refunded>,
    destinations: HashMap<u64, Destination>,
    ended_ms: Option<i64>,
    newest_ms: Option<i64>,
    disordered: bool,
}

/// All open sessions.
pub(super) struct Sessions {
    charge_period_ms: Option<i64>,
    open: HashMap<u64, Session>,
    order: VecDeque<u64>,
}

impl Sessions {
    pub(super) fn new(charge_period_ms: Option<i64>) -> Self {
        Self { charge_period_ms, open: HashMap::new(), order: VecDeque::new() }
    }

    pub(super) fn take(&mut self, row: &Row, facts: &Facts, book: &mut Book) {
        let (Some(id), Some(time)) = (row.session_id.as_deref(), row.usage_time_ms) else { return };
        if !facts.elastic() {
            return;
        }
        let key = hash_of(&(row.tenant_id.as_deref(), id));
        let period = self.charge_period_ms;
        let session = self.open.entry(key).or_insert_with(|| {
            self.order.push_back(key);
            Session::default()
        });
        session.advance(time, period, book);
        if facts.denied {
            session.watch_end(row, time);
        } else if facts.refund {
            session.refund(row, time);
        } else {
            session.charge(row, time, book);
        }
        if self.open.len() > OPEN_GROUPS
            && let Some(oldest) = self.order.pop_front()
            && let Some(mut session) = self.open.remove(&oldest)
        {
            session.close(period, book);
        }
    }

    pub(super) fn finish(&mut self, book: &mut Book) {
        for session in self.open.values_mut() {
            session.close(self.charge_period_ms, book);
        }
        self.open.clear();
        self.order.clear();
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

    fn charge(&mut self, row: &Row, time: i64, book: &mut Book) {
        let (Some(activation), Some(tokens)) = (row.activation_id(), row.meter_quantity) else { return };
        let activation = hash_of(activation);
        self.first_charge_ms = Some(self.first_charge_ms.map_or(time, |first| first.min(time)));
        self.charged_line_items.insert(activation);
        if time > self.latest.at_ms {
            self.previous = std::mem::take(&mut self.latest);
            self.latest.at_ms = time;
        }
        let instant = if time == self.latest.at_ms { &mut self.latest } else { &mut self.previous };
        if time == instant.at_ms {
            let sum = instant.parts.entry(part(row, activation)).or_default();
            sum.tokens = sum.tokens.saturating_add(tokens);
            sum.rows += 1;
        }
        if let Some(ended) = self.ended_ms
            && time > ended
            && !self.disordered
        {
            let message =
                format!("charged {} s after the session had ended", time.saturating_sub(ended) / 1000);
            book.findings.add(AFTER_END, W, row.at(), message);
        }
    }

    fn refund(&mut self, row: &Row, time: i64) {
        self.watch_end(row, time);
        let (Some(activation), Some(tokens)) = (row.activation_id(), row.meter_quantity) else { return };
        let activation = hash_of(activation);
        let at = row.at();
        let ended = self.ended_ms.is_some();
        let refunded =
            self.refunded.get_or_insert_with(|| Refunded { at_ms: time, ended, parts: HashMap::new() });
        refunded.ended |= ended;
        let back = refunded.parts.entry(part(row, activation)).or_insert_with(|| Back {
            sum: Sum::default(),
            row: at.row,
            correlation: at.correlation.to_owned(),
        });
        back.sum.tokens = back.sum.tokens.saturating_sub(tokens);
        back.sum.rows += 1;
        let destination = self.destinations.entry(activation).or_insert_with(|| Destination {
            at_ms: time,
            count: 0,
            row: at.row,
            correlation: at.correlation.to_owned(),
        });
        destination.at_ms = destination.at_ms.max(time);
        destination.count += 1;
    }

    fn watch_end(&mut self, row: &Row, time: i64) {
        if matches!(row.session_state.as_deref(), Some("TERMINATED" | "FAILED")) {
            self.ended_ms = Some(self.ended_ms.map_or(time, |ended| ended.min(time)));
        }
    }

    /// WH-USAGE-077: each part against the charge before it. Both the pro rata share and the whole charge are
    /// accepted when the session ends, because a missed heartbeat gives back everything. Where a period ends
    /// at this instant, or the items change twice, it is open which charge is reversed.
    fn judge_refunds(&mut self, period: Option<i64>, book: &mut Book) {
        let (Some(refunded), Some(period)) = (self.refunded.take(), period) else { return };
        let basis = if self.latest.at_ms < refunded.at_ms { &self.latest } else { &self.previous };
        let elapsed = refunded.at_ms.saturating_sub(basis.at_ms);
        if self.disordered || !(0..period).contains(&elapsed) {
            return;
        }
        for (part, back) in &refunded.parts {
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
                let at = At { row: back.row, correlation: &back.correlation };
                book.findings.add(AMOUNT, W, at, message);
            }
        }
    }

    fn close(&mut self, period: Option<i64>, book: &mut Book) {
        self.judge_refunds(period, book);
        for (activation, refund) in self.destinations.drain() {
            if self.charged_line_items.contains(&activation) {
                continue;
            }
            let at = At { row: refund.row, correlation: &refund.correlation };
            let (level, message) = if self.first_charge_ms.is_some_and(|first| first < refund.at_ms) {
                (E, "the session never charged the line item that is refunded")
            } else {
                (I, "the charge that is refunded is not in the data")
            };
            book.findings.add_counted(DESTINATION, level, refund.count, at, message.to_owned());
        }
    }
}

fn part(row: &Row, activation: u64) -> Part {
    (hash_of(&(row.item.as_deref(), row.item_version.as_deref())), activation)
}
