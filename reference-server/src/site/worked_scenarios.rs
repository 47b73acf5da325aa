//! The worked scenarios of the specification (`10` §12) with their numbers, straight at the site.

use super::test_world::*;
use super::*;
use crate::domain::{ApiVersion, LineItemState, MINUTE, OverdraftType, SessionState, Tokens};
use crate::store::StoredSite;

const A: (&str, &str, i64) = ("PhotoPrint", "1.0", 10);
const B: (&str, &str, i64) = ("CADPrint", "2.0", 2);

#[test]
fn w1_one_off() {
    let mut world = World::with(1000);
    assert_eq!(codes(&world.one_off(&[A, B])), ["101", "101"]);
    assert_eq!(world.used(ACT01), tokens(44));
    assert_eq!(world.row_amounts(), [("PhotoPrint".into(), tokens(30)), ("CADPrint".into(), tokens(14))]);
    assert_eq!(world.rows[1].used, Some(tokens(44)));
}

#[test]
fn w4_one_off_grants_what_it_can_and_a_session_nothing() {
    let mut world = World::with(1000);
    let items = [("PhotoAlbum", "1.0", 1), ("PhotoPrint", "1.0", 5)];
    assert_eq!(codes(&world.one_off(&items)), ["201", "101"]);
    let session = world.open();
    assert_eq!(codes(&world.ask(session, &items, true).unwrap()), ["201", "102"]);
    assert_eq!(world.used(ACT01), tokens(15));
}

/// DM-REF-011.
#[test]
fn w6_automatic_charges_and_the_refund_on_close() {
    let mut world = World::with(1000);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    world.at_minute(60);
    assert_eq!(world.used(ACT01), tokens(60));
    world.at_minute(75);
    assert_eq!(world.heartbeat(session), Ok(204));
    world.at_minute(140);
    assert_eq!(world.used(ACT01), tokens(90));
    world.act(|site| site.close_session(session, ApiVersion::V1_0)).unwrap();
    assert_eq!(world.used(ACT01), tokens(70));
    assert_eq!(world.state(session), SessionState::Terminated);
    let amounts: Vec<Tokens> = world.rows.iter().map(|row| row.meter_quantity).collect();
    assert_eq!(amounts, [tokens(30), tokens(30), tokens(30), tokens(-20)]);
}

#[test]
fn w7_a_change_of_items_starts_a_new_timeline() {
    let mut world = World::with(1000);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    world.at_minute(70);
    world.heartbeat(session).unwrap();
    world.at_minute(140);
    assert_eq!(codes(&world.ask(session, &[A, B], true).unwrap()), ["101", "101"]);
    assert_eq!(world.used(ACT01), tokens(114));
    world.at_minute(199);
    assert_eq!(world.used(ACT01), tokens(114));
    world.at_minute(201);
    assert_eq!(world.used(ACT01), tokens(158));
}

#[test]
fn w8_a_denial_keeps_or_ends_the_session() {
    for (rollback, state, used) in
        [(true, SessionState::Active, tokens(90)), (false, SessionState::Terminated, tokens(70))]
    {
        let mut world = World::with(105);
        let session = world.open();
        world.ask(session, &[A], true).unwrap();
        for minute in [70, 130] {
            world.at_minute(minute);
            world.heartbeat(session).unwrap();
        }
        world.at_minute(140);
        let answer = world.ask(session, &[A, B], rollback).unwrap();
        assert!(answer.items.iter().all(|item| item.shares.is_empty()));
        assert_eq!((world.state(session), world.used(ACT01)), (state, used));
        world.at_minute(181);
        assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Terminated, used));
    }
}

#[test]
fn w8_the_refund_helps_to_pay() {
    let mut world = World::with(115);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    for minute in [70, 130] {
        world.at_minute(minute);
        world.heartbeat(session).unwrap();
    }
    world.at_minute(140);
    assert_eq!(codes(&world.ask(session, &[A, B], true).unwrap()), ["101", "101"]);
    assert_eq!(world.used(ACT01), tokens(114));
}

