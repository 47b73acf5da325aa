//! Rules on the rows of a session: the counterpart of `groups::sessions`.

use super::group_rules::{GroupRule, warning};
use super::text::close;

/// The rules on sessions.
pub(super) fn session_rules(charge_period_ms: i64) -> Vec<GroupRule> {
    let rows = || ("session_rows", SESSION_ROWS.to_owned());
    let charged = || ("session_charges", SESSION_CHARGES.to_owned());
    vec![
        warning(
            "WH-USAGE-076",
            vec![
                rows(),
                ("session_places", SESSION_PLACES.to_owned()),
                ("session_ends", SESSION_ENDS.to_owned()),
            ],
            "session_ends",
            AFTER_END,
        ),
        warning(
            "WH-USAGE-077",
            vec![rows(), charged(), ("refunds", REFUNDS.to_owned()), ("reversed", REVERSED.to_owned())],
            "reversed",
            &amount(charge_period_ms),
        ),
        GroupRule {
            id: "WH-USAGE-078",
            steps: vec![rows(), charged(), ("destinations", DESTINATIONS.to_owned())],
            from: "destinations",
            error: "CHARGED_LINE_ITEM IS NULL AND FIRST_CHARGE_MS < LAST_REFUND_MS".to_owned(),
            warning: "FALSE".to_owned(),
        },
        warning("WH-USAGE-081", vec![rows(), ("changes", CHANGES.to_owned())], "changes", "CHANGE_PLACE = 1"),
    ]
}

/// Rows of elastic sessions, and whether they move tokens of one line item.
const SESSION_ROWS: &str = "SELECT
  judged.*,
  COALESCE(TENANT_ID, '') AS OWNER,
  COALESCE(INSTANCE_ID, '') AS PLACE,
  COALESCE(ITEM, '') AS NAME_OF_ITEM,
  COALESCE(ITEM_VERSION, '') AS VERSION_OF_ITEM,
  COALESCE(ACTIVATIONS = 1, FALSE) AND TOKENS IS NOT NULL AND NOT DENIED AS MOVES
FROM judged
WHERE ELASTIC AND SESSION_ID IS NOT NULL AND USAGE_MS IS NOT NULL";

const SESSION_PLACES: &str = "SELECT
  session_rows.*,
  ROW_NUMBER() OVER (PARTITION BY OWNER, SESSION_ID ORDER BY USAGE_MS, SEQUENCE) AS IN_SESSION
FROM session_rows";

