//! The duty of heartbeats, refunds and capacities in the corners that the worked scenarios leave out.

use rust_decimal::Decimal;
use uuid::Uuid;

use super::test_world::*;
use crate::domain::{ApiVersion, OverdraftType, SessionState, Tokens};

const A: (&str, &str, i64) = ("PhotoPrint", "1.0", 10);

/// A session that is charged 30 tokens an hour, twenty minutes into its second hour and its heartbeat window.
fn within_the_window() -> (World, Uuid) {
    let mut world = World::with(1000);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    world.at_minute(80);
    assert_eq!(world.used(ACT01), tokens(60));
    (world, session)
}

/// DM-HB-009, DM-HB-010, DM-HB-011
#[test]
fn heartbeats_may_come_at_any_time_but_only_one_after_the_charge_fulfils_its_duty() {
    let mut world = World::with(1000);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    for minute in [10, 20, 59] {
        world.at_minute(minute);
        assert_eq!(world.heartbeat(session), Ok(204));
    }
    world.at_minute(91);
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Terminated, tokens(30)));

    let (mut world, session) = within_the_window();
    for _ in 0..3 {
        assert_eq!(world.heartbeat(session), Ok(204));
    }
    world.at_minute(119);
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Active, tokens(60)));
}

/// DM-TIME-006, DM-SES-043, DM-SES-059
#[test]
fn a_granted_request_within_the_window_starts_anew_without_a_duty() {
    let (mut world, session) = within_the_window();
    assert_eq!(codes(&world.ask(session, &[A], true).unwrap()), ["101"]);
    assert_eq!(world.used(ACT01), tokens(70));
    world.at_minute(139);
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Active, tokens(70)));
    world.at_minute(140);
    assert_eq!(world.used(ACT01), tokens(100));
}

/// DM-TIME-007
#[test]
fn a_denied_request_is_no_heartbeat() {
    let (mut world, session) = within_the_window();
    assert_eq!(codes(&world.ask(session, &[("PhotoAlbum", "1.0", 1)], true).unwrap()), ["201"]);
    world.at_minute(91);
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Terminated, tokens(30)));
}

/// DM-TIME-008, DM-TIME-009
#[test]
fn halting_and_closing_within_the_window_give_the_remainder_only() {
    let (mut world, session) = within_the_window();
    world.ask(session, &[], true).unwrap();
    assert_eq!(world.used(ACT01), tokens(40));
    world.at_minute(200);
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Idle, tokens(40)));

    let (mut world, session) = within_the_window();
    world.act(|site| site.close_session(session, ApiVersion::V1_0)).unwrap();
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Terminated, tokens(40)));
}

/// DM-LI-A13, DM-TIME-011
#[test]
fn a_session_outlives_its_line_item_until_the_next_charge() {
    let mut world = World::new();
    world.line_item(ACT01, 1000, 0, None);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    world.at_minute(59);
    assert_eq!(world.state(session), SessionState::Active);
    world.at_minute(60);
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Terminated, tokens(30)));

    let mut world = World::new();
    world.line_item(ACT01, 1000, 0, None);
    world.line_item("ACT02", 1000, 9, None);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    world.at_minute(60);
    assert_eq!((world.state(session), world.used("ACT02")), (SessionState::Active, tokens(30)));
}

/// DM-OD-004, DM-OD-005, DM-OD-007, DM-REF-004, DM-REF-008
#[test]
fn a_capacity_is_used_to_the_last_token_and_may_be_lowered_below_what_is_used() {
    let mut world = World::new();
    world.line_item(ACT01, 25, 365, Some((OverdraftType::Number, 5)));
    let session = world.open();
    assert_eq!(codes(&world.ask(session, &[A], true).unwrap()), ["101"]);
    assert_eq!(world.used(ACT01), tokens(30));
    world.line_item(ACT01, 5, 365, None);
    assert_eq!(codes(&world.one_off(&[("PhotoPrint", "1.0", 1)])), ["202"]);
    world.at_minute(20);
    world.act(|site| site.close_session(session, ApiVersion::V1_0)).unwrap();
    assert_eq!(world.used(ACT01), tokens(10));
    assert!(world.rows.iter().all(|row| row.used.is_none_or(|used| !used.is_negative())));
}

/// DM-ERR-A02, DM-REF-010
#[test]
fn what_is_refused_changes_nothing_and_one_off_charges_stay() {
    let mut world = World::with(100);
    world.one_off(&[A]);
    let session = world.open();
    world.act(|site| site.close_session(session, ApiVersion::V1_0)).unwrap();
    assert!(world.ask(session, &[A], true).is_err());
    assert!(world.heartbeat(session).is_err());
    assert!(world.act(|site| site.request_access("nowhere", request(&[A]))).is_err());
    world.at_minute(600);
    assert_eq!((world.used(ACT01), world.rows.len()), (tokens(30), 1));
}

/// The totals are exact as far as they go, and what would go further is refused.
#[test]
fn an_overdraft_without_bound_ends_where_totals_can_no_longer_be_exact() {
    let mut world = World::new();
    world.line_item(ACT01, 1, 365, Some((OverdraftType::Unlimited, 0)));
    let huge = |count: Decimal| {
        let mut request = request(&[A]);
        request.items[0].count = count;
        request
    };
    let instance = world.instance.clone();
    let mut ask = |count: Decimal| {
        let request = huge(count);
        codes(&world.act(|site| site.request_access(&instance, request)).unwrap())
    };
    assert_eq!(ask(Decimal::MAX), ["202"]);
    let third = Tokens::MOST.decimal() / Decimal::from(9);
    for _ in 0..2 {
        assert_eq!(ask(third), ["101"]);
    }
    assert_eq!(ask(third + third), ["202"]);
    assert_eq!(ask(Decimal::ONE), ["101"]);
}
