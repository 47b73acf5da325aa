//! What rules of access, configuration and the version change, with the worked numbers of the specification
//! (`10` §12), straight at the site.

use serde_json::json;

use super::test_world::*;
use super::*;
use crate::domain::access_rules::{Operator, Test, Verdict};
use crate::domain::configuration::{SESSION_CHARGE_PERIOD, TIMEZONE_TOLERANT};
use crate::domain::{ApiVersion, Expression, HOUR, MINUTE, Millis, SessionState, Tokens};

const PHOTO: (&str, &str, i64) = ("PhotoPrint", "1.0", 10);

fn department(values: &[&str]) -> NewCondition {
    let values = values.iter().map(|text| (*text).to_owned()).collect();
    let test = Test { key: "department".into(), operator: Operator::In, values };
    NewCondition { id: None, name: None, expression: Expression::Simple(test) }
}

fn allow(condition: &str, allocation: i64) -> NewAction {
    NewAction {
        id: None,
        name: None,
        condition_id: Some(condition.into()),
        action: Verdict::Allow,
        allocation: Some(allocation.into()),
    }
}

impl World {
    fn configure(&mut self, name: &str, value: &str) {
        let values = vec![(name.to_owned(), value.to_owned())];
        self.act(|site| site.configure(ApiVersion::V1_1, values, "ops")).unwrap();
    }

    /// Asks for SignPrint, 4 tokens each, as somebody of a department.
    fn ask_as(&mut self, department: Option<&str>, count: i64) -> &'static str {
        let mut request = request(&[("SignPrint", "1.0", count)]);
        if let Some(department) = department {
            request.requester.dictionary = json!({ "department": department }).as_object().cloned().unwrap();
        }
        let instance = self.instance.clone();
        codes(&self.act(|site| site.request_access(&instance, request)).unwrap())[0]
    }

    fn counts(&mut self) -> Vec<Tokens> {
        let instance = self.instance.clone();
        self.act(|site| site.actions(&instance, ACT01)).unwrap().iter().map(|action| action.used).collect()
    }

    /// W12 with an item of 4 tokens: four times the numbers.
    fn with_rules() -> Self {
        let mut world = Self::with(800);
        let instance = world.instance.clone();
        let departments =
            vec![department(&["Engineering"]), department(&["Product Management", "Product Marketing"])];
        let conditions = world.act(|site| site.save_conditions(&instance, departments)).unwrap();
        let actions = vec![allow(&conditions[0].id, 600), allow(&conditions[1].id, 200)];
        world.act(|site| site.create_actions(&instance, ACT01, actions)).unwrap();
        world
    }
}

#[test]
fn w12_departments_share_a_line_item() {
    let mut world = World::with_rules();
    for (department, count, code, used) in [
        (Some("Engineering"), 150, "101", [600, 0]),
        (Some("Engineering"), 1, "202", [600, 0]),
        (Some("Product Management"), 30, "101", [600, 120]),
        (Some("Product Marketing"), 21, "202", [600, 120]),
        (Some("Product Marketing"), 20, "101", [600, 200]),
        (Some("Finance"), 1, "202", [600, 200]),
        (None, 1, "202", [600, 200]),
    ] {
        assert_eq!(world.ask_as(department, count), code, "{department:?} {count}");
        assert_eq!(world.counts(), used.map(Tokens::from));
    }
    assert_eq!(world.used(ACT01), Tokens::from(800));
}

#[test]
fn a_refund_gives_back_to_the_allocation_that_it_was_taken_under() {
    let mut world = World::with_rules();
    let session = world.open();
    let mut request = request(&[("SignPrint", "1.0", 30)]);
    request.requester.dictionary = json!({ "department": "Engineering" }).as_object().cloned().unwrap();
    world.act(|site| site.request_in_session(session, request, true)).unwrap();
    assert_eq!(world.counts()[0], Tokens::from(120));
    world.at_minute(30);
    world.act(|site| site.close_session(session, ApiVersion::V1_0)).unwrap();
    assert_eq!((world.counts()[0], world.used(ACT01)), (Tokens::from(60), Tokens::from(60)));
}

