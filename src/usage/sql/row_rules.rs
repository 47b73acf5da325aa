//! Rules on single rows: when a row breaks the rule as an error, and when as a warning.
//!
//! A condition is over the columns of `judged`; NULL is no finding, as everywhere in SQL. They are asked in this order,
//! so that a warning needs not exclude the error.

use super::super::cases;
use super::super::columns::{Column, ColumnSet};
use super::text::{at_most, close};

/// When a row breaks a rule.
pub(super) struct RowRule {
    pub(super) id: &'static str,
    pub(super) error: String,
    pub(super) warning: String,
}

const NEVER: &str = "FALSE";

fn error(id: &'static str, condition: impl Into<String>) -> RowRule {
    RowRule { id, error: condition.into(), warning: NEVER.to_owned() }
}

fn warning(id: &'static str, condition: impl Into<String>) -> RowRule {
    RowRule { id, error: NEVER.to_owned(), warning: condition.into() }
}

/// Every rule on single rows that SQL can say, but for WH-USAGE-064, which never fails.
pub(super) fn row_rules() -> Vec<RowRule> {
    let mut rules = columns();
    rules.extend(json_columns());
    rules.extend(license_columns());
    rules.push(null_by_case());
    rules.extend(elastic());
    rules.extend(sessions_and_refunds());
    rules.extend(times());
    rules.extend(license_servers());
    rules
}

fn columns() -> Vec<RowRule> {
    let unlike =
        |column: &str, number: &str| format!("{column} IS NOT NULL AND ({number} IS NULL OR {number} < 0)");
    vec![
        error("WH-USAGE-021", "USAGE_TIME IS NOT NULL AND USAGE_MS IS NULL"),
        error("WH-USAGE-022", "WRITE_TIME IS NOT NULL AND WRITE_MS IS NULL"),
        error("WH-USAGE-027", "ACTIVATION_ID IS NOT NULL AND ACTIVATIONS IS NULL"),
        error(
            "WH-USAGE-028",
            format!("{} OR ENTITLED <> FLOOR(ENTITLED)", unlike("MAPPED_ENTITLED_COUNT", "ENTITLED")),
        ),
        error("WH-USAGE-029", unlike("USED", "USED_NUMBER")),
        quantity(),
        warning("WH-USAGE-033", "NOT IS_UUID"),
        warning("WH-USAGE-034", "SESSION_STATE NOT IN ('IDLE', 'ACTIVE', 'TERMINATED', 'FAILED')"),
        error("WH-USAGE-035", "ELASTIC AND NOT IS_CODE"),
        warning("WH-USAGE-037", "METER_TYPE NOT IN ('elastic', 'concurrent', 'metered')"),
        error("WH-USAGE-040", unlike("METER_COST", "COST")),
        error("WH-USAGE-041", "METER_QUANTITY IS NOT NULL AND TOKENS IS NULL"),
        error("WH-USAGE-045", unlike("OVERDRAFT_COUNT", "OVERDRAFT")),
    ]
}

fn quantity() -> RowRule {
    let wrong = "QUANTITY <= 0 AND NOT REFUND AND NOT (LICENSE_SERVER AND (GAVE_BACK OR QUANTITY <> 0 \
                 AND (NOT WIDE OR COALESCE(LOWER(INCREMENTAL) = 'true', FALSE) \
                 OR COALESCE(METER_TYPE = 'metered', FALSE))))";
    RowRule {
        id: "WH-USAGE-032",
        error: format!("ITEM_QUANTITY IS NOT NULL AND QUANTITY IS NULL OR NOT DENIED AND {wrong}"),
        warning: wrong.to_owned(),
    }
}

/// What the warehouses call a text in JSON.
const TEXT: &str = "('varchar', 'string')";
/// And what is neither text nor number.
const NO_VERSION: &str = "('null', 'null_value', 'boolean', 'array', 'object')";

fn json_columns() -> Vec<RowRule> {
    vec![
        RowRule {
            id: "WH-USAGE-036",
            error:
                "CONTROLS_APPLIED IS NOT NULL AND (CONTROLS_KIND IS DISTINCT FROM 'object' OR NOT ELASTIC \
                    AND PARTITION_KIND IS NOT NULL AND NOT (PARTITION_KIND = 'array' AND PARTITION_NAMES))"
                    .to_owned(),
            warning: "CONTROLS_APPLIED IS NOT NULL AND NOT ELASTIC AND PARTITION_KIND IS NULL".to_owned(),
        },
        error("WH-USAGE-039", "METER_COST_LIST IS NOT NULL AND RATE_TABLE_KIND IS NULL"),
        error(
            "WH-USAGE-060",
            format!(
                "RATE_TABLE_KIND <> 'object' OR RATE_TABLE_KIND = 'object' AND (VERSION_KIND IS NULL \
                 OR VERSION_KIND IN {NO_VERSION} OR VERSION_KIND IN {TEXT} AND RATE_TABLE_VERSION = '' \
                 OR SERIES_KIND NOT IN ('varchar', 'string', 'null', 'null_value'))"
            ),
        ),
        error("WH-USAGE-061", "META_KIND <> 'object'"),
    ]
}

