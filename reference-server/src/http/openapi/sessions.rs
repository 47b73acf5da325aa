//! Sessions (`10` §8).

use serde_json::json;

use super::super::router::SESSION_BASES;
use super::super::schema::{self, INTEGER, Schema, UUID, array, closed, required};
use super::super::wire::Operation;
use super::access;
use super::declared::{
    Body, Caller, Declared, INSTANCE, Link, Method, Parameter, Refused, Status, decided, empty, ok, refused,
};

const TAG: &str = "Sessions";
const PATH: &str = "/sessions/{sessionId}";
/// The session in the examples.
pub(super) const SESSION: &str = "1f0e9d8c-7b6a-4958-8776-655443322110";

static CREATED: Schema = Schema::Named("CreatedSession", &closed(&[required("sessionId", &UUID)]));
static LIST: Schema = array(&Schema::Named(
    "ListedSession",
    &closed(&[
        required("sessionId", &UUID),
        required("instanceId", &UUID),
        required("state", &Schema::Words(&["IDLE", "ACTIVE"])),
        required("chargedUntil", &INTEGER),
        required("lastHeartBeat", &INTEGER),
        required("lastAccessRequest", &INTEGER),
    ]),
));
static DETAIL: Schema = Schema::Named(
    "Session",
    &closed(&[
        required("sessionId", &UUID),
        required("instanceId", &UUID),
        required("state", &Schema::Words(&["IDLE", "ACTIVE", "TERMINATED", "FAILED"])),
        required(
            "items",
            &array(&closed(&[
                required("item", &Schema::Text),
                required("version", &Schema::String),
                required("count", &Schema::Number),
            ])),
        ),
    ]),
);
static NOTHING: Schema = closed(&[]);

const MALFORMED: Refused = refused(400, "The session ID is not a UUID (DM-SES-033).");
const UNKNOWN: Refused = decided(|statuses| statuses.session_unknown, "There is no such session.");

pub(in crate::http) static CREATE_SESSION: Declared = Declared {
    operation: Operation::CreateSession,
    method: Method::Post,
    bases: SESSION_BASES,
    path: "/sessions",
    tag: TAG,
    summary: "Open a session, which is idle and costs nothing",
    requirements: &["DM-SES-001", "DM-SES-010", "DM-SES-011", "DM-SES-012", "DM-SES-013"],
    caller: Caller::InstanceInHeader,
    query: &[],
    body: Some(Body { schema: &schema::NEW_SESSION, example: |_| json!({ "instanceId": INSTANCE }) }),
    answer: ok("The new session.", &CREATED, |_| json!({ "sessionId": SESSION })).linked(&[Link {
        operations: &[
            Operation::ReadSession,
            Operation::SessionRequest,
            Operation::Heartbeat,
            Operation::CloseSession,
        ],
        parameter: "sessionId",
        pointer: "/sessionId",
    }]),
    refusals: &[decided(
        |statuses| statuses.session_of_unknown_instance,
        "There is no such instance (DM-SES-013).",
    )],
};

pub(in crate::http) static LIST_SESSIONS: Declared = Declared {
    operation: Operation::ListSessions,
    method: Method::Get,
    bases: SESSION_BASES,
    path: "/sessions",
    tag: TAG,
    summary: "List the live sessions of an instance, newest first, at most 100",
    requirements: &["DM-SES-002", "DM-SES-020", "DM-SES-021", "DM-SES-022", "DM-SES-023"],
    caller: Caller::InstanceInQuery,
    query: &[Parameter {
        name: "instanceId",
        required: true,
        schema: &Schema::Said(&Schema::String, crate::domain::PerVersion::both(r#"{"minLength": 1}"#)),
        says: "The instance, a UUID.",
    }],
    body: None,
    answer: ok("The sessions; a time is 0 as long as there is none.", &LIST, |_| {
        json!([{ "sessionId": SESSION, "instanceId": INSTANCE, "state": "ACTIVE",
                 "chargedUntil": 1_736_946_000_000_i64, "lastHeartBeat": 0, "lastAccessRequest": crate::demo::NOW }])
    }),
    refusals: &[decided(|statuses| statuses.list_unknown_instance, "There is no such instance.")],
};

pub(in crate::http) static READ_SESSION: Declared = Declared {
    operation: Operation::ReadSession,
    method: Method::Get,
    bases: SESSION_BASES,
    path: PATH,
    tag: TAG,
    summary: "Read a session in any state",
    requirements: &["DM-SES-003", "DM-SES-030", "DM-SES-033"],
    caller: Caller::InstanceInHeader,
    query: &[],
    body: None,
    answer: ok("The session with the items in use.", &DETAIL, |_| {
        json!({ "sessionId": SESSION, "instanceId": INSTANCE, "state": "ACTIVE",
                "items": [{ "item": "PhotoPrint", "version": "1.0", "count": 10 }] })
    }),
    refusals: &[MALFORMED, UNKNOWN],
};

pub(in crate::http) static SESSION_REQUEST: Declared = Declared {
    operation: Operation::SessionRequest,
    method: Method::Put,
    bases: SESSION_BASES,
    path: PATH,
    tag: TAG,
    summary: "Request items in a session: all are granted and charged every period, or none",
    requirements: &["DM-SES-004", "DM-SES-054", "DM-SES-055", "DM-CODE-013"],
    caller: Caller::InstanceInHeader,
    query: &[],
    body: Some(Body {
        schema: &schema::SESSION_REQUEST,
        example: |version| {
            let mut request = access::request(version);
            request["rollbackOnDeny"] = json!(true);
            request
        },
    }),
    answer: ok("What was granted and charged, item by item.", &access::ANSWER, access::answer)
        .with_status(Status::Decided(|statuses| statuses.session_denied)),
    refusals: &[
        MALFORMED,
        UNKNOWN,
        Refused {
            status: Status::ByVersion(|statuses| statuses.session_ended),
            says: "The session has ended.",
            body: None,
        },
    ],
};

pub(in crate::http) static HEARTBEAT: Declared = Declared {
    operation: Operation::Heartbeat,
    method: Method::Get,
    bases: SESSION_BASES,
    path: "/sessions/{sessionId}/heartbeat",
    tag: TAG,
    summary: "Tell that the session is in use, which is due within half a period of each automatic charge",
    requirements: &["DM-SES-005", "DM-HB-001", "DM-HB-002", "DM-HB-004"],
    caller: Caller::InstanceInHeader,
    query: &[],
    body: None,
    answer: empty(Status::Fixed(204), "The heartbeat counts."),
    refusals: &[
        MALFORMED,
        decided(|statuses| statuses.heartbeat_unknown, "There is no such session."),
        Refused {
            status: Status::ByVersion(|statuses| statuses.heartbeat_ended),
            says: "The session has ended; the message names its state.",
            body: None,
        },
    ],
};

pub(in crate::http) static CLOSE_SESSION: Declared = Declared {
    operation: Operation::CloseSession,
    method: Method::Delete,
    bases: SESSION_BASES,
    path: PATH,
    tag: TAG,
    summary: "Close a session; the unused part of the period is refunded",
    requirements: &["DM-SES-006", "DM-SES-071", "DM-SES-072", "DM-SES-074"],
    caller: Caller::InstanceInHeader,
    query: &[],
    body: None,
    answer: ok("The session has ended.", &NOTHING, |_| json!({})),
    refusals: &[
        MALFORMED,
        UNKNOWN,
        Refused {
            status: Status::ByVersion(|statuses| statuses.session_close_again),
            says: "The session has ended already.",
            body: None,
        },
    ],
};
