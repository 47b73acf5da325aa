use super::super::super::audit::fixture;
use super::*;

/// A session is charged 3 at 0 h and at 1 h, and gives 1 back when it is closed at 1 h 40 min.
fn dues() -> Vec<Due> {
    let due = |at: Millis, tokens: i64, reason, ends| Due {
        session: Arc::from("s"),
        at,
        tokens: Decimal::from(tokens),
        reason,
        ends,
    };
    vec![
        due(0, 3, Reason::Access, false),
        due(HOUR, 3, Reason::Period, false),
        due(HOUR * 5 / 3, -1, Reason::Left, true),
    ]
}

fn rows() -> Vec<Row> {
    let row = |seq: u64, at: Millis, tokens: i64, used: i64| Row {
        seq,
        correlation: format!("c-{at}"),
        usage_time_ms: Some(at),
        activation: Some("big".to_owned()),
        used: Some(Decimal::from(used)),
        item: "PhotoPrint".to_owned(),
        session: Some("s".to_owned()),
        code: Some("101".to_owned()),
        quantity: Decimal::from(tokens),
        operation: None,
    };
    vec![row(1, 0, 1, 1), row(2, 0, 2, 3), row(3, HOUR, 3, 6), row(4, HOUR * 5 / 3, -1, 5)]
}

/// The invariants that these dues and rows break.
fn broken(dues: Vec<Due>, rows: Vec<Row>) -> Vec<InvariantId> {
    let mut books = FleetBooks::new(Arc::new(fixture::population()), 1);
    dues.into_iter().for_each(|due| books.expect(due));
    books.read(rows, &[], 0);
    let (tallies, _) = books.close(&[0, 5, 0, 0, 0].map(Decimal::from));
    tallies.into_iter().filter(|tally| tally.violations > 0).map(|tally| tally.id).collect()
}

fn spoilt(spoil: fn(&mut Vec<Row>)) -> Vec<InvariantId> {
    let mut rows = rows();
    spoil(&mut rows);
    broken(dues(), rows)
}

#[test]
fn what_is_expected_and_seen_breaks_nothing_and_is_forgotten() {
    let mut books = FleetBooks::new(Arc::new(fixture::population()), 1);
    dues().into_iter().for_each(|due| books.expect(due));
    books.read(rows(), &[], 0);
    books.settle(HOUR * 2);
    assert_eq!(books.sessions.len(), 1, "a charge may still come after the end");
    books.settle(HOUR * 4);
    assert!(books.sessions.is_empty());
    let (tallies, rows) = books.close(&[0, 5, 0, 0, 0].map(Decimal::from));
    assert_eq!(rows, 4);
    for tally in &tallies {
        assert_eq!(tally.violations, 0, "{tally:?}");
    }
    let exercised = |id: InvariantId| tallies[id as usize].exercised;
    assert_eq!(exercised(InvariantId::KeptAlive), 1);
    assert_eq!(exercised(InvariantId::RefundExact), 1, "there and as much as it must be are one test");
    assert_eq!(exercised(InvariantId::NeverChargedAfterEnd), 1);
    assert_eq!(exercised(InvariantId::RunningTotal), 4);
}

#[test]
fn each_fault_breaks_the_invariant_that_is_named_after_it() {
    assert_eq!(spoilt(|_| ()), []);
    let lost = spoilt(|rows| drop(rows.remove(2)));
    assert!(lost.contains(&InvariantId::KeptAlive) && lost.contains(&InvariantId::OneSetOfRows), "{lost:?}");
    assert_eq!(
        spoilt(|rows| rows[3].usage_time_ms = Some(HOUR * 2)),
        [InvariantId::RefundExact, InvariantId::NeverChargedAfterEnd]
    );
    assert_eq!(spoilt(|rows| rows[1].correlation.push('x')), [InvariantId::OneSetOfRows]);
    assert_eq!(spoilt(|rows| rows[2].used = Some(Decimal::TEN)), [InvariantId::RunningTotal]);
    assert_eq!(
        spoilt(|rows| rows[3].session = Some("another".to_owned())),
        [InvariantId::RefundExact, InvariantId::NeverChargedAfterEnd]
    );
    let twice = spoilt(|rows| rows[2].quantity = Decimal::from(6));
    assert!(twice.contains(&InvariantId::Conservation), "{twice:?}");
}

#[test]
fn a_session_may_end_a_moment_after_the_window_in_which_no_heartbeat_came() {
    for later in [0, 1] {
        let at = HOUR * 3 / 2;
        let mut dues = dues();
        dues[2] = Due { at, tokens: Decimal::from(-3), reason: Reason::Missed, ..dues[2].clone() };
        let mut rows = rows();
        rows[3] = Row {
            usage_time_ms: Some(at + later),
            quantity: Decimal::from(-3),
            used: Some(Decimal::from(3)),
            ..rows[3].clone()
        };
        let mut books = FleetBooks::new(Arc::new(fixture::population()), 1);
        dues.into_iter().for_each(|due| books.expect(due));
        books.read(rows, &[], 0);
        books.settle(at);
        let (tallies, _) = books.close(&[0, 3, 0, 0, 0].map(Decimal::from));
        assert!(tallies.iter().all(|tally| tally.violations == 0), "{later}: {tallies:?}");
        assert_eq!(tallies[InvariantId::EndedWithoutHeartbeat as usize].exercised, 1);
    }
}

#[test]
fn a_heartbeat_that_was_missed_costs_the_session() {
    let mut dues = dues();
    let missed =
        Due { at: HOUR * 3 / 2, tokens: Decimal::from(-3), reason: Reason::Missed, ..dues[2].clone() };
    dues[2] = missed;
    let broken = broken(dues, rows());
    assert!(broken.contains(&InvariantId::EndedWithoutHeartbeat), "{broken:?}");
    assert!(broken.contains(&InvariantId::NeverChargedAfterEnd), "{broken:?}");
}
