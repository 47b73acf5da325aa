//! Faults in what the versions do differently, in configuration and in formulas.

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::domain::{ApiVersion, HOUR};
use crate::http::wire::{Operation, WireAnswer};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("code.digits", "insufficient-has-three", &["DM-CODE-010"], "Answers 202 in v1.1.", |r| {
        r.codes.insufficient.v1_1 = "202";
    }),
    mutant("code.digits", "blocked-has-three", &["DM-CODE-010"], "Answers 102 in v1.1.", |r| {
        r.codes.blocked.v1_1 = "102";
    }),
    mutant(
        "version.heartbeat",
        "newer-answers-200",
        &["DM-SES-005"],
        "Answers 200 to heartbeats in v1.1.",
        |r| {
            r.wire = |answer| {
                if is_newer(answer, Operation::Heartbeat) && answer.status == 204 {
                    answer.status = 200;
                }
            };
        },
    ),
    mutant("version.sessions", "newer-lists-none", &["DM-SES-022"], "Lists no sessions in v1.1.", |r| {
        r.wire = |answer| {
            if is_newer(answer, Operation::ListSessions) && answer.status == 200 {
                answer.body = Some(json!([]));
            }
        };
    }),
    mutant("version.line_items", "newer-shows-nothing-used", &["DM-ACC-012"], "Shows 0 used in v1.1.", |r| {
        r.wire = |answer| {
            if is_newer(answer, Operation::ReadLineItem)
                && let Some(used) = answer.body.as_mut().and_then(|body| body.get_mut("used"))
            {
                *used = json!(0);
            }
        };
    }),
    mutant(
        "version.tables",
        "newer-made-with-200",
        &["DM-RATE-001"],
        "Makes tables with 200 in v1.1.",
        |r| {
            r.wire = |answer| {
                if is_newer(answer, Operation::CreateRateTable) && answer.status == 201 {
                    answer.status = 200;
                }
            };
        },
    ),
    mutant("version.close", "newer-closes-with-204", &["DM-SES-006"], "Closes with 204 in v1.1.", |r| {
        r.wire = |answer| {
            if is_newer(answer, Operation::CloseSession) && answer.status == 200 {
                (answer.status, answer.body) = (204, None);
            }
        };
    }),
    mutant("wire.reset_frequency", "lost", &["DM-LINE-019"], "Does not show the reset frequency.", |r| {
        r.wire = |answer| {
            let attributes = answer.body.as_mut().and_then(|body| body.get_mut("attributes"));
            if let Some(attributes) = attributes.and_then(Value::as_object_mut) {
                attributes.remove("resetFrequency");
            }
        };
    }),
    mutant("timezone.tolerance", "an-hour", &["DM-LI-A05", "DM-CONF-013"], "Is tolerant by an hour.", |r| {
        r.tolerance = |configured| configured / 12;
    }),
    mutant("configuration.bounds", "not-checked", &["DM-CONF-009"], "Answers 200 to illegal values.", |r| {
        r.wire = |answer| accepts(answer, Operation::ChangeConfiguration, 200);
    }),
    mutant("table.price", "both-accepted", &["DM-RATE-026"], "Answers 201 to illegal rate tables.", |r| {
        r.wire = |answer| accepts(answer, Operation::CreateRateTable, 201);
    }),
    mutant("formula.product", "sum", &["DM-RATE-041"], "Adds where a product is asked for.", |r| {
        r.arithmetic.product = |a, b| a.checked_add(b);
    }),
    mutant("formula.sum", "product", &["DM-RATE-041"], "Multiplies where a sum is asked for.", |r| {
        r.arithmetic.sum = |a, b| a.checked_mul(b);
    }),
    mutant("formula.minimum", "maximum", &["DM-RATE-041"], "Takes the larger for the smaller.", |r| {
        r.arithmetic.minimum = |a, b| a.max(b);
    }),
    mutant("formula.maximum", "minimum", &["DM-RATE-041"], "Takes the smaller for the larger.", |r| {
        r.arithmetic.maximum = |a, b| a.min(b);
    }),
    mutant("formula.absolute", "signed", &["DM-RATE-041"], "Keeps the sign.", |r| {
        r.arithmetic.absolute = |value| value;
    }),
    mutant("formula.round", "cut-off", &["DM-RATE-041"], "Rounds to whole numbers.", |r| {
        r.arithmetic.round = |value, _places| Some(value.trunc());
    }),
    mutant("code.digits", "granted-has-three", &["DM-CODE-010"], "Answers 101 in v1.1.", |r| {
        r.codes.granted.v1_1 = "101";
    }),
    mutant("code.digits", "refused-has-three", &["DM-CODE-010"], "Answers 201 in v1.1.", |r| {
        r.codes.not_found.v1_1 = "201";
    }),
    mutant("heartbeat.ended", "forbidden", &["DM-HB-004"], "Answers 403 to heartbeats in v1.1.", |r| {
        r.statuses.heartbeat_ended.v1_1 = 403;
    }),
    mutant("heartbeat.message", "without-state", &["DM-HB-005"], "Does not name the state in v1.1.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::Heartbeat && answer.status == 409 {
                answer.body = Some(json!({ "message": "refused" }));
            }
        };
    }),
    mutant(
        "wire.violations",
        "under-errors-in-v1.1",
        &["DM-LINE-016"],
        "Reports under `errors` in v1.1.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::PutLineItem
                    && answer.version == ApiVersion::V1_1
                    && let Some(body) = answer.body.as_mut().and_then(Value::as_object_mut)
                    && let Some(messages) = body.remove("message")
                {
                    body.insert("errors".to_owned(), messages);
                }
            };
        },
    ),
    mutant("timezone.tolerance", "ignored", &["DM-LI-A05", "DM-CONF-013"], "Is never tolerant.", |r| {
        r.tolerance = |_configured| 0;
    }),
    mutant("timezone.tolerance", "a-day", &["DM-LI-A05", "DM-CONF-013"], "Is tolerant by a day.", |r| {
        r.tolerance = |configured| 2 * configured;
    }),
    mutant(
        "session.period",
        "always-an-hour",
        &["DM-TIME-012"],
        "Charges hourly whatever is configured.",
        |r| {
            r.charge_period = |_configured| HOUR;
        },
    ),
    mutant(
        "configuration.provenance",
        "missing",
        &["DM-CONF-003"],
        "Does not say who changed a value.",
        |r| {
            r.wire = |answer| {
                each_value(answer, |value| {
                    value.remove("updatedBy");
                })
            };
        },
    ),
    mutant("configuration.provenance", "always", &["DM-CONF-002"], "Shows defaults as changed.", |r| {
        r.wire = |answer| {
            each_value(answer, |value| {
                value.entry("modified").or_insert_with(|| json!(0));
            })
        };
    }),
    mutant("configuration.defaults", "left-out", &["DM-CONF-001"], "Lists only what was changed.", |r| {
        r.wire = |answer| {
            if let Some(values) = configuration(answer) {
                values.retain(|value| value.get("modified").is_some());
            }
        };
    }),
    mutant("formula.power", "product", &["DM-RATE-041"], "Multiplies where a power is asked for.", |r| {
        r.arithmetic.power = |base, exponent| Ok(base * exponent);
    }),
    mutant("formula.floor", "ceiling", &["DM-RATE-041"], "Rounds up where it should round down.", |r| {
        r.arithmetic.floor = |value| value.ceil();
    }),
    mutant("formula.ceiling", "floor", &["DM-RATE-041"], "Rounds down where it should round up.", |r| {
        r.arithmetic.ceiling = |value| value.floor();
    }),
];

fn configuration(answer: &mut WireAnswer) -> Option<&mut Vec<Value>> {
    let of_configuration =
        matches!(answer.operation, Operation::ReadConfiguration | Operation::ChangeConfiguration);
    answer.body.as_mut().filter(|_| of_configuration)?.as_array_mut()
}

fn each_value(answer: &mut WireAnswer, change: fn(&mut serde_json::Map<String, Value>)) {
    for value in configuration(answer).into_iter().flatten() {
        if let Some(value) = value.as_object_mut() {
            change(value);
        }
    }
}

/// Whether it answers an operation in the newer of the two versions.
fn is_newer(answer: &WireAnswer, operation: Operation) -> bool {
    answer.operation == operation && answer.version == ApiVersion::V1_1
}

/// Answers bad input as if it were good.
fn accepts(answer: &mut WireAnswer, operation: Operation, status: u16) {
    if answer.operation == operation && answer.status == 400 {
        answer.status = status;
    }
}
