//! What an answer means, and whether it makes sense.
//!
//! Under load an answer is judged by what can be known from the answer alone: that it can be read, that its
//! sums add up, that prices are right, and that nothing was refused which cannot have been. Whether it is
//! *true* is the audit's question.

use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::Number;

use super::amount;
use super::ledger::{Charge, ItemOutcome, Kind};
use super::population::{Item, Population};
use super::schedule::Wanted;

/// Result code of a granted item.
const GRANTED: &str = "101";

/// Result code of an item that is in no rate table.
const UNKNOWN_ITEM: &str = "201";

/// What was asked, as far as an answer is judged by it.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Kind of the operation.
    pub kind: Kind,
    /// Index of the instance.
    pub instance: u32,
    /// What was asked for.
    pub wanted: &'a [Wanted],
    /// By what the first rates may have been multiplied at the time.
    pub factors: &'a [Decimal],
    /// Whom and what it was about.
    pub population: &'a Population,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// An access request was dealt with.
    Access {
        /// Correlation ID.
        correlation: String,
        /// Per requested item, in the order asked.
        items: Vec<ItemOutcome>,
    },
    /// A session of this ID was opened.
    Opened(String),
    /// Line items, with what each is said to have used.
    Read(Vec<Charge>),
    /// Done; only a halt has a correlation ID, if the target gives it one.
    Done(Option<String>),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccessAnswer {
    correlation_id: String,
    requested_items: Vec<ItemAnswer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ItemAnswer {
    item: String,
    status: StatusAnswer,
    total_tokens_charged: Number,
    line_items: Vec<LineItemAnswer>,
}

#[derive(Deserialize)]
struct StatusAnswer {
    code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LineItemAnswer {
    activation_id: String,
    tokens_charged: Number,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct UsedAnswer {
    activation_id: String,
    used: Number,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionAnswer {
    session_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HaltAnswer {
    correlation_id: Option<String>,
}

/// What this answer says, or what is wrong with it.
pub fn understand(question: &Question<'_>, status: u16, body: &[u8]) -> Result<Meaning, String> {
    match question.kind {
        Kind::AccessRequest | Kind::SessionAccess | Kind::SessionChange => {
            understand_access(question, status, body)
        }
        Kind::SessionOpen if status == 200 => match serde_json::from_slice::<SessionAnswer>(body) {
            Ok(answer) if !answer.session_id.is_empty() => Ok(Meaning::Opened(answer.session_id)),
            Ok(_) => Err("the session has an empty ID".to_owned()),
            Err(error) => Err(format!("the new session cannot be read: {error}")),
        },
        Kind::SessionHeartbeat if status == 204 => Ok(Meaning::Done(None)),
        Kind::SessionHalt if (200..300).contains(&status) => {
            let answer = serde_json::from_slice::<HaltAnswer>(body).ok();
            Ok(Meaning::Done(answer.and_then(|answer| answer.correlation_id)))
        }
        Kind::SessionClose if status == 200 => Ok(Meaning::Done(None)),
        Kind::RateChange if (200..300).contains(&status) => Ok(Meaning::Done(None)),
        Kind::LineItemsRead if status == 200 => understand_line_items(question, body).map(Meaning::Read),
        kind => Err(format!("{} was answered with {status} {}", kind.name(), excerpt(body))),
    }
}

/// What the line items of an instance are said to have used.
fn understand_line_items(question: &Question<'_>, body: &[u8]) -> Result<Vec<Charge>, String> {
    let list: Vec<UsedAnswer> = serde_json::from_slice(body)
        .map_err(|error| format!("the list of line items cannot be read ({error}): {}", excerpt(body)))?;
    let mut used = Vec::with_capacity(list.len());
    for entry in list {
        let index = question.population.by_activation.get(&entry.activation_id).copied();
        let Some(line_item) = index else {
            return Err(format!("lists {}, which is no line item of the run", entry.activation_id));
        };
        let tokens = amount::from_number(&entry.used).ok_or("used is not a number")?;
        used.push(Charge { line_item, tokens });
    }
    Ok(used)
}

fn understand_access(question: &Question<'_>, status: u16, body: &[u8]) -> Result<Meaning, String> {
    // Not every target answers a refusal with 200, so the body decides, and only then the status.
    let answer: AccessAnswer = serde_json::from_slice(body).map_err(|error| {
        format!("answered with {status} and a body that cannot be read ({error}): {}", excerpt(body))
    })?;
    if answer.correlation_id.is_empty() {
        return Err("the correlation ID is empty".to_owned());
    }
    if answer.requested_items.len() != question.wanted.len() {
        return Err(format!(
            "{} items asked for, {} answered",
            question.wanted.len(),
            answer.requested_items.len()
        ));
    }
    let mut items = Vec::with_capacity(question.wanted.len());
    for (wanted, answered) in question.wanted.iter().zip(&answer.requested_items) {
        items.push(understand_item(question, wanted, answered)?);
    }
    let granted = items.iter().filter(|item| item.granted).count();
    if granted > 0 && !(200..300).contains(&status) {
        return Err(format!("answered with {status} although {granted} items were granted"));
    }
    if question.kind.in_session() && granted > 0 && granted < items.len() {
        return Err(format!("{granted} of {} items of a session request were granted", items.len()));
    }
    check_refusals(question, &items)?;
    Ok(Meaning::Access { correlation: answer.correlation_id, items })
}

/// One item of an answer, its sums checked.
fn understand_item(
    question: &Question<'_>,
    wanted: &Wanted,
    answered: &ItemAnswer,
) -> Result<ItemOutcome, String> {
    let item = &question.population.items[usize::from(wanted.item)];
    if answered.item != item.name {
        return Err(format!("asked for {}, answered {}", item.name, answered.item));
    }
    let charges = charges(question, answered)?;
    let total =
        amount::from_number(&answered.total_tokens_charged).ok_or("totalTokensCharged is not a number")?;
    let charged = amount::sum(charges.iter().map(|charge| charge.tokens));
    if !amount::same(total, charged) {
        return Err(format!("{}: totalTokensCharged is {total}, its line items sum to {charged}", item.name));
    }
    let granted = answered.status.code == GRANTED;
    check_price(item, wanted.count, granted, total, question.factors)?;
    if !granted {
        check_code(question, item, &answered.status.code)?;
    }
    Ok(ItemOutcome { granted, charges })
}

fn charges(question: &Question<'_>, answered: &ItemAnswer) -> Result<Vec<Charge>, String> {
    let population = question.population;
    let mut charges = Vec::with_capacity(answered.line_items.len());
    for entry in &answered.line_items {
        let index = population.by_activation.get(&entry.activation_id).copied();
        let of_this_instance =
            |index: &u32| population.line_items[*index as usize].instance == question.instance;
        let Some(line_item) = index.filter(of_this_instance) else {
            return Err(format!("charged to {}, which is no line item of the instance", entry.activation_id));
        };
        let tokens = amount::from_number(&entry.tokens_charged).ok_or("tokensCharged is not a number")?;
        charges.push(Charge { line_item, tokens });
    }
    Ok(charges)
}

fn check_price(
    item: &Item,
    count: Decimal,
    granted: bool,
    total: Decimal,
    factors: &[Decimal],
) -> Result<(), String> {
    let price = if granted { item.charge(count) } else { Some(Decimal::ZERO) };
    let Some(price) = price else {
        return Err(format!("{} was granted, which is in no rate table", item.name));
    };
    let prices = || factors.iter().map(|factor| price.saturating_mul(*factor));
    if prices().any(|price| amount::same(price, total)) {
        return Ok(());
    }
    let state = if granted { "granted" } else { "refused" };
    let prices: Vec<String> = prices().map(|price| price.to_string()).collect();
    Err(format!("{count} × {} {state} costs {}, charged {total}", item.name, prices.join(" or ")))
}

/// The code of an item that was not granted.
fn check_code(question: &Question<'_>, item: &Item, code: &str) -> Result<(), String> {
    if code.len() != 3 || !code.bytes().all(|letter| letter.is_ascii_digit()) {
        return Err(format!("{}: the code \"{code}\" does not have three digits", item.name));
    }
    let known = item.rate.is_some();
    if known && code == UNKNOWN_ITEM {
        return Err(format!("{} is in the rate table and was refused with {code}", item.name));
    }
    // In a session an unknown item may also carry the code of an item that was not looked at.
    if !known && code != UNKNOWN_ITEM && !question.kind.in_session() {
        return Err(format!("{} is in no rate table and was refused with {code}", item.name));
    }
    Ok(())
}

/// Where a line item is never used up, only unknown items can be refused.
fn check_refusals(question: &Question<'_>, items: &[ItemOutcome]) -> Result<(), String> {
    if !question.population.instances[question.instance as usize].plenty {
        return Ok(());
    }
    let is_known = |wanted: &Wanted| question.population.items[usize::from(wanted.item)].rate.is_some();
    if question.kind.in_session() && !question.wanted.iter().all(is_known) {
        return Ok(());
    }
    let refused = question.wanted.iter().zip(items).find(|(wanted, item)| is_known(wanted) && !item.granted);
    match refused {
        None => Ok(()),
        Some((wanted, _)) => {
            let name = &question.population.items[usize::from(wanted.item)].name;
            Err(format!("{name} was refused although a line item of the instance has tokens left"))
        }
    }
}

/// The beginning of a body, for a message.
fn excerpt(body: &[u8]) -> String {
    String::from_utf8_lossy(body).chars().take(120).collect()
}

#[cfg(test)]
mod tests {
    use super::super::audit::fixture;
    use super::*;

    const ONE: &str = r#"{"correlationId":"c","requestedItems":[{"item":"PhotoPrint","status":{"code":"101"},
        "totalTokensCharged":30.0,"lineItems":[{"activationId":"big","rate":3,"tokensCharged":30}]}]}"#;

    fn ask(wanted: &[Wanted], status: u16, body: &str) -> Result<Meaning, String> {
        let population = fixture::population();
        let factors = &[Decimal::ONE];
        let question =
            Question { kind: Kind::AccessRequest, instance: 0, wanted, factors, population: &population };
        understand(&question, status, body.as_bytes())
    }

    fn photos(count: i64) -> Wanted {
        Wanted { item: 0, count: Decimal::from(count) }
    }

    #[test]
    fn a_granted_item_is_read_with_its_charges() {
        let Ok(Meaning::Access { correlation, items }) = ask(&[photos(10)], 200, ONE) else {
            panic!("not read")
        };
        assert_eq!(correlation, "c");
        assert_eq!(items[0].charges, [Charge { line_item: 1, tokens: Decimal::from(30) }]);
    }

    #[test]
    fn sums_and_prices_are_checked() {
        assert!(ask(&[photos(11)], 200, ONE).unwrap_err().contains("costs 33"));
        assert!(ask(&[photos(10)], 200, &ONE.replace("30.0", "31")).unwrap_err().contains("sum to 30"));
        assert!(ask(&[photos(10)], 200, &ONE.replace("big", "other")).unwrap_err().contains("no line item"));
        assert!(ask(&[photos(10)], 500, ONE).unwrap_err().contains("500"));
        assert!(ask(&[photos(10)], 503, "busy").unwrap_err().contains("503"));
    }

    #[test]
    fn refusing_what_can_be_paid_makes_no_sense() {
        let refused = ONE
            .replace("101", "202")
            .replace("30.0", "0")
            .replace(r#"{"activationId":"big","rate":3,"tokensCharged":30}"#, "");
        assert!(ask(&[photos(10)], 200, &refused).unwrap_err().contains("tokens left"));
        assert!(ask(&[photos(10)], 200, &refused.replace("202", "201")).unwrap_err().contains("rate table"));
    }
}
