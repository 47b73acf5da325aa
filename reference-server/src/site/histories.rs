//! Random histories of a site: everything that clients, administrators and the clock can do to its books.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::domain::access_rules::{Operator, Test, Verdict};
use crate::domain::usage_row::RowKind;
use crate::domain::{
    ApiVersion, Attributes, DAY, Dictionary, Expression, LineItemState, Millis, OverdraftType, RateItem,
    RequestedItem, Requester, UsageRow, Variables,
};

const START: Millis = 1_768_435_200_000;
pub(super) const SESSIONS: usize = 3;
const CONDITIONS: usize = 3;
const LINE_ITEMS: [(&str, i64); 3] = [("small", 40), ("large", 2_000), ("overdrawn", 90)];

/// What is asked for, and by whom.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    pub(super) items: Vec<(u8, u16)>,
    pub(super) who: usize,
}

/// An action as a history makes it: a condition or none, a permission or a denial, an allocation or none.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) condition: Option<usize>,
    pub(super) allows: bool,
    pub(super) allocation: Option<u16>,
    /// Whether it takes the place of the action that stood there.
    pub(super) keeps: bool,
}

/// One step of a random history; numbers are brought into range where they are used.
#[derive(Clone, Debug)]
pub(super) enum Step {
    OneOff(Ask),
    Request { session: usize, ask: Ask, rollback: bool },
    Halt(usize),
    Heartbeat(usize),
    Close(usize),
    Reopen(usize),
    Pass(u32),
    Retire(bool),
    Condition { slot: usize, asks: usize },
    DeleteConditions(Option<usize>),
    Actions { line_item: usize, list: Vec<Made> },
    DeleteActions(usize),
}

/// What a step came to, as far as sessions are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// No session may be another than before.
    Nothing,
    /// Time has passed.
    Time,
    /// The session in this slot is a new one.
    Opened(usize),
    /// All items were granted.
    Granted(usize),
    /// A request without rollback was denied.
    Denied(usize),
    /// An empty list of items.
    Halted(usize),
    /// The session was closed.
    Closed(usize),
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let ask = || {
        (prop::collection::vec((0..4_u8, 1..1_000_u16), 1..3), 0..WHO)
            .prop_map(|(items, who)| Ask { items, who })
    };
    let session = || 0..SESSIONS;
    let made = (prop::option::of(0..CONDITIONS), any::<bool>(), prop::option::of(0..900_u16), any::<bool>())
        .prop_map(|(condition, allows, allocation, keeps)| Made { condition, allows, allocation, keeps });
    let step = prop_oneof![
        6 => ask().prop_map(Step::OneOff),
        8 => (session(), ask(), any::<bool>())
            .prop_map(|(session, ask, rollback)| Step::Request { session, ask, rollback }),
        2 => session().prop_map(Step::Halt),
        6 => session().prop_map(Step::Heartbeat),
        2 => session().prop_map(Step::Close),
        2 => session().prop_map(Step::Reopen),
        8 => (1..7_000_000_u32).prop_map(Step::Pass),
        2 => any::<bool>().prop_map(Step::Retire),
        3 => (0..CONDITIONS, 0..4_usize).prop_map(|(slot, asks)| Step::Condition { slot, asks }),
        1 => prop::option::of(0..CONDITIONS).prop_map(Step::DeleteConditions),
        4 => (0..LINE_ITEMS.len(), prop::collection::vec(made, 1..4))
            .prop_map(|(line_item, list)| Step::Actions { line_item, list }),
        1 => (0..LINE_ITEMS.len()).prop_map(Step::DeleteActions),
    ];
    prop::collection::vec(step, 1..60)
}

/// A site with everything that it has written.
pub(super) struct Books {
    pub(super) site: Site,
    pub(super) instance: String,
    pub(super) sessions: Vec<Uuid>,
    pub(super) rows: Vec<(RowKind, UsageRow)>,
    conditions: [Option<String>; CONDITIONS],
}

