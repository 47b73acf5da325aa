//! A service at work: one-off requests, sessions with automatic charges and refunds, denials, and a license server.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::Order;

/// 2026-01-01T00:00:00Z.
const START_MS: i64 = 1_767_225_600_000;
const HOUR_MS: i64 = 3_600_000;
/// Tokens are counted in hundredths here: refunds are cut to whole percents of an hour.
const TOKEN: i64 = 100;
const PERCENT_MS: i64 = HOUR_MS / 100;
/// Every so many instances has a first line item so small that requests are split.
const SMALL_EVERY: u32 = 7;
const SMALL: i64 = 2_000 * TOKEN;
const LARGE: i64 = 1_000_000_000 * TOKEN;

/// An item and its rate.
pub(super) const ITEMS: [(&str, &str, i64); 6] = [
    ("PhotoPrint", "1.0", 3),
    ("CADPrint", "2.0", 7),
    ("Render", "2026", 12),
    ("Simulate", "4.1", 25),
    ("Preview", "1.0", 0),
    ("Archive", "1.2", 1),
];
/// What denied requests ask for.
pub(super) const UNKNOWN_ITEM: usize = ITEMS.len();

/// What a row is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Granted,
    Denied,
    Refund,
    Concurrent,
    Metered,
}

/// A usage row before it is spelt.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) kind: Kind,
    pub(super) correlation: u128,
    pub(super) time_ms: i64,
    pub(super) write_ms: i64,
    pub(super) consumer: u32,
    pub(super) instance: u32,
    pub(super) line_item: u32,
    pub(super) entitled: i64,
    /// In hundredths.
    pub(super) used: i64,
    pub(super) item: usize,
    pub(super) quantity: i64,
    pub(super) session: Option<u128>,
    pub(super) ended: bool,
    /// In hundredths.
    pub(super) tokens: i64,
    pub(super) meta_data: Option<u32>,
}

struct LineItem {
    entitled: i64,
    used: i64,
}

struct Session {
    id: u128,
    instance: u32,
    consumer: u32,
    items: Vec<(usize, i64)>,
    charged_ms: i64,
    ends_ms: i64,
}

/// The service.
pub(super) struct World {
    random: SmallRng,
    now_ms: i64,
    pace_ms: i64,
    line_items: Vec<LineItem>,
    instances: u32,
    sessions: Vec<Option<Session>>,
    free: Vec<usize>,
    due: BinaryHeap<Reverse<(i64, usize)>>,
    ready: VecDeque<Made>,
    metered: i64,
}

impl World {
    pub(super) fn new(order: &Order) -> Self {
        let instances = order.line_items.max(2) / 2;
        let line_items = (0..instances * 2)
            .map(|index| {
                let small = index % 2 == 0 && (index / 2).is_multiple_of(SMALL_EVERY);
                LineItem { entitled: if small { SMALL } else { LARGE }, used: 0 }
            })
            .collect();
        // Thirty days, whatever the number of rows.
        let events = i64::try_from(order.rows.max(100)).unwrap_or(i64::MAX);
        Self {
            random: SmallRng::seed_from_u64(order.seed),
            now_ms: START_MS,
            pace_ms: (2 * 30 * 24 * HOUR_MS / events).max(2),
            line_items,
            instances,
            sessions: Vec::new(),
            free: Vec::new(),
            due: BinaryHeap::new(),
            ready: VecDeque::new(),
            metered: 0,
        }
    }

    fn step(&mut self) {
        let arrival = self.now_ms + self.random.random_range(0..=self.pace_ms * 2);
        if let Some(Reverse((due, session))) = self.due.peek().copied()
            && due <= arrival
        {
            self.due.pop();
            self.now_ms = due;
            return self.go_on(session);
        }
        self.now_ms = arrival;
        match self.random.random_range(0..100) {
            0..12 => self.begin_session(),
            12..15 => self.deny(),
            15..19 => self.license(),
            _ => self.one_off(),
        }
    }

    fn row(&mut self, kind: Kind, instance: u32, consumer: u32) -> Made {
        let delay = self.random.random_range(500..20_000);
        Made {
            kind,
            correlation: 0,
            time_ms: self.now_ms,
            write_ms: self.now_ms + delay,
            consumer,
            instance,
            line_item: 0,
            entitled: 0,
            used: 0,
            item: 0,
            quantity: 1,
            session: None,
            ended: false,
            tokens: 0,
            meta_data: None,
        }
    }

