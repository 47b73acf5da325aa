//! A small run with a spotless ledger, for tests to spoil.
//!
//! One instance with line items `small` (40 tokens, charged first) and `big`. Ten PhotoPrint take 30 of
//! `small`; two CADPrint take the other 10 and 4 of `big`; an unknown item is refused; of two requests
//! without an answer one was carried out (3 on `big`); a session uses ten PhotoPrint for twenty minutes, so
//! 30 are charged and 20 come back.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;

use super::super::evidence::Evidence;
use super::super::ledger::{Answered, Charge, Entry, Fate, ItemOutcome, Kind, operation_id};
use super::super::population::{Instance, LineItem, Population, catalogue};
use super::super::rows::Row;
use super::super::schedule::Wanted;
use super::super::spec::ItemSpec;
use super::{Books, InvariantId, Tally, audit};

/// When the session is charged, in milliseconds.
const CHARGED_MS: i64 = 1_760_000_000_000;

/// Three tokens each.
pub const PHOTO: u16 = 0;
/// Seven tokens each.
pub const CAD: u16 = 1;
/// In no rate table.
pub const UNKNOWN: u16 = 2;

/// One instance with a small and a big line item.
pub fn population() -> Population {
    let item = |name: &str, rate: i64| ItemSpec {
        name: name.to_owned(),
        version: "1.0".to_owned(),
        rate: Decimal::from(rate),
        counts: vec![Decimal::ONE],
    };
    let line_item = |name: &str, quantity: u64, small: bool| LineItem {
        activation_id: name.to_owned(),
        instance: 0,
        quantity,
        overdraft: 0,
        small,
    };
    Population::new(
        "run",
        catalogue(&[item("PhotoPrint", 3), item("CADPrint", 7)]),
        vec![Instance { id: "instance".to_owned(), plenty: true, access_url: String::new() }],
        vec![line_item("small", 40, true), line_item("big", 1000, false)],
    )
}

/// The ledger and the evidence of a run.
pub struct Story {
    /// What it was about.
    pub population: Population,
    /// The operations, ten milliseconds apart, each answered after five.
    pub entries: Vec<Entry>,
    /// What the target says.
    pub evidence: Evidence,
    begin: Instant,
    closed: HashSet<Arc<str>>,
}

impl Story {
    /// The spotless run.
    pub fn spotless() -> Self {
        let mut story = Self {
            population: population(),
            entries: Vec::new(),
            evidence: Evidence {
                offers_rows: true,
                before: vec![Decimal::ZERO; 2],
                after: vec![Decimal::from(40), Decimal::from(17)],
                ..Evidence::default()
            },
            begin: Instant::now(),
            closed: HashSet::from([Arc::from("s-1")]),
        };
        story.answer(Kind::AccessRequest, &[(PHOTO, 10)], &[&[(0, 30)]]);
        story.row(0, "PhotoPrint", Some("small"), 30, 30);
        story.answer(Kind::AccessRequest, &[(CAD, 2)], &[&[(0, 10), (1, 4)]]);
        story.row(1, "CADPrint", Some("small"), 10, 40);
        story.row(1, "CADPrint", Some("big"), 4, 4);
        story.answer(Kind::AccessRequest, &[(UNKNOWN, 1)], &[&[]]);
        story.row(2, "Unlisted", None, 0, 0);
        story.lose(&[(PHOTO, 1)]);
        story.row(3, "PhotoPrint", Some("big"), 3, 7);
        story.lose(&[(CAD, 1)]);
        story.session();
        story
    }

    /// The same run without its session, at a target that offers no usage rows.
    pub fn without_rows() -> Self {
        let mut story = Self::spotless();
        story.entries.truncate(5);
        story.evidence.rows.clear();
        story.evidence.offers_rows = false;
        story.evidence.after[1] = Decimal::from(7);
        story
    }

    fn session(&mut self) {
        self.answer(Kind::SessionOpen, &[], &[]);
        self.answer(Kind::SessionAccess, &[(PHOTO, 10)], &[&[(1, 30)]]);
        self.row(6, "PhotoPrint", Some("big"), 30, 37);
        self.answer(Kind::SessionHeartbeat, &[], &[]);
        self.answer(Kind::SessionClose, &[], &[]);
        self.row(8, "PhotoPrint", Some("big"), -20, 17);
        let refund = self.row_mut(6);
        refund.usage_time_ms = Some(CHARGED_MS + 20 * 60 * 1000);
        refund.correlation = "refund".to_owned();
        refund.operation = None;
    }

    /// The row with this index.
    pub fn row_mut(&mut self, index: usize) -> &mut Row {
        &mut self.evidence.rows[index]
    }

    /// The instant this many milliseconds after the beginning.
    pub fn instant(&self, after_ms: u64) -> Instant {
        self.begin + Duration::from_millis(after_ms)
    }

    /// The tallies of all invariants.
    pub fn audit(&self) -> Vec<Tally> {
        audit(&Books::new(&self.population, &self.entries, &self.closed, &self.evidence))
    }

    /// The invariants that do not hold.
    pub fn violated(&self) -> Vec<InvariantId> {
        self.audit().iter().filter(|tally| tally.violations > 0).map(|tally| tally.id).collect()
    }

    fn answer(&mut self, kind: Kind, wanted: &[(u16, i64)], charges: &[&[(u32, i64)]]) {
        let number = self.entries.len() as u64;
        let items = charges.iter().map(|charges| ItemOutcome {
            granted: !charges.is_empty(),
            charges: charges
                .iter()
                .map(|(line_item, tokens)| Charge { line_item: *line_item, tokens: Decimal::from(*tokens) })
                .collect(),
        });
        let fate = Fate::Answered(Answered {
            at: self.instant(10 * number + 5),
            correlation: kind.charges().then(|| format!("c-{number}")),
            items: items.collect(),
            used: Vec::new(),
        });
        self.enter(kind, wanted, fate);
    }

    fn lose(&mut self, wanted: &[(u16, i64)]) {
        let fate = Fate::Lost { deliberate: true, why: "the client hung up".to_owned() };
        self.enter(Kind::AccessRequest, wanted, fate);
    }

    fn enter(&mut self, kind: Kind, wanted: &[(u16, i64)], fate: Fate) {
        let number = self.entries.len() as u64;
        let wanted = wanted.iter().map(|(item, count)| Wanted { item: *item, count: Decimal::from(*count) });
        self.entries.push(Entry {
            number,
            kind,
            instance: 0,
            session: kind.in_session().then(|| Arc::from("s-1")),
            wanted: wanted.collect(),
            sent: self.instant(10 * number),
            fate,
        });
    }

    /// Adds a row of an operation; one without a line item is denied.
    pub fn row(&mut self, operation: u64, item: &str, activation: Option<&str>, quantity: i64, used: i64) {
        let in_session = operation >= 5;
        let code = if activation.is_some() { "101" } else { "201" };
        self.evidence.rows.push(Row {
            seq: self.evidence.rows.len() as u64 + 1,
            correlation: format!("c-{operation}"),
            usage_time_ms: Some(CHARGED_MS),
            activation: activation.map(str::to_owned),
            used: activation.map(|_| Decimal::from(used)),
            item: item.to_owned(),
            session: in_session.then(|| "s-1".to_owned()),
            code: Some(code.to_owned()),
            quantity: Decimal::from(quantity),
            operation: Some(operation_id("run", operation)),
        });
    }
}
