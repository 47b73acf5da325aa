//! The instances, line items and rate table that a run works on, made before the clock starts.
//!
//! Line items are sized by what the plan will ask of them: some run out on the way, so that refusals, splits
//! and the upper bound are really put to the test, whatever rate and duration were chosen.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use hyper::Uri;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use serde_json::{Value, json};

use super::ground::{DAY_MS, Ground, now_ms};
use super::prices::{NextTable, Prices};
use super::segment::Segment;
use super::spec::{ItemSpec, PopulationSpec};
use super::{LoadError, amount};
use crate::target::{Answer, Call};

/// Tokens of a line item that is never used up.
const PLENTY: u64 = 1_000_000_000;

/// An item that can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Name.
    pub name: String,
    /// Tokens for a count of one; nothing for the item that is in no rate table.
    pub rate: Option<Decimal>,
    /// Version.
    pub version: String,
    /// Counts in which it is asked for.
    pub counts: Vec<Decimal>,
    /// The item as JSON up to the value of its count, so that a request body is put together without
    /// escaping.
    pub json_head: String,
}

impl Item {
    fn new(name: &str, version: &str, rate: Option<Decimal>, counts: Vec<Decimal>) -> Self {
        let json_head =
            format!(r#"{{"item":{},"version":{},"count":"#, Value::from(name), Value::from(version));
        Self { name: name.to_owned(), version: version.to_owned(), rate, counts, json_head }
    }

    /// What a count of this item costs; nothing when it is in no rate table.
    pub fn charge(&self, count: Decimal) -> Option<Decimal> {
        self.rate.map(|rate| rate.saturating_mul(count))
    }
}

/// The items of a scenario, and last the one that is in no rate table.
pub fn catalogue(items: &[ItemSpec]) -> Arc<[Item]> {
    items
        .iter()
        .map(|item| Item::new(&item.name, &item.version, Some(item.rate), item.counts.clone()))
        .chain([Item::new("Unlisted", "9.9", None, vec![Decimal::ONE])])
        .collect()
}

/// An instance.
#[derive(Clone, Debug)]
pub struct Instance {
    /// ID that the target gave it.
    pub id: String,
    /// Whether a line item of it is never used up: then no known item may be refused.
    pub plenty: bool,
    /// Address of its access requests.
    pub access_url: String,
}

/// A line item.
#[derive(Clone, Debug, PartialEq)]
pub struct LineItem {
    /// Activation ID.
    pub activation_id: String,
    /// Index of its instance.
    pub instance: u32,
    /// Entitled tokens.
    pub quantity: u64,
    /// Tokens beyond them.
    pub overdraft: u64,
    /// Whether it is meant to run out.
    pub small: bool,
}

impl LineItem {
    /// Entitled tokens and overdraft together.
    pub fn capacity(&self) -> Decimal {
        Decimal::from(self.quantity).saturating_add(Decimal::from(self.overdraft))
    }
}

/// Where a request goes.
#[derive(Clone, Debug)]
pub enum Address {
    /// Taken apart already.
    Parsed(Uri),
    /// As text.
    Text(String),
}

impl Address {
    /// The address taken apart; nothing when it cannot be.
    pub fn uri(&self) -> Option<Uri> {
        match self {
            Self::Parsed(uri) => Some(uri.clone()),
            Self::Text(text) => text.parse().ok(),
        }
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parsed(address) => address.fmt(f),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// Everything that requests of a run are about.
#[derive(Clone, Debug)]
pub struct Population {
    /// Short random text of this run.
    pub run: String,
    /// Items, of which the last is in no rate table.
    pub items: Arc<[Item]>,
    /// Instances; the last one is the canary, which nobody asks for anything.
    pub instances: Vec<Instance>,
    /// Line items of all instances.
    pub line_items: Vec<LineItem>,
    /// Index of each line item by its activation ID.
    pub by_activation: HashMap<String, u32>,
    /// The rate tables of the run beyond the first.
    pub prices: Prices,
    /// The address of the access requests of each instance, taken apart once and not with every request.
    access: Vec<Option<Uri>>,
}

impl Population {
    /// A population of these parts.
    pub fn new(run: &str, items: Arc<[Item]>, instances: Vec<Instance>, line_items: Vec<LineItem>) -> Self {
        let by_activation =
            (0_u32..).zip(&line_items).map(|(index, item)| (item.activation_id.clone(), index));
        let by_activation = by_activation.collect();
        let access = instances.iter().map(|instance| instance.access_url.parse().ok()).collect();
        let (run, prices) = (run.to_owned(), Prices::default());
        Self { run, items, instances, line_items, by_activation, prices, access }
    }

    /// The address of the access requests of an instance.
    pub fn access(&self, instance: u32) -> Address {
        match &self.access[instance as usize] {
            Some(address) => Address::Parsed(address.clone()),
            None => Address::Text(self.instances[instance as usize].access_url.clone()),
        }
    }

    /// The body of another rate table of the run.
    pub fn rate_table(&self, table: &NextTable) -> Value {
        let version = (table.change + 1).to_string();
        rate_table(&series(&self.run), &self.items, &version, table.effective_ms, table.factor)
    }

    /// Makes the population of a segment; `demand` is the number of tokens that will be asked of an instance.
    pub async fn set_up(
        ground: &Ground,
        spec: &PopulationSpec,
        demand: f64,
        segment: Segment,
    ) -> Result<Self, LoadError> {
        let items = catalogue(&spec.items);
        let line_items = layout(spec, &ground.run, demand, segment);
        let series = series(&ground.run);
        let table = rate_table(&series, &items, "1", now_ms() - DAY_MS, Decimal::ONE);
        for site in 0..u32::try_from(ground.sites()).unwrap_or(u32::MAX) {
            let call = Call::post(ground.api(site).rate_tables(), table.clone());
            send(ground, call, "the rate table").await?;
        }

        let mut instances = Vec::with_capacity(segment.share(spec.instances) + 1);
        for (own, index) in (0..).zip(owned(spec, segment).chain([spec.instances])) {
            let api = ground.api(own);
            let body =
                json!({"shortName": format!("load-{}-{index}", ground.run), "accountId": series.as_str()});
            let answer = send(ground, Call::post(api.instances(), body), "an instance").await?;
            let id = answer.json().and_then(|body| Some(body.get("id")?.as_str()?.to_owned()));
            let Some(id) = id else { return Err(refused("an instance", &answer)) };
            instances.push(Instance {
                plenty: index >= spec.limited_instances,
                access_url: api.access_request(&id),
                id,
            });
        }
        for (position, line_item) in line_items.iter().enumerate() {
            let instance = &instances[position / spec.line_items].id;
            let body = line_item_body(line_item, position % spec.line_items, &series);
            let call = Call::put(ground.api(line_item.instance).line_items(instance), body);
            send(ground, call, "a line item").await?;
        }
        Ok(Self::new(&ground.run, items, instances, line_items))
    }

    /// How many instances are asked for anything: all but the canary.
    pub fn asked(&self) -> usize {
        self.instances.len().saturating_sub(1)
    }

    /// The `used` count of every line item. The vendor warns that asking for it slows access requests down,
    /// so it is read before and after a run and never on the way.
    pub async fn read_used(&self, ground: &Ground) -> Result<Vec<Decimal>, LoadError> {
        let mut used = vec![Decimal::ZERO; self.line_items.len()];
        for instance in 0..self.instances.len() {
            for (line_item, count) in self.read_used_of(ground, instance).await? {
                used[line_item as usize] = count;
            }
        }
        Ok(used)
    }

    /// The `used` count of every line item of one instance, by the index of the line item.
    pub async fn read_used_of(
        &self,
        ground: &Ground,
        instance: usize,
    ) -> Result<Vec<(u32, Decimal)>, LoadError> {
        let what = "the list of line items";
        let api = ground.api(u32::try_from(instance).unwrap_or(u32::MAX));
        let call = Call::get(api.line_items(&self.instances[instance].id));
        let answer = send(ground, call, what).await?;
        let list = answer.json();
        let Some(list) = list.as_ref().and_then(Value::as_array) else {
            return Err(refused(what, &answer));
        };
        let read = |entry: &Value| {
            let index = self.by_activation.get(entry.get("activationId")?.as_str()?)?;
            Some((*index, amount::from_value(entry.get("used")?)?))
        };
        Ok(list.iter().filter_map(read).collect())
    }
}

/// What one request costs on average, were all of it granted.
pub fn mean_charge(spec: &PopulationSpec) -> f64 {
    let per_item: f64 = spec
        .items
        .iter()
        .map(|item| {
            let counts = amount::sum(item.counts.iter().copied());
            item.rate.saturating_mul(counts).to_f64().unwrap_or_default() / item.counts.len() as f64
        })
        .sum();
    per_item / spec.items.len() as f64 * (1.0 + spec.pairs) * (1.0 - spec.unknown_items)
}

/// The instances of a segment, by their index among all.
fn owned(spec: &PopulationSpec, segment: Segment) -> impl Iterator<Item = usize> {
    (0..spec.instances).filter(move |index| u32::try_from(*index).is_ok_and(|index| segment.owns(index)))
}

/// The line items of a segment's instances, those of one instance in the order in which they are charged. The
/// last one belongs to an instance that nobody asks for anything: the canary.
fn layout(spec: &PopulationSpec, run: &str, demand: f64, segment: Segment) -> Vec<LineItem> {
    let small_ones = |share: f64, number: usize| ((demand * share / number as f64) as u64).max(1);
    let mut line_items = Vec::with_capacity(segment.share(spec.instances) * spec.line_items + 1);
    for (own, instance) in owned(spec, segment).enumerate() {
        let limited = instance < spec.limited_instances;
        for position in 0..spec.line_items {
            let small = limited || position + 1 < spec.line_items;
            let quantity = match (limited, small) {
                (true, _) => small_ones(spec.limited_share, spec.line_items),
                (false, true) => small_ones(spec.split_share, spec.line_items - 1),
                (false, false) => PLENTY,
            };
            // Every second limited instance has an overdraft, on the line item that is charged last.
            let overdrawn = limited && instance % 2 == 1 && position + 1 == spec.line_items;
            line_items.push(LineItem {
                activation_id: format!("load-{run}-{instance}-{position}"),
                instance: u32::try_from(own).unwrap_or(u32::MAX),
                quantity,
                overdraft: if overdrawn { quantity.div_ceil(4) } else { 0 },
                small,
            });
        }
    }
    line_items.push(LineItem {
        activation_id: format!("load-{run}-canary"),
        instance: u32::try_from(segment.share(spec.instances)).unwrap_or(u32::MAX),
        quantity: PLENTY,
        overdraft: 0,
        small: false,
    });
    line_items
}

/// The series of all rate tables of a run.
fn series(run: &str) -> String {
    format!("load-{run}")
}

fn rate_table(series: &str, items: &[Item], version: &str, effective_ms: i64, factor: Decimal) -> Value {
    let priced: Vec<Value> = items
        .iter()
        .filter_map(|item| {
            let rate: Value = serde_json::from_str(&item.rate?.saturating_mul(factor).to_string()).ok()?;
            Some(json!({"name": item.name, "version": item.version, "rate": rate}))
        })
        .collect();
    json!({"series": series, "version": version, "effectiveFrom": effective_ms, "items": priced})
}

/// Line items begin a day ago and end some days from now, far from any edge; those of an instance end one after another, which fixes the order in which they are charged.
fn line_item_body(line_item: &LineItem, position: usize, series: &str) -> Value {
    let order = i64::try_from(position).unwrap_or(i64::MAX / (2 * DAY_MS));
    let mut attributes = json!({"elastic": true, "rateTableSeries": series});
    if line_item.overdraft > 0 {
        attributes["overdraftType"] = json!("Number");
        attributes["overdraftLimit"] = json!(line_item.overdraft);
    }
    json!({
        "activationId": line_item.activation_id,
        "state": "DEPLOYED",
        "quantity": line_item.quantity,
        "start": now_ms() - DAY_MS,
        "end": now_ms() + (30 + order) * DAY_MS,
        "attributes": attributes,
    })
}

/// Sends a call of the set-up, which must succeed.
async fn send(ground: &Ground, call: Call, what: &str) -> Result<Answer, LoadError> {
    let answer = ground.client.send(ground.authorized(call)).await;
    if answer.ok() { Ok(answer) } else { Err(refused(what, &answer)) }
}

fn refused(what: &str, answer: &Answer) -> LoadError {
    LoadError::SetUp { what: what.to_owned(), answer: answer.summary() }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::scenario::LoadScenario;
    use super::*;

    fn spec() -> PopulationSpec {
        LoadScenario::embedded("steady-access").unwrap().population
    }

    #[test]
    fn limited_instances_have_small_line_items_only() {
        let line_items = layout(&spec(), "r", 6000.0, Segment::WHOLE);
        assert_eq!(line_items.len(), 61);
        let (limited, others) = line_items.split_at(4 * 3);
        assert!(limited.iter().all(|item| item.small && item.quantity == 800));
        assert_eq!(limited.iter().filter(|item| item.overdraft == 200).count(), 2);
        assert_eq!(others[..3].iter().map(|item| item.quantity).collect::<Vec<_>>(), [1500, 1500, PLENTY]);
    }

    #[test]
    fn segments_size_line_items_as_the_whole_plan_does() {
        let sizes = |items: Vec<LineItem>| {
            items.into_iter().map(|one| (one.activation_id, one.quantity, one.overdraft))
        };
        let whole: BTreeSet<_> = sizes(layout(&spec(), "r", 6000.0, Segment::WHOLE)).collect();
        let parts = ["1/3", "2/3", "3/3"].map(|text| layout(&spec(), "r", 6000.0, text.parse().unwrap()));
        for part in &parts {
            let instances: BTreeSet<u32> = part.iter().map(|item| item.instance).collect();
            // Three line items an instance, and the canary with its one.
            assert!(instances.into_iter().eq(0..=part.len() as u32 / 3), "indices without a gap");
        }
        assert_eq!(parts.into_iter().flat_map(sizes).collect::<BTreeSet<_>>(), whole);
    }

    #[test]
    fn a_line_item_is_never_empty_from_the_start() {
        assert!(layout(&spec(), "r", 0.1, Segment::WHOLE).iter().all(|item| item.quantity >= 1));
    }

    #[test]
    fn rates_stay_exact_on_the_wire() {
        let table = rate_table("s", &catalogue(&spec().items), "1", 0, Decimal::ONE).to_string();
        assert!(table.contains(r#""rate":4.5"#) && table.contains(r#""rate":0.125"#), "{table}");
        assert!(!table.contains("Unlisted"));
    }
}
