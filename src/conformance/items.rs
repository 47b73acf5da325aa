//! The answer to an access request, read item by item.

use rust_decimal::Decimal;
use serde_json::Value;

use super::names::Names;
use super::numbers::decimal;

/// The code of a granted item in v1.0.
pub(super) const GRANTED: [&str; 2] = ["101", "1101"];

/// The answered items; none when the body is no answer to an access request.
pub(super) fn items(body: &Value) -> Option<&Vec<Value>> {
    body.get("requestedItems")?.as_array()
}

/// The result code, which has to be a text.
pub(super) fn code(item: &Value) -> Option<&str> {
    item.pointer("/status/code")?.as_str()
}

/// Whether a code is what a table says: the code itself, or `granted`, `refused`, or `insufficient`, whose
/// number no document gives: three digits in v1.0 that do not say granted.
///
/// Tables name the codes of v1.0. Those of v1.1 have four digits and are not published (DM-CODE-011), so that there no
/// more is known of a refused item than that its code is not the one that is known to say granted.
pub(super) fn code_fits(expected: &str, code: Option<&str>, version: &str) -> bool {
    let refused = |code: &str| !code.is_empty() && !GRANTED.contains(&code);
    if version != "v1.0" {
        let says_granted = matches!(expected, "granted" | "101");
        return code.is_some_and(|code| four_digits(code) && (says_granted || refused(code)));
    }
    match expected {
        "granted" => code.is_some_and(|code| GRANTED.contains(&code)),
        "refused" => code.is_some_and(refused),
        "insufficient" => code
            .is_some_and(|code| refused(code) && code.len() == 3 && code.bytes().all(|b| b.is_ascii_digit())),
        exact => code == Some(exact),
    }
}

/// Whether the item was granted. No document gives the four digits of v1.1 (DM-CODE-011), so that there a charge
/// tells it as well.
pub(super) fn granted(item: &Value) -> bool {
    let paid = || item.get("lineItems").and_then(Value::as_array).is_some_and(|lines| !lines.is_empty());
    let charged = || paid() || tokens(item).is_some_and(|tokens| tokens > Decimal::ZERO);
    code(item).is_some_and(|code| GRANTED.contains(&code) || (four_digits(code) && charged()))
}

/// Whether a code looks like one of v1.1.
fn four_digits(code: &str) -> bool {
    code.len() == 4 && code.bytes().all(|digit| digit.is_ascii_digit())
}

/// The tokens charged for the item.
pub(super) fn tokens(item: &Value) -> Option<Decimal> {
    decimal(item.get("totalTokensCharged")?)
}

/// Line item, tokens and rate of every part of the charge.
pub(super) fn parts<'a>(item: &'a Value, names: &Names) -> Vec<(&'a str, Option<Decimal>, Option<Decimal>)> {
    let lines = item.get("lineItems").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let number = |line: &Value, member: &str| line.get(member).and_then(decimal);
    lines
        .iter()
        .map(|line| {
            let id = line.get("activationId").and_then(Value::as_str).unwrap_or("?");
            (names.shown(id), number(line, "tokensCharged"), number(line, "rate"))
        })
        .collect()
}

/// The sum of all charges of an answer, or the largest number there is where a target charges more than that.
pub(super) fn total(body: &Value) -> Decimal {
    items(body).into_iter().flatten().filter_map(tokens).fold(Decimal::ZERO, Decimal::saturating_add)
}

/// Whether nothing at all was charged: no total and no line item.
pub(super) fn nothing_charged(item: &Value) -> bool {
    let lines = item.get("lineItems").and_then(Value::as_array);
    tokens(item) == Some(Decimal::ZERO) && lines.is_some_and(Vec::is_empty)
}

/// An item as reports show it.
pub(super) fn describe(item: &Value, names: &Names) -> String {
    let text = |pointer: &str| item.pointer(pointer).map(plain).unwrap_or_default();
    let parts: Vec<String> = parts(item, names)
        .into_iter()
        .map(|(id, tokens, rate)| format!("{id}: {} at {}", or_missing(tokens), or_missing(rate)))
        .collect();
    format!(
        "{} × {} {}: code {}, {} tokens [{}]",
        text("/count"),
        text("/item"),
        text("/version"),
        item.pointer("/status/code").map_or_else(|| "missing".to_owned(), Value::to_string),
        or_missing(tokens(item)),
        parts.join(", ")
    )
}

/// A whole answer as reports show it.
pub(super) fn describe_all(body: &Value, names: &Names) -> String {
    match items(body) {
        Some(items) if items.is_empty() => "no items".to_owned(),
        Some(items) => items.iter().map(|item| describe(item, names)).collect::<Vec<_>>().join("; "),
        None => "no requestedItems".to_owned(),
    }
}

/// A JSON value without the quotes of a text.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn or_missing(amount: Option<Decimal>) -> String {
    amount.map_or_else(|| "missing".to_owned(), |amount| amount.normalize().to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn split() -> Value {
        let granted = |item: &str, count: u32, tokens: u32, parts: Value| {
            json!({"item": item, "count": count, "status": {"code": "101"}, "totalTokensCharged": tokens,
                   "lineItems": parts})
        };
        let photo = json!([{"activationId": "ACT01", "rate": 3, "tokensCharged": 3}]);
        let cad = json!([{"activationId": "ACT01", "rate": 7, "tokensCharged": 7},
                         {"activationId": "ACT02", "rate": 7, "tokensCharged": 49}]);
        json!({"requestedItems": [granted("PhotoPrint", 1, 3, photo), granted("CADPrint", 8, 56, cad)]})
    }

    #[test]
    fn a_split_charge_is_read_part_by_part() {
        let body = split();
        assert_eq!(total(&body), Decimal::from(59));
        let seven = Some(Decimal::from(7));
        assert_eq!(
            parts(&items(&body).unwrap()[1], &Names::default()),
            [("ACT01", seven, seven), ("ACT02", Some(Decimal::from(49)), seven)]
        );
        assert!(describe_all(&body, &Names::default()).contains("56 tokens [ACT01: 7 at 7, ACT02: 49 at 7]"));
    }

    #[test]
    fn a_code_is_a_text() {
        assert_eq!(code(&json!({"status": {"code": 101}})), None);
        assert!(!granted(&json!({"status": {"code": "201"}})));
        assert!(nothing_charged(&json!({"totalTokensCharged": 0.0, "lineItems": []})));
        assert!(!nothing_charged(&json!({"totalTokensCharged": 0})));
    }

    #[test]
    fn codes_that_no_document_gives_are_recognised_by_form() {
        assert!(code_fits("insufficient", Some("202"), "v1.0"));
        assert!(!code_fits("insufficient", Some("101"), "v1.0"));
        assert!(!code_fits("insufficient", Some("1202"), "v1.0"));
        assert!(code_fits("refused", Some("1202"), "v1.0"));
        assert!(!code_fits("refused", None, "v1.0"));
        assert!(code_fits("201", Some("201"), "v1.0"));
        assert!(!code_fits("granted", Some("201"), "v1.0"));
        assert!(code_fits("201", Some("7777"), "v1.1"));
        assert!(code_fits("101", Some("7777"), "v1.1"));
        assert!(!code_fits("201", Some("1101"), "v1.1"));
        assert!(!code_fits("201", Some("201"), "v1.1"));
    }

    #[test]
    fn other_bodies_charge_nothing() {
        assert_eq!(total(&json!({"message": "no"})), Decimal::ZERO);
        assert_eq!(describe_all(&json!({"message": "no"}), &Names::default()), "no requestedItems");
    }
}
