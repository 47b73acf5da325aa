//! Rules on the rows of a request and of metered use: the counterpart of `groups::requests` and `groups::metered`.
//!
//! Each has a query of its own, whose rows are those of `judged` that break it, with `LEVEL`.

use super::text::{at_most, close};

/// A rule across rows.
pub(super) struct GroupRule {
    pub(super) id: &'static str,
    /// Intermediate results, which other rules may name too.
    pub(super) steps: Vec<(&'static str, String)>,
    /// Which rows break it, over the last step; all with the columns of `judged`.
    pub(super) from: &'static str,
    pub(super) error: String,
    pub(super) warning: String,
}

const NEVER: &str = "FALSE";

/// The rules on requests, and the one on metered use.
pub(super) fn group_rules() -> Vec<GroupRule> {
    let requests = || vec![("requests", requests())];
    let items = || vec![("charges", CHARGES.to_owned()), ("items", items()), ("shares", shares())];
    vec![
        GroupRule {
            id: "WH-USAGE-055",
            steps: items(),
            from: "shares",
            error: "NOT MATCHES AND NOT SPLIT".to_owned(),
            warning: NEVER.to_owned(),
        },
        warning("WH-USAGE-067", requests(), "requests", "TWIN > 1"),
        warning("WH-USAGE-068", requests(), "requests", DIFFERS),
        warning(
            "WH-USAGE-070",
            items(),
            "shares",
            "SPLIT AND NOT MATCHES AND WRONG_BEFORE = 0 AND NOT ADDS_UP",
        ),
        warning("WH-USAGE-080", vec![("sessions_asked", SESSIONS_ASKED.to_owned())], "sessions_asked", MIXED),
        warning(
            "WH-USAGE-094",
            vec![("metered", METERED.to_owned())],
            "metered",
            &format!(
                "FORMER_MS <> USAGE_MS AND NOT GAVE_BACK AND NOT NEGATIVE AND NOT {} AND NOT COALESCE({}, FALSE)",
                at_most("FORMER_USED", "USED_NUMBER"),
                close("(FORMER_USED - TOKENS)", "USED_NUMBER")
            ),
        ),
    ]
}

pub(super) fn warning(
    id: &'static str,
    steps: Vec<(&'static str, String)>,
    from: &'static str,
    condition: &str,
) -> GroupRule {
    GroupRule { id, steps, from, error: NEVER.to_owned(), warning: condition.to_owned() }
}

/// Columns in which the rows of a request agree.
const AGREEING: [&str; 7] =
    ["TENANT_ID", "ACCOUNT_ID", "INSTANCE_ID", "CONSUMER_ID", "CONSUMER_TYPE", "SESSION_ID", "METER_TYPE"];

/// Each row with the first one of its request, and which of its equals it is.
fn requests() -> String {
    let firsts: Vec<String> = AGREEING
        .iter()
        .chain(&["USAGE_MS"])
        .map(|column| format!("  FIRST_VALUE({column}) OVER request AS FIRST_{column}"))
        .collect();
    let firsts = firsts.join(",\n").replace(
        "OVER request",
        "OVER (PARTITION BY CORRELATION_ID ORDER BY TIME_ORDER, SEQUENCE \
         ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)",
    );
    format!(
        "SELECT
  judged.*,
{firsts},
  ROW_NUMBER() OVER (PARTITION BY CORRELATION_ID, ITEM, ITEM_VERSION, ACTIVATION, REQUEST_RESPONSE, QUANTITY, TOKENS,
    USED_NUMBER ORDER BY TIME_ORDER, SEQUENCE) AS TWIN
FROM judged
WHERE CORRELATION_ID IS NOT NULL"
    )
}

const DIFFERS: &str = "ABS(USAGE_MS - FIRST_USAGE_MS) > 1000
      OR TENANT_ID IS DISTINCT FROM FIRST_TENANT_ID OR ACCOUNT_ID IS DISTINCT FROM FIRST_ACCOUNT_ID
      OR INSTANCE_ID IS DISTINCT FROM FIRST_INSTANCE_ID OR CONSUMER_ID IS DISTINCT FROM FIRST_CONSUMER_ID
      OR CONSUMER_TYPE IS DISTINCT FROM FIRST_CONSUMER_TYPE OR SESSION_ID IS DISTINCT FROM FIRST_SESSION_ID
      OR ELASTIC AND METER_TYPE IS DISTINCT FROM FIRST_METER_TYPE";

/// Charges whose price can be computed.
const CHARGES: &str = "SELECT judged.*, COALESCE(ACTIVATION, '') AS PAYER, COALESCE(ITEM_VERSION, '') AS VERSION_OF_ITEM
FROM judged
WHERE CHARGE AND CORRELATION_ID IS NOT NULL AND COST IS NOT NULL AND QUANTITY IS NOT NULL AND TOKENS IS NOT NULL";

/// Whether a charge is right by itself, and whether several line items paid for its item.
fn items() -> String {
    let one = "PARTITION BY CORRELATION_ID, ITEM, VERSION_OF_ITEM";
    format!(
        "SELECT
  charges.*,
  {matches} AS MATCHES,
  MIN(PAYER) OVER ({one}) <> MAX(PAYER) OVER ({one}) AS SPLIT
FROM charges",
        matches = close("COST * QUANTITY", "TOKENS"),
    )
}

/// Shares that do not divide count as nothing; the quantity may have been requested more than once.
fn shares() -> String {
    let one = "PARTITION BY CORRELATION_ID, ITEM, VERSION_OF_ITEM";
    let same = "PARTITION BY CORRELATION_ID, ITEM, VERSION_OF_ITEM, QUANTITY";
    let adds_up = close("ROUND(SHARES / NULLIF(QUANTITY, 0)) * QUANTITY", "SHARES");
    format!(
        "SELECT
  summed.*,
  MIN(CASE WHEN ALL_MATCH = 1 OR COALESCE({adds_up} AND ROUND(SHARES / NULLIF(QUANTITY, 0)) BETWEEN 1 AND TIMES_AT_MOST,
    FALSE) THEN 1 ELSE 0 END) OVER ({one}) = 1 AS ADDS_UP
FROM (
  SELECT
    items.*,
    MIN(CASE WHEN MATCHES THEN 1 ELSE 0 END) OVER ({same}) AS ALL_MATCH,
    COUNT(*) OVER ({same}) AS TIMES_AT_MOST,
    CASE WHEN MIN(ABS(COST)) OVER ({same}) = 0 THEN 0
      ELSE SUM(TOKENS / NULLIF(COST, 0)) OVER ({same}) END AS SHARES,
    COALESCE(SUM(CASE WHEN MATCHES THEN 0 ELSE 1 END) OVER ({one} ORDER BY TIME_ORDER, SEQUENCE
      ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS WRONG_BEFORE
  FROM items
) summed"
    )
}

/// Rows of session requests, with how many were granted and denied before them.
const SESSIONS_ASKED: &str = "SELECT
  asked.*,
  SUM(CASE WHEN DENIED THEN 1 ELSE 0 END) OVER (PARTITION BY CORRELATION_ID ORDER BY TIME_ORDER, SEQUENCE
    ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS DENIED_YET,
  ROW_NUMBER() OVER (PARTITION BY CORRELATION_ID ORDER BY TIME_ORDER, SEQUENCE) AS ROWS_YET
FROM judged asked
WHERE ELASTIC AND CORRELATION_ID IS NOT NULL AND SESSION_ID IS NOT NULL AND NOT REFUND";

/// The first row that is not like all before it.
const MIXED: &str =
    "ROWS_YET > 1 AND CASE WHEN DENIED THEN DENIED_YET = 1 ELSE DENIED_YET = ROWS_YET - 1 END";

/// Rows of one instant may stand in any order.
const METERED: &str = "SELECT
  counted.*,
  LAG(USED_NUMBER) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, ITEM, ITEM_VERSION
    ORDER BY TIME_ORDER, SEQUENCE) AS FORMER_USED,
  LAG(USAGE_MS) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, ITEM, ITEM_VERSION
    ORDER BY TIME_ORDER, SEQUENCE) AS FORMER_MS
FROM judged counted
WHERE ROW_CASE = 'granted metered use' AND USED_NUMBER IS NOT NULL AND USAGE_MS IS NOT NULL";
