//! One fault each, for those who want to see whether a judge or a pipeline finds it.

use serde_json::{Value, json};

use super::world::Rows;

/// A fault that can be put into a clean world.
pub(super) struct Corruption {
    pub(super) name: &'static str,
    /// The rule that finds it.
    #[cfg_attr(not(test), expect(dead_code, reason = "the tests demand that this rule finds the fault"))]
    pub(super) rule: &'static str,
    pub(super) entity: &'static str,
    field: &'static str,
    change: fn(&Value) -> Value,
}

const fn fault(
    name: &'static str,
    rule: &'static str,
    entity: &'static str,
    field: &'static str,
    change: fn(&Value) -> Value,
) -> Corruption {
    Corruption { name, rule, entity, field, change }
}

const LOST: fn(&Value) -> Value = |_| json!("lost");

pub(super) const CORRUPTIONS: &[Corruption] = &[
    fault("null", "ENT-NULL", "account", "AccountType", |_| Value::Null),
    fault("type", "ENT-TYPE", "entitlement", "LineItemQuantity", |_| json!("ten")),
    fault("time", "ENT-TYPE", "user", "CreateDate", |_| json!("yesterday")),
    fault("enumeration", "ENT-VALUE", "device", "Status", |_| json!("LENT")),
    fault("case", "ENT-VALUE", "account", "AccountType", |_| json!("Customer")),
    fault("length", "ENT-FORM", "device", "PublisherName", |_| json!("p".repeat(65))),
    fault("negative", "ENT-FORM", "files", "FileSizeInBytes", |_| json!(-1)),
    fault("email", "ENT-FORM", "user", "EmailAddress", |_| json!("nobody")),
    fault("size", "DAPI-045", "files", "FileSizeInKilobytes", |_| json!(9_999_999_999_i64)),
    fault("entitlement", "DAPI-050", "device", "EntitlementID", |_| json!("1999999999999999999")),
    fault("server", "DAPI-051", "served-device", "ServerHostID", LOST),
    fault("product", "DAPI-052", "entitlement", "ProductVersion", LOST),
    fault("feature", "DAPI-053", "served-device", "FeatureName", LOST),
    fault("part-number", "DAPI-054", "fulfillment", "PartNumber", LOST),
    fault("license-model", "DAPI-055", "device", "LicenseModel1", LOST),
    fault("account", "DAPI-056", "usage", "accountId", LOST),
    fault("account-name", "DAPI-057", "user", "AccountName", LOST),
    fault("activation", "DAPI-058", "fulfillment", "ActivationID", LOST),
    fault("usage-activation", "DAPI-058", "usage", "activationId", |_| json!(["lost"])),
    fault("wrong-account", "DAPI-059", "entitlement", "CustomersAndPartners.EndCustomerAccountID", LOST),
    fault("machine", "DAPI-060", "device", "VMName", |_| json!("vm-x")),
    fault("duration", "DAPI-061", "entitlement", "IsActivationPermanent", |_| json!("PERMANENT")),
    fault("copies", "DAPI-062", "entitlement", "RemainingCopies", |_| json!(11)),
    fault("download-end", "DAPI-063", "downloads", "DownloadEndTime", |_| json!("2025-01-01T00:00:00Z")),
    fault("digits", "DAPI-064", "device", "DeviceID", |_| json!("17")),
    fault("contact", "DAPI-066", "downloads", "UserLastName", LOST),
    fault("file-size", "DAPI-067", "downloads", "FileSizeInBytes", |_| json!(1)),
    fault("owner", "DAPI-073", "device", "LicenseOwnerID", LOST),
    fault("file", "DAPI-074", "downloads", "FileName", LOST),
    fault("attribute-owner", "DAPI-081", "custom-attribute-account", "ORG_ID", LOST),
    fault("fulfillment-attribute", "DAPI-083", "custom-attribute-fulfillment", "FULFILLMENT_ID", LOST),
];

impl Corruption {
    pub(super) fn find(name: &str) -> Option<&'static Self> {
        CORRUPTIONS.iter().find(|corruption| corruption.name == name)
    }

    /// Puts the fault into the first row in which it changes something that is there, or else into the first where
    /// it can stand.
    pub(super) fn apply(&self, rows: &mut Rows) {
        let Some(table) = rows.get_mut(self.entity) else { return };
        // Of virtual machines a name is right, and what does not expire has no duration to contradict.
        let fits = |row: &serde_json::Map<String, Value>| match self.name {
            "machine" => row["DeviceMachineType"] == "PHYSICAL",
            "duration" => !row["EndDuration"].is_null(),
            _ => !row[self.field].is_null(),
        };
        if let Some(row) = table.iter_mut().find(|row| fits(row)) {
            let changed = (self.change)(&row[self.field]);
            row.insert(self.field.to_owned(), changed);
        }
    }
}
