//! Faults of the wire: wrong statuses, fields and shapes on the way out.

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::http::wire::{Operation, WireAnswer};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("wire.session_created", "201", &["DM-SES-014"], "Answers 201 to a new session.", |r| {
        r.wire = |answer| status(answer, Operation::CreateSession, 200, 201);
    }),
    mutant(
        "wire.instance_created",
        "204",
        &["DM-INST-001"],
        "Answers a new instance without its fields.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::CreateInstance && answer.status == 200 {
                    (answer.status, answer.body) = (204, None);
                }
            };
        },
    ),
    mutant("wire.table_created", "200", &["DM-RATE-001"], "Answers 200 to a new rate table.", |r| {
        r.wire = |answer| status(answer, Operation::CreateRateTable, 201, 200);
    }),
    mutant("wire.table_deleted", "200", &["DM-RATE-016"], "Answers 200 to a deleted rate table.", |r| {
        r.wire = |answer| {
            status(answer, Operation::DeleteRateTable, 204, 200);
        };
    }),
    mutant("wire.line_item_deleted", "200", &["DM-LINE-033"], "Answers 200 to a deleted line item.", |r| {
        r.wire = |answer| status(answer, Operation::DeleteLineItem, 204, 200);
    }),
    mutant("wire.key_deleted", "204", &["DM-AUTH-027"], "Answers 204 to a deleted key.", |r| {
        r.wire = |answer| {
            status(answer, Operation::DeleteAdministrationKey, 200, 204);
            status(answer, Operation::DeleteClientKey, 200, 204);
        };
    }),
    mutant("wire.heartbeat", "200", &["DM-HB-001", "DM-SES-005"], "Answers 200 to a heartbeat.", |r| {
        r.wire = |answer| status(answer, Operation::Heartbeat, 204, 200);
    }),
    mutant(
        "wire.heartbeat",
        "ended-is-well",
        &["DM-HB-002"],
        "Answers 204 to a heartbeat of an ended session.",
        |r| {
            r.wire = |answer| status(answer, Operation::Heartbeat, 403, 204);
        },
    ),
    mutant("wire.codes", "numbers", &["DM-CODE-001", "DM-CODE-010"], "Sends result codes as numbers.", |r| {
        r.wire = |answer| {
            each_item(answer, |item| {
                if let Some(code) = item["status"]["code"].as_str().and_then(|code| code.parse::<u16>().ok())
                {
                    item["status"]["code"] = json!(code);
                }
            });
        };
    }),
    mutant(
        "wire.codes",
        "not-found-is-no-status",
        &["DM-CODE-003"],
        "Answers 102 for items that no rate table has.",
        |r| {
            r.codes.not_found.v1_0 = "102";
        },
    ),
    mutant(
        "wire.codes",
        "blocked-is-granted",
        &["DM-CODE-002", "DM-SES-041", "DM-SES-052"],
        "Answers 101 for items of a refused session request.",
        |r| {
            r.codes.blocked.v1_0 = "101";
        },
    ),
    mutant("wire.total", "zero", &["DM-ACC-010", "DM-ACC-011"], "Shows no total.", |r| {
        r.wire = |answer| each_item(answer, |item| item["totalTokensCharged"] = json!(0));
    }),
    mutant(
        "wire.line_item_tokens",
        "doubled",
        &["DM-ACC-011"],
        "Shows twice the tokens for each line item.",
        |r| {
            r.wire = |answer| {
                each_item(answer, |item| {
                    for share in item["lineItems"].as_array_mut().into_iter().flatten() {
                        let tokens = share["tokensCharged"].to_string().parse::<f64>().unwrap_or_default();
                        share["tokensCharged"] = json!(tokens * 2.0);
                    }
                });
            };
        },
    ),
    mutant(
        "wire.echo",
        "no-requester",
        &["DM-ACC-001", "DM-SES-004"],
        "Does not repeat the requester.",
        |r| {
            r.wire = |answer| {
                if let Some(body) = answer.body.as_mut().and_then(Value::as_object_mut) {
                    body.remove("requester");
                }
            };
        },
    ),
    mutant(
        "wire.echo",
        "count-zero-when-refused",
        &["DM-ACC-027"],
        "Shows count 0 for refused items.",
        |r| {
            r.wire = |answer| {
                each_item(answer, |item| {
                    if item["totalTokensCharged"] == json!(0) {
                        item["count"] = json!(0);
                    }
                });
            };
        },
    ),
    mutant(
        "wire.correlation",
        "always-the-same",
        &["DM-ACC-028", "WH-USAGE-069"],
        "Answers the same correlation ID each time.",
        |r| {
            r.wire = |answer| {
                let access = matches!(answer.operation, Operation::AccessRequest | Operation::SessionRequest);
                if let Some(body) = answer.body.as_mut().filter(|_| access && answer.status == 200) {
                    body["correlationId"] = json!("00000000-0000-4000-8000-000000000000");
                }
            };
        },
    ),
    mutant(
        "wire.violations",
        "first-only",
        &["DM-LINE-015"],
        "Reports only the first violation of a line item.",
        |r| {
            r.wire = |answer| {
                if let Some(errors) = violations(answer) {
                    errors.truncate(1);
                }
            };
        },
    ),
    mutant(
        "wire.violations",
        "under-message",
        &["DM-LINE-016"],
        "Reports violations under `message` in v1.0.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::PutLineItem
                    && let Some(body) = answer.body.as_mut().and_then(Value::as_object_mut)
                    && let Some(errors) = body.remove("errors")
                {
                    body.insert("message".to_owned(), errors);
                }
            };
        },
    ),
    mutant("wire.tables", "current-only", &["DM-RATE-007"], "Lists only the first rate table.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::ListRateTables
                && let Some(tables) = answer.body.as_mut().and_then(Value::as_array_mut)
            {
                tables.truncate(1);
            }
        };
    }),
    mutant("wire.instances", "bare-array", &["DM-INST-010"], "Lists instances as a bare array.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::ListInstances
                && let Some(content) = answer.body.as_mut().and_then(|body| body.get_mut("content"))
            {
                answer.body = Some(content.take());
            }
        };
    }),
    mutant(
        "wire.instances",
        "loses-the-second-page",
        &["DM-INST-012", "DM-INST-013"],
        "Says after each page that it was the last.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::ListInstances
                    && let Some(body) = answer.body.as_mut().filter(|body| body.get("next").is_some())
                {
                    body["next"] = json!(0);
                }
            };
        },
    ),
    mutant(
        "wire.line_items",
        "deployed-only",
        &["DM-LINE-029", "DM-LINE-031"],
        "Lists DEPLOYED line items only.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::ListLineItems
                    && let Some(items) = answer.body.as_mut().and_then(Value::as_array_mut)
                {
                    items.retain(|item| item["state"] == "DEPLOYED");
                }
            };
        },
    ),
    mutant(
        "wire.session_state",
        "failed-is-terminated",
        &["DM-SES-035"],
        "Shows FAILED sessions as TERMINATED.",
        |r| {
            r.wire = |answer| {
                if let Some(body) =
                    answer.body.as_mut().filter(|body| body.get("state") == Some(&json!("FAILED")))
                {
                    body["state"] = json!("TERMINATED");
                }
            };
        },
    ),
];

fn status(answer: &mut WireAnswer, operation: Operation, right: u16, wrong: u16) {
    if answer.operation == operation && answer.status == right {
        answer.status = wrong;
        if wrong == 204 {
            answer.body = None;
        } else if answer.body.is_none() {
            answer.body = Some(json!({}));
        }
    }
}

fn each_item(answer: &mut WireAnswer, change: fn(&mut Value)) {
    let items = answer.body.as_mut().and_then(|body| body.get_mut("requestedItems"));
    for item in items.and_then(Value::as_array_mut).into_iter().flatten() {
        change(item);
    }
}

fn violations(answer: &mut WireAnswer) -> Option<&mut Vec<Value>> {
    if answer.operation != Operation::PutLineItem {
        return None;
    }
    answer.body.as_mut()?.get_mut("errors")?.as_array_mut()
}
