//! A small run with a spotless ledger, for tests to spoil.
//!
//! One instance with line items `small` (40 tokens, charged first) and `big`. Ten PhotoPrint take 30 of
//! `small`; two CADPrint take the other 10 and 4 of `big`; an unknown item is refused; of two requests
//! without an answer one was carried out (3 on `big`); a session uses ten PhotoPrint for twenty minutes, so
//! 30 are charged and 20 come back; another runs for hours, sends one heartbeat and ends for want of the next.
//!
//! On a second instance three want 15 of 30 tokens. Nobody asks for anything on the third.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rust_decimal::Decimal;

use super::super::ledger::{Answered, Charge, Entry, Fate, ItemOutcome, Kind, operation_id};
use super::super::population::{Instance, LineItem, Population, catalogue};
use super::super::rows::Row;
use super::super::schedule::Wanted;
use super::super::spec::ItemSpec;
use super::{Books, Clock, InvariantId, Tally};

/// When the session is charged, in milliseconds.
const CHARGED_MS: i64 = 1_760_000_000_000;

/// Three tokens each.
pub const PHOTO: u16 = 0;
/// Seven tokens each.
pub const CAD: u16 = 1;
/// In no rate table.
pub const UNKNOWN: u16 = 2;

/// Three instances, the first with a small and a big line item and one for a session that runs for long.
pub fn population() -> Population {
    let item = |name: &str, rate: i64| ItemSpec {
        name: name.to_owned(),
        version: "1.0".to_owned(),
        rate: Decimal::from(rate),
        counts: vec![Decimal::ONE],
    };
    let line_item = |name: &str, instance: u32, quantity: u64, small: bool| LineItem {
        activation_id: name.to_owned(),
        instance,
        quantity,
        overdraft: 0,
        small,
    };
    let instance = |id: &str, plenty: bool| Instance { id: id.to_owned(), plenty, access_url: String::new() };
    Population::new(
        "run",
        catalogue(&[item("PhotoPrint", 3), item("CADPrint", 7)]),
        vec![instance("instance", true), instance("race", false), instance("canary", true)],
        vec![
            line_item("small", 0, 40, true),
            line_item("big", 0, 1000, false),
            line_item("long", 0, 1000, false),
            line_item("prize", 1, 30, true),
            line_item("still", 2, 1000, false),
        ],
    )
}

/// The ledger of a run, and what the target says.
pub struct Story {
    /// What it was about.
    pub population: Population,
    /// The operations, ten milliseconds apart, each answered after five.
    pub entries: Vec<Entry>,
    /// Whether the target offers rows.
    pub offers_rows: bool,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What its line items have used in the end.
    pub after: Vec<Decimal>,
    begin: Instant,
    instance: u32,
    session: &'static str,
}

impl Story {
    /// The spotless run.
    pub fn spotless() -> Self {
        let mut story = Self {
            population: population(),
            entries: Vec::new(),
            offers_rows: true,
            rows: Vec::new(),
            after: [40, 17, 60, 30, 0].map(Decimal::from).to_vec(),
            begin: Instant::now(),
            instance: 0,
            session: "s-1",
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
        story.long_session();
        story.race();
        story
    }

    /// The same run without its session, at a target that offers no usage rows.
    pub fn without_rows() -> Self {
        let mut story = Self::spotless();
        story.entries.retain(|entry| !entry.kind.in_session());
        story.rows.clear();
        story.offers_rows = false;
        (story.after[1], story.after[2]) = (Decimal::from(7), Decimal::ZERO);
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

    fn long_session(&mut self) {
        self.session = "s-2";
        self.answer(Kind::SessionOpen, &[], &[]);
        self.answer(Kind::SessionAccess, &[(PHOTO, 10)], &[&[(2, 30)]]);
        self.answer(Kind::SessionHeartbeat, &[], &[]);
        self.move_heartbeat(self.instant(75 * 60 * 1000));
        for (minutes, quantity, used) in [(0, 30, 30), (60, 30, 60), (120, 30, 90), (150, -30, 60)] {
            self.row(10, "PhotoPrint", Some("long"), quantity, used);
            let row = self.rows.last_mut().unwrap();
            row.usage_time_ms = Some(CHARGED_MS + minutes * 60 * 1000);
            if minutes > 0 {
                row.correlation = format!("own-{minutes}");
            }
        }
    }

    fn race(&mut self) {
        self.instance = 1;
        self.answer(Kind::AccessRequest, &[(PHOTO, 5)], &[&[(3, 15)]]);
        self.row(12, "PhotoPrint", Some("prize"), 15, 15);
        self.answer(Kind::AccessRequest, &[(PHOTO, 5)], &[&[(3, 15)]]);
        self.row(13, "PhotoPrint", Some("prize"), 15, 30);
        self.answer(Kind::AccessRequest, &[(PHOTO, 5)], &[&[]]);
        self.row(14, "PhotoPrint", None, 0, 0);
    }

    /// The row with this index.
    pub fn row_mut(&mut self, index: usize) -> &mut Row {
        &mut self.rows[index]
    }

    /// The instant this many milliseconds after the beginning.
    pub fn instant(&self, after_ms: u64) -> Instant {
        self.begin + Duration::from_millis(after_ms)
    }

    /// Empty books for the run.
    pub fn books(&self) -> Books {
        self.books_of(1)
    }

    /// Empty books for the run on so many sites.
    pub fn books_of(&self, sites: usize) -> Books {
        let before = vec![Decimal::ZERO; self.after.len()];
        let clock = Clock { instant: self.begin, millis: CHARGED_MS };
        Books::new(Arc::new(self.population.clone()), &before, self.offers_rows, Duration::ZERO, clock, sites)
    }

    /// The tallies of all invariants.
    pub fn audit(&self) -> Vec<Tally> {
        let (rows, entries) = (self.rows.clone(), self.entries.clone());
        let mut books = self.books();
        for entry in entries {
            books.enter(entry);
        }
        books.read(rows, &[], 0, Instant::now());
        books.look(true, String::new);
        books.close(&self.after).0
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
            instance: self.instance,
            session: kind.in_session().then(|| Arc::from(self.session)),
            wanted: wanted.collect(),
            sent: self.instant(10 * number),
            fate,
        });
    }