impl Books {
    pub(super) fn under(policy: BTreeMap<String, String>) -> Self {
        let settings = SiteSettings {
            clock: Clock::Virtual(START),
            administration_keys: Vec::new(),
            policy,
            key_propagation: 0,
        };
        let (site, _) = Site::create("acme", settings, 0).unwrap();
        let mut books = Self {
            site,
            instance: String::new(),
            sessions: Vec::new(),
            rows: Vec::new(),
            conditions: [const { None }; CONDITIONS],
        };
        books.instance = books.act(|site| {
            site.create_instance(NewInstance { short_name: "main".into(), account_id: "ACME".into() })
                .id
                .to_string()
        });
        // Rates that do not divide evenly, so that rounding would show.
        let rates = [("A", Decimal::from(3)), ("B", Decimal::new(7, 1)), ("C", Decimal::new(1_111, 3))];
        let items = rates.map(|(name, rate)| RateItem {
            name: name.into(),
            version: String::new(),
            rate: Some(rate),
            formula: None,
        });
        let table = NewRateTable {
            series: "S".into(),
            version: "1".into(),
            effective_from: 0,
            items: items.to_vec(),
        };
        books.act(|site| site.create_rate_table(table)).unwrap();
        for (id, quantity) in LINE_ITEMS {
            books.put(id, quantity, LineItemState::Deployed);
        }
        for _ in 0..SESSIONS {
            let session = books.new_session();
            books.sessions.push(session);
        }
        books
    }

    pub(super) fn act<R>(&mut self, operation: impl FnOnce(&mut Site) -> R) -> R {
        let (result, effects) = self.site.act(0, operation);
        self.rows.extend(effects.into_iter().filter_map(|effect| match effect {
            Effect::Row { kind, row, .. } => Some((kind, *row)),
            _ => None,
        }));
        result
    }

    fn put(&mut self, id: &str, quantity: i64, state: LineItemState) {
        let overdrawn = id == "overdrawn";
        let attributes = Attributes {
            elastic: Some(true),
            rate_table_series: Some("S".into()),
            overdraft_type: overdrawn.then_some(OverdraftType::Number),
            overdraft_limit: overdrawn.then_some(15),
            reset_frequency: None,
        };
        let new = NewLineItem {
            activation_id: id.into(),
            state,
            quantity,
            start: 0,
            // The smaller ones are charged first, so that charges reach their limits.
            end: START + 900 * DAY + quantity,
            attributes,
            used_in_body: None,
        };
        let instance = self.instance.clone();
        self.act(|site| site.put_line_item(&instance, new)).unwrap();
    }

    fn new_session(&mut self) -> Uuid {
        let instance = self.instance.clone();
        self.act(|site| site.create_session(&instance, ApiVersion::V1_0)).unwrap()
    }

    /// Takes a step. Refusals are as good as grants here: what counts is the books afterwards.
    pub(super) fn take(&mut self, step: Step) -> Outcome {
        let instance = self.instance.clone();
        match step {
            Step::OneOff(ask) => {
                self.act(|site| site.request_access(&instance, request(&ask))).unwrap();
            }
            Step::Request { session, ask, rollback } => return self.request(session, &ask, rollback),
            Step::Halt(session) => {
                let (id, nothing) = (self.sessions[session], Ask { items: Vec::new(), who: 0 });
                let halted = self.act(|site| site.request_in_session(id, request(&nothing), true));
                return halted.map_or(Outcome::Nothing, |_| Outcome::Halted(session));
            }
            Step::Heartbeat(session) => {
                let id = self.sessions[session];
                let _ = self.act(|site| site.heartbeat(id, ApiVersion::V1_0));
            }
            Step::Close(session) => {
                let id = self.sessions[session];
                let closed = self.act(|site| site.close_session(id, ApiVersion::V1_0));
                return closed.map_or(Outcome::Nothing, |_| Outcome::Closed(session));
            }
            Step::Reopen(session) => {
                self.sessions[session] = self.new_session();
                return Outcome::Opened(session);
            }
            Step::Pass(by) => {
                self.act(|site| site.advance_by(Millis::from(by))).unwrap();
                return Outcome::Time;
            }
            Step::Retire(retired) => {
                let state = if retired { LineItemState::Inactive } else { LineItemState::Deployed };
                self.put("small", 40, state);
            }
            Step::Condition { slot, asks } => self.condition(slot, asks),
            Step::DeleteConditions(slot) => self.delete_conditions(slot),
            Step::Actions { line_item, list } => self.actions(LINE_ITEMS[line_item].0, &list),
            Step::DeleteActions(line_item) => {
                let id = LINE_ITEMS[line_item].0;
                self.act(|site| site.delete_actions(&instance, id)).unwrap();
            }
        }
        Outcome::Nothing
    }

