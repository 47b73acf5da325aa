//! Faults of the Cloud Monetization API that only the wire can show.

use serde_json::{Value, json};

use super::{Mutant, mutant};
use crate::http::wire::{Operation, WireAnswer};

fn body(answer: &mut WireAnswer, operation: Operation) -> Option<&mut Value> {
    (answer.operation == operation && answer.status == 200).then_some(answer.body.as_mut())?
}

fn features(answer: &mut WireAnswer) -> impl Iterator<Item = &mut Value> {
    let body = body(answer, Operation::RequestLicenses);
    body.and_then(|body| body.get_mut("features")?.as_array_mut()).into_iter().flatten()
}

fn statuses(answer: &mut WireAnswer) -> impl Iterator<Item = &mut Value> {
    let body = body(answer, Operation::RequestLicenses);
    body.and_then(|body| body.get_mut("statusList")?.as_array_mut()).into_iter().flatten()
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant("cmapi.wire", "denial-is-403", &["CM-HTTP-008"], "Answers a denial with 403.", |r| {
        r.wire = |answer| {
            if statuses(answer).next().is_some() {
                answer.status = 403;
            }
        };
    }),
    mutant("cmapi.wire", "denial-not-listed", &["CM-RSP-003", "CM-GRANT-007"], "Lists no denials.", |r| {
        r.wire = |answer| {
            if let Some(body) = body(answer, Operation::RequestLicenses) {
                body["statusList"] = json!([]);
            }
        };
    }),
    mutant("cmapi.wire", "denial-of-another", &["CM-RSP-003"], "Names another feature in a denial.", |r| {
        r.wire = |answer| statuses(answer).for_each(|status| status["name"] = json!("other"));
    }),
    mutant("cmapi.wire", "code-is-a-number", &["CM-RSP-001"], "Writes codes as numbers.", |r| {
        r.wire = |answer| statuses(answer).for_each(|status| status["code"] = json!(7));
    }),
    mutant("cmapi.wire", "count-is-one", &["CM-RSP-002"], "Shows a count of 1, whatever is held.", |r| {
        r.wire = |answer| features(answer).for_each(|feature| feature["count"] = json!(1));
    }),
    mutant("cmapi.wire", "no-host", &["CM-RSP-001"], "Does not echo the host.", |r| {
        r.wire = |answer| {
            if let Some(body) = body(answer, Operation::RequestLicenses) {
                body["requestHostId"] = Value::Null;
            }
        };
    }),
    mutant("cmapi.wire", "no-line-items", &["CM-CNT-004"], "Shows no line items.", |r| {
        r.wire = |answer| features(answer).for_each(|feature| feature["lineItemsInfo"] = json!([]));
    }),
    mutant("cmapi.wire", "times-in-ms", &["CM-HTTP-003"], "Writes times as numbers.", |r| {
        r.wire =
            |answer| features(answer).for_each(|feature| feature["expires"] = json!(1_893_484_800_000_i64));
    }),
    mutant("cmapi.wire", "metered-expires", &["CM-MET-003"], "Shows an end for metered features.", |r| {
        r.wire = |answer| {
            for feature in features(answer).filter(|feature| feature.get("expires").is_none()) {
                feature["expires"] = json!("2099-01-01T00:00:00.000Z");
            }
        };
    }),
    mutant("cmapi.wire", "token-renamed", &["CM-AUTH-002"], "Calls the token `access_token`.", |r| {
        r.wire = |answer| {
            if let Some(body) = body(answer, Operation::Authorize) {
                *body = json!({ "expires": body["expires"], "access_token": body["token"] });
            }
        };
    }),
    mutant("cmapi.wire", "expires-not-exp", &["CM-AUTH-005"], "Shows another end than the token has.", |r| {
        r.wire = |answer| {
            if let Some(body) = body(answer, Operation::Authorize) {
                body["expires"] = json!("2099-01-01T00:00:00.000Z");
            }
        };
    }),
    mutant(
        "cmapi.wire",
        "key-without-padding",
        &["CM-KEY-003"],
        "Shows the key in base64 for addresses.",
        |r| {
            r.wire = |answer| {
                let body = body(answer, Operation::UploadLicensingKey);
                if let Some(Value::String(key)) = body.and_then(|body| body.get_mut("publicKey")) {
                    *key = key.trim_end_matches('=').replace('+', "-").replace('/', "_");
                }
            };
        },
    ),
    mutant("cmapi.wire", "upload-is-201", &["CM-KEY-003"], "Answers an upload with 201.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::UploadLicensingKey && answer.status == 200 {
                answer.status = 201;
            }
        };
    }),
    mutant("cmapi.wire", "nothing-used", &["CM-OBS-008"], "Shows no use of features.", |r| {
        r.wire = |answer| {
            let body = body(answer, Operation::ListFeatures);
            for feature in body.and_then(Value::as_array_mut).into_iter().flatten() {
                feature["used"] = json!(0);
            }
        };
    }),
    mutant("cmapi.wire", "all-features-active", &["CM-OBS-003"], "Lists no inactive features.", |r| {
        r.wire = |answer| {
            let body = body(answer, Operation::ListFeatures);
            if let Some(features) = body.and_then(Value::as_array_mut) {
                features.retain(|feature| feature["expiry"] == "permanent");
            }
        };
    }),
    mutant("cmapi.wire", "settings-change", &["CM-ROLE-007"], "Takes changes of the settings.", |r| {
        r.wire = |answer| {
            if answer.operation == Operation::ChangeLicensingConfiguration && answer.status == 403 {
                (answer.status, answer.body) = (200, Some(json!({})));
            }
        };
    }),
    mutant("cmapi.wire", "no-health", &["CM-OBS-001"], "Shows no health of licensing.", |r| {
        r.wire = |answer| {
            if let Some(body) = body(answer, Operation::ReadLicensingHealth) {
                *body = json!({ "status": "ok" });
            }
        };
    }),
    mutant("cmapi.wire", "preview-has-no-most", &["CM-PRE-006"], "Shows no maximum in a preview.", |r| {
        r.wire = |answer| {
            let body = body(answer, Operation::PreviewLicenses);
            let features = body.and_then(|body| body.get_mut("features")?.as_array_mut());
            for feature in features.into_iter().flatten() {
                feature["maxCount"] = json!(0);
            }
        };
    }),
    mutant(
        "cmapi.wire",
        "unknown-instance-is-401",
        &["CM-URL-005"],
        "Answers 401 for unknown instances.",
        |r| {
            r.wire = |answer| {
                if answer.operation == Operation::Authorize && answer.status == 404 {
                    answer.status = 401;
                }
            };
        },
    ),
];