#[test]
fn w9_a_missed_heartbeat_gives_the_whole_charge_back() {
    let mut world = World::with(1000);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    world.at_minute(90);
    assert_eq!(world.used(ACT01), tokens(60));
    world.at_minute(91);
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Terminated, tokens(30)));
    assert_eq!(world.heartbeat(session).unwrap_err().status, 403);
    assert!(world.ask(session, &[A], true).is_err());
    let last = world.rows.last().unwrap();
    assert_eq!((last.usage_time, last.meter_quantity), (START + 90 * MINUTE, tokens(-30)));
    assert_eq!(last.session_state.as_deref(), Some("TERMINATED"));
}

#[test]
fn w10_tokens_run_out() {
    let mut world = World::with(50);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    world.at_minute(61);
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Terminated, tokens(30)));
}

#[test]
fn w11_halt_and_resume() {
    let mut world = World::with(1000);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    world.at_minute(20);
    world.ask(session, &[], true).unwrap();
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Idle, tokens(10)));
    world.at_minute(100);
    world.ask(session, &[A], true).unwrap();
    assert_eq!(world.used(ACT01), tokens(40));
    world.at_minute(161);
    assert_eq!(world.used(ACT01), tokens(70));
    world.ask(session, &[], true).unwrap();
    world.at_minute(161 + 30 * 24 * 60 - 1);
    assert_eq!(world.state(session), SessionState::Idle);
    world.at_minute(161 + 30 * 24 * 60);
    assert_eq!(world.state(session), SessionState::Terminated);
}

#[test]
fn w14_overdraft() {
    for (overdraft, granted) in [
        (None, ["202", "101"]),
        (Some((OverdraftType::Number, 5)), ["101", "202"]),
        (Some((OverdraftType::Unlimited, 0)), ["101", "101"]),
    ] {
        let mut world = World::new();
        world.line_item(ACT01, 10, 365, overdraft);
        assert_eq!(codes(&world.one_off(&[B, ("PhotoPrint", "1.0", 1)])), granted);
    }
}

#[test]
fn a_refund_reaches_a_deleted_line_item_that_a_session_uses() {
    let mut world = World::with(1000);
    let session = world.open();
    world.ask(session, &[A], true).unwrap();
    let instance = world.instance.clone();
    let stored = world.act(|site| site.line_item(&instance, ACT01)).unwrap();
    let obsolete = NewLineItem {
        activation_id: ACT01.into(),
        state: LineItemState::Obsolete,
        quantity: stored.quantity,
        start: stored.start,
        end: stored.end,
        attributes: stored.attributes,
        used_in_body: None,
    };
    world.act(|site| site.put_line_item(&instance, obsolete)).unwrap();
    world.act(|site| site.delete_line_item(&instance, ACT01)).unwrap();
    assert_eq!(world.act(|site| site.line_item(&instance, ACT01)).unwrap_err().status, 404);
    world.at_minute(30);
    world.act(|site| site.close_session(session, ApiVersion::V1_0)).unwrap();
    assert_eq!(world.rows.last().unwrap().meter_quantity, tokens(-15));
}

#[test]
fn a_restored_site_goes_on_where_it_was() {
    let mut world = World::with(1000);
    let session = world.open();
    let (_, effects) = world.site.act(0, |site| site.request_in_session(session, request(&[A]), true));
    let saved = effects.iter().any(|effect| matches!(effect, Effect::Save { kind: Kind::Session, .. }));
    assert!(saved, "a granted request must save its session");
    let stored = StoredSite {
        id: "acme".into(),
        entities: all_entities(&mut world.site),
        used: Vec::new(),
        progress: Vec::new(),
        last_sequence: 1,
    };
    let mut restored = Site::restore(&stored).unwrap();
    restored.act(0, |site| site.advance_to(START + 61 * MINUTE)).0.unwrap();
    let instance = world.instance.clone();
    let item = restored.act(0, |site| site.line_item(&instance, ACT01)).0.unwrap();
    assert_eq!(item.used, tokens(60));
}

/// Every entity of a site as the store would hold it.
fn all_entities(site: &mut Site) -> Vec<(Kind, String, String)> {
    let ((), effects) = site.act(0, Site::touch_everything);
    effects
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Save { kind, id, body } => Some((kind, id, body)),
            _ => None,
        })
        .collect()
}