#[test]
fn a_replaced_list_keeps_the_counts_of_the_actions_that_it_names() {
    let mut world = World::with_rules();
    world.ask_as(Some("Engineering"), 10);
    world.ask_as(Some("Product Marketing"), 5);
    let instance = world.instance.clone();
    let stored = world.act(|site| site.actions(&instance, ACT01)).unwrap();
    let condition = stored[0].condition_id.clone().unwrap();
    let kept = NewAction { id: Some(stored[0].id.to_string()), ..allow(&condition, 900) };
    let fresh = allow(stored[1].condition_id.as_ref().unwrap(), 200);
    world.act(|site| site.replace_actions(&instance, ACT01, vec![fresh, kept])).unwrap();
    assert_eq!(world.counts(), [Tokens::ZERO, Tokens::from(40)]);
    let refused = world.act(|site| site.delete_conditions(&instance, Some(&condition))).unwrap_err();
    assert_eq!(refused.status, 409);
    world.act(|site| site.delete_actions(&instance, ACT01)).unwrap();
    world.act(|site| site.delete_conditions(&instance, None)).unwrap();
    assert_eq!(world.ask_as(None, 1), "101");
}

#[test]
fn a_list_has_one_default_and_one_uncapped_action_at_most() {
    let mut world = World::with_rules();
    let instance = world.instance.clone();
    let stored = world.act(|site| site.actions(&instance, ACT01)).unwrap();
    let condition = stored[0].condition_id.clone().unwrap();
    let default = NewAction { condition_id: None, ..allow(&condition, 10) };
    let uncapped = NewAction { allocation: None, ..allow(&condition, 0) };
    let negative = allow(&condition, -1);
    for wrong in [
        vec![default.clone(), default.clone()],
        vec![uncapped.clone(), uncapped.clone()],
        vec![negative],
        vec![allow("nobody's", 10)],
    ] {
        let refused = world.act(|site| site.replace_actions(&instance, ACT01, wrong)).unwrap_err();
        assert_eq!(refused.status, 400);
        assert_eq!(world.act(|site| site.actions(&instance, ACT01)).unwrap(), stored);
    }
    let list = vec![uncapped, default];
    assert_eq!(world.act(|site| site.replace_actions(&instance, ACT01, list)).unwrap().len(), 2);
}

#[test]
fn w13_tolerance_gives_way_by_twelve_hours_on_both_sides() {
    for (tolerant, after_end, code) in
        [("false", 1_000, "202"), ("true", 12 * HOUR - MINUTE, "101"), ("true", 12 * HOUR + MINUTE, "202")]
    {
        let mut world = World::with(1000);
        world.configure(TIMEZONE_TOLERANT, tolerant);
        let instance = world.instance.clone();
        let end: Millis = world.act(|site| site.line_item(&instance, ACT01)).unwrap().end;
        world.act(|site| site.advance_to(end + after_end)).unwrap();
        assert_eq!(codes(&world.one_off(&[PHOTO])), [code], "{tolerant} {after_end}");
    }
}

#[test]
fn a_charge_period_of_ten_minutes_charges_every_ten_minutes() {
    let mut world = World::with(1000);
    world.configure(SESSION_CHARGE_PERIOD, "PT10M");
    let session = world.open();
    world.ask(session, &[PHOTO], true).unwrap();
    world.at_minute(12);
    assert_eq!(world.used(ACT01), Tokens::from(60));
    assert_eq!(world.heartbeat(session), Ok(204));
    world.at_minute(18);
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Active, Tokens::from(60)));
    world.at_minute(26);
    assert_eq!((world.state(session), world.used(ACT01)), (SessionState::Terminated, Tokens::from(60)));
}

#[test]
fn a_new_charge_period_reaches_a_running_session_at_its_next_charge() {
    let mut world = World::with(1000);
    let session = world.open();
    world.ask(session, &[PHOTO], true).unwrap();
    world.configure(SESSION_CHARGE_PERIOD, "PT30M");
    world.at_minute(59);
    assert_eq!(world.used(ACT01), Tokens::from(30));
    world.at_minute(61);
    assert_eq!(world.used(ACT01), Tokens::from(60));
    world.heartbeat(session).unwrap();
    world.at_minute(91);
    assert_eq!(world.used(ACT01), Tokens::from(90));
}

#[test]
fn the_newer_version_answers_with_four_digits_and_409() {
    let mut world = World::with(50);
    let session = world.open();
    let mut request = request(&[PHOTO]);
    request.version = ApiVersion::V1_1;
    let answer = world.act(|site| site.request_in_session(session, request, true)).unwrap();
    assert_eq!(codes(&answer), ["1101"]);
    world.at_minute(61);
    let last = world.rows.last().unwrap();
    assert_eq!(last.request_response.as_deref(), Some("1202"), "the digits are those of the last grant");
    let refused = world.act(|site| site.heartbeat(session, ApiVersion::V1_1)).unwrap_err();
    assert_eq!((refused.status, refused.messages), (409, vec!["Session is TERMINATED".to_owned()]));
    assert_eq!(world.heartbeat(session).unwrap_err().status, 403);
}