    fn request(&mut self, session: usize, ask: &Ask, rollback: bool) -> Outcome {
        let id = self.sessions[session];
        match self.act(|site| site.request_in_session(id, request(ask), rollback)) {
            Ok(answer) if answer.items.iter().all(|item| item.code == "101") => Outcome::Granted(session),
            Ok(_) if !rollback => Outcome::Denied(session),
            _ => Outcome::Nothing,
        }
    }

    /// Changes the condition of a slot, or makes one.
    fn condition(&mut self, slot: usize, asks: usize) {
        let (instance, id) = (self.instance.clone(), self.conditions[slot].clone());
        let new = NewCondition { id, name: None, expression: expression(asks) };
        let saved = self.act(|site| site.save_conditions(&instance, vec![new])).unwrap();
        self.conditions[slot] = Some(saved[0].id.clone());
    }

    fn delete_conditions(&mut self, slot: Option<usize>) {
        let instance = self.instance.clone();
        let wanted = slot.map(|slot| self.conditions[slot].clone());
        let Some(id) = wanted.map_or(Some(None), |id| id.map(Some)) else { return };
        if self.act(|site| site.delete_conditions(&instance, id.as_deref())).is_err() {
            return;
        }
        for (place, kept) in self.conditions.iter_mut().enumerate() {
            if slot.is_none_or(|slot| slot == place) {
                *kept = None;
            }
        }
    }

    /// Replaces a list, which the site may refuse.
    fn actions(&mut self, line_item: &str, list: &[Made]) {
        let instance = self.instance.clone();
        let stored = self.act(|site| site.actions(&instance, line_item)).unwrap();
        let new = list.iter().enumerate().map(|(place, made)| NewAction {
            id: stored.get(place).filter(|_| made.keeps).map(|action| action.id.to_string()),
            name: None,
            condition_id: made.condition.and_then(|slot| self.conditions[slot].clone()),
            action: if made.allows { Verdict::Allow } else { Verdict::Deny },
            allocation: made.allocation.map(|tenths| Decimal::new(i64::from(tenths), 1)),
        });
        let new: Vec<NewAction> = new.collect();
        let _ = self.act(|site| site.replace_actions(&instance, line_item, new));
    }
}

/// The kinds of requesters: one who tells nothing, and members of departments.
const WHO: usize = 4;

fn dictionary(who: usize) -> Dictionary {
    let dictionary = match who {
        0 => return Dictionary::new(),
        1 => json!({"department": "Engineering"}),
        2 => json!({"department": "Sales"}),
        _ => json!({"department": ["Sales", "Engineering"]}),
    };
    dictionary.as_object().cloned().unwrap()
}

fn expression(asks: usize) -> Expression {
    let test =
        |operator, value: &str| Test { key: "department".into(), operator, values: vec![value.to_owned()] };
    let (engineers, not_sales) = (test(Operator::In, "Engineering"), test(Operator::Not, "Sales"));
    match asks {
        0 => Expression::Simple(engineers),
        1 => Expression::Simple(not_sales),
        2 => Expression::All(vec![engineers, not_sales]),
        _ => Expression::Any(vec![engineers, not_sales]),
    }
}

/// Counts come in hundredths, so that charges have fractions.
fn request(ask: &Ask) -> AccessRequest {
    let items = ask.items.iter().map(|(name, count)| RequestedItem {
        item: ["A", "B", "C", "unknown"][usize::from(*name)].into(),
        version: String::new(),
        count: Decimal::new(i64::from(*count), 2),
        meta_data: None,
        variables: Variables::default(),
    });
    AccessRequest {
        requester: Requester {
            kind: "user".into(),
            value: "LisaBarry".into(),
            dictionary: dictionary(ask.who),
        },
        items: items.collect(),
        version: ApiVersion::V1_0,
    }
}
