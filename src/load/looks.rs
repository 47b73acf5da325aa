//! Looks at a target under load: whoever asks must see what was answered before.
//!
//! What is promised is noted first and then asked for, so that a target may be ahead of the promise, but never
//! behind it. One instance is looked at after the other, twice each, now and then, because the vendor warns that such reads
//! slow access requests down.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::amount;
use super::audit::Books;
use super::ground::Ground;
use super::ledger::Ledger;
use super::population::Population;
use crate::target::Call;

/// Heartbeats that lie closer together may bear one time.
const APART: Duration = Duration::from_millis(20);

/// Looks at one instance after the other.
#[derive(Debug)]
pub struct Looks {
    line_items_of: Vec<Vec<u32>>,
    next: usize,
    /// Whether the present instance was looked at before, so that heartbeats in between can be told.
    again: bool,
    /// What the sessions of an instance showed the last time, and when that was read.
    heartbeats: Option<(usize, Instant, HashMap<String, i64>)>,
}

/// Something that was seen, and whether it is what it must be.
#[derive(Debug)]
pub struct Seen {
    held: bool,
    says: String,
}

impl Seen {
    /// Counts it.
    pub fn enter(self, books: &mut Books) {
        books.look(self.held, || self.says);
    }
}

impl Looks {
    /// Looks at these instances.
    pub fn new(population: &Population) -> Self {
        let mut line_items_of = vec![Vec::new(); population.instances.len()];
        for (index, item) in (0..).zip(&population.line_items) {
            line_items_of[item.instance as usize].push(index);
        }
        Self { line_items_of, next: 0, again: false, heartbeats: None }
    }

    /// Looks at the next instance; a target that gives no answer shows nothing.
    pub async fn look(&mut self, ground: &Ground, population: &Population, ledger: &Ledger) -> Vec<Seen> {
        let instance = self.next;
        if self.again {
            self.next = (instance + 1) % self.line_items_of.len().max(1);
        }
        self.again = !self.again;
        let line_items = &self.line_items_of[instance];
        let index = u32::try_from(instance).unwrap_or(u32::MAX);
        match ledger.acknowledged(index, line_items) {
            Some(promised) => {
                let used = population.read_used_of(ground, instance).await.unwrap_or_default();
                let seen = line_items.iter().zip(promised).filter(|(_, promised)| !promised.is_zero());
                seen.filter_map(|(line_item, promised)| {
                    let (_, used) = used.iter().find(|(index, _)| index == line_item)?;
                    let id = &population.line_items[*line_item as usize].activation_id;
                    let held = *used >= promised || amount::same(*used, promised);
                    let says = format!("{id}: {promised} tokens had been answered, and used shows {used}");
                    Some(Seen { held, says })
                })
                .collect()
            }
            None => self.look_at_sessions(ground, population, ledger, instance).await,
        }
    }

    /// A heartbeat that was answered is noted: it moves the time of the latest one on.
    async fn look_at_sessions(
        &mut self,
        ground: &Ground,
        population: &Population,
        ledger: &Ledger,
        instance: usize,
    ) -> Vec<Seen> {
        let began = Instant::now();
        let api = ground.api(u32::try_from(instance).unwrap_or(u32::MAX));
        let call = Call::get(api.sessions_of(&population.instances[instance].id));
        let answer = ground.client.send(ground.authorized(call)).await;
        let list = answer.json().and_then(|list| list.as_array().cloned()).unwrap_or_default();
        let read = |entry: &Value| {
            let id = entry.get("sessionId")?.as_str()?.to_owned();
            Some((id, entry.get("lastHeartBeat")?.as_i64()?))
        };
        let shown: HashMap<String, i64> = list.iter().filter_map(read).collect();
        let mut seen = Vec::new();
        if let Some((of, read_at, before)) = &self.heartbeats
            && *of == instance
        {
            for (session, beat) in &shown {
                let (Some(earlier), Some((sent, answered))) =
                    (before.get(session), ledger.heartbeat(session))
                else {
                    continue;
                };
                if sent > *read_at + APART && answered < began {
                    let says = format!(
                        "session {session}: a heartbeat was answered, and lastHeartBeat stays at {beat}"
                    );
                    seen.push(Seen { held: beat > earlier, says });
                }
            }
        }
        self.heartbeats = Some((instance, Instant::now(), shown));
        seen
    }
}
