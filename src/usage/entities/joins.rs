//! Which fields refer to which: the relationships as data.
//!
//! Where the documents name a wrong field (a part number that shall equal a version, a file that shall equal itself),
//! the plain meaning counts. References that only one side lists count like all others.

use crate::report::events::Severity::{self, I, W};

/// What can be referred to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Target {
    Account,
    Activation,
    Entitlement,
    Device,
    Product,
    Version,
    Feature,
    Part,
    Model,
    File,
    Fulfillment,
    Email,
    EntitlementKey,
    LineItemKey,
    ModelKey,
    MaintenanceKey,
    ProductKey,
    UserKey,
}

/// Where a target is: its entity and the fields that name it, and further fields to compare with.
pub(super) struct Source {
    pub(super) target: Target,
    pub(super) entity: &'static str,
    pub(super) fields: &'static [&'static str],
    pub(super) more: &'static [&'static str],
}

const fn source(
    target: Target,
    entity: &'static str,
    fields: &'static [&'static str],
    more: &'static [&'static str],
) -> Source {
    Source { target, entity, fields, more }
}

const CUSTOMER: &str = "CustomersAndPartners.EndCustomerAccountID";
const CUSTOMER_NAME: &str = "CustomersAndPartners.EndCustomerAccountName";

pub(super) const SOURCES: &[Source] = &[
    source(Target::Account, "account", &["AccountID"], &["AccountName"]),
    source(Target::Activation, "entitlement", &["ActivationID"], &[CUSTOMER, "EntitlementID"]),
    source(Target::Entitlement, "entitlement", &["EntitlementID"], &[]),
    source(Target::Device, "device", &["DeviceID"], &[]),
    source(Target::Product, "product-feature", &["ProductName"], &[]),
    source(Target::Version, "product-feature", &["ProductName", "ProductVersion"], &[]),
    source(Target::Feature, "product-feature", &["FeatureName", "FeatureVersion"], &[]),
    source(Target::Part, "product-feature", &["SKU_NAME"], &[]),
    source(Target::Model, "entitlement", &["LicenseModel"], &[]),
    source(Target::File, "files", &["FileID"], &["FileName", "FileSizeInBytes", "FileCreatedUserEmail"]),
    source(Target::Fulfillment, "fulfillment", &["FulfillmentID"], &[]),
    source(Target::Email, "user", &["EmailAddress"], &["FirstName", "LastName", "Country"]),
    // Columns that the tables of custom attributes name and the tables of fields lack.
    source(Target::EntitlementKey, "entitlement", &["ENTITLEMENT_ID_ID"], &[]),
    source(Target::LineItemKey, "entitlement", &["LINEITEM_ID_ID"], &[]),
    source(Target::ModelKey, "entitlement", &["LICENSEMODEL_ID_ID"], &[]),
    source(Target::MaintenanceKey, "entitlement", &["MAINT_ID_ID"], &[]),
    source(Target::ProductKey, "entitlement", &["PRODUCT_ID"], &[]),
    source(Target::UserKey, "user", &["ID"], &[]),
];

/// Fields that name something that has to be there.
pub(super) struct Reference {
    pub(super) rule: &'static str,
    pub(super) level: Severity,
    pub(super) target: Target,
    pub(super) entity: &'static str,
    pub(super) fields: &'static [&'static str],
    /// What is marked as deleted if it is no longer there, as in the names of the marks.
    pub(super) deleted: &'static str,
}

const fn refers(
    rule: &'static str,
    level: Severity,
    target: Target,
    entity: &'static str,
    fields: &'static [&'static str],
    deleted: &'static str,
) -> Reference {
    Reference { rule, level, target, entity, fields, deleted }
}

