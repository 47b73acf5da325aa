//! A spotless run passes, and each single fault is found by the invariant that is there for it and by no
//! other.

use rust_decimal::Decimal;

use super::super::ledger::Fate;
use super::super::rows::Row;
use super::super::schedule::Wanted;
use super::InvariantId;
use super::fixture::{CAD, Story};

/// What only load on license servers puts to the test.
const OF_LICENSES: [InvariantId; 5] = [
    InvariantId::HeldWithinEntitled,
    InvariantId::ReturnsRestore,
    InvariantId::MeteredOnlyGrows,
    InvariantId::RowsAgreeWithAnswers,
    InvariantId::UsersNotToldApart,
];

#[test]
fn a_spotless_run_holds_and_exercises_everything() {
    for tally in Story::spotless().audit() {
        assert_eq!(tally.violations, 0, "{tally:?}");
        assert_eq!(tally.exercised > 0, !OF_LICENSES.contains(&tally.id), "{tally:?}");
    }
}

#[test]
fn a_token_that_no_row_explains() {
    let mut story = Story::spotless();
    story.after[1] += Decimal::ONE;
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
    story.rows.last_mut().unwrap().correlation = "other".to_owned();
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
fn a_winner_too_few() {
    let mut story = Story::spotless();
    // Two of 15 fit into 45, and the third was refused.
    story.population.line_items[3].quantity = 45;
    assert_eq!(story.violated(), [InvariantId::ExactWinners]);
}

#[test]
fn a_refusal_while_there_is_enough_for_it() {
    let mut story = Story::spotless();
    // The last one wants 3 tokens only, so there are several prices, and 4 tokens are left.
    story.entries[14].wanted[0].count = Decimal::ONE;
    story.population.line_items[3].quantity = 34;
    assert_eq!(story.violated(), [InvariantId::ExactWinners]);
}

#[test]
fn a_charge_after_the_end() {
    let mut story = Story::spotless();
    // Another charge of the session follows on its refund.
    let mut row = story.rows[5].clone();
    (row.correlation, row.used) = ("again".to_owned(), Some(Decimal::from(47)));
    story.append(row);
    story.after[1] = Decimal::from(47);
    assert_eq!(story.violated(), [InvariantId::NeverChargedAfterEnd]);
}

#[test]
fn a_session_that_is_ended_in_spite_of_its_heartbeat() {
    let mut story = Story::spotless();
    // The heartbeat comes in the window of the last charge in place of the one before.
    let late = story.instant(135 * 60 * 1000);
    story.move_heartbeat(late);
    assert_eq!(story.violated(), [InvariantId::KeptAlive, InvariantId::EndedWithoutHeartbeat]);
}

#[test]
fn a_session_that_goes_on_without_its_heartbeat() {
    let mut story = Story::spotless();
    story.entries.remove(11);
    assert_eq!(story.violated(), [InvariantId::EndedWithoutHeartbeat]);
}

#[test]
fn a_canary_that_is_charged() {
    let mut story = Story::spotless();
    story.after[4] = Decimal::ONE;
    assert_eq!(story.violated(), [InvariantId::CanaryUntouched]);
}

#[test]
fn a_look_that_misses_what_was_answered() {
    let story = Story::spotless();
    let mut books = story.books();
    books.look(false, || "used is 3 and 4 were answered".to_owned());
    let (tallies, _) = books.close(&[Decimal::ZERO; 5]);
    let violated: Vec<_> =
        tallies.iter().filter(|tally| tally.violations > 0).map(|tally| tally.id).collect();
    assert_eq!(violated, [InvariantId::ReadYourWrites]);
}

#[test]
fn an_answer_under_the_correlation_id_of_another() {
    let mut story = Story::spotless();
    story.correlate(13, "c-12");
    assert!(story.violated().contains(&InvariantId::OneSetOfRows));
}

#[test]
fn a_gap_in_the_rows() {
    let mut story = Story::spotless();
    for row in &mut story.rows[3..] {
        row.seq += 1;
    }
    assert_eq!(story.violated(), [InvariantId::OneSetOfRows]);
}

/// However rows and answers come in, the verdict is the same, and nothing is left in the end.
#[test]
fn rows_that_are_read_before_their_answer_wait_for_it() {
    let story = Story::spotless();
    let mut books = story.books();
    let mut entries = story.entries.clone();
    // The heartbeat comes hours before the charge that it is there for.
    books.enter(entries.remove(11));
    let mut entries = entries.into_iter();
    for row in story.rows.clone() {
        books.read(vec![row], &[], 0, story.instant(0));
        books.reconcile(story.instant(0));
        if let Some(entry) = entries.next() {
            books.enter(entry);
        }
    }
    for entry in entries {
        books.enter(entry);
    }
    for _ in 0..4 {
        books.reconcile(story.instant(0));
    }
    assert!(books.is_complete());
    // The requests without an answer are waited for; both sessions have ended.
    assert_eq!(books.remembered(), (2, 0));
    let (tallies, _) = books.close(&story.after);
    for tally in tallies {
        assert_eq!(tally.violations, 0, "{tally:?}");
    }
}

#[test]
fn sessions_that_clients_leave_behind_are_forgotten() {
    let mut story = Story::spotless();
    story.entries.truncate(6);
    let mut books = story.books();
    books.enter(story.entries.remove(5));
    for after_s in [0, 0, 60] {
        books.reconcile(story.instant(after_s * 1000));
    }
    assert_eq!(books.remembered(), (0, 0));
}

/// What is kept does not grow with the run.
#[test]
fn what_is_reconciled_is_forgotten() {
    let mut story = Story::spotless();
    story.population.line_items[1].quantity = 1_000_000;
    let mut books = story.books();
    for round in 0..200 {
        let (entries, rows) = story.another_round(round, 100);
        for entry in entries {
            books.enter(entry);
        }
        books.read(rows, &[], 0, story.instant(0));
        books.reconcile(story.instant(0));
        assert!(books.remembered().0 <= 100, "{:?} after round {round}", books.remembered());
    }
    let (tallies, totals) = books.close(&[0, 60_000, 0, 0, 0].map(Decimal::from));
    assert_eq!(totals.answered, 20_000);
    for tally in tallies {
        assert_eq!(tally.violations, 0, "{tally:?}");
    }
}

/// Where no rows come there is nothing to wait for.
#[test]
fn what_is_answered_without_rows_is_forgotten_at_once() {
    let mut story = Story::spotless();
    story.offers_rows = false;
    story.population.line_items[1].quantity = 1_000_000;
    let mut books = story.books();
    for round in 0..20 {
        for entry in story.another_round(round, 100).0 {
            books.enter(entry);
        }
        books.reconcile(story.instant(0));
        assert!(books.remembered().0 <= 100, "{:?} after round {round}", books.remembered());
    }
    let (tallies, totals) = books.close(&[0, 6_000, 0, 0, 0].map(Decimal::from));
    assert_eq!(totals.answered, 2_000);
    for tally in tallies {
        assert_eq!(tally.violations, 0, "{tally:?}");
    }
}

#[test]
fn a_row_left_by_a_heartbeat() {
    let mut story = Story::spotless();
    story.row(7, "PhotoPrint", None, 0, 0);
    let row = story.rows.last_mut().unwrap();
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
        let idle = tally.id.needs_rows() || OF_LICENSES.contains(&tally.id);
        assert_eq!(tally.exercised == 0, idle, "{tally:?}");
    }

    let mut lost = Story::without_rows();
    lost.after[1] = Decimal::from(3);
    assert_eq!(lost.violated(), [InvariantId::Conservation]);

    // Two requests without an answer ask for 3 and 7: up to 14 is possible on `big`, 15 is not.
    let mut gained = Story::without_rows();
    gained.after[1] = Decimal::from(15);
    assert_eq!(gained.violated(), [InvariantId::Conservation]);
}