    /// Charges an item, from the first line item of the instance while it lasts.
    fn charge(&mut self, model: &Made, item: usize, quantity: i64, may_split: bool) {
        let mut left = ITEMS[item].2 * quantity * TOKEN;
        for line_item in [model.instance * 2, model.instance * 2 + 1] {
            let state = &mut self.line_items[line_item as usize];
            let room = state.entitled - state.used;
            let small = state.entitled == SMALL;
            if small && (!may_split || room == 0) {
                continue;
            }
            let tokens = left.min(room);
            state.used += tokens;
            left -= tokens;
            let (entitled, used) = (state.entitled, state.used);
            self.ready.push_back(Made { line_item, entitled, used, item, quantity, tokens, ..model.clone() });
            if left == 0 {
                break;
            }
        }
    }

    fn some_items(&mut self) -> Vec<(usize, i64)> {
        let first = self.random.random_range(0..ITEMS.len());
        let mut items = vec![(first, self.random.random_range(1..=10))];
        if self.random.random_ratio(1, 3) {
            items.push(((first + 1) % ITEMS.len(), self.random.random_range(1..=10)));
        }
        items
    }

    fn one_off(&mut self) {
        let (instance, consumer) = self.someone();
        let mut model = self.row(Kind::Granted, instance, consumer);
        model.correlation = self.id();
        model.meta_data = self.random.random_ratio(1, 3).then(|| self.random.random_range(0..500));
        for (item, quantity) in self.some_items() {
            self.charge(&model, item, quantity, true);
        }
    }

    fn deny(&mut self) {
        let (instance, consumer) = self.someone();
        let mut model = self.row(Kind::Denied, instance, consumer);
        model.correlation = self.id();
        model.item = UNKNOWN_ITEM;
        self.ready.push_back(model);
    }

    fn license(&mut self) {
        let (instance, consumer) = self.someone();
        let metered = self.random.random_ratio(1, 2);
        let mut model = self.row(if metered { Kind::Metered } else { Kind::Concurrent }, instance, consumer);
        model.correlation = self.id();
        model.quantity = self.random.random_range(1..=3);
        model.tokens = model.quantity * TOKEN;
        model.used = model.tokens;
        model.entitled = LARGE;
        if metered {
            model.instance = 0;
            self.metered += model.tokens;
            model.used = self.metered;
        }
        self.ready.push_back(model);
    }

    fn begin_session(&mut self) {
        let (instance, consumer) = self.someone();
        let session = Session {
            id: self.id(),
            instance,
            consumer,
            items: self.some_items(),
            charged_ms: self.now_ms,
            // Never at the very end of a period, where it is open which charge is reversed.
            ends_ms: self.now_ms
                + self.random.random_range(0..4) * HOUR_MS
                + self.random.random_range(1..100) * PERCENT_MS,
        };
        let place = self.free.pop().unwrap_or_else(|| {
            self.sessions.push(None);
            self.sessions.len() - 1
        });
        self.sessions[place] = Some(session);
        self.go_on(place);
    }

    /// Charges the session for the period that begins, or ends it.
    fn go_on(&mut self, place: usize) {
        let Some(mut session) = self.sessions[place].take() else { return };
        let mut model = self.row(Kind::Granted, session.instance, session.consumer);
        model.correlation = self.id();
        model.session = Some(session.id);
        if self.now_ms >= session.ends_ms {
            self.refund(&model, &session);
            self.free.push(place);
            return;
        }
        for (item, quantity) in &session.items {
            self.charge(&model, *item, *quantity, false);
        }
        session.charged_ms = self.now_ms;
        self.due.push(Reverse((session.ends_ms.min(self.now_ms + HOUR_MS), place)));
        self.sessions[place] = Some(session);
    }

    fn refund(&mut self, model: &Made, session: &Session) {
        let unused = HOUR_MS - (self.now_ms - session.charged_ms);
        for (item, quantity) in &session.items {
            let charge = ITEMS[*item].2 * quantity * TOKEN;
            // A refund of nothing leaves no row.
            let tokens = -(charge * unused / HOUR_MS);
            if tokens == 0 {
                continue;
            }
            let line_item = session.instance * 2
                + u32::from(self.line_items[session.instance as usize * 2].entitled == SMALL);
            let state = &mut self.line_items[line_item as usize];
            state.used += tokens;
            let (entitled, used) = (state.entitled, state.used);
            let made =
                Made { line_item, entitled, used, item: *item, quantity: *quantity, tokens, ..model.clone() };
            self.ready.push_back(Made { kind: Kind::Refund, ended: true, ..made });
        }
    }

    fn someone(&mut self) -> (u32, u32) {
        let instance = self.random.random_range(0..self.instances);
        (instance, instance * 8 + self.random.random_range(0..8))
    }

    fn id(&mut self) -> u128 {
        uuid::Builder::from_random_bytes(self.random.random()).into_uuid().as_u128()
    }
}

impl Iterator for World {
    type Item = Made;

    fn next(&mut self) -> Option<Made> {
        while self.ready.is_empty() {
            self.step();
        }
        self.ready.pop_front()
    }
}
