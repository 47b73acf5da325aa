//! Faults of rate tables and formulas.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::domain::rate_table::{effective, newest_effective};
use crate::domain::{MINUTE, RateTable, Tokens, Variables, rate_table};
use crate::http::wire::{Operation, WireAnswer};

/// Versions deleted under the fault that never forgets them.
static DELETED: Mutex<BTreeSet<(String, String)>> = Mutex::new(BTreeSet::new());

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "table.immutable",
        "taken-version-overwrites",
        &["DM-RATE-006"],
        "Refuses a version that is taken, and takes over its prices all the same.",
        |r| r.tables.on_taken_version = |saved, items| saved.items = items,
    ),
    mutant("table.list", "filtered", &["DM-RATE-014"], "Lists only the series that the query names.", |r| {
        r.tables.listed = |table, series| series.is_none_or(|series| *table.series == *series)
    }),
    mutant("table.list", "in-an-object", &["DM-RATE-008"], "Lists rate tables inside an object.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::ListRateTables && answer.status == 200 {
                let tables = answer.body.take();
                answer.body = Some(json!({ "rateTables": tables }));
            }
        };
    }),
    mutant("table.list", "without-created", &["DM-RATE-009"], "Does not say when one was saved.", |r| {
        r.wire = |answer| {
            each_table(answer, |table| {
                table.remove("created");
            });
        };
    }),
    mutant("table.list", "without-no-series", &["DM-RATE-009"], "Leaves out a series that is none.", |r| {
        r.wire = |answer| {
            each_table(answer, |table| {
                if table.get("series") == Some(&json!("")) {
                    table.remove("series");
                }
            });
        };
    }),
    mutant("table.list", "items-reversed", &["DM-RATE-010"], "Lists the last item first.", |r| {
        r.wire = |answer| {
            each_table(answer, |table| {
                table
                    .get_mut("items")
                    .and_then(Value::as_array_mut)
                    .into_iter()
                    .for_each(|items| items.reverse());
            });
        };
    }),
    mutant(
        "table.list",
        "rates-as-text",
        &["DM-RATE-010", "DM-RATE-011"],
        "Lists rates as texts, which no new table may have.",
        |r| {
            r.wire = |answer| {
                each_table(answer, |table| {
                    for item in table.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten() {
                        if let Some(rate) = item.get("rate").map(Value::to_string) {
                            item["rate"] = json!(rate);
                        }
                    }
                });
            };
        },
    ),
    mutant(
        "table.deletion",
        "blank-series-is-any",
        &["DM-RATE-015"],
        "Deletes a version of any series when none is named.",
        |r| {
            r.tables.named = |table, series, version| {
                (series.is_empty() || *table.series == *series) && *table.version == *version
            };
        },
    ),
    mutant(
        "table.deletion",
        "never-forgotten",
        &["DM-RATE-020"],
        "Takes the version of a deleted table for taken.",
        |r| {
            r.table_deletable = |table, now| {
                let deletable = rate_table::not_yet_effective(table, now);
                if deletable {
                    let mut deleted = DELETED.lock().unwrap_or_else(PoisonError::into_inner);
                    deleted.insert((table.series.to_string(), table.version.to_string()));
                }
                deletable
            };
            r.table_exists = |tables, series, version| {
                let deleted = DELETED.lock().unwrap_or_else(PoisonError::into_inner);
                deleted.contains(&(series.to_owned(), version.to_owned()))
                    || tables.iter().any(|table| *table.series == *series && *table.version == *version)
            };
        },
    ),
    mutant(
        "table.applicable",
        "no-series-is-any",
        &["DM-RATE-029"],
        "Prices what has no series by the newest table of any series.",
        |r| {
            r.applicable_table = |tables, series, now| match series {
                "" => newest(tables.iter().filter(|table| table.effective_from <= now)),
                _ => newest_effective(tables, series, now),
            };
        },
    ),
    mutant(
        "table.applicable",
        "not-dated-back",
        &["DM-RATE-005"],
        "Lets no table begin before the minute after it was saved.",
        |r| {
            r.applicable_table = |tables, series, now| {
                newest(effective(tables, series, now).filter(|table| table.created + MINUTE <= now))
            };
        },
    ),
    mutant(
        "table.applicable",
        "not-by-itself",
        &["DM-RATE-033"],
        "Never takes up a table that was saved for the future.",
        |r| {
            r.applicable_table = |tables, series, now| {
                newest(effective(tables, series, now).filter(|table| table.effective_from <= table.created))
            };
        },
    ),
    mutant(
        "table.item",
        "older-tables-too",
        &["DM-RATE-030", "DM-RATE-A04"],
        "Looks for an item in superseded tables as well.",
        |r| {
            r.tables.priced_by = |rules, tables, series, now, requested| {
                let with_item = |table| {
                    (rules.find_item)(table, &requested.item, &requested.version).map(|item| (table, item))
                };
                effective(tables, series, now)
                    .filter_map(with_item)
                    .max_by_key(|(table, _)| (table.effective_from, table.sequence))
            };
        },
    ),
    mutant(
        "table.item",
        "unknown-is-the-first",
        &["DM-LI-A07", "DM-RATE-A08", "DM-CODE-003"],
        "Prices an unknown item as the first of the table.",
        |r| {
            r.find_item = |table, name, version| {
                rate_table::exact_item(table, name, version).or_else(|| table.items.first())
            };
        },
    ),
    mutant("charge.amount", "whole-rates", &["DM-RATE-023"], "Drops the fraction of a rate.", |r| {
        r.charge = |count, rate| count.checked_mul(rate.trunc()).map(Tokens::rounded);
    }),
    mutant(
        "charge.split",
        "first-rate-for-all",
        &["DM-RATE-A09"],
        "Prices all parts of a split charge at the rate of the first.",
        |r| r.sale.rate_of_part = |first, own| first.unwrap_or(own),
    ),
    mutant(
        "formula.variables",
        "case-sensitive",
        &["DM-RATE-042", "DM-RATE-A12"],
        "Finds a variable only if it is written as in the formula.",
        |r| r.arithmetic.variable = Variables::written_as,
    ),
    mutant("formula.precedence", "from-left-to-right", &["DM-RATE-043"], "Adds before it multiplies.", |r| {
        r.arithmetic.products_first = false
    }),
    mutant("formula.functions", "no-rounding", &["DM-RATE-040"], "Does not know `ROUND`.", |r| {
        r.tables.formula_fault =
            |formula| formula.text().contains("ROUND(").then_some("has no such function");
    }),
    mutant("formula.functions", "no-floor", &["DM-RATE-040"], "Does not know names with a point.", |r| {
        r.tables.formula_fault =
            |formula| formula.text().contains(".MATH(").then_some("has no such function");
    }),
];

fn newest<'a>(tables: impl Iterator<Item = &'a RateTable>) -> Option<&'a RateTable> {
    tables.max_by_key(|table| (table.effective_from, table.sequence))
}

fn each_table(answer: &mut WireAnswer, change: fn(&mut serde_json::Map<String, Value>)) {
    if answer.operation != Operation::ListRateTables {
        return;
    }
    for table in answer.body.as_mut().and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(table) = table.as_object_mut() {
            change(table);
        }
    }
}
