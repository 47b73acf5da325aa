//! What an operation leaves behind: an answer or a refusal, and effects for the store.

use std::sync::Arc;

use uuid::Uuid;

use crate::domain::usage_row::RowKind;
use crate::domain::{SessionProgress, Tokens, UsageRow};

/// Why an operation was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status that says so.
    pub status: u16,
    /// What is wrong, one sentence each.
    pub messages: Vec<String>,
}

impl Refusal {
    /// A refusal with one message.
    #[must_use]
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, messages: vec![message.into()] }
    }

    /// Bad input (DM-GEN-009).
    #[must_use]
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// Something that is not there.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::new(404, format!("{what} not found"))
    }
}

/// The kinds of things that the store keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Clock, policy and counters of the site.
    Site,
    /// The public keys under one kind and ID.
    Key,
    /// The configuration.
    Configuration,
    /// An instance.
    Instance,
    /// A rate table.
    RateTable,
    /// A condition of rules of access.
    Condition,
    /// A line item.
    LineItem,
    /// A session.
    Session,
    /// The Producer User and the secret of the tokens of `/authorize`.
    LicensingAccounts,
    /// A license server.
    LicenseServer,
    /// What was charged of a metered license.
    MeteredTotal,
    /// A host that a license server serves.
    ServedClient,
    /// What the Data Access API has apart from usage: who may read it, and the rows of an entity.
    Warehouse,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Site,
        Self::Key,
        Self::Configuration,
        Self::Instance,
        Self::RateTable,
        Self::Condition,
        Self::LineItem,
        Self::Session,
        Self::LicensingAccounts,
        Self::LicenseServer,
        Self::MeteredTotal,
        Self::ServedClient,
        Self::Warehouse,
    ];

    /// The word that stands for the kind in the store.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Site => "site",
            Self::Key => "key",
            Self::Configuration => "configuration",
            Self::Instance => "instance",
            Self::RateTable => "rate-table",
            Self::Condition => "condition",
            Self::LineItem => "line-item",
            Self::Session => "session",
            Self::LicensingAccounts => "licensing-accounts",
            // In the order of the alphabet, in which the store hands things out, a server comes before what is its.
            Self::LicenseServer => "license-server",
            Self::MeteredTotal => "metered-total",
            Self::ServedClient => "served-client",
            Self::Warehouse => "warehouse",
        }
    }
}

/// Something that must be durable before the answer leaves.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// An entity as it is now, as JSON text.
    Save {
        /// What it is.
        kind: Kind,
        /// Its ID within site and kind.
        id: String,
        /// The whole entity.
        body: String,
    },
    /// An entity is gone.
    Delete {
        /// What it was.
        kind: Kind,
        /// Its ID within site and kind.
        id: String,
    },
    /// What a line item has used now; everything else about it stands as it was saved.
    Used {
        /// The line item.
        line_item: Arc<str>,
        /// Tokens used.
        used: Tokens,
    },
    /// How far a session has come since it was saved as a whole.
    Progress {
        /// The session.
        session: Uuid,
        /// What has moved.
        progress: SessionProgress,
    },
    /// A usage row with its sequence number, from 1 and gap-free within the site.
    Row {
        /// Sequence number.
        sequence: u64,
        /// What is behind it.
        kind: RowKind,
        /// The row.
        row: Box<UsageRow>,
    },
    /// The site and all that belongs to it is gone.
    DropSite,
}
