//! Readings of licensing: other legal values where the documents of the Cloud Monetization API are silent.

use serde_json::{Value, json};

use super::super::readings::{Reading, reading};
use super::super::usage_row::RowKind;
use super::{Account, CallerKind, Need, SigningWay, password_fault, roles};
use crate::http::wire::{Operation, WireAnswer};

/// Answers of access requests and previews.
fn licenses(answer: &mut WireAnswer) -> Option<&mut Value> {
    let asked = matches!(answer.operation, Operation::RequestLicenses | Operation::PreviewLicenses);
    (asked && answer.status == 200).then_some(answer.body.as_mut())?
}

fn each_feature(answer: &mut WireAnswer, change: fn(&mut Value)) {
    let features = licenses(answer).and_then(|body| body.get_mut("features")?.as_array_mut());
    features.into_iter().flatten().for_each(change);
}

const fn is_of(answer: &WireAnswer, operation: Operation, status: u16) -> bool {
    answer.operation as usize == operation as usize && answer.status == status
}

pub(in crate::domain) const READINGS: &[Reading] = &[
    reading("cmapi.password.other_letters", "CM-PWD-007", "allowed", "refused", |r| {
        r.licensing.accounts.password_fault = |password| {
            let known = |letter: char| letter.is_ascii_alphanumeric() || "^*$-+?_&=!%{}/#()".contains(letter);
            password_fault(password)
                .or_else(|| (!password.chars().all(known)).then_some("has no other letters"))
        };
    }),
    reading("cmapi.password.parentheses", "CM-PWD-004", "not-special", "special", |r| {
        r.licensing.accounts.password_fault = |password| password_fault(&password.replace(['(', ')'], "!"));
    }),
    reading("cmapi.producer.disabled", "CM-PROD-009", "forgets", "remembers", |r| {
        r.licensing.accounts.forgets_when_disabled = false;
    }),
    reading("cmapi.producer.old_tokens", "CM-PROD-010", "rejected", "accepted", |r| {
        r.licensing.accounts.bound_to_password = false;
    }),
    reading("cmapi.producer.roles", "CM-ROLE-006", "with-producer", "as-administrator", |r| {
        r.licensing.accounts.roles = |_account: Account| roles::OF_ADMINISTRATOR;
    }),
    reading("cmapi.key.revoked_again.http", "CM-KEY-008", "410", "404", |r| {
        r.licensing.keys.revoked_none = 404
    }),
    reading("cmapi.key.larger.http", "CM-KEY-009", "200", "400", |r| {
        r.licensing.keys.bits_accepted = |bits| bits == 2048;
    }),
    reading("cmapi.jwt.other_rsa.http", "CM-JWT-010", "401", "200", |r| {
        r.licensing.clients.way =
            |algorithm| matches!(algorithm, "RS256" | "RS384" | "RS512").then_some(SigningWay::PublicKey);
    }),
    reading("cmapi.jwt.account_token.http", "CM-JWT-012", "403", "200", |r| {
        r.licensing.accounts.may = |kind, held, need| match need {
            Need::Role(role) => kind == CallerKind::Account && roles::contain(held, role),
            Need::Licensing => kind == CallerKind::Account || held == roles::CAPABILITY,
        };
    }),
    reading("cmapi.forbidden.http", "CM-HTTP-005", "403", "401", |r| {
        r.wire = |answer| {
            if answer.operation.is_of_licensing() && answer.status == 403 {
                answer.status = 401;
            }
        };
    }),
    reading("cmapi.host_type.unknown.http", "CM-ACC-003", "400", "200", |r| {
        r.licensing.granting.host_type_known = |_kind| true;
    }),
    reading("cmapi.increment.mixed_signs", "CM-INC-003", "refused", "one-by-one", |r| {
        r.licensing.granting.signs_mix = true;
    }),
    reading("cmapi.increment.renews", "CM-BOR-010", "all-held", "named", |r| {
        r.licensing.borrow.increment_renews_all = false;
    }),
    reading("cmapi.partial.status", "CM-PART-004", "no-entry", "entry", |r| {
        r.licensing.granting.partial_has_status = true;
    }),
    reading("cmapi.version_shown", "CM-RSP-005", "of-the-license", "as-requested", |r| {
        r.licensing.granting.shows_license_version = false;
    }),
    reading("cmapi.code.spelling", "CM-CNT-005", "as-listed", "others", |r| {
        r.licensing.granting.code = |denial| match denial.code() {
            "FEATURE_COUNT_INSUFFICIENT" => "notEnough",
            "FEATURE_NOT_AVAILABLE" => "unknownFeature",
            _ => "notServed",
        };
    }),
    reading("cmapi.uncounted", "CM-CNT-002", "uncounted", "largest-number", |r| {
        r.wire = |answer| {
            each_feature(answer, |feature| {
                for name in ["count", "maxCount"] {
                    if feature[name] == "uncounted" {
                        feature[name] = json!(i32::MAX);
                    }
                }
            });
        };
    }),
    reading("cmapi.permanent", "CM-RSP-004", "permanent", "far-away", |r| {
        r.wire = |answer| {
            each_feature(answer, |feature| {
                if feature["finalExpiry"] == "permanent" {
                    feature["finalExpiry"] = json!("2199-12-31T23:59:59.000Z");
                }
            });
        };
    }),
    reading("cmapi.features.none", "CM-GRANT-003", "empty", "absent", |r| {
        r.wire = |answer| {
            if let Some(Value::Object(body)) = licenses(answer)
                && body.get("features") == Some(&json!([]))
            {
                body.remove("features");
            }
        };
    }),
    reading("cmapi.features.none", "CM-GRANT-003", "empty", "null", |r| {
        r.wire = |answer| {
            if let Some(body) = licenses(answer)
                && body["features"] == json!([])
            {
                body["features"] = Value::Null;
            }
        };
    }),
    reading("cmapi.statuses.none", "CM-RSP-002", "empty", "absent", |r| {
        r.wire = |answer| {
            if let Some(Value::Object(body)) = licenses(answer)
                && body.get("statusList") == Some(&json!([]))
            {
                body.remove("statusList");
            }
        };
    }),
    reading("cmapi.error.body", "CM-HTTP-007", "key-and-message", "message", |r| {
        r.wire = |answer| {
            if answer.operation.is_of_licensing() && answer.status >= 400 {
                answer.body = answer.body.as_ref().map(|body| json!({ "message": body["message"] }));
            }
        };
    }),
    reading("cmapi.error.body", "CM-HTTP-007", "key-and-message", "none", |r| {
        r.wire = |answer| {
            if answer.operation.is_of_licensing() && answer.status >= 400 {
                answer.body = None;
            }
        };
    }),
    reading("cmapi.connections.http", "CM-LIM-004", "500", "429", |r| r.licensing.connections.refused = 429),
    reading("cmapi.connections.http", "CM-LIM-004", "500", "503", |r| r.licensing.connections.refused = 503),
    reading("cmapi.reservation.added.http", "CM-RES-007", "201", "200", |r| {
        r.wire = |answer| {
            if is_of(answer, Operation::AddReservationGroup, 201) {
                answer.status = 200;
            }
        };
    }),
    reading("cmapi.reservation.insufficient.http", "CM-RES-007", "400", "409", |r| {
        r.wire = |answer| {
            if is_of(answer, Operation::AddReservationGroup, 400) {
                answer.status = 409;
            }
        };
    }),
    reading("cmapi.reservation.duplicate.http", "CM-RES-007", "409", "400", |r| {
        r.wire = |answer| {
            if is_of(answer, Operation::AddReservationGroup, 409) {
                answer.status = 400;
            }
        };
    }),
    reading("cmapi.feature_count", "CM-OBS-002", "number", "text", |r| {
        r.wire = |answer| {
            if is_of(answer, Operation::ListFeatures, 200) {
                let features = answer.body.as_mut().and_then(Value::as_array_mut).into_iter().flatten();
                for feature in features.filter(|feature| !feature["featureCount"].is_null()) {
                    feature["featureCount"] = json!(feature["featureCount"].to_string());
                }
            }
        };
    }),
    reading("cmapi.row.meter", "WH-USAGE-038", "Feature count", "feature count", |r| {
        r.write_row = |kind, mut row| {
            if is_of_a_license_server(kind) {
                row.meter = "feature count".into();
            }
            vec![row]
        };
    }),
    reading("cmapi.row.consumer_type", "CM-USE-004", "capitals", "small-letters", |r| {
        r.write_row = |kind, mut row| {
            if is_of_a_license_server(kind) {
                row.consumer_type = row.consumer_type.map(|kind| kind.to_lowercase());
            }
            vec![row]
        };
    }),
    reading("cmapi.row.returned_quantity", "CM-USE-008", "above-zero", "below-zero", |r| {
        r.write_row = |kind, mut row| {
            let returned = matches!(kind, RowKind::LicenseReturned | RowKind::LicenseExpired);
            let at_the_end = matches!(row.served_client_status.as_deref(), Some("RETURNED" | "EXPIRED"));
            if returned && at_the_end && row.item_quantity.is_sign_positive() {
                row.item_quantity = -row.item_quantity;
                row.meter_quantity = -row.meter_quantity;
            }
            vec![row]
        };
    }),
    reading("cmapi.row.denied_status", "CM-SRV-002", "present", "null", |r| {
        r.write_row = |kind, mut row| {
            if kind == RowKind::LicenseDenied {
                row.served_client_status = None;
            }
            vec![row]
        };
    }),
];

fn is_of_a_license_server(kind: RowKind) -> bool {
    use RowKind::{LicenseDenied, LicenseExpired, LicenseGranted, LicenseReturned};
    matches!(kind, LicenseDenied | LicenseExpired | LicenseGranted | LicenseReturned)
}