fn license_columns() -> Vec<RowRule> {
    vec![
        error("WH-USAGE-043", "LOWER(PARTIAL) NOT IN ('true', 'false')"),
        error("WH-USAGE-044", "LOWER(INCREMENTAL) NOT IN ('true', 'false')"),
        error("WH-USAGE-046", "ENTITLED_ARTICLES IS NOT NULL AND ARTICLES IS NULL"),
        error("WH-USAGE-047", "ENTITLED_ARTICLE_VERSIONS IS NOT NULL AND ARTICLE_VERSIONS IS NULL"),
        error("WH-USAGE-048", "BORROWED_UNTIL IS NOT NULL AND BORROWED_MS IS NULL"),
        error("WH-USAGE-049", "SERVED_CLIENT_STATUS NOT IN ('NORMAL', 'RETURNED', 'EXPIRED', 'DROPPED')"),
    ]
}

/// WH-USAGE-050, from the same table of cells as the check in memory.
fn null_by_case() -> RowRule {
    let mut errors = String::from("CASE ROW_CASE");
    let mut warnings = errors.clone();
    for (case, name) in cases::names().enumerate() {
        let (mut wrong, mut doubtful) = (Vec::new(), Vec::new());
        for (column, letters) in Column::all().zip(cases::letters()) {
            let cell = column.name();
            match letters[case] {
                b'R' if ColumnSet::EIGHT.contains(column) => {
                    wrong.push(format!("WIDE AND {}", required(column)));
                    doubtful.push(required(column));
                }
                b'R' => wrong.push(required(column)),
                b'r' => doubtful.push(format!("{cell} IS NULL")),
                b'-' => wrong.push(format!("{cell} IS NOT NULL")),
                b'n' => doubtful.push(format!("{cell} IS NOT NULL")),
                b'x' => {
                    wrong.push(format!("WIDE AND {cell} IS NOT NULL"));
                    doubtful.push(format!("{cell} IS NOT NULL"));
                }
                b'0' => {
                    wrong.push("WIDE AND TOKENS <> 0".to_owned());
                    doubtful.push("TOKENS <> 0".to_owned());
                }
                _ => {}
            }
        }
        for (text, conditions) in [(&mut errors, wrong), (&mut warnings, doubtful)] {
            let any = if conditions.is_empty() { NEVER.to_owned() } else { conditions.join(" OR ") };
            text.push_str(&format!("\n      WHEN '{name}' THEN {any}"));
        }
    }
    errors.push_str("\n    END");
    warnings.push_str("\n    END");
    RowRule { id: "WH-USAGE-050", error: errors, warning: warnings }
}

fn required(column: Column) -> String {
    match column {
        Column::MeterType => "METER_TYPE IS NULL AND NOT (LICENSE_SERVER AND DENIED)".to_owned(),
        Column::BorrowedUntil => "BORROWED_UNTIL IS NULL AND NOT GAVE_BACK".to_owned(),
        _ => format!("{} IS NULL", column.name()),
    }
}

fn elastic() -> Vec<RowRule> {
    let kept = "ELASTIC AND DENIED AND (MAPPED_ENTITLED_COUNT IS NOT NULL OR USED IS NOT NULL \
                OR METER_COST_LIST IS NOT NULL OR METER_COST IS NOT NULL OR TOKENS <> 0)";
    vec![
        error(
            "WH-USAGE-052",
            "ELASTIC AND (METER IS DISTINCT FROM 'elastic token' OR METER_TYPE IS DISTINCT FROM 'elastic')",
        ),
        RowRule {
            id: "WH-USAGE-053",
            error: format!("ELASTIC AND DENIED AND ACTIVATION_ID IS NOT NULL OR WIDE AND {kept}"),
            warning: format!("GRANTED_CODE AND ACTIVATION_ID IS NULL OR {kept}"),
        },
        warning(
            "WH-USAGE-054",
            "ELASTIC AND NOT REFUND AND REQUEST_RESPONSE IS NOT NULL AND CASE WHEN DENIED \
             THEN ACTIVATION_ID IS NOT NULL OR COALESCE(TOKENS, 1) <> 0 \
             ELSE ACTIVATION_ID IS NULL OR TOKENS = 0 AND COALESCE(COST, 1) <> 0 END",
        ),
        warning("WH-USAGE-056", "CHARGE AND TOKENS = 0 AND COST <> 0"),
        error("WH-USAGE-057", "ELASTIC AND ACTIVATIONS <> 1"),
        within_entitlement(),
        warning("WH-USAGE-059", format!("CHARGE AND NOT {}", at_most("TOKENS", "USED_NUMBER"))),
    ]
}

