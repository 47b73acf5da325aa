//! An answer just before it leaves: the seam for faults that only the wire can show.

use serde_json::Value;

use crate::domain::ApiVersion;

/// The operations of Dynamic Monetization, then those of Cloud Monetization, one for each method and path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are those of the operations")]
#[repr(usize)]
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
    ListConditions,
    CreateConditions,
    ChangeConditions,
    DeleteConditions,
    DeleteCondition,
    ListActions,
    CreateActions,
    ReplaceActions,
    DeleteActions,
    ListAllActions,
    ReadConfiguration,
    ChangeConfiguration,
    AccessRequest,
    CreateSession,
    ListSessions,
    ReadSession,
    SessionRequest,
    Heartbeat,
    CloseSession,
    Authorize,
    UploadLicensingKey,
    ReadLicensingKey,
    RevokeLicensingKey,
    RequestLicenses,
    PreviewLicenses,
    RequestSignedLicenses,
    ListFeatures,
    SummarizeFeatures,
    ReadFeature,
    ListFeatureClients,
    ListServedClients,
    DropServedClient,
    ReadLicensingConfiguration,
    ChangeLicensingConfiguration,
    ListReservationGroups,
    ReadReservationGroup,
    AddReservationGroup,
    DeleteReservationGroup,
    ReadLicensingHealth,
    ListHostIds,
}

impl Operation {
    /// Every operation with its name, in the order of declaration.
    const NAMES: [(Self, &'static str); 55] = [
        (Self::SaveAdministrationKeys, "save_administration_keys"),
        (Self::DeleteAdministrationKey, "delete_administration_key"),
        (Self::SaveClientKeys, "save_client_keys"),
        (Self::DeleteClientKey, "delete_client_key"),
        (Self::ListPublicKeys, "list_public_keys"),
        (Self::CreateInstance, "create_instance"),
        (Self::ListInstances, "list_instances"),
        (Self::ReadInstance, "read_instance"),
        (Self::CreateRateTable, "create_rate_table"),
        (Self::ListRateTables, "list_rate_tables"),
        (Self::DeleteRateTable, "delete_rate_table"),
        (Self::PutLineItem, "put_line_item"),
        (Self::ListLineItems, "list_line_items"),
        (Self::ReadLineItem, "read_line_item"),
        (Self::DeleteLineItem, "delete_line_item"),
        (Self::ListConditions, "list_conditions"),
        (Self::CreateConditions, "create_conditions"),
        (Self::ChangeConditions, "change_conditions"),
        (Self::DeleteConditions, "delete_conditions"),
        (Self::DeleteCondition, "delete_condition"),
        (Self::ListActions, "list_actions"),
        (Self::CreateActions, "create_actions"),
        (Self::ReplaceActions, "replace_actions"),
        (Self::DeleteActions, "delete_actions"),
        (Self::ListAllActions, "list_all_actions"),
        (Self::ReadConfiguration, "read_configuration"),
        (Self::ChangeConfiguration, "change_configuration"),
        (Self::AccessRequest, "access_request"),
        (Self::CreateSession, "create_session"),
        (Self::ListSessions, "list_sessions"),
        (Self::ReadSession, "read_session"),
        (Self::SessionRequest, "session_request"),
        (Self::Heartbeat, "heartbeat"),
        (Self::CloseSession, "close_session"),
        (Self::Authorize, "authorize"),
        (Self::UploadLicensingKey, "upload_licensing_key"),
        (Self::ReadLicensingKey, "read_licensing_key"),
        (Self::RevokeLicensingKey, "revoke_licensing_key"),
        (Self::RequestLicenses, "request_licenses"),
        (Self::PreviewLicenses, "preview_licenses"),
        (Self::RequestSignedLicenses, "request_signed_licenses"),
        (Self::ListFeatures, "list_features"),
        (Self::SummarizeFeatures, "summarize_features"),
        (Self::ReadFeature, "read_feature"),
        (Self::ListFeatureClients, "list_feature_clients"),
        (Self::ListServedClients, "list_served_clients"),
        (Self::DropServedClient, "drop_served_client"),
        (Self::ReadLicensingConfiguration, "read_licensing_configuration"),
        (Self::ChangeLicensingConfiguration, "change_licensing_configuration"),
        (Self::ListReservationGroups, "list_reservation_groups"),
        (Self::ReadReservationGroup, "read_reservation_group"),
        (Self::AddReservationGroup, "add_reservation_group"),
        (Self::DeleteReservationGroup, "delete_reservation_group"),
        (Self::ReadLicensingHealth, "read_licensing_health"),
        (Self::ListHostIds, "list_host_ids"),
    ];

    /// How many operations there are.
    pub const COUNT: usize = Self::NAMES.len();

    /// Every operation.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::NAMES.into_iter().map(|(operation, _)| operation)
    }

    /// Whether it belongs to the Cloud Monetization API.
    #[must_use]
    pub const fn is_of_licensing(self) -> bool {
        self as usize >= Self::Authorize as usize
    }

    /// The operation's name in metrics and documents.
    #[must_use]
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize].1
    }
}

/// Status and body of an answer, with the operation that it belongs to.
#[derive(Clone, Debug, PartialEq)]
pub struct WireAnswer {
    /// What was called.
    pub operation: Operation,
    /// By which version.
    pub version: ApiVersion,
    /// HTTP status.
    pub status: u16,
    /// JSON body; none for 204.
    pub body: Option<Value>,
    /// What the body says that it is (DM-GEN-008).
    pub content_type: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_its_own_name() {
        for (place, operation) in Operation::all().enumerate() {
            assert_eq!(operation as usize, place);
        }
        let names: std::collections::BTreeSet<&str> = Operation::all().map(Operation::name).collect();
        assert_eq!(names.len(), Operation::COUNT);
    }
}
