//! A spotless run of license servers passes, and each single fault is found by the invariant that is there for it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;

use super::super::audit::{InvariantId, Tally};
use super::answers::Outcome;
use super::books::LicenseBooks;
use super::hall::fixture::hall;
use super::journal::{Begun, LicenseFate, Note, Seen};
use super::rows::LicenseRow;

const A: u16 = 0;
const B: u16 = 1;
const METERED: u16 = 2;
const UNTIL: i64 = 1_893_571_200_000;

/// Requests with their answers and rows, and what is shown in the end.
struct Story {
    notes: Vec<Note>,
    rows: Vec<LicenseRow>,
    after: Vec<(usize, i64)>,
    next: u64,
}

impl Story {
    /// A host takes two features, renews, gives one back and then the other; another one is refused; a third consumes;
    /// a request is lost that was served.
    fn spotless() -> Self {
        let mut story = Self { notes: Vec::new(), rows: Vec::new(), after: Vec::new(), next: 0 };
        story.ask("h1", &[], &[(A, 3), (B, 1)], &[true, true]);
        story.row("h1", A, 3, Some(3), None);
        story.row("h1", B, 1, Some(1), None);
        story.ask("h2", &[], &[(A, 2)], &[false]);
        story.row("h2", A, 2, None, Some("FEATURE_COUNT_INSUFFICIENT"));
        story.ask("h1", &[(A, 3), (B, 1)], &[(A, 3), (B, 1)], &[true, true]);
        story.row("h1", A, 3, Some(3), None);
        story.row("h1", B, 1, Some(1), None);
        story.ask("h1", &[(A, 3), (B, 1)], &[(B, 1)], &[true]);
        story.row("h1", B, 1, Some(1), None);
        story.row("h1", A, 3, Some(0), None);
        story.ask("h1", &[(B, 1)], &[], &[]);
        story.row("h1", B, 1, Some(0), None);
        story.ask("h3", &[], &[(METERED, 4)], &[true]);
        story.row("h3", METERED, 4, Some(4), None);
        story.lose("h4", &[(METERED, 2)]);
        story.row("h4", METERED, 2, Some(6), None);
        story.after = vec![(0, 0), (1, 0), (2, 6), (3, 0)];
        story
    }

    fn begin(&mut self, host: &str, before: &[(u16, i64)], wanted: &[(u16, i64)]) {
        self.notes.push(Note::Begun(Begun {
            number: self.next,
            server: 0,
            host: Arc::from(host),
            before: Some(before.to_vec()),
            wanted: wanted.to_vec(),
            start: None,
        }));
    }

    fn end(&mut self, fate: LicenseFate) {
        let seen = vec![Seen { id: InvariantId::HeldWithinEntitled, fault: None }];
        self.notes.push(Note::Ended { number: self.next, fate, seen });
        self.next += 1;
    }

    fn ask(&mut self, host: &str, before: &[(u16, i64)], wanted: &[(u16, i64)], granted: &[bool]) {
        self.begin(host, before, wanted);
        let outcome = |(one, granted): (&(u16, i64), &bool)| match granted {
            true => Outcome::Granted((one.0 != METERED).then_some(UNTIL)),
            false => Outcome::Denied("FEATURE_COUNT_INSUFFICIENT".to_owned()),
        };
        self.end(LicenseFate::Answered(wanted.iter().zip(granted).map(outcome).collect()));
    }

    fn lose(&mut self, host: &str, wanted: &[(u16, i64)]) {
        self.begin(host, &[], wanted);
        self.end(LicenseFate::Lost { deliberate: true, why: "the client hung up".to_owned() });
    }

    /// A row of the last request.
    fn row(&mut self, host: &str, feature: u16, quantity: i64, used: Option<i64>, code: Option<&str>) {
        let number = self.next - 1;
        self.rows.push(LicenseRow {
            seq: self.rows.len() as u64 + 1,
            correlation: format!("c-{number}"),
            host: host.to_owned(),
            instance: "ONE".to_owned(),
            feature: hall().features[usize::from(feature)].name.clone(),
            used: used.map(Decimal::from),
            code: code.map(str::to_owned),
            quantity: Decimal::from(quantity),
            until_ms: (code.is_none() && feature != METERED).then_some(UNTIL),
            operation: Some(format!("r-{number}")),
        });
    }

    fn tallies(self) -> Vec<Tally> {
        let mut books = LicenseBooks::new(&hall(), 0, true, Duration::ZERO);
        self.notes.into_iter().for_each(|note| books.enter(note));
        books.read(self.rows, &[]);
        books.look(0, 0, [0, 3]);
        books.close(&self.after).0
    }

    fn violated(self) -> Vec<InvariantId> {
        self.tallies().iter().filter(|tally| tally.violations > 0).map(|tally| tally.id).collect()
    }
}

/// What a fault violates.
fn spoilt(spoil: impl FnOnce(&mut Story)) -> Vec<InvariantId> {
    let mut story = Story::spotless();
    spoil(&mut story);
    story.violated()
}

