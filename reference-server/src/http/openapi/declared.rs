//! What is said of an operation.

use axum::routing::MethodFilter;
use serde_json::Value;

use super::super::router::Bases;
use super::super::schema::{Schema, array, closed, required};
use super::super::wire::Operation;
use crate::domain::rules::Statuses;
use crate::domain::{ApiVersion, PerVersion};

/// An operation: where it is, who may call it, what it takes and what it answers under the default rules.
pub(in crate::http) struct Declared {
    pub(in crate::http) operation: Operation,
    pub(in crate::http) method: Method,
    pub(in crate::http) bases: Bases,
    pub(in crate::http) path: &'static str,
    /// The group that it belongs to.
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    /// Requirements that say so, for whoever wants to look them up.
    pub(super) requirements: &'static [&'static str],
    pub(super) caller: Caller,
    pub(super) query: &'static [Parameter],
    pub(super) body: Option<Body>,
    pub(super) answer: Answer,
    /// What can be refused beside what every operation of its kind refuses.
    pub(super) refusals: &'static [Refused],
}

/// Methods that are in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub(in crate::http) const fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Post => MethodFilter::POST,
            Self::Put => MethodFilter::PUT,
            Self::Patch => MethodFilter::PATCH,
            Self::Delete => MethodFilter::DELETE,
        }
    }

    /// The method as documents write it.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Post => "post",
            Self::Put => "put",
            Self::Patch => "patch",
            Self::Delete => "delete",
        }
    }
}

/// Which token an operation takes (`20` §2.3), and where a client token finds its instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caller {
    /// An administration token.
    Administration,
    /// Either; the instance is in the path (DM-AUTH-A08).
    InstanceInPath,
    /// Either; the instance is in the query (DM-AUTH-A08).
    InstanceInQuery,
    /// Either; a client token names the instance in a header (DM-AUTH-A03).
    InstanceInHeader,
}

/// A query parameter.
pub(super) struct Parameter {
    pub(super) name: &'static str,
    pub(super) required: bool,
    /// An object stands for several parameters, one for each of its members.
    pub(super) schema: &'static Schema,
    pub(super) says: &'static str,
}

/// A request body.
pub(super) struct Body {
    pub(super) schema: &'static Schema,
    pub(super) example: Example,
}

/// An example from the tutorial's world.
pub(super) type Example = fn(ApiVersion) -> Value;

/// A successful answer.
pub(super) struct Answer {
    pub(super) status: Status,
    pub(super) says: &'static str,
    /// None for an answer without a body.
    pub(super) body: Option<Body>,
    pub(super) links: &'static [Link],
}

/// Operations for which the answer has a parameter.
pub(super) struct Link {
    pub(super) operations: &'static [Operation],
    pub(super) parameter: &'static str,
    /// Place in the body, as a JSON pointer.
    pub(super) pointer: &'static str,
}

/// A refusal with its reason; several may share a status.
pub(super) struct Refused {
    pub(super) status: Status,
    pub(super) says: &'static str,
    /// Unless it is that of most refusals.
    pub(super) body: Option<&'static Schema>,
}

/// An HTTP status: a fixed one, or the default of a decision point.
pub(super) enum Status {
    Fixed(u16),
    Decided(fn(&Statuses) -> u16),
    ByVersion(fn(&Statuses) -> PerVersion<u16>),
}

impl Status {
    pub(super) fn of(&self, statuses: &Statuses, version: ApiVersion) -> u16 {
        match self {
            Self::Fixed(status) => *status,
            Self::Decided(status) => status(statuses),
            Self::ByVersion(status) => status(statuses).of(version),
        }
    }
}

/// 200 with a body.
pub(super) const fn ok(says: &'static str, schema: &'static Schema, example: Example) -> Answer {
    Answer { status: Status::Fixed(200), says, body: Some(Body { schema, example }), links: &[] }
}

/// A status without a body.
pub(super) const fn empty(status: Status, says: &'static str) -> Answer {
    Answer { status, says, body: None, links: &[] }
}

impl Answer {
    pub(super) const fn with_status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    pub(super) const fn linked(mut self, links: &'static [Link]) -> Self {
        self.links = links;
        self
    }
}

/// A refusal with a fixed status and the body of most refusals.
pub(super) const fn refused(status: u16, says: &'static str) -> Refused {
    Refused { status: Status::Fixed(status), says, body: None }
}

/// A refusal whose status is a decision point.
pub(super) const fn decided(status: fn(&Statuses) -> u16, says: &'static str) -> Refused {
    Refused { status: Status::Decided(status), says, body: None }
}

/// The body of most refusals (S-05).
pub(super) static MESSAGE: Schema =
    Schema::Named("Refusal", &closed(&[required("message", &Schema::String)]));

/// The body of successes that have nothing to show.
pub(super) static DONE: Schema = Schema::Named("Done", &closed(&[required("message", &Schema::Text)]));

/// All violations of a body, one string each (DM-LINE-015).
pub(super) static VIOLATIONS: Schema = array(&Schema::String);

/// The instance in the examples.
pub(super) const INSTANCE: &str = "7b0f1c2e-5a44-4b7e-9a43-2f5f5f1f0a11";
