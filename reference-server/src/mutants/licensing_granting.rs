//! Faults of granting, giving back, counting and borrowing.

use super::{Mutant, mutant};
use crate::domain::licensing::{License, LicensingRules};
use crate::domain::{DAY, Millis};

fn counted(license: &License) -> Option<i64> {
    (LicensingRules::default().granting.capacity)(license)
}

fn all_or_part(wanted: i64, room: Option<i64>, partial: bool) -> i64 {
    (LicensingRules::default().granting.granted)(wanted, room, partial)
}

fn rounded(start: Millis, interval: Millis, unit: Millis) -> Millis {
    (LicensingRules::default().borrow.end)(start, interval, unit)
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "cmapi.complete",
        "adds",
        &["CM-GRANT-001", "CM-BOR-009"],
        "Adds to what is held, in place of beginning anew.",
        |r| r.licensing.granting.gives_back_first = false,
    ),
    mutant(
        "cmapi.complete",
        "left-out-stays",
        &["CM-GRANT-005", "CM-GRANT-002"],
        "Keeps what is left out.",
        |r| {
            r.licensing.granting.left_out_stays = true;
        },
    ),
    mutant(
        "cmapi.complete",
        "denied-keeps",
        &["CM-GRANT-008"],
        "Keeps what was held of a denied feature.",
        |r| {
            r.licensing.granting.denial_keeps = true;
        },
    ),
    mutant(
        "cmapi.complete",
        "reserved-not-granted",
        &["CM-GRANT-002"],
        "Grants nothing of what is reserved to an empty request.",
        |r| r.licensing.granting.grants_reserved = false,
    ),
    mutant(
        "cmapi.complete",
        "one-denial-blocks",
        &["CM-GRANT-007"],
        "Denies all after a denied entry.",
        |r| {
            r.licensing.granting.denial_blocks_rest = true;
        },
    ),
    mutant("cmapi.capacity", "without-overdraft", &["CM-CNT-001"], "Grants no overdraft.", |r| {
        r.licensing.granting.capacity = |license| license.count;
    }),
    mutant(
        "cmapi.capacity",
        "unlimited-is-none",
        &["CM-CNT-001"],
        "Takes unlimited overdraft for none.",
        |r| {
            r.licensing.granting.capacity = |license| counted(license).or(license.count);
        },
    ),
    mutant(
        "cmapi.capacity",
        "without-bound",
        &["CM-CNT-003", "CM-MET-005"],
        "Grants more than there is.",
        |r| {
            r.licensing.granting.capacity = |_license| None;
        },
    ),
    mutant("cmapi.capacity", "uncounted-is-one", &["CM-CNT-002"], "Counts uncounted features.", |r| {
        r.licensing.granting.capacity = |license| counted(license).or(Some(1));
    }),
    mutant("cmapi.capacity", "metered-uncapped", &["CM-MET-005"], "Does not cap metered features.", |r| {
        r.licensing.granting.capacity =
            |license| if license.model.is_metered() { None } else { counted(license) };
    }),
    mutant(
        "cmapi.capacity",
        "second-line-item-unused",
        &["CM-CNT-004"],
        "Grants of one line item only.",
        |r| {
            r.licensing.granting.capacity =
                |license| if license.activation_id.ends_with('2') { Some(0) } else { counted(license) };
        },
    ),
    mutant(
        "cmapi.granted",
        "one-too-many",
        &["CM-CNT-003", "CM-PART-001"],
        "Grants one more than is left.",
        |r| {
            r.licensing.granting.granted =
                |wanted, room, partial| all_or_part(wanted, room.map(|room| room + 1), partial);
        },
    ),
    mutant("cmapi.granted", "one-too-few", &["CM-CNT-001"], "Keeps the last count for itself.", |r| {
        r.licensing.granting.granted =
            |wanted, room, partial| all_or_part(wanted, room.map(|room| room - 1), partial);
    }),
    mutant("cmapi.granted", "never-partial", &["CM-PART-002"], "Grants all or nothing, always.", |r| {
        r.licensing.granting.granted = |wanted, room, _partial| all_or_part(wanted, room, false);
    }),
    mutant(
        "cmapi.granted",
        "always-partial",
        &["CM-PART-001", "CM-GRANT-008"],
        "Grants parts unasked.",
        |r| {
            r.licensing.granting.granted = |wanted, room, _partial| all_or_part(wanted, room, true);
        },
    ),
    mutant(
        "cmapi.granted",
        "partial-never-empty",
        &["CM-PART-003"],
        "Grants one of none, if partial.",
        |r| {
            r.licensing.granting.granted = |wanted, room, partial| {
                let granted = all_or_part(wanted, room, partial);
                if partial { granted.max(1) } else { granted }
            };
        },
    ),
    mutant(
        "cmapi.judgement",
        "apart-from-booking",
        &["CM-CNT-003"],
        "Judges first and books later, as if nobody came between.",
        |r| r.licensing.granting.judged_apart = true,
    ),
    mutant("cmapi.reserved", "for-anybody", &["CM-RES-005"], "Grants others what is reserved.", |r| {
        r.licensing.granting.most = |capacity, _reserved, in_use| capacity - in_use;
    }),
    mutant(
        "cmapi.reserved",
        "twice",
        &["CM-RES-005", "CM-GRANT-004"],
        "Keeps back twice what is reserved.",
        |r| {
            r.licensing.granting.most = |capacity, reserved, in_use| capacity - 2 * reserved - in_use;
        },
    ),
    mutant("cmapi.version", "exact", &["CM-RSP-006"], "Serves the very version only.", |r| {
        r.licensing.granting.version_serves = |license, wanted| license == wanted;
    }),
    mutant("cmapi.version", "any", &["CM-RSP-006"], "Serves lower versions, too.", |r| {
        r.licensing.granting.version_serves = |_license, _wanted| true;
    }),
    mutant("cmapi.dates", "start-ignored", &["CM-CNT-005"], "Grants what has not started.", |r| {
        r.licensing.granting.not_started = |_license, _now| false;
    }),
    mutant("cmapi.dates", "end-ignored", &["CM-CNT-005"], "Grants what has expired.", |r| {
        r.licensing.granting.expired = |_license, _now| false;
    }),
    mutant("cmapi.selectors", "ignored", &["CM-DIC-004"], "Does not look at selectors.", |r| {
        r.licensing.granting.selectors_fit = |_license, _request| true;
    }),
    mutant(
        "cmapi.decrement",
        "as-much-as-there-is",
        &["CM-INC-004"],
        "Takes off less than is asked for.",
        |r| {
            r.licensing.granting.decrement = |held, subtracted| Ok(subtracted.min(held));
        },
    ),
    mutant("cmapi.decrement", "everything", &["CM-INC-001"], "Takes all off when some is subtracted.", |r| {
        r.licensing.granting.decrement = |held, _subtracted| Ok(held);
    }),
    mutant("cmapi.decrement", "nothing", &["CM-INC-001"], "Takes nothing off, and says that it did.", |r| {
        r.licensing.granting.decrement = |_held, _subtracted| Ok(0);
    }),
    mutant(
        "cmapi.shown",
        "only-what-is-named",
        &["CM-INC-005", "CM-INC-002"],
        "Shows less than is held.",
        |r| {
            r.licensing.granting.shows_all_held = false;
        },
    ),
    mutant("cmapi.metered", "always-reusable", &["CM-MET-006"], "Takes back what is not reusable.", |r| {
        r.licensing.granting.reusable = |_model| true;
    }),
    mutant("cmapi.metered", "never-reusable", &["CM-MET-006"], "Takes nothing back.", |r| {
        r.licensing.granting.reusable = |_model| false;
    }),
    mutant("cmapi.metered", "twice", &["CM-MET-002"], "Charges twice.", |r| {
        r.licensing.granting.metered_charge = |count| 2 * count;
    }),
    mutant(
        "cmapi.metered",
        "comes-back",
        &["CM-MET-002"],
        "Gives charges back with the next request.",
        |r| {
            r.licensing.granting.metered_comes_back = true;
        },
    ),
    mutant("cmapi.preview", "consumes", &["CM-PRE-004"], "Does what it should only show.", |r| {
        r.licensing.granting.preview_consumes = true;
    }),
    mutant(
        "cmapi.host_type",
        "by-the-letter",
        &["CM-ACC-001"],
        "Knows types of host IDs in capitals only.",
        |r| {
            r.licensing.granting.host_type_known = |kind| kind.bytes().all(|byte| byte.is_ascii_uppercase());
        },
    ),
    mutant("cmapi.borrow", "longest", &["CM-BOR-005"], "Lends for the longest of the intervals.", |r| {
        r.licensing.borrow.interval = |feature, terms, client| {
            client.max(feature.unwrap_or(terms.interval)).max(terms.longest.unwrap_or(0))
        };
    }),
    mutant(
        "cmapi.borrow",
        "client-ignored",
        &["CM-BOR-005"],
        "Does not look at the client's interval.",
        |r| {
            r.licensing.borrow.interval = |feature, terms, _client| {
                let own = feature.unwrap_or(terms.interval);
                terms.longest.map_or(own, |longest| own.min(longest))
            };
        },
    ),
    mutant(
        "cmapi.borrow",
        "feature-ignored",
        &["CM-BOR-005"],
        "Does not look at the feature's interval.",
        |r| {
            r.licensing.borrow.interval = |_feature, terms, client| {
                let set = [Some(terms.interval), Some(client).filter(|client| *client > 0), terms.longest];
                set.into_iter().flatten().min().unwrap_or(DAY)
            };
        },
    ),
    mutant(
        "cmapi.borrow",
        "maximum-ignored",
        &["CM-BOR-005"],
        "Lends longer than administrators allow.",
        |r| {
            r.licensing.borrow.interval = |feature, terms, client| {
                let own = feature.unwrap_or(terms.interval);
                if client > 0 { own.min(client) } else { own }
            };
        },
    ),
    mutant(
        "cmapi.borrow",
        "zero-is-nothing",
        &["CM-BOR-003"],
        "Takes an interval of 0 for no time at all.",
        |r| {
            r.licensing.borrow.interval = |feature, terms, client| {
                let own = feature.unwrap_or(terms.interval).min(client);
                terms.longest.map_or(own, |longest| own.min(longest))
            };
        },
    ),
    mutant("cmapi.borrow_end", "rounded-down", &["CM-BOR-006"], "Rounds ends down.", |r| {
        r.licensing.borrow.end =
            |start, interval, unit| rounded(start, interval, unit) - unit.max(2000) + 1000;
    }),
    mutant("cmapi.borrow_end", "not-rounded", &["CM-BOR-006"], "Does not round ends.", |r| {
        r.licensing.borrow.end = |start, interval, _unit| rounded(start, interval, 1000);
    }),
    mutant("cmapi.borrow_end", "a-second-long", &["CM-BOR-006"], "Ends a second into the next unit.", |r| {
        r.licensing.borrow.end = |start, interval, unit| rounded(start, interval, unit) + 1000;
    }),
    mutant(
        "cmapi.borrow_end",
        "beyond-the-license",
        &["CM-BOR-007", "CM-RSP-004"],
        "Lends beyond the end of the license.",
        |r| r.licensing.borrow.within_license = |borrow, _license| borrow,
    ),
    mutant("cmapi.renewal", "never", &["CM-BOR-009"], "Does not renew what is asked for again.", |r| {
        r.licensing.borrow.renews = false;
    }),
    mutant("cmapi.expiry", "never", &["CM-BOR-011"], "Does not take back what has expired.", |r| {
        r.licensing.borrow.ends = false;
    }),
    mutant("cmapi.connections", "without-bound", &["CM-LIM-001"], "Takes any number of connections.", |r| {
        r.licensing.connections.most = usize::MAX;
    }),
    mutant("cmapi.connections", "thirty", &["CM-LIM-001"], "Takes half as many connections.", |r| {
        r.licensing.connections.most = 30;
    }),
    mutant(
        "cmapi.connections",
        "previews-are-free",
        &["CM-PRE-009"],
        "Does not count previews as connections.",
        |r| r.licensing.connections.counts = |address| !address.ends_with("/preview_request"),
    ),
];
