//! Sessions: refunds are exact, heartbeats cost nothing.

use std::collections::{HashMap, VecDeque};

use rust_decimal::Decimal;

use super::super::ledger::Kind;
use super::super::rows::Row;
use super::books::Owner;
use super::{Books, InvariantId, Tally};

/// The charge period of a site that was not told otherwise, in milliseconds.
const CHARGE_PERIOD_MS: i64 = 3_600_000;

/// What a charge is known by when it is given back.
type ChargeKey<'a> = (&'a str, &'a str, &'a str);

/// A refund is the charge times the unused share of its period, to a millionth of a token; a session that was
/// closed has nothing left to give back.
pub fn refund_exact(books: &Books<'_>) -> Tally {
    let mut tally = Tally::new(InvariantId::RefundExact);
    // A change of items writes refunds and charges at one time in no stated order, so charges wait in a line.
    let mut outstanding: HashMap<ChargeKey<'_>, VecDeque<&Row>> = HashMap::new();
    for (row, owner) in books.rows().iter().zip(&books.owners) {
        let (Some(session), Some(activation)) = (row.session.as_deref(), row.activation.as_deref()) else {
            continue;
        };
        let charges = outstanding.entry((session, activation, row.item.as_str())).or_default();
        if *owner != Owner::Refund {
            charges.push_back(row);
            continue;
        }
        let fault = match charges.pop_front() {
            Some(charge) => fault_of_refund(charge, row),
            None => Some("there is no charge that it could reverse".to_owned()),
        };
        tally.check(fault.is_none(), || format!("{}: {}", row.place(), fault.unwrap_or_default()));
    }
    for ((session, activation, item), charges) in outstanding {
        if charges.is_empty() || !books.closed.contains(session) {
            continue;
        }
        tally.check(false, || {
            format!(
                "session {session} was closed and {} charges of {item} on {activation} were kept",
                charges.len()
            )
        });
    }
    tally
}

/// What is wrong with a refund of this charge, if anything is.
fn fault_of_refund(charge: &Row, refund: &Row) -> Option<String> {
    let (Some(from), Some(to)) = (charge.usage_time_ms, refund.usage_time_ms) else {
        return Some("charge or refund has no time".to_owned());
    };
    let back = -refund.quantity;
    let period = Decimal::from(CHARGE_PERIOD_MS);
    let unused = Decimal::from(from.saturating_add(CHARGE_PERIOD_MS).saturating_sub(to));
    let due = charge.quantity.saturating_mul(unused) / period;
    let off = back.saturating_sub(due).abs();
    if back > charge.quantity || off > Decimal::new(1, 6) {
        let elapsed_ms = to.saturating_sub(from);
        let due = due.round_dp(9).normalize();
        return Some(format!("gives back {back} of {} after {elapsed_ms} ms, due is {due}", charge.quantity));
    }
    None
}

/// Heartbeats leave no row. What they would charge otherwise, conservation finds.
pub fn heartbeats_are_free(books: &Books<'_>) -> Tally {
    let mut tally = Tally::new(InvariantId::HeartbeatsAreFree);
    if !books.evidence.offers_rows {
        return tally;
    }
    let answered = |kind: Kind| {
        books.entries.iter().filter(move |entry| entry.kind == kind && entry.answered().is_some()).count()
    };
    tally.exercised = answered(Kind::SessionHeartbeat) as u64;
    for (row, owner) in books.rows().iter().zip(&books.owners) {
        if *owner == Owner::Heartbeat {
            tally.violate(|| {
                let session = row.session.as_deref().unwrap_or_default();
                format!(
                    "{} in session {session} belongs to no request, only heartbeats were sent",
                    row.place()
                )
            });
        }
    }
    tally
}