pub(super) const REFERENCES: &[Reference] = &[
    refers("DAPI-056", W, Target::Account, "device", &["DeviceAccountID"], "Account"),
    refers("DAPI-056", W, Target::Account, "device-history", &["DeviceAccountID"], "Account"),
    refers("DAPI-056", W, Target::Account, "served-device", &["DeviceAccountID"], "Account"),
    refers("DAPI-056", W, Target::Account, "entitlement", &[CUSTOMER], "Account"),
    refers("DAPI-056", W, Target::Account, "fulfillment", &["AccountID"], "Account"),
    refers("DAPI-056", W, Target::Account, "user", &["AccountID"], "Account"),
    refers("DAPI-056", W, Target::Account, "downloads", &["AccountID"], "Account"),
    refers("DAPI-056", W, Target::Account, "usage", &["accountId"], "Account"),
    refers("DAPI-073", W, Target::Account, "device", &["LicenseOwnerID"], "Account"),
    refers("DAPI-058", W, Target::Activation, "device", &["ActivationID"], "Activation"),
    refers("DAPI-058", W, Target::Activation, "device-history", &["ActivationID"], "Activation"),
    refers("DAPI-058", W, Target::Activation, "fulfillment", &["ActivationID"], "Activation"),
    refers("DAPI-058", W, Target::Activation, "usage", &["activationId"], "Activation"),
    refers("DAPI-050", W, Target::Entitlement, "device", &["EntitlementID"], "Activation"),
    refers("DAPI-050", W, Target::Entitlement, "downloads", &["EntitlementID"], "Activation"),
    refers("DAPI-051", W, Target::Device, "served-device", &["ServerHostID"], ""),
    // A product without features has no row among them.
    refers("DAPI-052", I, Target::Product, "fulfillment", &["ProductName"], "Product"),
    refers("DAPI-052", I, Target::Version, "device", &["ProductName", "ProductVersion"], "Product"),
    refers("DAPI-052", I, Target::Version, "entitlement", &["ProductName", "ProductVersion"], "Product"),
    refers("DAPI-053", W, Target::Feature, "served-device", &["FeatureName", "FeatureVersion"], "Product"),
    refers("DAPI-054", I, Target::Part, "entitlement", &["PartNumber"], "Product"),
    refers("DAPI-054", I, Target::Part, "fulfillment", &["PartNumber"], "Product"),
    refers("DAPI-054", I, Target::Part, "device", &["PartNumber"], "Product"),
    refers("DAPI-055", W, Target::Model, "fulfillment", &["LicenseModel"], "Activation"),
    refers("DAPI-055", W, Target::Model, "device", &["LicenseModel1"], "Activation"),
    refers("DAPI-055", W, Target::Model, "device", &["LicenseModel2"], "Activation"),
    refers("DAPI-055", W, Target::Model, "device", &["LicenseModel3"], "Activation"),
    // By its meaning the name of a download's file is an ID, although the documents list it as a name.
    refers("DAPI-074", W, Target::File, "downloads", &["FileName"], ""),
    refers("DAPI-066", I, Target::Email, "downloads", &["UserEmailAddress"], "User"),
    refers("DAPI-081", W, Target::Account, "custom-attribute-account", &["ORG_ID"], "Account"),
    refers("DAPI-082", W, Target::EntitlementKey, "custom-attribute-entitlement", &["ENTITLEMENT_ID"], ""),
    // The documents name the entitlement view here; fulfillments must be meant.
    refers("DAPI-083", W, Target::Fulfillment, "custom-attribute-fulfillment", &["FULFILLMENT_ID"], ""),
    refers("DAPI-084", W, Target::LineItemKey, "custom-attribute-line-item", &["ACTIVATION_ID"], ""),
    refers(
        "DAPI-085",
        W,
        Target::LineItemKey,
        "custom-attribute-license-model-attribute",
        &["LINE_ITEM_ID"],
        "",
    ),
    refers(
        "DAPI-086",
        W,
        Target::ModelKey,
        "custom-attribute-license-model-custom-attribute",
        &["LICENSE_MODEL_ID"],
        "",
    ),
    refers(
        "DAPI-087",
        W,
        Target::MaintenanceKey,
        "custom-attribute-maintenance-line-item",
        &["ACTIVATION_ID"],
        "",
    ),
    refers("DAPI-088", W, Target::ProductKey, "custom-attribute-product", &["PRODUCT_ID"], ""),
    refers("DAPI-089", W, Target::UserKey, "custom-attribute-user", &["USER_ID"], ""),
];

/// A field that says the same as one of the record that a key names.
pub(super) struct Agreement {
    pub(super) rule: &'static str,
    pub(super) target: Target,
    pub(super) entity: &'static str,
    pub(super) key: &'static str,
    pub(super) field: &'static str,
    pub(super) theirs: &'static str,
}

const fn agrees(
    rule: &'static str,
    target: Target,
    entity: &'static str,
    key: &'static str,
    field: &'static str,
    theirs: &'static str,
) -> Agreement {
    Agreement { rule, target, entity, key, field, theirs }
}

pub(super) const AGREEMENTS: &[Agreement] = &[
    agrees("DAPI-057", Target::Account, "device", "DeviceAccountID", "DeviceAccountName", "AccountName"),
    agrees(
        "DAPI-057",
        Target::Account,
        "device-history",
        "DeviceAccountID",
        "DeviceAccountName",
        "AccountName",
    ),
    agrees(
        "DAPI-057",
        Target::Account,
        "served-device",
        "DeviceAccountID",
        "DeviceAccountName",
        "AccountName",
    ),
    agrees("DAPI-057", Target::Account, "entitlement", CUSTOMER, CUSTOMER_NAME, "AccountName"),
    agrees("DAPI-057", Target::Account, "fulfillment", "AccountID", "AccountName", "AccountName"),
    agrees("DAPI-057", Target::Account, "user", "AccountID", "AccountName", "AccountName"),
    agrees("DAPI-057", Target::Account, "downloads", "AccountID", "AccountName", "AccountName"),
    agrees("DAPI-073", Target::Account, "device", "LicenseOwnerID", "LicenseOwnerName", "AccountName"),
    agrees("DAPI-059", Target::Activation, "usage", "activationId", "accountId", CUSTOMER),
    agrees("DAPI-050", Target::Activation, "device", "ActivationID", "EntitlementID", "EntitlementID"),
    agrees("DAPI-074", Target::File, "downloads", "FileName", "FileDescription", "FileName"),
    agrees("DAPI-067", Target::File, "downloads", "FileName", "FileSizeInBytes", "FileSizeInBytes"),
    agrees("DAPI-067", Target::File, "downloads", "FileName", "FileCreatedUserEmail", "FileCreatedUserEmail"),
    agrees("DAPI-066", Target::Email, "downloads", "UserEmailAddress", "UserFirstName", "FirstName"),
    agrees("DAPI-066", Target::Email, "downloads", "UserEmailAddress", "UserLastName", "LastName"),
    agrees("DAPI-066", Target::Email, "downloads", "UserEmailAddress", "UserCountry", "Country"),
];
