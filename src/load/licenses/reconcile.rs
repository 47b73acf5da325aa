//! One request and its rows: all that must be there, no others, and each says what the answer said.

use super::super::audit::{InvariantId, Tallies};
use super::answers::Outcome;
use super::books::Open;
use super::hall::Hall;
use super::journal::LicenseFate;
use super::rows::LicenseRow;

/// What kind of row there is, or must be, of a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum RowOf {
    Grant,
    Denial,
    Return,
}

/// Compares a request with its rows.
pub fn reconcile(hall: &Hall, open: &Open, tallies: &mut Tallies) {
    let found: Vec<(u16, RowOf, &LicenseRow)> =
        open.rows.iter().filter_map(|row| classified(hall, open, row)).collect();
    match &open.fate {
        Some(LicenseFate::Answered(outcomes)) => {
            one_set(hall, open, outcomes, &found, tallies);
            agree(open, outcomes, &found, tallies);
        }
        Some(LicenseFate::Lost { .. }) => {
            let fault = fault_of_lost(open, &found);
            tallies.check(InvariantId::IndeterminateResolved, fault.is_none(), || {
                format!("request {}, which had no answer: {}", open.begun.number, fault.unwrap_or_default())
            });
        }
        Some(LicenseFate::Wrong { .. }) | None => {}
    }
}

fn classified<'a>(hall: &Hall, open: &Open, row: &'a LicenseRow) -> Option<(u16, RowOf, &'a LicenseRow)> {
    let feature = hall.feature_named(&row.feature)?;
    let asked = open.begun.wanted.iter().any(|(other, _)| *other == feature);
    let kind = match (&row.code, asked) {
        (Some(_), _) => RowOf::Denial,
        (None, true) => RowOf::Grant,
        (None, false) => RowOf::Return,
    };
    Some((feature, kind, row))
}

/// Each answered request has exactly the rows that its answer demands, all under one correlation ID.
fn one_set(
    hall: &Hall,
    open: &Open,
    outcomes: &[Outcome],
    found: &[(u16, RowOf, &LicenseRow)],
    tallies: &mut Tallies,
) {
    // What a host of which nothing is certain gives back only the rows tell.
    let Some(released) = open.begun.released() else { return };
    let kind = |outcome: &Outcome| if outcome.is_granted() { RowOf::Grant } else { RowOf::Denial };
    let entries =
        open.begun.wanted.iter().zip(outcomes).map(|((feature, _), outcome)| (*feature, kind(outcome)));
    let mut demanded: Vec<(u16, RowOf)> =
        entries.chain(released.map(|(feature, _)| (feature, RowOf::Return))).collect();
    let mut there: Vec<(u16, RowOf)> = found.iter().map(|(feature, kind, _)| (*feature, *kind)).collect();
    demanded.sort_unstable();
    there.sort_unstable();
    let one_id = found.windows(2).all(|pair| pair[0].2.correlation == pair[1].2.correlation);
    tallies.check(InvariantId::OneSetOfRows, demanded == there && one_id, || {
        format!(
            "request {} of {}: the answer demands {}, there are {}{}",
            open.begun.number,
            open.begun.host,
            list(hall, &demanded),
            list(hall, &there),
            if one_id { "" } else { ", under several correlation IDs" }
        )
    });
}

fn list(hall: &Hall, rows: &[(u16, RowOf)]) -> String {
    if rows.is_empty() {
        return "no rows".to_owned();
    }
    let word = |kind: RowOf| match kind {
        RowOf::Grant => "granted",
        RowOf::Denial => "denied",
        RowOf::Return => "returned",
    };
    let texts = rows
        .iter()
        .map(|(feature, kind)| format!("{} {}", hall.features[usize::from(*feature)].name, word(*kind)));
    texts.collect::<Vec<_>>().join(", ")
}

/// Count, reason and end of the borrow are on the row what they are in the answer.
fn agree(open: &Open, outcomes: &[Outcome], found: &[(u16, RowOf, &LicenseRow)], tallies: &mut Tallies) {
    for ((feature, count), outcome) in open.begun.wanted.iter().zip(outcomes) {
        for (_, _, row) in found.iter().filter(|(other, _, _)| other == feature) {
            let whole = row.quantity == (*count).into();
            let held = match (outcome, &row.code) {
                (Outcome::Granted(until), None) => whole && row.until_ms == *until,
                (Outcome::Denied(said), Some(code)) => {
                    whole && said.eq_ignore_ascii_case(code) && row.used.is_none()
                }
                _ => false,
            };
            tallies.check(InvariantId::RowsAgreeWithAnswers, held, || {
                format!(
                    "{}: quantity {}, response {:?}, until {:?}; the answer to request {} says {outcome:?} of {count}",
                    row.place(),
                    row.quantity,
                    row.code,
                    row.until_ms,
                    open.begun.number
                )
            });
        }
    }
    for (feature, count) in open.begun.released().into_iter().flatten() {
        for (_, _, row) in found.iter().filter(|(other, kind, _)| *other == feature && *kind == RowOf::Return)
        {
            tallies.check(InvariantId::RowsAgreeWithAnswers, row.quantity == count.into(), || {
                format!("{} returns {}, and {count} were held", row.place(), row.quantity)
            });
        }
    }
}

/// What shows that a request without an answer was served in part or more than once, if anything does.
fn fault_of_lost(open: &Open, found: &[(u16, RowOf, &LicenseRow)]) -> Option<String> {
    let (_, _, first) = found.first()?;
    if found.iter().any(|(_, _, row)| row.correlation != first.correlation) {
        return Some("its rows have several correlation IDs, so it was served more than once".to_owned());
    }
    let times = |feature: u16| found.iter().filter(|(other, _, _)| *other == feature).count();
    let partly = open.begun.wanted.iter().find(|(feature, _)| times(*feature) != 1);
    partly.map(|(feature, _)| format!("{} of its rows are of one feature, which must be 1", times(*feature)))
}
