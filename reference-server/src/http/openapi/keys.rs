//! Administration and client keys (`20` §2.2).

use serde_json::{Value, json};

use super::super::router::KEY_BASES;
use super::super::schema::{self, Schema, array, closed, required};
use super::super::wire::Operation;
use super::declared::{Answer, Body, Caller, DONE, Declared, Method, Refused, ok, refused};
use crate::domain::ApiVersion;

const TAG: &str = "Keys";

static PUBLIC_KEYS: Schema = array(&PUBLIC_KEY);
static PUBLIC_KEY: Schema = Schema::Named(
    "PublicKey",
    &closed(&[
        required("id", &Schema::Text),
        required("publicKey", &Schema::Text),
        required("type", &Schema::Words(&["ADMIN", "CLIENT"])),
    ]),
);

const PEM: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEQ8yWdgje3OYJPqruUnIys20aJPLh\n\
                   TVa+pUprDtn7A4M7QCMe+Vj0rJGdsoTizEVuzkHazZi5kqOHI+8YOpaenw==\n-----END PUBLIC KEY-----\n";

fn new_keys(_: ApiVersion) -> Value {
    json!([{ "id": "app-key-7", "publicKey": PEM }])
}

const fn saved() -> Answer {
    ok("The keys are saved.", &DONE, |_| json!({ "message": "Keys successfully saved" }))
}

const fn deleted() -> Answer {
    ok("The key is deleted.", &DONE, |_| json!({ "message": "Key successfully deleted" }))
}

const UNKNOWN: Refused = refused(404, "There is no such key.");

pub(in crate::http) static SAVE_ADMINISTRATION_KEYS: Declared = Declared {
    operation: Operation::SaveAdministrationKeys,
    method: Method::Put,
    bases: KEY_BASES,
    path: "/administration-keys",
    tag: TAG,
    summary: "Save administration keys: new IDs are added, known ones get the new key, all or none",
    requirements: &["DM-AUTH-020", "DM-AUTH-021", "DM-AUTH-023"],
    caller: Caller::Administration,
    query: &[],
    body: Some(Body { schema: &schema::KEYS, example: new_keys }),
    answer: saved(),
    refusals: &[],
};

pub(in crate::http) static DELETE_ADMINISTRATION_KEY: Declared = Declared {
    operation: Operation::DeleteAdministrationKey,
    method: Method::Delete,
    bases: KEY_BASES,
    path: "/administration-keys/{keyId}",
    tag: TAG,
    summary: "Delete an administration key; the last one stays",
    requirements: &["DM-AUTH-026", "DM-AUTH-027"],
    caller: Caller::Administration,
    query: &[],
    body: None,
    answer: deleted(),
    refusals: &[UNKNOWN, refused(403, "It is the last administration key.")],
};

pub(in crate::http) static SAVE_CLIENT_KEYS: Declared = Declared {
    operation: Operation::SaveClientKeys,
    path: "/client-keys",
    summary: "Save client keys: new IDs are added, known ones get the new key, all or none",
    requirements: &["DM-AUTH-032"],
    method: Method::Put,
    bases: KEY_BASES,
    tag: TAG,
    caller: Caller::Administration,
    query: &[],
    body: Some(Body { schema: &schema::KEYS, example: new_keys }),
    answer: saved(),
    refusals: &[],
};

pub(in crate::http) static DELETE_CLIENT_KEY: Declared = Declared {
    operation: Operation::DeleteClientKey,
    method: Method::Delete,
    bases: KEY_BASES,
    path: "/client-keys/{keyId}",
    tag: TAG,
    summary: "Delete a client key",
    requirements: &["DM-AUTH-028", "DM-AUTH-032"],
    caller: Caller::Administration,
    query: &[],
    body: None,
    answer: deleted(),
    refusals: &[UNKNOWN],
};

pub(in crate::http) static LIST_PUBLIC_KEYS: Declared = Declared {
    operation: Operation::ListPublicKeys,
    method: Method::Get,
    bases: KEY_BASES,
    path: "/public-keys",
    tag: TAG,
    summary: "List the keys of both kinds",
    requirements: &["DM-AUTH-031"],
    caller: Caller::Administration,
    query: &[],
    body: None,
    answer: ok(
        "All keys, by kind and ID.",
        &PUBLIC_KEYS,
        |_| json!([{ "id": "app-key-7", "publicKey": PEM, "type": "CLIENT" }]),
    ),
    refusals: &[],
};
