//! Faults of licensing keys and client JWTs.

use super::{Mutant, mutant};
use crate::domain::licensing::{SigningWay, roles};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("cmapi.key_bits", "1024", &["CM-KEY-009"], "Takes RSA keys of 1024 bits.", |r| {
        r.licensing.keys.bits_accepted = |bits| bits >= 1024;
    }),
    mutant("cmapi.key_bits", "from-3072", &["CM-KEY-002"], "Refuses RSA keys of 2048 bits.", |r| {
        r.licensing.keys.bits_accepted = |bits| bits >= 3072;
    }),
    mutant("cmapi.key_form", "pem", &["CM-KEY-009"], "Takes PEM text for DER.", |r| {
        r.licensing.keys.takes_pem = true;
    }),
    mutant("cmapi.key_upload", "old-one-stays", &["CM-KEY-005"], "Believes the replaced key, too.", |r| {
        r.licensing.keys.replaced = |keys, new| keys.push(new);
    }),
    mutant(
        "cmapi.key_upload",
        "first-one-stays",
        &["CM-KEY-005", "CM-KEY-011"],
        "Keeps the first key for ever.",
        |r| {
            r.licensing.keys.replaced = |keys, new| {
                if keys.is_empty() {
                    keys.push(new);
                }
            };
        },
    ),
    mutant(
        "cmapi.key_upload",
        "forgotten",
        &["CM-KEY-011", "CM-KEY-001"],
        "Takes a key and forgets it.",
        |r| {
            r.licensing.keys.replaced = |keys, _new| keys.clear();
        },
    ),
    mutant(
        "cmapi.key_revocation",
        "key-stays",
        &["CM-KEY-007"],
        "Says that the key is gone, and keeps it.",
        |r| {
            r.licensing.keys.revoked = |_keys| {};
        },
    ),
    mutant("cmapi.key_revocation", "204", &["CM-KEY-007"], "Answers a revocation with 204.", |r| {
        r.licensing.keys.revoked_status = 204;
    }),
    mutant(
        "cmapi.key_reach",
        "all-instances",
        &["CM-KEY-012"],
        "Believes the keys of other instances.",
        |r| {
            r.licensing.keys.shared = true;
        },
    ),
    mutant(
        "cmapi.jwt_algorithm",
        "public-key-as-secret",
        &["CM-JWT-009"],
        "Takes HS256 with the public key for its secret.",
        |r| {
            r.licensing.clients.way = |algorithm| match algorithm {
                "RS256" => Some(SigningWay::PublicKey),
                "HS256" => Some(SigningWay::SharedSecret),
                _ => None,
            };
        },
    ),
    mutant("cmapi.jwt_algorithm", "none-passes", &["CM-JWT-009"], "Accepts unsigned client JWTs.", |r| {
        r.licensing.clients.way = |algorithm| match algorithm {
            "RS256" => Some(SigningWay::PublicKey),
            "none" => Some(SigningWay::Unsigned),
            _ => None,
        };
    }),
    mutant("cmapi.jwt_algorithm", "rs512-only", &["CM-JWT-001"], "Takes RS512 and not RS256.", |r| {
        r.licensing.clients.way = |algorithm| (algorithm == "RS512").then_some(SigningWay::PublicKey)
    }),
    mutant(
        "cmapi.jwt_signature",
        "not-checked",
        &["CM-JWT-009", "CM-KEY-005"],
        "Does not verify the signatures of client JWTs.",
        |r| r.licensing.clients.signature_counts = false,
    ),
    mutant("cmapi.jwt_time", "never-ends", &["CM-JWT-005"], "Accepts client JWTs that have expired.", |r| {
        r.licensing.clients.in_time = |_claims, _now| true;
    }),
    mutant("cmapi.jwt_time", "end-needed", &["CM-JWT-004"], "Refuses client JWTs without `exp`.", |r| {
        r.licensing.clients.in_time = |claims, now| claims.expires_s.is_some_and(|end| now < end);
    }),
    mutant(
        "cmapi.jwt_time",
        "no-future-iat",
        &["CM-JWT-006"],
        "Refuses client JWTs of clocks that are ahead.",
        |r| {
            r.licensing.clients.in_time = |claims, now| {
                claims.expires_s.is_none_or(|end| now < end) && claims.issued_s.is_none_or(|made| made <= now)
            };
        },
    ),
    mutant(
        "cmapi.jwt_subject",
        "authorization-only",
        &["CM-JWT-003"],
        "Wants one subject in every client JWT.",
        |r| {
            r.licensing.clients.in_time = |claims, now| {
                claims.expires_s.is_none_or(|end| now < end)
                    && claims.subject.as_deref() == Some("Authorization")
            };
        },
    ),
    mutant("cmapi.jwt_needed", "never", &["CM-JWT-013", "CM-ROLE-008"], "Licenses without any token.", |r| {
        r.licensing.clients.required = false
    }),
    mutant(
        "cmapi.jwt_roles",
        "left-out-will-do",
        &["CM-JWT-002"],
        "Takes a client JWT without roles for one with the right role.",
        |r| r.licensing.clients.roles_left_out = roles::CAPABILITY,
    ),
];
