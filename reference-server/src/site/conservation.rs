//! Whatever happens at a site, in whatever order: the books balance after every step.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};
use uuid::Uuid;

use super::histories::{Books, Outcome, SESSIONS, Step, steps};
use crate::domain::usage_row::RowKind;
use crate::domain::{LineItem, SessionState, Tokens, UsageRow};

/// Takes a history and audits the site after every step.
fn play(policy: BTreeMap<String, String>, history: Vec<Step>) {
    let mut books = Books::under(policy);
    let mut auditor = Auditor::new();
    for step in history {
        let edits = matches!(step, Step::Actions { .. } | Step::DeleteActions(_));
        let outcome = books.take(step);
        auditor.audit(&mut books, outcome, edits);
    }
}

/// What an auditor knows of a site from the steps before.
struct Auditor {
    /// Usage rows that have been read.
    read: usize,
    /// What each line item has used, by the rows.
    totals: HashMap<Arc<str>, Tokens>,
    /// What can still be refunded of the last charge of each session.
    refundable: HashMap<String, LastCharge>,
    /// The count of each action.
    counts: HashMap<Arc<str>, Tokens>,
    /// What each line item has used beyond the counts of its actions.
    uncounted: HashMap<Arc<str>, Tokens>,
    states: [SessionState; SESSIONS],
}

#[derive(Default)]
struct LastCharge {
    correlation_id: String,
    by_line_item: HashMap<Arc<str>, Tokens>,
}

impl Auditor {
    fn new() -> Self {
        Self {
            read: 0,
            totals: HashMap::new(),
            refundable: HashMap::new(),
            counts: HashMap::new(),
            uncounted: HashMap::new(),
            states: [SessionState::Idle; SESSIONS],
        }
    }

    fn audit(&mut self, books: &mut Books, outcome: Outcome, edits: bool) {
        let rows = books.rows.split_off(0);
        for (kind, row) in &rows[self.read..] {
            self.running_total(row);
            self.refund_bounds(*kind, row);
        }
        self.read = rows.len();
        books.rows = rows;
        let instance = books.instance.clone();
        for item in books.act(|site| site.line_items(&instance)).unwrap() {
            self.line_item(&item);
            self.allocations(&item, edits);
        }
        self.sessions(books, outcome);
    }

    /// Every row says what its line item has used after it, without a gap.
    fn running_total(&mut self, row: &UsageRow) {
        let Some([id]) = row.activation_id.as_deref() else {
            assert!(row.meter_quantity.is_zero() && row.used.is_none(), "{row:?}");
            return;
        };
        let total = self.totals.entry(Arc::clone(id)).or_default();
        *total += row.meter_quantity;
        assert_eq!(row.used, Some(*total), "the running total has a gap: {row:?}");
    }

    /// A refund gives back at most what the last charge of its session took from the same line item.
    fn refund_bounds(&mut self, kind: RowKind, row: &UsageRow) {
        let Some([id]) = row.activation_id.as_deref() else { return };
        if kind != RowKind::Refund {
            assert!(!row.meter_quantity.is_negative(), "a charge is negative: {row:?}");
            let Some(session) = &row.session_id else { return };
            let last = self.refundable.entry(session.clone()).or_default();
            if last.correlation_id != row.correlation_id {
                *last = LastCharge { correlation_id: row.correlation_id.clone(), ..LastCharge::default() };
            }
            *last.by_line_item.entry(Arc::clone(id)).or_default() += row.meter_quantity;
            return;
        }
        let session = row.session_id.as_ref().expect("a one-off request is never refunded");
        let last = self.refundable.entry(session.clone()).or_default();
        let left = last.by_line_item.entry(Arc::clone(id)).or_default();
        *left += row.meter_quantity;
        assert!(!left.is_negative(), "a refund gives back more than was charged: {row:?}");
    }

    /// A line item has used what its rows say, at least nothing and at most its capacity.
    fn line_item(&self, item: &LineItem) {
        let id = &item.activation_id;
        assert_eq!(item.used, self.totals.get(id).copied().unwrap_or_default(), "{id} and its rows disagree");
        assert!(!item.used.is_negative(), "{id} gave back more than it took");
        let capacity = crate::domain::line_item::capacity(item).unwrap();
        assert!(item.used <= capacity, "{id} is overspent");
    }

