//! Faults of the general protocol: addresses, forms of requests, statuses, forms of answers.

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::domain::ApiVersion;
use crate::http::wire::{Operation, WireAnswer};

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("address", "keys-elsewhere", &["DM-GEN-001"], "Serves no keys at the published address.", |r| {
        r.turned_away = |arrival| arrival.below("/floating/api/").map(|_path| 404);
    }),
    mutant(
        "address",
        "one-off-elsewhere",
        &["DM-GEN-001"],
        "Serves no one-off requests at the published address.",
        |r| {
            r.turned_away = |arrival| arrival.below("/elastic/api/").map(|_path| 404);
        },
    ),
    mutant(
        "address",
        "sessions-elsewhere",
        &["DM-GEN-001"],
        "Serves no list of sessions at the published address.",
        |r| {
            r.turned_away = |arrival| {
                let published = arrival.below("/api/").is_some();
                (published && arrival.operation == Operation::ListSessions).then_some(404)
            };
        },
    ),
    mutant(
        "address",
        "slash-is-another",
        &["DM-GEN-004"],
        "Knows no address with a slash at its end.",
        |r| {
            r.turned_away = |arrival| arrival.path.ends_with('/').then_some(404);
        },
    ),
    mutant(
        "content_type",
        "needs-a-body",
        &["DM-GEN-006"],
        "Misses the JSON that the content type of a request without a body speaks of.",
        |r| {
            r.turned_away = |arrival| {
                (matches!(arrival.method, "GET" | "DELETE") && arrival.content_type.is_some()).then_some(400)
            };
        },
    ),
    mutant("wire.content_type", "text", &["DM-GEN-008"], "Does not say that its answers are JSON.", |r| {
        r.wire = |answer| answer.content_type = "text/plain";
    }),
    mutant("wire.error", "input-is-422", &["DM-GEN-009"], "Answers 422 to bad input.", |r| {
        r.wire = |answer| instead(answer, 400, 422);
    }),
    mutant(
        "wire.error",
        "stranger-is-403",
        &["DM-GEN-009", "DM-AUTH-007"],
        "Answers 403 to strangers.",
        |r| {
            r.wire = |answer| instead(answer, 401, 403);
        },
    ),
    mutant("wire.error", "forbidden-is-400", &["DM-GEN-009"], "Answers 400 to what is forbidden.", |r| {
        r.wire = |answer| instead(answer, 403, 400);
    }),
    mutant("wire.error", "missing-is-410", &["DM-GEN-009"], "Answers 410 for what is not there.", |r| {
        r.wire = |answer| instead(answer, 404, 410);
    }),
    mutant("wire.error", "conflict-is-422", &["DM-GEN-009"], "Answers 422 to a conflict.", |r| {
        r.wire = |answer| instead(answer, 409, 422);
    }),
    mutant("wire.error", "after-the-charge", &["DM-ERR-A02"], "Answers 500 to what it has charged.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::AccessRequest && answer.status == 200 {
                (answer.status, answer.body) = (500, Some(json!({ "message": "internal error" })));
            }
        };
    }),
    mutant(
        "wire.error",
        "broken-json-is-500",
        &["DM-GEN-010"],
        "Answers 500 to a body that is no JSON.",
        |r| {
            r.wire = |answer| {
                let text = answer.body.as_ref().and_then(|body| body.get("message")).and_then(Value::as_str);
                if text.is_some_and(|text| text.starts_with("the body is not valid JSON")) {
                    answer.status = 500;
                }
            };
        },
    ),
    mutant("version.data", "apart", &["DM-GEN-003"], "Does not find in v1.1 what was made in v1.0.", |r| {
        r.wire = |answer| {
            if answer.version == ApiVersion::V1_1 && answer.operation == Operation::ReadInstance {
                (answer.status, answer.body) = (404, Some(json!({ "message": "instance not found" })));
            }
        };
    }),
    mutant(
        "version.shape",
        "always-the-older",
        &["DM-VER-001", "DM-LINE-016"],
        "Shapes the errors of v1.1 as v1.0 does.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::PutLineItem
                    && let Some(body) = answer.body.as_mut().and_then(Value::as_object_mut)
                    && let Some(messages) = body.remove("message")
                {
                    body.insert("errors".to_owned(), messages);
                }
            };
        },
    ),
];

fn instead(answer: &mut WireAnswer, right: u16, wrong: u16) {
    if answer.status == right {
        answer.status = wrong;
    }
}
