//! What a host asks for, and what it is told.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::super::Millis;
use super::{FeatureKey, HostId, Model};

/// A well-formed access request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapabilityRequest {
    /// Who asks.
    pub host: HostId,
    /// For what, in order.
    pub features: Vec<WantedFeature>,
    /// The client's borrow interval, ms; 0 sets no limit (CM-BOR-003).
    pub borrow_interval: Millis,
    /// Whether fewer than asked for will do.
    pub partial: bool,
    /// Whether the request adds and subtracts, in place of stating the whole.
    pub incremental: bool,
    /// What licenses must fit.
    pub selectors: BTreeMap<String, String>,
    /// Data of the producer, not looked at (CM-DIC-001).
    pub vendor_dictionary: Option<Map<String, Value>>,
    /// ID that the caller chose for the usage rows.
    pub correlation_id: Option<String>,
}

/// One entry of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedFeature {
    /// Name.
    pub name: String,
    /// Least version.
    pub version: String,
    /// How many; below zero to give back.
    pub count: i64,
}

/// Why an entry was not served (`50` §5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// No such feature on the instance, or none with the request's selectors.
    NotAvailable,
    /// The feature is there in lower versions only.
    VersionNotFound,
    /// Not enough is left.
    CountInsufficient,
    /// After its end.
    Expired,
    /// Before its start.
    NotStarted,
    /// Positive and negative counts in one request.
    DataInvalid,
    /// More subtracted than is held.
    DecrementTooLarge,
    /// Subtracted from what is not held.
    DecrementNotFound,
    /// A metered feature whose counts do not come back.
    NotReusable,
    /// Nothing was charged that could be given back.
    ReturnNotAvailable,
    /// Less was charged than is to be given back.
    ReturnInsufficient,
}

impl Denial {
    /// Its code. The spelling is not published, and nobody may lean on it.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAvailable => "FEATURE_NOT_AVAILABLE",
            Self::VersionNotFound => "FEATURE_VERSION_NOT_FOUND",
            Self::CountInsufficient => "FEATURE_COUNT_INSUFFICIENT",
            Self::Expired => "FEATURE_EXPIRED",
            Self::NotStarted => "FEATURE_NOT_STARTED",
            Self::DataInvalid => "FEATURE_DATA_INVALID",
            Self::DecrementTooLarge => "DECREMENTED_COUNT_GREATER_THAN_CURRENT",
            Self::DecrementNotFound => "FEATURE_TO_DECREMENT_NOT_FOUND",
            Self::NotReusable => "RETURN_FEATURE_NOT_REUSABLE",
            Self::ReturnNotAvailable => "RETURN_FEATURE_NOT_AVAILABLE",
            Self::ReturnInsufficient => "RETURN_FEATURE_COUNT_INSUFFICIENT",
        }
    }

    /// What it means, for people.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Self::NotAvailable => "The feature is not available on this license server.",
            Self::VersionNotFound => "The feature is available in lower versions only.",
            Self::CountInsufficient => "Not enough counts of the feature are left.",
            Self::Expired => "The feature has expired.",
            Self::NotStarted => "The feature has not started yet.",
            Self::DataInvalid => "A request either adds counts or subtracts them.",
            Self::DecrementTooLarge => "More counts are subtracted than the host holds.",
            Self::DecrementNotFound => "The host does not hold the feature.",
            Self::NotReusable => "Counts of this metered feature cannot be given back.",
            Self::ReturnNotAvailable => "The host was not charged for the feature.",
            Self::ReturnInsufficient => "The host was charged for fewer counts than it gives back.",
        }
    }
}

/// A denied entry in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Name as requested.
    pub name: String,
    /// Version as requested.
    pub version: String,
    /// Why.
    pub denial: Denial,
}

/// A feature in the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The feature in the version of the license.
    pub feature: FeatureKey,
    /// The version that was asked for, if it was asked for now.
    pub requested_version: Option<String>,
    /// Count held; for a metered feature, charged by this request (S-22).
    pub count: i64,
    /// Whether counts do not matter.
    pub uncounted: bool,
    /// The most that the host could have now; nothing when there is no bound.
    pub most: Option<i64>,
    /// End of the borrow; none for metered features (S-22).
    pub expires: Option<Millis>,
    /// End of the licenses; nothing for permanent ones.
    pub final_expiry: Option<Millis>,
    /// Text for the client.
    pub vendor_string: String,
    /// The line items that serve it.
    pub line_items: Vec<LineItemInfo>,
}

/// A line item behind a feature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineItemInfo {
    /// Activation ID.
    pub activation_id: String,
    /// Entitlement ID.
    pub entitlement_id: String,
    /// Product name.
    pub product_name: String,
    /// Product version.
    pub product_version: String,
}

/// What a usage row is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// Counts were granted or charged, or the borrow was renewed.
    Granted,
    /// The entry was denied.
    Denied(Denial),
    /// Counts were given back.
    Released,
    /// The borrow has ended.
    Expired,
}

/// A usage row before it has the columns that all rows of a request share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What it is about.
    pub kind: LineKind,
    /// Feature name.
    pub name: String,
    /// Requested version; of what was not asked for, the granted one.
    pub version: String,
    /// Quantity: as requested, or as released.
    pub quantity: i64,
    /// How the feature is used up, if it is known.
    pub model: Option<Model>,
    /// The line items.
    pub line_items: Vec<LineItemInfo>,
    /// Their counts together; nothing when one is uncounted (CM-USE-005).
    pub entitled: Option<i64>,
    /// Their overdraft together; nothing when one is unlimited (CM-USE-005).
    pub overdraft: Option<i64>,
    /// What is in use of them, or charged, after this.
    pub used: i64,
    /// End of the borrow (CM-USE-003).
    pub borrowed_until: Option<Millis>,
}
