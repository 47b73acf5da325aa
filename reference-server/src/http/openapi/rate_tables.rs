//! Rate tables (`20` §4).

use serde_json::{Value, json};

use super::super::router::PROVISIONING_BASE;
use super::super::schema::{self, INTEGER, Schema, array, closed, optional, required};
use super::super::wire::Operation;
use super::declared::{
    Body, Caller, DONE, Declared, Method, Parameter, Refused, Status, decided, empty, ok, refused,
};
use crate::demo::NOW;
use crate::domain::ApiVersion;

const TAG: &str = "Rate tables";

static SHOWN: Schema = array(&TABLE);
/// A table that has formulas shows them in both versions (DM-RATE-027).
static TABLE: Schema = Schema::Named(
    "RateTable",
    &closed(&[
        required("series", &Schema::String),
        required("version", &Schema::Text),
        required("effectiveFrom", &INTEGER),
        required("created", &INTEGER),
        required(
            "items",
            &array(&closed(&[
                required("name", &Schema::Text),
                optional("version", &Schema::String),
                optional("rate", &Schema::Number),
                optional("formula", &Schema::Text),
            ])),
        ),
    ]),
);
static CONFLICT: Schema = Schema::Named(
    "RateTableConflict",
    &closed(&[required("message", &Schema::String), required("error", &Schema::String)]),
);

fn table(version: ApiVersion) -> Value {
    let cad = match version {
        ApiVersion::V1_0 => json!({ "name": "CADPrint", "version": "2.0", "rate": 7 }),
        ApiVersion::V1_1 => {
            json!({ "name": "CADPrint", "version": "2.0", "formula": "MAX(2, Sheets * 0.5)" })
        }
    };
    json!({
        "series": "PublicationApps", "version": "2", "effectiveFrom": 1_767_225_600_000_i64,
        "items": [{ "name": "PhotoPrint", "version": "1.0", "rate": 3 },
                  { "name": "SignPrint", "version": "1.0", "rate": 4.5 }, cad],
    })
}

pub(in crate::http) static CREATE_RATE_TABLE: Declared = Declared {
    operation: Operation::CreateRateTable,
    method: Method::Post,
    bases: PROVISIONING_BASE,
    path: "/rate-tables",
    tag: TAG,
    summary: "Create a rate table, which then never changes",
    requirements: &["DM-RATE-001", "DM-RATE-002", "DM-RATE-021", "DM-RATE-022", "DM-RATE-026"],
    caller: Caller::Administration,
    query: &[],
    body: Some(Body { schema: &schema::NEW_RATE_TABLE, example: table }),
    answer: ok("The table is saved.", &DONE, |_| json!({ "message": "Rate table successfully saved" }))
        .with_status(Status::Fixed(201)),
    refusals: &[
        decided(|statuses| statuses.table_duplicate_item, "An item is there twice, by name and version."),
        Refused {
            status: Status::Fixed(409),
            says: "A table of this series and version exists.",
            body: Some(&CONFLICT),
        },
    ],
};

pub(in crate::http) static LIST_RATE_TABLES: Declared = Declared {
    operation: Operation::ListRateTables,
    method: Method::Get,
    bases: PROVISIONING_BASE,
    path: "/rate-tables",
    tag: TAG,
    summary: "List all rate tables, also those that are not in effect yet or any more",
    requirements: &["DM-RATE-007", "DM-RATE-008", "DM-RATE-009", "DM-RATE-027"],
    caller: Caller::Administration,
    query: &[],
    body: None,
    answer: ok("All tables; `series` is empty for one that has none.", &SHOWN, |version| {
        let mut listed = table(version);
        listed["created"] = json!(NOW);
        json!([listed])
    }),
    refusals: &[],
};

pub(in crate::http) static DELETE_RATE_TABLE: Declared = Declared {
    operation: Operation::DeleteRateTable,
    method: Method::Delete,
    bases: PROVISIONING_BASE,
    path: "/rate-tables",
    tag: TAG,
    summary: "Delete a rate table that is not in effect yet",
    requirements: &["DM-RATE-015", "DM-RATE-016", "DM-RATE-017", "DM-RATE-018", "DM-RATE-019"],
    caller: Caller::Administration,
    query: &[
        Parameter {
            name: "version",
            required: true,
            schema: &Schema::Said(&Schema::String, crate::domain::PerVersion::both(r#"{"minLength": 1}"#)),
            says: "Version of the table.",
        },
        Parameter {
            name: "series",
            required: false,
            schema: &Schema::String,
            says: "Series of the table; without it, a table without series is meant.",
        },
    ],
    body: None,
    answer: empty(Status::Fixed(204), "The table is gone."),
    refusals: &[
        refused(404, "There is no such table."),
        refused(409, "The table is in effect, or has been."),
    ],
};
