//! Rules that SQL does not say, and why.

use super::super::knowledge::Need;
use super::super::rules::Rule;

const ONE_TYPE: &str = "a column of a table has one type, which is the type of the column";
const ONE_FORM: &str = "a form of JSON rows; a column of a table has one form for all rows";

/// Why a rule has no SQL; nothing where it has.
#[must_use]
pub fn excuse(rule: &Rule) -> Option<&'static str> {
    if let Some(need) = rule.needs {
        return Some(match need {
            Need::LineItems => "needs the line items, which are not in the table",
            Need::RateTables => "needs the rate tables, which are not in the table",
            Need::ClientLog => "needs the log of a client, which is not in the table",
        });
    }
    match rule.id {
        "INPUT" => Some("a table has no unreadable rows"),
        "WH-USAGE-019" | "WH-USAGE-020" | "WH-USAGE-023" | "WH-USAGE-024" | "WH-USAGE-025"
        | "WH-USAGE-026" | "WH-USAGE-030" | "WH-USAGE-031" | "WH-USAGE-038" => Some(ONE_TYPE),
        "WH-USAGE-001" | "WH-USAGE-002" | "WH-USAGE-003" | "WH-USAGE-004" | "WH-USAGE-005"
        | "WH-USAGE-006" => Some(ONE_FORM),
        "WH-USAGE-007" | "WH-USAGE-008" => {
            Some("compares how whole requests are written; either form is right by itself")
        }
        "WH-USAGE-009" => {
            Some("tells refunds without a sign by the row judged before; SQL takes signs as they are")
        }
        "WH-USAGE-010" | "WH-USAGE-011" => Some("the names of columns belong to the table, not to its rows"),
        "WH-USAGE-042" => Some("walks through every value of the vendor dictionary"),
        _ => None,
    }
}
