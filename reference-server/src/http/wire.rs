//! An answer just before it leaves: the seam for faults that only the wire can show.

use serde_json::Value;

/// The operations of Dynamic Monetization, one for each method and path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the operations")]
pub enum Operation {
    SaveAdministrationKeys,
    DeleteAdministrationKey,
    SaveClientKeys,
    DeleteClientKey,
    ListPublicKeys,
    CreateInstance,
    ListInstances,
    ReadInstance,
    CreateRateTable,
    ListRateTables,
    DeleteRateTable,
    PutLineItem,
    ListLineItems,
    ReadLineItem,
    DeleteLineItem,
    AccessRequest,
    CreateSession,
    ListSessions,
    ReadSession,
    SessionRequest,
    Heartbeat,
    CloseSession,
}

/// Status and body of an answer, with the operation that it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct WireAnswer {
    /// What was called.
    pub operation: Operation,
    /// HTTP status.
    pub status: u16,
    /// JSON body; none for 204.
    pub body: Option<Value>,
}
