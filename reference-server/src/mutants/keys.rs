//! Faults of keys: how they are saved, come and go.

use serde_json::Value;

use super::{Mutant, mutant};
use crate::domain::{HOUR, KeyKind};
use crate::http::wire::Operation;

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("key.last", "deletable", &["DM-AUTH-026"], "Lets the last administration key be deleted.", |r| {
        r.keys.deletable = |_kind, _keys| true;
    }),
    mutant("key.last", "of-clients-too", &["DM-AUTH-028"], "Keeps the last client key.", |r| {
        r.keys.deletable = |_kind, keys| keys > 1;
    }),
    mutant("key.deletion", "never-of-itself", &["DM-AUTH-029"], "Does not let a key delete itself.", |r| {
        r.keys.deletes_itself = false;
    }),
    mutant("key.form", "not-spki", &["DM-AUTH-021"], "Takes public keys in the older RSA form only.", |r| {
        r.keys.form_accepted = |pem| pem.starts_with("-----BEGIN RSA PUBLIC KEY-----");
    }),
    mutant("key.saving", "does-not-replace", &["DM-AUTH-020"], "Keeps the key that an ID has.", |r| {
        r.keys.saving_replaces = false;
    }),
    mutant("key.saving", "drops-others", &["DM-AUTH-020"], "Drops the keys that are not named.", |r| {
        r.keys.saving_keeps_others = false;
    }),
    mutant(
        "key.saving",
        "takes-anything",
        &["DM-AUTH-023"],
        "Answers 200 to keys that cannot be saved.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::SaveAdministrationKeys && answer.status == 400 {
                    answer.status = 200;
                }
            };
        },
    ),
    mutant(
        "key.coming",
        "takes-an-hour",
        &["DM-AUTH-024", "DM-AUTH-033"],
        "Lets a saved key authorize after an hour.",
        |r| {
            r.keys.comes_after = |_kind, _configured| HOUR;
        },
    ),
    mutant(
        "key.going",
        "takes-an-hour",
        &["DM-AUTH-025", "DM-AUTH-033"],
        "Lets a deleted key authorize for another hour.",
        |r| {
            r.keys.goes_after = |_kind, _configured| HOUR;
        },
    ),
    mutant(
        "key.going",
        "clients-stay-an-hour",
        &["DM-AUTH-032"],
        "Lets a deleted client key authorize for another hour.",
        |r| {
            r.keys.goes_after = |kind, configured| if kind == KeyKind::Client { HOUR } else { configured };
        },
    ),
    mutant(
        "key.coming",
        "clients-wait-an-hour",
        &["DM-AUTH-032"],
        "Lets a saved client key authorize after an hour.",
        |r| {
            r.keys.comes_after = |kind, configured| if kind == KeyKind::Client { HOUR } else { configured };
        },
    ),
    mutant(
        "key.lookup",
        "any-key",
        &["DM-AUTH-006"],
        "Verifies a token with whichever key fits, not with the one that it names.",
        |r| {
            r.keys.found_by_id = false;
        },
    ),
    mutant("wire.public_keys", "one-kind", &["DM-AUTH-031"], "Lists administration keys only.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::ListPublicKeys
                && let Some(keys) = answer.body.as_mut().and_then(Value::as_array_mut)
            {
                keys.retain(|key| key["type"] == "ADMIN");
            }
        };
    }),
];
