//! Faults of the Data Access API: who is let in, which rows are found, and how they are walked and written.

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::domain::data_access::{Credential, Filter, Format, Operator};
use crate::domain::{DataAccessRules, Millis};

/// Cuts the lists of what can be asked, those whose first element is like this, to one.
macro_rules! one_only {
    ($rules:expr, $like:expr) => {
        $rules.data_access.body = |body| {
            let like: fn(&Value) -> bool = $like;
            let list = body.get_mut("data").and_then(Value::as_array_mut);
            if let Some(list) = list.filter(|list| list.first().is_some_and(like)) {
                list.truncate(1);
            }
        }
    };
}

/// Puts another operator in the place of one.
macro_rules! takes_for {
    ($rules:expr, $one:ident, $other:ident) => {
        $rules.data_access.holds = |operator, found, wanted| {
            let operator = if operator == Operator::$one { Operator::$other } else { operator };
            (DataAccessRules::default().holds)(operator, found, wanted)
        }
    };
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("reports.caller", "anybody", &["DAPI-016"], "Answers callers without a credential.", |r| {
        r.data_access.admits_strangers = true;
    }),
    mutant("reports.caller", "any-password", &["DAPI-016", "DAPI-017"], "Looks at the name only.", |r| {
        r.data_access.find_caller = |callers, credential| {
            callers.iter().find(|caller| match credential {
                Credential::Password(user, _) => caller.user == *user,
                Credential::Token(token) => caller.token.as_ref() == Some(token),
                Credential::Missing => false,
            })
        };
    }),
    mutant(
        "reports.caller",
        "any-token",
        &["DAPI-016", "DAPI-018"],
        "Takes whatever begins like a token.",
        |r| {
            r.data_access.find_caller = |callers, credential| {
                callers.iter().find(|caller| match credential {
                    Credential::Password(_, password) => caller.password.as_ref() == Some(password),
                    Credential::Token(token) => token.starts_with("rna_"),
                    Credential::Missing => false,
                })
            };
        },
    ),
    mutant("reports.caller", "no-password", &["DAPI-017"], "Takes tokens only.", |r| {
        r.data_access.find_caller = |callers, credential| {
            let Credential::Token(token) = credential else { return None };
            callers.iter().find(|caller| caller.token.as_ref() == Some(token))
        };
    }),
    mutant("reports.caller", "no-token", &["DAPI-018"], "Takes passwords only.", |r| {
        r.data_access.find_caller = |callers, credential| {
            let Credential::Password(_, password) = credential else { return None };
            callers.iter().find(|caller| caller.password.as_ref() == Some(password))
        };
    }),
    mutant(
        "reports.caller",
        "no-permission-needed",
        &["DAPI-019"],
        "Does not look at the permission.",
        |r| {
            r.data_access.may_read = |_caller| true;
        },
    ),
    mutant("reports.range", "no-beginning", &["DAPI-020"], "Does not look at `dateFrom`.", |r| {
        r.data_access.in_range = |at, _from, until| at < until;
    }),
    mutant("reports.range", "no-end", &["DAPI-021"], "Does not look at `dateTo`.", |r| {
        r.data_access.in_range = |at, from, _until| at >= from;
    }),
    mutant("reports.range", "any-length", &["DAPI-021"], "Covers more than 30 days.", |r| {
        r.data_access.longest_span = Millis::MAX;
    }),
    mutant("reports.past_days", "always-30", &["DAPI-022"], "Goes back 30 days when nobody says.", |r| {
        r.data_access.default_past_days = 30;
    }),
    mutant(
        "reports.past_days",
        "beat-dates",
        &["DAPI-022"],
        "Counts `pastDays` although dates are given.",
        |r| {
            r.data_access.past_days_beat_dates = true;
        },
    ),
    mutant("reports.format", "csv", &["DAPI-023", "DAPI-038"], "Writes CSV when nobody says.", |r| {
        r.data_access.default_format = Format::Csv;
    }),
    mutant("reports.limit", "100", &["DAPI-024"], "Has 100 rows on a page when nobody says.", |r| {
        r.data_access.default_limit = 100;
    }),
    mutant("reports.limit", "unbounded", &["DAPI-024"], "Has more than 2500 rows on a page.", |r| {
        r.data_access.most_records = usize::MAX;
    }),
    mutant("reports.page", "from-0", &["DAPI-025"], "Counts pages from 0.", |r| {
        r.data_access.first_of = |page, limit| page.saturating_mul(limit);
    }),
    mutant(
        "reports.page",
        "overlapping",
        &["DAPI-041"],
        "Shows the last row of a page on the next one.",
        |r| {
            r.data_access.first_of =
                |page, limit| page.saturating_sub(1).saturating_mul(limit.saturating_sub(1));
        },
    ),
    mutant("reports.page", "404-past-the-end", &["DAPI-094"], "Answers 404 to a page past the end.", |r| {
        r.data_access.past_end = 404;
    }),
    mutant("reports.page_count", "rounded-down", &["DAPI-039"], "Counts whole pages only.", |r| {
        r.data_access.pages = |records, limit| records / limit;
    }),
    mutant("reports.mode", "upper-case-only", &["DAPI-026"], "Knows modes in upper case only.", |r| {
        r.data_access.same_mode = |word, mode| word == mode;
    }),
    mutant("reports.query", "ignored", &["DAPI-027", "DAPI-030"], "Does not look at `query`.", |r| {
        r.data_access.joined = |_clauses| Filter::All(Vec::new());
    }),
    mutant("reports.query", "joined-by-or", &["DAPI-031"], "Takes one clause of a query for enough.", |r| {
        r.data_access.joined = Filter::Any;
    }),
    mutant("reports.plain_filters", "ignored", &["DAPI-093"], "Looks at filters in `query` only.", |r| {
        r.data_access.plain_filters = false;
    }),
    mutant("reports.operator", "ne-is-eq", &["DAPI-030"], "Takes `$ne` for `$eq`.", |r| {
        takes_for!(r, Ne, Eq)
    }),
    mutant("reports.operator", "eq-is-ne", &["DAPI-030"], "Takes `$eq` for `$ne`.", |r| {
        takes_for!(r, Eq, Ne)
    }),
    mutant("reports.operator", "sw-is-con", &["DAPI-030"], "Takes `$sw` for `$con`.", |r| {
        takes_for!(r, Sw, Con);
    }),
    mutant("reports.operator", "ew-is-con", &["DAPI-030"], "Takes `$ew` for `$con`.", |r| {
        takes_for!(r, Ew, Con);
    }),
    mutant("reports.operator", "con-is-sw", &["DAPI-030"], "Takes `$con` for `$sw`.", |r| {
        takes_for!(r, Con, Sw);
    }),
    mutant("reports.operator", "in-is-first", &["DAPI-030"], "Looks at the first value of `$in`.", |r| {
        takes_for!(r, In, Eq);
    }),
    mutant("reports.operator", "nin-is-first", &["DAPI-030"], "Looks at the first value of `$nin`.", |r| {
        takes_for!(r, Nin, Ne);
    }),
    mutant("reports.operator", "gt-is-gte", &["DAPI-030"], "Takes `$gt` for `$gte`.", |r| {
        takes_for!(r, Gt, Gte);
    }),
    mutant("reports.operator", "gte-is-gt", &["DAPI-030"], "Takes `$gte` for `$gt`.", |r| {
        takes_for!(r, Gte, Gt);
    }),
    mutant("reports.operator", "lt-is-lte", &["DAPI-030"], "Takes `$lt` for `$lte`.", |r| {
        takes_for!(r, Lt, Lte);
    }),
    mutant("reports.operator", "lte-is-lt", &["DAPI-030"], "Takes `$lte` for `$lt`.", |r| {
        takes_for!(r, Lte, Lt);
    }),
    mutant("reports.operator", "btw-without-end", &["DAPI-030"], "Takes `$btw` for `$gte`.", |r| {
        takes_for!(r, Btw, Gte);
    }),
    mutant("reports.names", "one-only", &["DAPI-007", "DAPI-015"], "Names one group only.", |r| {
        one_only!(r, Value::is_string);
    }),
    mutant(
        "reports.filters",
        "one-only",
        &["DAPI-009", "DAPI-035"],
        "Lists one filter of a group only.",
        |r| {
            one_only!(r, |one| one.get("field").is_some());
        },
    ),
    mutant("reports.global_filters", "one-only", &["DAPI-010"], "Lists one global filter only.", |r| {
        one_only!(r, |one| one.get("description").is_some());
    }),
    mutant("reports.body", "without-rows", &["DAPI-006", "DAPI-008"], "Promises the rows for later.", |r| {
        r.data_access.body = |body| {
            if body.get("header").is_some() {
                *body = json!({ "job": "1" });
            }
        };
    }),
    mutant("reports.body", "bare-array", &["DAPI-037", "DAPI-038"], "Leaves out the header.", |r| {
        r.data_access.body = |body| {
            if body.get("header").is_some() {
                *body = body["data"].take();
            }
        };
    }),
    mutant(
        "reports.links",
        "by-another-name",
        &["DAPI-037", "DAPI-039"],
        "Calls the next page `next`.",
        |r| {
            r.data_access.body = |body| {
                if let Some(header) = body.get_mut("header").and_then(Value::as_object_mut)
                    && let Some(link) = header.remove("nextPageURL")
                {
                    header.insert("next".to_owned(), link);
                }
            };
        },
    ),
    mutant("reports.counts", "absent", &["DAPI-039"], "Does not count records and pages.", |r| {
        r.data_access.body = |body| {
            if let Some(header) = body.get_mut("header").and_then(Value::as_object_mut) {
                header.retain(|name, _| !name.ends_with("Count"));
            }
        };
    }),
    mutant("reports.fields", "tenant", &["DAPI-044"], "Shows the tenant.", |r| {
        r.data_access.shaped = |mut row| {
            row.insert("TENANT_ID".to_owned(), json!("tenant"));
            row
        };
    }),
    mutant("reports.fields", "no-account", &["DAPI-095"], "Does not say whose usage it is.", |r| {
        r.data_access.shaped = |mut row| {
            row.remove("accountId");
            row
        };
    }),
    mutant(
        "reports.fields",
        "underscores",
        &["DAPI-042"],
        "Writes names with underscores for periods.",
        |r| {
            r.data_access.shaped =
                |row| row.into_iter().map(|(name, cell)| (name.replace('.', "_"), cell)).collect();
        },
    ),
];
