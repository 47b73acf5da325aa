//! A spotless run passes, and each single fault is found by the invariant that is there for it and by no
//! other.

use rust_decimal::Decimal;

use super::super::ledger::Fate;
use super::super::schedule::Wanted;
use super::InvariantId;
use super::fixture::{CAD, Story};

#[test]
fn a_spotless_run_holds_and_exercises_everything() {
    for tally in Story::spotless().audit() {
        assert_eq!(tally.violations, 0, "{tally:?}");
        assert!(tally.exercised > 0, "{tally:?}");
    }
}

#[test]
fn a_token_that_no_row_explains() {
    let mut story = Story::spotless();
    story.evidence.after[1] += Decimal::ONE;
    assert_eq!(story.violated(), [InvariantId::Conservation]);
}

#[test]
fn a_charge_beyond_the_quantity() {
    let mut story = Story::spotless();
    story.population.line_items[0].quantity = 39;
    assert_eq!(story.violated(), [InvariantId::NoOverspend]);
}

#[test]
fn a_row_that_is_there_twice() {
    let mut story = Story::spotless();
    story.row(2, "Unlisted", None, 0, 0);
    assert_eq!(story.violated(), [InvariantId::OneSetOfRows]);
}

#[test]
fn a_row_under_an_id_that_nobody_was_told() {
    let mut story = Story::spotless();
    story.row(2, "Unlisted", None, 0, 0);
    story.evidence.rows.last_mut().unwrap().correlation = "other".to_owned();
    assert_eq!(story.violated(), [InvariantId::OneSetOfRows]);
}

#[test]
fn a_total_that_does_not_run_on() {
    let mut story = Story::spotless();
    story.row_mut(0).used = Some(Decimal::from(29));
    assert_eq!(story.violated(), [InvariantId::RunningTotal]);
}

#[test]
fn totals_after_the_request_are_legal_too() {
    let mut story = Story::spotless();
    // Rows 3 and 4 on `big` belong to different requests; made one, both may show the total after it.
    story.row_mut(4).correlation = "c-1".to_owned();
    story.row_mut(2).used = Some(Decimal::from(7));
    assert!(!story.violated().contains(&InvariantId::RunningTotal));
}

#[test]
fn a_row_that_stands_before_its_time() {
    let mut story = Story::spotless();
    // The split request is sent after everything else was answered, and its row on `big` still stands first.
    story.entries[1].sent = story.instant(1000);
    assert_eq!(story.violated(), [InvariantId::RealTimeOrder]);
}

#[test]
fn a_refusal_that_takes_something() {
    let mut story = Story::spotless();
    story.row_mut(3).quantity = Decimal::from(5);
    assert_eq!(story.violated(), [InvariantId::RefusalsWithoutEffect]);
}

#[test]
fn a_refund_for_another_time() {
    let mut story = Story::spotless();
    let refund = story.row_mut(6);
    refund.usage_time_ms = refund.usage_time_ms.map(|time| time + 1000);
    assert_eq!(story.violated(), [InvariantId::RefundExact]);
}

#[test]
fn a_lost_request_that_was_half_done() {
    let mut story = Story::spotless();
    story.entries[3].wanted.push(Wanted { item: CAD, count: Decimal::ONE });
    assert_eq!(story.violated(), [InvariantId::IndeterminateResolved]);
}

#[test]
fn a_row_left_by_a_heartbeat() {
    let mut story = Story::spotless();
    story.row(7, "PhotoPrint", None, 0, 0);
    let row = story.evidence.rows.last_mut().unwrap();
    (row.correlation, row.operation, row.code) = ("beat".to_owned(), None, Some("101".to_owned()));
    assert_eq!(story.violated(), [InvariantId::HeartbeatsAreFree]);
}

#[test]
fn an_answer_that_makes_no_sense() {
    let mut story = Story::spotless();
    story.entries[2].fate = Fate::Wrong { why: "answered with 500".to_owned() };
    assert_eq!(story.violated(), [InvariantId::AnswersMakeSense]);
}

#[test]
fn without_rows_the_answers_bound_what_was_taken() {
    let story = Story::without_rows();
    assert!(story.violated().is_empty());
    for tally in story.audit() {
        assert_eq!(tally.exercised == 0, tally.id.needs_rows(), "{tally:?}");
    }

    let mut lost = Story::without_rows();
    lost.evidence.after[1] = Decimal::from(3);
    assert_eq!(lost.violated(), [InvariantId::Conservation]);

    // Two requests without an answer ask for 3 and 7: up to 14 is possible on `big`, 15 is not.
    let mut gained = Story::without_rows();
    gained.evidence.after[1] = Decimal::from(15);
    assert_eq!(gained.violated(), [InvariantId::Conservation]);
}
