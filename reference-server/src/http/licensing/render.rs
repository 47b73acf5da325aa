//! Answers of access requests on the wire (`50` §5.2).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::domain::Millis;
use crate::domain::licensing::{GrantRules, Granted, HostId, LineItemInfo, Served, Status};

/// What stands for a count that does not matter, and for a bound that is not there.
const UNCOUNTED: &str = "uncounted";
/// What stands for an end that never comes.
const PERMANENT: &str = "permanent";

/// ISO 8601 in UTC, with milliseconds (CM-HTTP-003).
pub(super) fn timestamp(at: Millis) -> String {
    Timestamp::from_millisecond(at).map_or_else(|_| PERMANENT.to_owned(), |at| format!("{at:.3}"))
}

/// The end of a license.
pub(super) fn end(at: Option<Millis>) -> String {
    at.map_or_else(|| PERMANENT.to_owned(), timestamp)
}

/// The body of an answer; a preview has no renew interval (CM-PRE-003).
pub(super) fn answer(
    host: &HostId,
    served: &Served,
    rules: &GrantRules,
    renew_percent: Option<i64>,
) -> Value {
    let features: Vec<Value> =
        served.granted.iter().map(|granted| feature(granted, rules, renew_percent)).collect();
    let statuses: Vec<Value> = served.statuses.iter().map(|denied| status(denied, rules)).collect();
    let mut body = json!({ "requestHostId": host, "features": features, "statusList": statuses });
    if let Some(percent) = renew_percent {
        body["serverLicenseRenewInterval"] = json!(percent);
    }
    body
}

fn feature(granted: &Granted, rules: &GrantRules, renew_percent: Option<i64>) -> Value {
    let requested = granted.requested_version.as_ref().filter(|_| !rules.shows_license_version);
    let count = if granted.uncounted { json!(UNCOUNTED) } else { json!(granted.count) };
    let mut shown = Map::new();
    let mut put = |name: &str, value: Value| shown.insert(name.to_owned(), value);
    put("name", json!(granted.feature.name));
    put("version", json!(requested.unwrap_or(&granted.feature.version)));
    put("count", count);
    put("maxCount", granted.most.map_or_else(|| json!(UNCOUNTED), |most| json!(most)));
    if let Some(expires) = granted.expires {
        put("expires", json!(timestamp(expires)));
        if let Some(percent) = renew_percent {
            put("renewInterval", json!(percent));
        }
    }
    put("finalExpiry", json!(end(granted.final_expiry)));
    if !granted.vendor_string.is_empty() {
        put("vendorString", json!(granted.vendor_string));
    }
    let line_items: Vec<Value> = granted.line_items.iter().map(line_item).collect();
    put("lineItemsInfo", json!(line_items));
    Value::Object(shown)
}

fn line_item(info: &LineItemInfo) -> Value {
    json!({
        "activationId": info.activation_id, "entitlementId": info.entitlement_id,
        "productName": info.product_name, "productVersion": info.product_version,
    })
}

fn status(denied: &Status, rules: &GrantRules) -> Value {
    json!({
        "name": denied.name, "version": denied.version,
        "code": (rules.code)(denied.denial), "message": denied.denial.message(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_milliseconds_also_when_they_are_0() {
        assert_eq!(timestamp(1_893_484_800_000), "2030-01-01T08:00:00.000Z");
        assert_eq!(timestamp(1_893_484_800_850), "2030-01-01T08:00:00.850Z");
        assert_eq!(end(None), "permanent");
    }
}
