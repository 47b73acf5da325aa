//! The running total of each line item: the counterpart of `groups::running`.
//!
//! Rows of one instant may stand in any order. Three are tried: the given one, the one in which every row of a request
//! shows the total after it, and the one in which refunds come first, the total falling, and charges after them, the
//! total rising. (The check in memory tries every order. It differs for a refund between two charges of one instant.)

use super::group_rules::{GroupRule, warning};
use super::text::close;

/// WH-USAGE-072 and -073.
pub(super) fn running_rules() -> Vec<GroupRule> {
    let steps = || {
        vec![
            ("totals", TOTALS.to_owned()),
            ("totals_before", TOTALS_BEFORE.to_owned()),
            ("orders", orders()),
            ("ends", ENDS.to_owned()),
            ("starts", STARTS.to_owned()),
            ("breaks", breaks()),
        ]
    };
    let broken = "BROKEN = 1 AND BEFORE_GIVEN IS NOT NULL AND FOLLOWS = 0";
    vec![
        warning("WH-USAGE-072", steps(), "breaks", broken),
        warning(
            "WH-USAGE-073",
            steps(),
            "breaks",
            &format!("{broken} AND USED_NUMBER < BEFORE_GIVEN AND TOKENS >= 0"),
        ),
    ]
}

/// Charges and refunds of one line item; an instant with a row of unknown step says nothing about the total.
const TOTALS: &str = "SELECT
  stepped.*,
  MAX(CASE WHEN USED_NUMBER IS NULL OR TOKENS IS NULL THEN 1 ELSE 0 END) OVER (
    PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS) AS UNKNOWN_STEP,
  ROW_NUMBER() OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS ORDER BY SEQUENCE) AS IN_INSTANT,
  ROW_NUMBER() OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS
    ORDER BY CASE WHEN TOKENS < 0 THEN 0 ELSE 1 END, CASE WHEN TOKENS < 0 THEN -USED_NUMBER ELSE USED_NUMBER END,
    TOKENS DESC, SEQUENCE) AS BY_TOTAL,
  MIN(SEQUENCE) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS, CORRELATION_ID) AS REQUEST_ORDER,
  COUNT(*) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS) AS INSTANT_ROWS
FROM judged stepped
WHERE ELASTIC AND NOT DENIED AND ACTIVATIONS = 1 AND USAGE_MS IS NOT NULL";

/// The totals before each row within its instant, in two orders, and what its request and those before it took.
const TOTALS_BEFORE: &str = "SELECT
  totals.*,
  LAG(USED_NUMBER) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS ORDER BY IN_INSTANT) AS BEFORE_HERE,
  LAG(USED_NUMBER) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS ORDER BY BY_TOTAL) AS BEFORE_BY_TOTAL,
  SUM(TOKENS) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS
    ORDER BY REQUEST_ORDER, CORRELATION_ID) AS TAKEN_YET
FROM totals";

/// Whether each order holds within the instant, whatever the total before it.
fn orders() -> String {
    let instant = "PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS";
    let holds = |before: &str| {
        let follows = close(&format!("{before} + TOKENS"), "USED_NUMBER");
        format!("MIN(CASE WHEN {before} IS NULL OR {follows} THEN 1 ELSE 0 END) OVER ({instant})")
    };
    format!(
        "SELECT
  totals_before.*,
  {} AS GIVEN_HOLDS,
  {} AS BY_TOTAL_HOLDS
FROM totals_before",
        holds("BEFORE_HERE"),
        holds("BEFORE_BY_TOTAL"),
    )
}

/// The total after each instant, and before it as its own rows have it.
const ENDS: &str = "SELECT
  orders.*,
  CASE WHEN UNKNOWN_STEP = 0 THEN MAX(CASE
    WHEN (CASE WHEN GIVEN_HOLDS = 0 AND BY_TOTAL_HOLDS = 1 THEN BY_TOTAL ELSE IN_INSTANT END) = INSTANT_ROWS
    THEN USED_NUMBER END) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS) END AS TOTAL_AFTER,
  MAX(CASE WHEN IN_INSTANT = 1 THEN USED_NUMBER - TOKENS END) OVER (
    PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS) AS GIVEN_START,
  MAX(CASE WHEN BY_TOTAL = 1 THEN USED_NUMBER - TOKENS END) OVER (
    PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS) AS BY_TOTAL_START,
  MAX(CASE WHEN IN_INSTANT = 1 THEN USED_NUMBER - TAKEN_YET END) OVER (
    PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS) AS FINAL_START
FROM orders";

/// The total before each instant; NULL where nothing is known of it.
const STARTS: &str = "SELECT
  instants.*,
  MAX(CASE WHEN IN_INSTANT = 1 THEN FORMER_TOTAL END) OVER (
    PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS) AS TOTAL_START
FROM (
  SELECT
    ends.*,
    LAG(TOTAL_AFTER) OVER (PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION ORDER BY USAGE_MS, IN_INSTANT) AS FORMER_TOTAL
  FROM ends
) instants";

/// Which instants no order explains, and which of their rows do not follow the one before them.
fn breaks() -> String {
    let instant = "PARTITION BY TENANT_ID, INSTANCE_ID, ACTIVATION, USAGE_MS";
    // A first instant may begin with any total, but none below zero.
    let fits = |start: &str| {
        let same = close("TOTAL_START", start);
        format!("CASE WHEN TOTAL_START IS NULL THEN {start} >= 0 ELSE {same} END")
    };
    let start = "COALESCE(TOTAL_START, CASE WHEN FINAL_START >= 0 THEN FINAL_START END)";
    let last = close(&format!("{start} + TAKEN_YET"), "USED_NUMBER");
    let follows = close("BEFORE_GIVEN + TOKENS", "USED_NUMBER");
    format!(
        "SELECT
  held.*,
  CASE WHEN {follows} THEN 1 ELSE 0 END AS FOLLOWS
FROM (
  SELECT
    starts.*,
    COALESCE(BEFORE_HERE, TOTAL_START) AS BEFORE_GIVEN,
    CASE WHEN UNKNOWN_STEP = 1
      OR GIVEN_HOLDS = 1 AND {given}
      OR BY_TOTAL_HOLDS = 1 AND {by_total}
      OR MIN(CASE WHEN {last} THEN 1 ELSE 0 END) OVER ({instant}) = 1
    THEN 0 ELSE 1 END AS BROKEN
  FROM starts
) held",
        given = fits("GIVEN_START"),
        by_total = fits("BY_TOTAL_START"),
    )
}