/// An overdraft that is NULL is unlimited, where there is the column.
fn within_entitlement() -> RowRule {
    let over = format!(
        "NOT DENIED AND NOT {} AND (OVERDRAFT IS NOT NULL OR NOT WIDE) AND NOT {}",
        at_most("USED_NUMBER", "ENTITLED"),
        at_most("USED_NUMBER", "(ENTITLED + COALESCE(OVERDRAFT, 0))"),
    );
    RowRule {
        id: "WH-USAGE-058",
        error: format!("WIDE AND TOKENS > 0 AND NOT GAVE_BACK AND ACTIVATIONS = 1 AND {over}"),
        warning: over,
    }
}

fn sessions_and_refunds() -> Vec<RowRule> {
    vec![
        warning(
            "WH-USAGE-062",
            "(SESSION_ID IS NULL) <> (SESSION_STATE IS NULL) OR SESSION_ID IS NOT NULL AND LICENSE_SERVER",
        ),
        warning("WH-USAGE-063", "CHARGE AND SESSION_ID IS NOT NULL AND SESSION_STATE <> 'ACTIVE'"),
        warning(
            "WH-USAGE-065",
            format!("REFUND AND NOT {}", at_most("ABS(TOKENS)", "(COST * ABS(QUANTITY))")),
        ),
        error("WH-USAGE-079", "REFUND AND SESSION_ID IS NULL"),
    ]
}

fn times() -> Vec<RowRule> {
    let doubtful = |time: &str| format!("{time} < 1420070400000 OR {time} >= 4102444800000");
    vec![
        RowRule {
            id: "WH-USAGE-085",
            error: "USAGE_MS - WRITE_MS > 60000".to_owned(),
            warning: "USAGE_MS - WRITE_MS > 2000".to_owned(),
        },
        warning("WH-USAGE-086", "ELASTIC AND WRITE_MS - USAGE_MS > 120000"),
        warning("WH-USAGE-089", format!("{} OR {}", doubtful("USAGE_MS"), doubtful("WRITE_MS"))),
    ]
}

fn license_servers() -> Vec<RowRule> {
    let may_give_back = "(NOT WIDE OR GAVE_BACK OR COALESCE(LOWER(INCREMENTAL) = 'true', FALSE) \
                         OR COALESCE(METER_TYPE = 'metered', FALSE))";
    let quantity = format!(
        "LICENSE_SERVER AND NOT DENIED AND NOT {} AND NOT ({may_give_back} AND {})",
        close("TOKENS", "QUANTITY"),
        close("ABS(TOKENS)", "ABS(QUANTITY)")
    );
    vec![
        error("WH-USAGE-090", "LICENSE_SERVER AND (METER_COST_LIST IS NOT NULL OR METER_COST IS NOT NULL)"),
        RowRule {
            id: "WH-USAGE-091",
            error: format!("{quantity} AND NOT COALESCE(LOWER(PARTIAL) = 'true', FALSE) AND NOT GAVE_BACK"),
            warning: quantity,
        },
        warning(
            "WH-USAGE-092",
            "LICENSE_SERVER AND (ARTICLES <> ACTIVATIONS OR ARTICLE_VERSIONS <> ACTIVATIONS)",
        ),
        RowRule {
            id: "WH-USAGE-093",
            error: "ROW_CASE IN ('granted metered use', 'denied metered use') AND BORROWED_UNTIL IS NOT NULL"
                .to_owned(),
            warning: "ROW_CASE = 'granted concurrent use' AND NOT GAVE_BACK AND BORROWED_MS < USAGE_MS"
                .to_owned(),
        },
        warning("WH-USAGE-095", "LOWER(INCREMENTAL) = 'true' AND METER_TYPE IS DISTINCT FROM 'concurrent'"),
    ]
}