/// When the session had ended, and since when it is idle. A charge with a response is a request, which wakes it.
const SESSION_ENDS: &str = "SELECT
  session_places.*,
  MIN(CASE WHEN ENDED AND NOT CHARGE THEN USAGE_MS END) OVER (PARTITION BY OWNER, SESSION_ID) AS ENDED_MS,
  MAX(CASE WHEN REFUND AND SESSION_STATE = 'IDLE' THEN USAGE_MS END) OVER (PARTITION BY OWNER, SESSION_ID
    ORDER BY IN_SESSION ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS IDLE_MS,
  MAX(CASE WHEN REFUND AND SESSION_STATE = 'IDLE' THEN IN_SESSION END) OVER (PARTITION BY OWNER, SESSION_ID
    ORDER BY IN_SESSION ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS IDLE_PLACE,
  COALESCE(MAX(CASE WHEN CHARGE AND MOVES AND REQUEST_RESPONSE IS NOT NULL THEN IN_SESSION END) OVER (
    PARTITION BY OWNER, SESSION_ID ORDER BY IN_SESSION ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0)
    AS REQUEST_PLACE
FROM session_places";

/// A session may be idle for 30 days, and two seconds of skew.
const AFTER_END: &str = "CHARGE AND MOVES AND (USAGE_MS > ENDED_MS OR IDLE_PLACE > REQUEST_PLACE
      AND CASE WHEN REQUEST_RESPONSE IS NULL THEN USAGE_MS > IDLE_MS ELSE USAGE_MS - IDLE_MS > 2592002000 END)";

/// What each instant of a session charged, by item and line item.
const SESSION_CHARGES: &str = "SELECT
  OWNER, SESSION_ID, USAGE_MS, PLACE, ACTIVATION, NAME_OF_ITEM, VERSION_OF_ITEM,
  SUM(TOKENS) AS CHARGED,
  COUNT(*) AS CHARGE_ROWS
FROM session_rows
WHERE CHARGE AND MOVES
GROUP BY OWNER, SESSION_ID, USAGE_MS, PLACE, ACTIVATION, NAME_OF_ITEM, VERSION_OF_ITEM";

/// Each refund with all that its instant gives back for the item to the line item, and whether the session has ended.
const REFUNDS: &str = "SELECT
  backs.*,
  -SUM(TOKENS) OVER (PARTITION BY OWNER, SESSION_ID, USAGE_MS, PLACE, ACTIVATION, NAME_OF_ITEM, VERSION_OF_ITEM) AS BACK,
  COUNT(*) OVER (PARTITION BY OWNER, SESSION_ID, USAGE_MS, PLACE, ACTIVATION, NAME_OF_ITEM, VERSION_OF_ITEM) AS BACK_ROWS,
  ROW_NUMBER() OVER (PARTITION BY OWNER, SESSION_ID, USAGE_MS, PLACE, ACTIVATION, NAME_OF_ITEM, VERSION_OF_ITEM
    ORDER BY SEQUENCE) AS BACK_PLACE
FROM (
  SELECT
    session_rows.*,
    MIN(CASE WHEN ENDED AND NOT CHARGE THEN USAGE_MS END) OVER (PARTITION BY OWNER, SESSION_ID) AS ENDED_MS
  FROM session_rows
) backs
WHERE REFUND AND MOVES";

/// Each refund with the charge that it reverses: that of the latest instant before it.
const REVERSED: &str = "SELECT refunds.*, latest.CHARGE_MS, session_charges.CHARGED, session_charges.CHARGE_ROWS
FROM refunds
JOIN (
  SELECT refund.OWNER, refund.SESSION_ID, refund.USAGE_MS, MAX(charge.USAGE_MS) AS CHARGE_MS
  FROM (SELECT DISTINCT OWNER, SESSION_ID, USAGE_MS FROM refunds) refund
  JOIN (SELECT DISTINCT OWNER, SESSION_ID, USAGE_MS FROM session_charges) charge
    ON charge.OWNER = refund.OWNER AND charge.SESSION_ID = refund.SESSION_ID AND charge.USAGE_MS < refund.USAGE_MS
  GROUP BY refund.OWNER, refund.SESSION_ID, refund.USAGE_MS
) latest
  ON latest.OWNER = refunds.OWNER AND latest.SESSION_ID = refunds.SESSION_ID AND latest.USAGE_MS = refunds.USAGE_MS
JOIN session_charges
  ON session_charges.OWNER = refunds.OWNER AND session_charges.SESSION_ID = refunds.SESSION_ID
  AND session_charges.USAGE_MS = latest.CHARGE_MS AND session_charges.PLACE = refunds.PLACE
  AND session_charges.ACTIVATION = refunds.ACTIVATION AND session_charges.NAME_OF_ITEM = refunds.NAME_OF_ITEM
  AND session_charges.VERSION_OF_ITEM = refunds.VERSION_OF_ITEM";

/// The unused part, or all of it when the session has ended: a missed heartbeat gives back everything.
fn amount(period: i64) -> String {
    let share = format!("(CHARGED * ({period} - (USAGE_MS - CHARGE_MS)) / {period})");
    format!(
        "BACK_PLACE = 1 AND BACK_ROWS = CHARGE_ROWS AND USAGE_MS - CHARGE_MS < {period}
      AND NOT (COALESCE(ENDED_MS <= USAGE_MS, FALSE) AND {}) AND NOT {}",
        close("BACK", "CHARGED"),
        close("BACK", &share),
    )
}

/// The refunds after which a session goes on, of instants at which nothing else is charged or denied.
const CHANGES: &str = "SELECT
  changed.*,
  ROW_NUMBER() OVER (PARTITION BY OWNER, SESSION_ID, USAGE_MS ORDER BY SEQUENCE) AS CHANGE_PLACE
FROM (
  SELECT
    session_rows.*,
    MAX(CASE WHEN REFUND THEN 0 ELSE 1 END) OVER (PARTITION BY OWNER, SESSION_ID, USAGE_MS) AS ASKED
  FROM session_rows
) changed
WHERE ASKED = 0 AND REFUND AND MOVES AND NOT ENDED AND SESSION_STATE IS DISTINCT FROM 'IDLE'";

/// Each refund with the first charge of its session, the first of its line item, and the last refund to it.
const DESTINATIONS: &str = "SELECT
  backs.*,
  charged.CHARGED_LINE_ITEM,
  first_charges.FIRST_CHARGE_MS,
  MAX(backs.USAGE_MS) OVER (PARTITION BY backs.OWNER, backs.SESSION_ID, backs.PLACE, backs.ACTIVATION) AS LAST_REFUND_MS
FROM session_rows backs
LEFT JOIN (SELECT DISTINCT OWNER, SESSION_ID, PLACE, ACTIVATION AS CHARGED_LINE_ITEM FROM session_charges) charged
  ON charged.OWNER = backs.OWNER AND charged.SESSION_ID = backs.SESSION_ID
  AND charged.PLACE = backs.PLACE AND charged.CHARGED_LINE_ITEM = backs.ACTIVATION
LEFT JOIN (
  SELECT OWNER, SESSION_ID, MIN(USAGE_MS) AS FIRST_CHARGE_MS FROM session_charges GROUP BY OWNER, SESSION_ID
) first_charges
  ON first_charges.OWNER = backs.OWNER AND first_charges.SESSION_ID = backs.SESSION_ID
WHERE backs.REFUND AND backs.MOVES";
