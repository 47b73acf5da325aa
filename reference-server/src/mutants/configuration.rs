//! Faults of configuration.

use super::{Mutant, mutant};
use crate::domain::configuration::{self, Configuration, TIMEZONE_TOLERANT, legal};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "configuration.tolerance",
        "any-word",
        &["DM-CONF-008"],
        "Takes any word for the tolerance of time zones.",
        |r| r.configuration.legal = |name, value| name == TIMEZONE_TOLERANT || legal(name, value),
    ),
    mutant(
        "configuration.names",
        "of-the-newest-version",
        &["DM-CONF-011"],
        "Shows v1.0 the values of v1.1.",
        |r| r.configuration.names = |_version| configuration::names(crate::domain::ApiVersion::V1_1),
    ),
    mutant(
        "configuration.names",
        "of-the-oldest-version",
        &["DM-CONF-011"],
        "Hides the charge period from v1.1.",
        |r| r.configuration.names = |_version| configuration::names(crate::domain::ApiVersion::V1_0),
    ),
    mutant(
        "configuration.token",
        "any-kind",
        &["DM-CONF-015"],
        "Lets client tokens read and change the configuration.",
        |r| r.configuration.open_to_clients = true,
    ),
    mutant(
        "configuration.change",
        "in-part",
        &["DM-CONF-006"],
        "Takes over the legal values of a change that is refused.",
        |r| r.configuration.refused_in_part = true,
    ),
    mutant(
        "configuration.change",
        "forgets-the-rest",
        &["DM-CONF-006"],
        "Sets back to its default what a change does not name.",
        |r| {
            r.configuration.changed =
                |_former, changes| configuration::with_changes(&Configuration::default(), changes);
        },
    ),
];
