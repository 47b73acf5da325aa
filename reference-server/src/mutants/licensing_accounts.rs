//! Faults of accounts, passwords and the tokens of `/authorize`.

use super::{Mutant, mutant};
use crate::domain::licensing::{Account, CallerKind, Need, password_fault, roles};

/// The policy for a password that something was added to, if that makes it pass.
fn passes_with(password: &str, added: &str) -> Option<&'static str> {
    password_fault(password).and_then(|_| password_fault(&format!("{password}{added}")))
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("cmapi.password", "seven-will-do", &["CM-PWD-001"], "Takes passwords of seven characters.", |r| {
        r.licensing.accounts.password_fault = |password| {
            if password.chars().count() == 7 { passes_with(password, "a") } else { password_fault(password) }
        };
    }),
    mutant(
        "cmapi.password",
        "thirty-one-will-do",
        &["CM-PWD-001"],
        "Takes passwords of 31 characters.",
        |r| {
            r.licensing.accounts.password_fault = |password| {
                let shorter: String = password.chars().take(30).collect();
                password_fault(&shorter)
            };
        },
    ),
    mutant("cmapi.password", "no-capital", &["CM-PWD-002"], "Needs no upper-case letter.", |r| {
        r.licensing.accounts.password_fault = |password| passes_with(password, "A");
    }),
    mutant("cmapi.password", "no-small-letter", &["CM-PWD-002"], "Needs no lower-case letter.", |r| {
        r.licensing.accounts.password_fault = |password| passes_with(password, "a");
    }),
    mutant("cmapi.password", "no-digit", &["CM-PWD-003"], "Needs no digit.", |r| {
        r.licensing.accounts.password_fault = |password| passes_with(password, "1");
    }),
    mutant("cmapi.password", "no-special", &["CM-PWD-004"], "Needs no special character.", |r| {
        r.licensing.accounts.password_fault = |password| passes_with(password, "!");
    }),
    mutant("cmapi.password", "spaces", &["CM-PWD-005"], "Takes passwords with spaces.", |r| {
        r.licensing.accounts.password_fault = |password| password_fault(&password.replace(' ', "a"));
    }),
    mutant("cmapi.password", "not-for-anybody", &["CM-PWD-006"], "Has no policy at all.", |r| {
        r.licensing.accounts.password_fault = |_password| None;
    }),
    mutant("cmapi.user_name", "any-case", &["CM-PROD-006"], "Does not mind the case of user names.", |r| {
        r.licensing.accounts.named = |name| Account::named(&name.to_lowercase());
    }),
    mutant(
        "cmapi.producer_state",
        "disabled-authorizes",
        &["CM-PROD-007", "CM-PROD-008"],
        "Lets the Producer User in who is disabled.",
        |r| {
            r.licensing.accounts.producer_may_authorize = |_state| true;
            r.licensing.accounts.forgets_when_disabled = false;
        },
    ),
    mutant(
        "cmapi.password_reset",
        "old-one-stays",
        &["CM-PROD-008"],
        "Takes the old password beside the new one.",
        |r| r.licensing.accounts.replaced = |passwords, new| passwords.push(new),
    ),
    mutant("cmapi.password_reset", "ignored", &["CM-PROD-008"], "Keeps the first password for ever.", |r| {
        r.licensing.accounts.replaced = |passwords, new| {
            if passwords.is_empty() {
                passwords.push(new);
            }
        };
    }),
    mutant(
        "cmapi.producer_reach",
        "first-instance-only",
        &["CM-AUTH-008", "CM-PROD-002"],
        "Knows the Producer User on one instance only.",
        |r| r.licensing.accounts.producer_everywhere = false,
    ),
    mutant(
        "cmapi.administrator_reach",
        "all-instances",
        &["CM-AUTH-008", "CM-ADM-001"],
        "Lets an administrator in on the instances of others.",
        |r| r.licensing.accounts.administrators_everywhere = true,
    ),
    mutant(
        "cmapi.stranger",
        "404",
        &["CM-AUTH-006"],
        "Tells by the status that there is no such user.",
        |r| {
            r.licensing.accounts.unknown.0 = 404;
        },
    ),
    mutant(
        "cmapi.stranger",
        "in-words",
        &["CM-AUTH-006"],
        "Tells in words that there is no such user.",
        |r| {
            r.licensing.accounts.unknown.1 = "there is no such user";
        },
    ),
    mutant("cmapi.authorized", "403", &["CM-AUTH-006"], "Answers a wrong password with 403.", |r| {
        r.licensing.accounts.refused.0 = 403;
        r.licensing.accounts.unknown.0 = 403;
    }),
    mutant("cmapi.token_life", "an-hour", &["CM-AUTH-005"], "Issues tokens for an hour.", |r| {
        r.licensing.accounts.token_seconds = 3600;
    }),
    mutant("cmapi.token_time", "never-ends", &["CM-AUTH-010"], "Accepts tokens that have expired.", |r| {
        r.licensing.accounts.in_time = |_end, _now| true;
    }),
    mutant(
        "cmapi.token_instance",
        "any",
        &["CM-AUTH-009"],
        "Accepts the tokens of one instance on the others.",
        |r| r.licensing.accounts.issuer_counts = |_issuer, _instance| true,
    ),
    mutant(
        "cmapi.token_signature",
        "not-checked",
        &["CM-AUTH-015"],
        "Does not verify the signatures of its own tokens.",
        |r| r.licensing.accounts.signature_counts = false,
    ),
    mutant("cmapi.token_algorithm", "none-passes", &["CM-AUTH-015"], "Accepts unsigned tokens.", |r| {
        r.licensing.accounts.unsigned_passes = true;
    }),
    mutant(
        "cmapi.xsrf_token",
        "always-the-same",
        &["CM-AUTH-011"],
        "Gives every token one `xsrfToken`.",
        |r| {
            r.licensing.accounts.own_xsrf = false;
        },
    ),
    mutant("cmapi.roles", "with-blanks", &["CM-ROLE-002"], "Writes blanks between the roles.", |r| {
        r.licensing.accounts.roles = |account| match account {
            Account::Administrator => "ROLE_ADMIN, ROLE_DROPCLIENT, ROLE_READ, ROLE_RESERVATIONS",
            Account::Producer => roles::OF_PRODUCER,
        };
    }),
    mutant(
        "cmapi.roles",
        "administrator-without-reservations",
        &["CM-ROLE-001", "CM-ROLE-002"],
        "Does not let the administrator reserve.",
        |r| {
            r.licensing.accounts.roles = |account| match account {
                Account::Administrator => "ROLE_ADMIN,ROLE_DROPCLIENT,ROLE_READ",
                Account::Producer => roles::OF_PRODUCER,
            };
        },
    ),
    mutant(
        "cmapi.roles",
        "producer-reads-only",
        &["CM-KEY-004", "CM-PROD-003"],
        "Lets the Producer User read and nothing more.",
        |r| {
            r.licensing.accounts.roles = |account| match account {
                Account::Administrator => roles::OF_ADMINISTRATOR,
                Account::Producer => roles::READ,
            };
        },
    ),
    mutant(
        "cmapi.permission",
        "client-roles-believed",
        &["CM-JWT-011"],
        "Lets a client JWT administrate that claims the role.",
        |r| {
            r.licensing.accounts.may = |_kind, held, need| match need {
                Need::Role(role) => roles::contain(held, role),
                Need::Licensing => held == roles::CAPABILITY,
            };
        },
    ),
    mutant(
        "cmapi.permission",
        "clients-do-everything",
        &["CM-JWT-011"],
        "Lets every client JWT administrate.",
        |r| {
            r.licensing.accounts.may = |kind, held, need| match need {
                Need::Role(role) => kind == CallerKind::Client || roles::contain(held, role),
                Need::Licensing => held == roles::CAPABILITY,
            };
        },
    ),
    mutant(
        "cmapi.permission",
        "any-client-role",
        &["CM-JWT-002"],
        "Lets client JWTs license whatever their roles.",
        |r| {
            r.licensing.accounts.may = |kind, held, need| match need {
                Need::Role(role) => kind == CallerKind::Account && roles::contain(held, role),
                Need::Licensing => kind == CallerKind::Client,
            };
        },
    ),
    mutant("cmapi.anonymous_reads", "on", &["CM-ROLE-004"], "Lets everybody read.", |r| {
        r.licensing.accounts.anonymous_reads = true;
    }),
];
