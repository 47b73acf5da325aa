//! Faults of instances: how they are made, found and listed.

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::domain::{Wanted, instance_rules};
use crate::http::wire::{Operation, WireAnswer};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "instance.default",
        "always",
        &["DM-INST-003", "DM-INST-004"],
        "Makes every instance its account's default.",
        |r| {
            r.instances.is_default = |_name, _existing| true;
        },
    ),
    mutant(
        "instance.default",
        "never",
        &["DM-INST-003", "DM-INST-017"],
        "Makes no instance a default.",
        |r| {
            r.instances.is_default = |_name, _existing| false;
        },
    ),
    mutant(
        "instance.default",
        "by-name",
        &["DM-INST-021"],
        "Takes an instance for the default when its name says so.",
        |r| {
            r.instances.is_default = |name, existing| existing == 0 || name.contains("def-inst");
        },
    ),
    mutant("instance.id", "no-uuid", &["DM-INST-002"], "Gives IDs that are no UUIDs.", |r| {
        r.instances.new_id = || format!("inst-{}", uuid::Uuid::new_v4().simple());
    }),
    mutant("instance.id", "always-the-same", &["DM-INST-002"], "Gives every instance the same ID.", |r| {
        r.instances.new_id = || "7b0f1c2e-5a44-4b7e-9a43-2f5f5f1f0a11".to_owned();
    }),
    mutant(
        "wire.instance_fields",
        "accepted",
        &["DM-INST-005"],
        "Answers 200 to a new instance that lacks its names.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::CreateInstance && answer.status == 400 {
                    answer.status = 200;
                }
            };
        },
    ),
    mutant(
        "instance.account",
        "must-be-known",
        &["DM-INST-008"],
        "Refuses the first instance of an account.",
        |r| {
            r.wire = |answer| {
                let first = of_instance(answer).is_some_and(|instance| instance["defaultInstance"] == true);
                if first && answer.operation == Operation::CreateInstance {
                    (answer.status, answer.body) = (404, Some(json!({ "message": "account not found" })));
                }
            };
        },
    ),
    mutant(
        "wire.instance_times",
        "seconds",
        &["DM-GEN-007", "DM-INST-009"],
        "Shows times in seconds.",
        |r| {
            r.wire = |answer| {
                each_time(answer, |time| json!(time / 1000));
            };
        },
    ),
    mutant("wire.instance_times", "texts", &["DM-GEN-007"], "Shows times as texts.", |r| {
        r.wire = |answer| {
            each_time(answer, |time| json!(time.to_string()));
        };
    }),
    mutant(
        "wire.instance_times",
        "never-modified",
        &["DM-INST-009"],
        "Shows a new instance as never modified.",
        |r| {
            r.wire = |answer| {
                if let Some(instance) = of_instance(answer) {
                    instance["modified"] = json!(0);
                }
            };
        },
    ),
    mutant(
        "wire.instance_read",
        "names-only",
        &["DM-INST-020"],
        "Shows fewer fields when an instance is read.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::ReadInstance
                    && let Some(instance) = of_instance(answer)
                {
                    for member in ["defaultInstance", "created", "modified"] {
                        instance.as_object_mut().and_then(|members| members.remove(member));
                    }
                }
            };
        },
    ),
    mutant(
        "wire.instance_read",
        "unknown-is-empty",
        &["DM-INST-020"],
        "Answers 200 for an instance that is not there.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::ReadInstance && answer.status == 404 {
                    (answer.status, answer.body) = (200, Some(json!({})));
                }
            };
        },
    ),
    mutant("wire.instances_next", "missing", &["DM-INST-011"], "Leaves `next` out on the last page.", |r| {
        r.wire = |answer| {
            if let Some(body) = answer.body.as_mut().and_then(Value::as_object_mut)
                && answer.operation == Operation::ListInstances
                && body.get("next") == Some(&json!(0))
            {
                body.remove("next");
            }
        };
    }),
    mutant("wire.instances_next", "a-word", &["DM-INST-011"], "Says in words that no page follows.", |r| {
        r.wire = |answer| {
            if let Some(body) = answer.body.as_mut()
                && answer.operation == Operation::ListInstances
                && body["next"] == json!(0)
            {
                body["next"] = json!("none");
            }
        };
    }),
    mutant("instances.size", "hundred-at-most", &["DM-INST-014"], "Refuses pages of more than 100.", |r| {
        r.instances.page_size = |asked| Some(asked.unwrap_or(100)).filter(|size| *size <= 100);
    }),
    mutant(
        "instances.query",
        "default-alone",
        &["DM-INST-018"],
        "Lists everything for `default` without an account.",
        |r| {
            r.instances.wanted = |account, default| match (account, default) {
                (None, Some(_)) => Some(Wanted::All),
                _ => instance_rules::wanted(account, default),
            };
        },
    ),
    mutant(
        "instances.query",
        "not-default",
        &["DM-INST-018"],
        "Lists an account for `default=false`.",
        |r| {
            r.instances.wanted = |account, default| match (account, default) {
                (Some(account), Some(false)) => Some(Wanted::Of(account.to_owned())),
                _ => instance_rules::wanted(account, default),
            };
        },
    ),
    mutant(
        "instances.query",
        "default-lists-all",
        &["DM-INST-017"],
        "Lists every instance of the account that is asked for its default.",
        |r| {
            r.instances.wanted = |account, default| match (account, default) {
                (Some(account), Some(true)) => Some(Wanted::Of(account.to_owned())),
                _ => instance_rules::wanted(account, default),
            };
        },
    ),
    mutant(
        "instances.truth",
        "small-letters-only",
        &["DM-GEN-005"],
        "Knows `true` in small letters only.",
        |r| {
            r.instances.truth = |text| text.parse().ok();
        },
    ),
];

/// The instance that was made or read.
fn of_instance(answer: &mut WireAnswer) -> Option<&mut Value> {
    let one = matches!(answer.operation, Operation::CreateInstance | Operation::ReadInstance);
    answer.body.as_mut().filter(|body| one && body.get("id").is_some())
}

fn each_time(answer: &mut WireAnswer, change: fn(i64) -> Value) {
    let Some(instance) = of_instance(answer) else { return };
    for member in ["created", "modified"] {
        if let Some(time) = instance[member].as_i64() {
            instance[member] = change(time);
        }
    }
}
