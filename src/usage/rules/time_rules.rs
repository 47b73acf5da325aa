//! Rules on the times of a row (WH-USAGE-085, -086, -089). None of them asks this machine's clock, so that
//! rows of a simulated clock, and rows judged years later, get the same verdict.

use super::super::cases::Facts;
use super::super::findings::Sheet;
use super::super::row::Row;
use super::{BOTH, Check, ELASTIC, INFERRED, Rule};
use crate::report::events::Severity::{E, W};

/// Skew between two clocks that is not worth a word.
pub(in crate::usage) const SKEW_IGNORED_MS: i64 = 2_000;
/// Skew that is worth a warning; beyond it the order is wrong.
const SKEW_WARNED_MS: i64 = 60_000;
/// How long a row of elastic usage may take to the warehouse.
pub(in crate::usage) const LATE_MS: i64 = 120_000;
/// 2015-01-01T00:00:00Z, before the service existed.
const EARLIEST_MS: i64 = 1_420_070_400_000;
/// 2100-01-01T00:00:00Z: later values are another unit, such as microseconds.
const LATEST_MS: i64 = 4_102_444_800_000;
/// Values of ten digits are seconds.
const SECONDS: std::ops::Range<i64> = 1_000_000_000..10_000_000_000;

pub(super) const RULES: &[Rule] = &[
    Rule::new(
        "WH-USAGE-085",
        E,
        BOTH,
        "A row is written after the usage that it shows.",
        "Compare the clocks of the service and the warehouse, and see that the columns are not swapped.",
        Check::Row(written_after_usage),
    ),
    Rule::new(
        "WH-USAGE-086",
        W,
        ELASTIC,
        "Elastic usage reaches the warehouse within two minutes.",
        "Look for a backlog between service and warehouse.",
        Check::Row(written_soon),
    ),
    Rule::new(
        "WH-USAGE-089",
        W,
        INFERRED,
        "Times are plausible: milliseconds, from 2015 to 2100.",
        "Check the unit: times are milliseconds, not seconds or microseconds.",
        Check::Row(plausible),
    ),
];

fn written_after_usage(row: &Row, _facts: &Facts, sheet: &mut Sheet<'_>) {
    let (Some(used), Some(written)) = (row.usage_time_ms, row.write_time_ms) else { return };
    let early = used.saturating_sub(written);
    if early <= SKEW_IGNORED_MS {
        return;
    }
    let level = if early <= SKEW_WARNED_MS { W } else { E };
    sheet.note(level, format!("written {early} ms before the usage"));
}

fn written_soon(row: &Row, facts: &Facts, sheet: &mut Sheet<'_>) {
    let (Some(used), Some(written)) = (row.usage_time_ms, row.write_time_ms) else { return };
    let late = written.saturating_sub(used);
    if facts.elastic() && late > LATE_MS {
        sheet.warn(format!("written {} s after the usage", late / 1000));
    }
}

/// Whether nothing about the time looks wrong.
pub(in crate::usage) fn is_plausible(time_ms: i64) -> bool {
    (EARLIEST_MS..LATEST_MS).contains(&time_ms)
}

fn plausible(row: &Row, _facts: &Facts, sheet: &mut Sheet<'_>) {
    for (column, time) in [("USAGE_TIME", row.usage_time_ms), ("WRITE_TIME", row.write_time_ms)] {
        let Some(time) = time else { continue };
        if SECONDS.contains(&time) {
            sheet.warn(format!("{column} {time} looks like seconds"));
        } else if !is_plausible(time) {
            sheet.warn(format!("{column} {time} lies outside 2015 to 2100"));
        }
    }
}
