//! Faults of the Data Access API that only two reports together show, and of what stands beside the reports.

use serde_json::Value;

use super::{Mutant, mutant};
use crate::domain::DataAccessRules;

/// Shows another value in a field, for rows that have a second field.
macro_rules! shows_other {
    ($rules:expr, $field:literal, $beside:literal) => {
        $rules.data_access.shaped = |mut row| {
            if row.contains_key($beside)
                && let Some(Value::String(text)) = row.get_mut($field)
            {
                text.insert(0, '0');
            }
            (DataAccessRules::default().shaped)(row)
        }
    };
}

pub(super) const MUTANTS: &[Mutant] = &[
    mutant(
        "reports.joins",
        "account-id",
        &["DAPI-047", "DAPI-056"],
        "Shows an internal ID of the account with devices.",
        |r| {
            shows_other!(r, "DeviceAccountID", "DeviceAccountName");
        },
    ),
    mutant(
        "reports.joins",
        "account-name",
        &["DAPI-048"],
        "Shows another name of the account with users.",
        |r| {
            shows_other!(r, "AccountName", "UserName");
        },
    ),
    mutant(
        "reports.joins",
        "account-pair",
        &["DAPI-057"],
        "Shows the name of the account in place of its ID with end customers.",
        |r| {
            r.data_access.shaped = |mut row| {
                let name = row.get("CustomersAndPartners.EndCustomerAccountName").cloned();
                if let (Some(name), Some(id)) =
                    (name, row.get_mut("CustomersAndPartners.EndCustomerAccountID"))
                {
                    *id = name;
                }
                (DataAccessRules::default().shaped)(row)
            };
        },
    ),
    mutant(
        "reports.joins",
        "activation-id",
        &["DAPI-049", "DAPI-058"],
        "Shows an internal ID of the line item with fulfillments.",
        |r| {
            shows_other!(r, "ActivationID", "FulfillmentID");
        },
    ),
    mutant(
        "reports.joins",
        "entitlement-id",
        &["DAPI-050"],
        "Shows an internal ID of the entitlement with downloads.",
        |r| {
            shows_other!(r, "EntitlementID", "DownloadEndTime");
        },
    ),
    mutant("reports.joins", "server-id", &["DAPI-051"], "Shows an internal ID of the server.", |r| {
        shows_other!(r, "ServerHostID", "ServerHostID");
    }),
    mutant("reports.joins", "product-version", &["DAPI-052"], "Shows another version with devices.", |r| {
        shows_other!(r, "ProductVersion", "DeviceID");
    }),
    mutant(
        "reports.joins",
        "feature-version",
        &["DAPI-053"],
        "Shows another version of the feature that a served device uses.",
        |r| {
            shows_other!(r, "FeatureVersion", "ServedClientHostID");
        },
    ),
    mutant("reports.joins", "part-number", &["DAPI-054"], "Shows another part number of a product.", |r| {
        shows_other!(r, "SKU_NAME", "SKU_NAME");
    }),
    mutant("reports.joins", "license-model", &["DAPI-055"], "Shows another model with fulfillments.", |r| {
        shows_other!(r, "LicenseModel", "FulfillmentID");
    }),
    mutant(
        "reports.joins",
        "usage-account",
        &["DAPI-059"],
        "Shows usage with an account that does not own the line item.",
        |r| {
            shows_other!(r, "accountId", "activationId");
        },
    ),
    mutant("reports.attributes", "as-text", &["DAPI-078"], "Shows custom attributes as one text.", |r| {
        r.data_access.shaped = |mut row| {
            if let Some(attributes) = row.get_mut("OrgUnitCustomAttribute") {
                *attributes = Value::from(attributes.to_string());
            }
            (DataAccessRules::default().shaped)(row)
        };
    }),
    mutant("reports.reference", "absent", &["DAPI-012"], "Has no page for people.", |r| {
        r.data_access.reference_page = 404;
    }),
];