/// The rows of the race, numbered as those of a site of their own, and the others.
fn on_two_sites(story: &Story) -> [Vec<Row>; 2] {
    let is_race = |row: &Row| ["c-12", "c-13", "c-14"].contains(&row.correlation.as_str());
    let (there, here): (Vec<Row>, Vec<Row>) = story.rows.iter().cloned().partition(is_race);
    [here, there].map(|rows| (1..).zip(rows).map(|(seq, row)| Row { seq, ..row }).collect())
}

fn violated_on_two_sites(rows: [Vec<Row>; 2]) -> Vec<InvariantId> {
    let story = Story::spotless();
    let mut books = story.books_of(2);
    story.entries.iter().cloned().for_each(|entry| books.enter(entry));
    for (site, rows) in rows.into_iter().enumerate() {
        books.read(rows, &[], site, story.instant(0));
    }
    let tallies = books.close(&story.after).0;
    tallies.iter().filter(|tally| tally.violations > 0).map(|tally| tally.id).collect()
}

#[test]
fn each_site_numbers_its_own_rows() {
    let rows = on_two_sites(&Story::spotless());
    assert_eq!(rows[1].len(), 3);
    assert_eq!(violated_on_two_sites(rows.clone()), []);
    let [here, mut there] = rows;
    // A denied row is missing between those of the other site.
    there[2].seq += 1;
    assert_eq!(violated_on_two_sites([here, there]), [InvariantId::OneSetOfRows]);
}