#[test]
fn a_spotless_run_holds_and_exercises_what_it_can() {
    let tallies = Story::spotless().tallies();
    for tally in &tallies {
        assert_eq!(tally.violations, 0, "{tally:?}");
    }
    let exercised = |id: InvariantId| tallies[id as usize].exercised;
    assert_eq!(exercised(InvariantId::AnswersMakeSense), 6);
    assert_eq!(exercised(InvariantId::OneSetOfRows), 6);
    assert_eq!(exercised(InvariantId::RowsAgreeWithAnswers), 9, "a row each, one of them lost");
    assert_eq!(exercised(InvariantId::ReturnsRestore), 2 + 2, "two returns, and two features in the end");
    assert_eq!(exercised(InvariantId::MeteredOnlyGrows), 2 + 1);
    assert_eq!(exercised(InvariantId::IndeterminateResolved), 1);
    assert_eq!(exercised(InvariantId::CanaryUntouched), 1);
    assert_eq!(exercised(InvariantId::ReadYourWrites), 1);
}

#[test]
fn rows_that_are_missing_or_there_twice() {
    assert_eq!(spoilt(|story| drop(story.rows.remove(2))), [InvariantId::OneSetOfRows]);
    let twice = spoilt(|story| {
        let again = story.rows[2].clone();
        story.rows.insert(3, again);
    });
    assert_eq!(twice, [InvariantId::OneSetOfRows]);
    let strange = spoilt(|story| story.rows[2].operation = None);
    assert_eq!(strange, [InvariantId::OneSetOfRows]);
    let mixed = spoilt(|story| story.rows[1].correlation = "c-7".to_owned());
    assert_eq!(mixed, [InvariantId::OneSetOfRows]);
}

#[test]
fn rows_that_say_something_else_than_the_answer() {
    let agree = [InvariantId::RowsAgreeWithAnswers];
    assert_eq!(spoilt(|story| story.rows[2].quantity = Decimal::ONE), agree);
    assert_eq!(spoilt(|story| story.rows[2].code = Some("ANOTHER".to_owned())), agree);
    assert_eq!(spoilt(|story| story.rows[0].until_ms = Some(UNTIL + 1)), agree);
    let as_granted = spoilt(|story| story.rows[2].code = None);
    assert!(as_granted.contains(&agree[0]) && as_granted.contains(&InvariantId::OneSetOfRows));
}

#[test]
fn totals_that_do_not_run_on() {
    assert_eq!(spoilt(|story| story.rows[0].used = Some(Decimal::TWO)), [InvariantId::RunningTotal]);
    let beyond = spoilt(|story| story.rows[3].used = Some(Decimal::from(5)));
    assert!(beyond.contains(&InvariantId::HeldWithinEntitled), "{beyond:?}");
    let metered = spoilt(|story| story.rows[9].used = Some(Decimal::from(2)));
    assert_eq!(metered, [InvariantId::MeteredOnlyGrows]);
}

#[test]
fn what_is_returned_and_not_free() {
    assert_eq!(spoilt(|story| story.rows[6].used = Some(Decimal::from(3))), [InvariantId::ReturnsRestore]);
    assert_eq!(spoilt(|story| story.after[0].1 = 3), [InvariantId::ReturnsRestore]);
    assert_eq!(spoilt(|story| story.after[2].1 = 4), [InvariantId::MeteredOnlyGrows]);
    assert_eq!(spoilt(|story| story.after[3].1 = 1), [InvariantId::CanaryUntouched]);
}

#[test]
fn a_lost_request_that_was_served_in_part() {
    let twice = spoilt(|story| {
        story.row("h4", METERED, 2, Some(8), None);
        story.after[2].1 = 8;
    });
    assert_eq!(twice, [InvariantId::IndeterminateResolved, InvariantId::MeteredOnlyGrows]);
}

#[test]
fn a_race_has_as_many_winners_as_there_are_licenses() {
    let race = |won: [bool; 4]| {
        let mut books = LicenseBooks::new(&hall(), 2, false, Duration::ZERO);
        for (number, won) in (0..).zip(won) {
            let begun = Begun {
                number,
                server: 0,
                host: Arc::from(format!("h{number}")),
                before: Some(Vec::new()),
                wanted: vec![(B, 1)],
                start: Some(number / 2),
            };
            let outcome = if won { Outcome::Granted(None) } else { Outcome::Denied("X".to_owned()) };
            let fate = LicenseFate::Answered(vec![outcome]);
            books.enter(Note::Begun(begun));
            books.enter(Note::Ended { number, fate, seen: Vec::new() });
        }
        let tally = books.close(&[]).0.swap_remove(InvariantId::ExactWinners as usize);
        (tally.exercised, tally.violations)
    };
    assert_eq!(race([true, false, false, true]), (2, 0));
    assert_eq!(race([true, true, false, true]), (2, 1));
    assert_eq!(race([false, false, false, true]), (2, 1));
}

#[test]
fn what_was_reconciled_is_forgotten() {
    let mut books = LicenseBooks::new(&hall(), 0, true, Duration::ZERO);
    for round in 0..50 {
        let mut story = Story { notes: Vec::new(), rows: Vec::new(), after: Vec::new(), next: round * 2 };
        story.ask("h1", &[], &[(A, 1)], &[true]);
        story.row("h1", A, 1, Some(1), None);
        story.ask("h1", &[(A, 1)], &[], &[]);
        story.row("h1", A, 1, Some(0), None);
        for (seq, row) in (round * 2 + 1..).zip(&mut story.rows) {
            row.seq = seq;
        }
        story.notes.into_iter().for_each(|note| books.enter(note));
        books.read(story.rows, &[]);
        books.reconcile(Instant::now(), false);
        let (open, hosts) = books.remembered();
        assert!(open <= 4 && hosts == 0, "{open} requests and {hosts} hosts in round {round}");
    }
    assert_eq!(books.close(&[]).0.iter().map(|tally| tally.violations).sum::<u64>(), 0);
}