    /// No count passes its allocation, and while a line item has actions nothing is charged that none of them counts.
    fn allocations(&mut self, item: &LineItem, edits: bool) {
        let mut counted = Tokens::ZERO;
        for action in &item.actions {
            assert!(!action.used.is_negative(), "an action gave back more than it took: {action:?}");
            // One that was lowered below its count may keep the count, but not add to it.
            let before = self.counts.insert(Arc::clone(&action.id), action.used).unwrap_or_default();
            let most = action.allocation.map(Tokens::rounded).map(|allocation| allocation.max(before));
            assert!(most.is_none_or(|most| action.used <= most), "an allocation is exceeded: {action:?}");
            counted += action.used;
        }
        assert!(counted <= item.used, "the actions of {} count more than it was charged", item.activation_id);
        let uncounted = item.used - counted;
        let before = self.uncounted.insert(Arc::clone(&item.activation_id), uncounted).unwrap_or_default();
        let all_counted = edits || item.actions.is_empty() || uncounted <= before;
        assert!(all_counted, "a charge to {} is counted by no action", item.activation_id);
    }

    fn sessions(&mut self, books: &mut Books, outcome: Outcome) {
        for (slot, id) in books.sessions.clone().into_iter().enumerate() {
            let (from, to) = (self.states[slot], state(books, id));
            let from = if outcome == Outcome::Opened(slot) { SessionState::Idle } else { from };
            assert!(
                may_become(outcome, slot, from, to),
                "{outcome:?} makes session {slot} {to:?} from {from:?}"
            );
            self.states[slot] = to;
        }
    }
}

fn state(books: &mut Books, session: Uuid) -> SessionState {
    books.act(|site| site.session(session)).unwrap().state
}

/// Whether what happened may have made a session this from that (`10` §8.1).
fn may_become(outcome: Outcome, slot: usize, from: SessionState, to: SessionState) -> bool {
    match outcome {
        Outcome::Granted(of) if of == slot => from.live() && to == SessionState::Active,
        Outcome::Halted(of) if of == slot => from.live() && to == SessionState::Idle,
        Outcome::Denied(of) | Outcome::Closed(of) if of == slot => {
            from.live() && to == SessionState::Terminated
        }
        Outcome::Time => to == from || (from.live() && to == SessionState::Terminated),
        _ => to == from,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_books_balance_after_every_step(history in steps()) {
        play(BTreeMap::new(), history);
    }
}

/// The audit can fail: random histories find each of these faults, and for the right reason.
#[test]
fn faults_do_not_get_past_the_audit() {
    for (decision, value, reason) in [
        ("charge.booked", "half", "the running total has a gap"),
        ("roa.left", "allocation-alone", "is overspent"),
        ("roa.left", "capacity-alone", "an allocation is exceeded"),
        ("roa.count", "nothing", "an action gave back more than it took"),
        ("roa.count", "twice", "count more than it was charged"),
        ("session.refund_shares", "first-line-item-only", "a refund gives back more than was charged"),
        ("session.denial", "never-terminates", "Denied"),
        ("session.without_tokens", "goes-idle", "Time makes session"),
    ] {
        let found = found_in(decision, value);
        assert!(found.contains(reason), "{decision}={value}: {found}");
    }
}

/// What the audit says of a site with this fault.
fn found_in(decision: &str, value: &str) -> String {
    let policy = BTreeMap::from([(decision.to_owned(), value.to_owned())]);
    let config = ProptestConfig {
        cases: 512,
        failure_persistence: None,
        max_shrink_iters: 0,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new_with_rng(config, deterministic());
    match runner.run(&steps(), |history| {
        play(policy.clone(), history);
        Ok(())
    }) {
        Err(TestError::Fail(reason, _)) => reason.to_string(),
        other => format!("{other:?}"),
    }
}

/// The same histories in every run, so that a fault is found always or never.
fn deterministic() -> proptest::test_runner::TestRng {
    proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha)
}