    /// Adds this row as the last one.
    pub fn append(&mut self, row: Row) {
        let seq = self.rows.len() as u64 + 1;
        self.rows.push(Row { seq, ..row });
    }

    /// Puts the one heartbeat of the long session to another time.
    pub fn move_heartbeat(&mut self, to: Instant) {
        let entry = &mut self.entries[11];
        entry.sent = to;
        if let Fate::Answered(answered) = &mut entry.fate {
            answered.at = to;
        }
    }

    /// Puts another correlation ID into the answer to an operation.
    pub fn correlate(&mut self, operation: usize, correlation: &str) {
        if let Fate::Answered(answered) = &mut self.entries[operation].fate {
            answered.correlation = Some(correlation.to_owned());
        }
    }

    /// Operations of a longer run, each of one PhotoPrint on `big`, with their rows.
    pub fn another_round(&self, round: u64, operations: u64) -> (Vec<Entry>, Vec<Row>) {
        let numbers = round * operations..(round + 1) * operations;
        let one = |number: u64| {
            let charge = Charge { line_item: 1, tokens: Decimal::from(3) };
            let entry = Entry {
                number,
                kind: Kind::AccessRequest,
                instance: 0,
                session: None,
                wanted: vec![Wanted { item: PHOTO, count: Decimal::ONE }],
                sent: self.instant(10 * number),
                fate: Fate::Answered(Answered {
                    at: self.instant(10 * number + 5),
                    correlation: Some(format!("c-{number}")),
                    items: vec![ItemOutcome { granted: true, charges: vec![charge] }],
                }),
            };
            let row = Row {
                seq: number + 1,
                correlation: format!("c-{number}"),
                activation: Some("big".to_owned()),
                used: Some(Decimal::from(3 * (number + 1))),
                item: "PhotoPrint".to_owned(),
                code: Some("101".to_owned()),
                quantity: Decimal::from(3),
                operation: Some(operation_id("run", number)),
                ..Row::default()
            };
            (entry, row)
        };
        numbers.map(one).unzip()
    }

    /// Adds a row of an operation; one without a line item is denied.
    pub fn row(&mut self, operation: u64, item: &str, activation: Option<&str>, quantity: i64, used: i64) {
        let entry = &self.entries[usize::try_from(operation).unwrap()];
        let session = entry.session.as_ref().map(ToString::to_string);
        let code = if activation.is_some() { "101" } else { "201" };
        self.rows.push(Row {
            seq: self.rows.len() as u64 + 1,
            correlation: format!("c-{operation}"),
            usage_time_ms: Some(CHARGED_MS),
            activation: activation.map(str::to_owned),
            used: activation.map(|_| Decimal::from(used)),
            item: item.to_owned(),
            session,
            code: Some(code.to_owned()),
            quantity: Decimal::from(quantity),
            operation: Some(operation_id("run", operation)),
        });
    }
}
