//! Faults of license servers that only many requests at once, or very many, reveal.

use super::load::mixed;
use super::{Mutant, mutant};
use crate::domain::usage_row::RowKind;

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "load.licenses",
        "granted-twice",
        &["CM-CNT-003"],
        "Of two requests at once, the second does not see what the first took, and both get the last license.",
        |r| {
            r.steps.licenses.unseen = Some(|traffic, instance| traffic.taken_at_once(instance).to_vec());
        },
    ),
    mutant(
        "load.licenses",
        "return-lost",
        &["CM-GRANT-002", "CM-GRANT-005", "CM-CNT-001", "CM-OBS-008"],
        "Every seventh return is answered, and what was returned stays in use.",
        |r| {
            r.steps.licenses.booked = Some(|traffic, metered, share| {
                let lost = !metered && share.count < 0 && traffic.every(7);
                if lost { 0 } else { share.count }
            });
        },
    ),
    mutant(
        "load.licenses",
        "metered-lost-update",
        &["CM-MET-002", "WH-USAGE-094"],
        "Of two charges of a metered feature at once, the second starts from the total before the first.",
        |r| {
            r.steps.licenses.booked = Some(|traffic, metered, share| {
                let instance = traffic.taken.instance.clone();
                let taken = traffic.taken_at_once(&instance);
                let former = taken.iter().find(|taken| taken.license == share.license);
                share.count - former.filter(|_| metered).map_or(0, |former| former.count)
            });
        },
    ),
    mutant(
        "load.licenses",
        "metered-twice",
        &["CM-MET-002", "WH-USAGE-094"],
        "Charges every 20th metered request twice, as one that is tried again after a conflict.",
        |r| {
            r.steps.licenses.booked =
                Some(
                    |traffic, metered, share| {
                        if metered && traffic.every(20) { 2 * share.count } else { share.count }
                    },
                );
        },
    ),
    mutant(
        "load.license_accounts",
        "strangers-do-not-wait",
        &["CM-AUTH-006"],
        "Hashes no password for who is no user, and answers them at once.",
        |r| r.licensing.accounts.tries_for_nobody = false,
    ),
    mutant(
        "load.license_rows",
        "lost",
        &["WH-USAGE-067", "CM-USE-002"],
        "Every 97th row of a license server is never written.",
        |r| {
            r.steps.written =
                Some(
                    |traffic, row| {
                        if is_of_a_license(row.0) && traffic.every(97) { Vec::new() } else { vec![row] }
                    },
                );
        },
    ),
    mutant(
        "load.license_rows",
        "twice",
        &["WH-USAGE-067"],
        "Every 97th row of a license server is written twice, as by a writer that tries again.",
        |r| {
            r.steps.written = Some(|traffic, row| {
                if is_of_a_license(row.0) && traffic.every(97) { vec![row.clone(), row] } else { vec![row] }
            });
        },
    ),
    mutant(
        "load.license_rows",
        "mixed",
        &["WH-USAGE-067", "WH-USAGE-068"],
        "The rows of two requests change places with each other's correlation ID, every 97th time.",
        |r| {
            r.steps.written =
                Some(|traffic, row| if is_of_a_license(row.0) { mixed(traffic, row) } else { vec![row] });
        },
    ),
    mutant(
        "load.license_rows",
        "as-asked",
        &["CM-USE-002", "WH-USAGE-091"],
        "Every 31st denial of a license server is written down as a grant.",
        |r| {
            r.steps.written = Some(|traffic, (kind, mut row)| {
                if kind == RowKind::LicenseDenied && traffic.every(31) {
                    row.request_response = None;
                }
                vec![(kind, row)]
            });
        },
    ),
];

const fn is_of_a_license(kind: RowKind) -> bool {
    matches!(
        kind,
        RowKind::LicenseGranted | RowKind::LicenseDenied | RowKind::LicenseReturned | RowKind::LicenseExpired
    )
}
