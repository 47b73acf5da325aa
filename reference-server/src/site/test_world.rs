//! A small site for tests, with the sample rate table of the specification.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use uuid::Uuid;

use super::*;
use crate::domain::{
    ApiVersion, Attributes, DAY, Dictionary, LineItemState, MINUTE, Millis, OverdraftType, RateItem,
    RequestedItem, Requester, SessionState, Tokens, UsageRow, Variables,
};

pub(super) const START: Millis = 1_768_435_200_000;
pub(super) const ACT01: &str = "ACT01-Elastic";

/// A site with the sample rate table, one instance, and everything that it has written.
pub(super) struct World {
    pub(super) site: Site,
    pub(super) instance: String,
    pub(super) rows: Vec<UsageRow>,
}

impl World {
    pub(super) fn new() -> Self {
        let settings = SiteSettings {
            clock: Clock::Virtual(START),
            administration_keys: Vec::new(),
            policy: BTreeMap::new(),
            key_propagation: 0,
        };
        let (site, _) = Site::create("acme", settings, 0).unwrap();
        let mut world = Self { site, instance: String::new(), rows: Vec::new() };
        world.instance = world.act(|site| {
            site.create_instance(NewInstance { short_name: "main".into(), account_id: "ACME".into() })
                .id
                .to_string()
        });
        let item = |name: &str, version: &str, rate: i64| RateItem {
            name: name.into(),
            version: version.into(),
            rate: Some(Decimal::from(rate)),
            formula: None,
        };
        let table = NewRateTable {
            series: "PublicationApps".into(),
            version: "1".into(),
            effective_from: START - 30 * DAY,
            items: vec![
                item("PhotoPrint", "1.0", 3),
                item("SignPrint", "1.0", 4),
                item("CADPrint", "2.0", 7),
            ],
        };
        world.act(|site| site.create_rate_table(table)).unwrap();
        world
    }

    pub(super) fn with(quantity: i64) -> Self {
        let mut world = Self::new();
        world.line_item(ACT01, quantity, 365, None);
        world
    }

    pub(super) fn act<R>(&mut self, operation: impl FnOnce(&mut Site) -> R) -> R {
        let (result, effects) = self.site.act(0, operation);
        for effect in effects {
            if let Effect::Row { row, .. } = effect {
                self.rows.push(*row);
            }
        }
        result
    }

    pub(super) fn line_item(
        &mut self,
        id: &str,
        quantity: i64,
        end_days: i64,
        overdraft: Option<(OverdraftType, i64)>,
    ) {
        let attributes = Attributes {
            elastic: Some(true),
            rate_table_series: Some("PublicationApps".into()),
            overdraft_type: overdraft.map(|(kind, _)| kind),
            overdraft_limit: overdraft
                .filter(|(kind, _)| *kind == OverdraftType::Number)
                .map(|(_, limit)| limit),
            reset_frequency: None,
        };
        let new = NewLineItem {
            activation_id: id.into(),
            state: LineItemState::Deployed,
            quantity,
            start: START - 30 * DAY,
            end: START + end_days * DAY,
            attributes,
            used_in_body: None,
        };
        let instance = self.instance.clone();
        self.act(|site| site.put_line_item(&instance, new)).unwrap();
    }

    pub(super) fn one_off(&mut self, items: &[(&str, &str, i64)]) -> AccessAnswer {
        let instance = self.instance.clone();
        self.act(|site| site.request_access(&instance, request(items))).unwrap()
    }

    pub(super) fn open(&mut self) -> Uuid {
        let instance = self.instance.clone();
        self.act(|site| site.create_session(&instance, ApiVersion::V1_0)).unwrap()
    }

    pub(super) fn ask(
        &mut self,
        session: Uuid,
        items: &[(&str, &str, i64)],
        rollback: bool,
    ) -> Result<AccessAnswer, Refusal> {
        self.act(|site| site.request_in_session(session, request(items), rollback))
    }

    pub(super) fn at_minute(&mut self, minute: Millis) {
        self.act(|site| site.advance_to(START + minute * MINUTE)).unwrap();
    }

    pub(super) fn heartbeat(&mut self, session: Uuid) -> Result<u16, Refusal> {
        self.act(|site| site.heartbeat(session, ApiVersion::V1_0))
    }

    pub(super) fn used(&mut self, id: &str) -> Tokens {
        let instance = self.instance.clone();
        self.act(|site| site.line_item(&instance, id)).unwrap().used
    }

    pub(super) fn state(&mut self, session: Uuid) -> SessionState {
        self.act(|site| site.session(session)).unwrap().state
    }

    pub(super) fn row_amounts(&self) -> Vec<(String, Tokens)> {
        self.rows.iter().map(|row| (row.item.clone(), row.meter_quantity)).collect()
    }
}

pub(super) fn request(items: &[(&str, &str, i64)]) -> AccessRequest {
    let items = items.iter().map(|(item, version, count)| RequestedItem {
        item: (*item).into(),
        version: (*version).into(),
        count: Decimal::from(*count),
        meta_data: None,
        variables: Variables::default(),
    });
    AccessRequest {
        requester: Requester {
            kind: "user".into(),
            value: "LisaBarry".into(),
            dictionary: Dictionary::new(),
        },
        items: items.collect(),
        version: ApiVersion::V1_0,
    }
}

pub(super) fn codes(answer: &AccessAnswer) -> Vec<&'static str> {
    answer.items.iter().map(|item| item.code).collect()
}

pub(super) fn tokens(amount: i64) -> Tokens {
    Tokens::from(amount)
}
