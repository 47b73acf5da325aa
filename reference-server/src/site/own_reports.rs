//! What the site's own instances and line items are in reports: the accounts and entitlements that its usage names, so that
//! whoever joins the reports finds them (DAPI-056, DAPI-058, DAPI-059).

use std::collections::BTreeSet;

use serde_json::{Value, json};
use uuid::Uuid;

use super::Site;
use crate::domain::data_access::{Cells, Entity, written};
use crate::domain::{LineItem, LineItemState};

/// IDs of entitlements have 19 digits (DAPI-064).
const FIRST_ID: u128 = 1_000_000_000_000_000_000;

impl Site {
    /// The rows of a group that come from what the site itself has, apart from those that are there already.
    pub(super) fn own_rows(&self, entity: &Entity, known: &[Cells]) -> Vec<Cells> {
        match entity.group.as_str() {
            "account" => self.own_accounts(known),
            "entitlement" => self.own_entitlements(),
            _ => Vec::new(),
        }
    }

    fn own_accounts(&self, known: &[Cells]) -> Vec<Cells> {
        let mut seen: BTreeSet<&str> =
            known.iter().filter_map(|row| row.get("AccountID")?.as_str()).collect();
        let new = self.instances.iter().filter(|instance| seen.insert(&instance.account_id));
        let row = |instance: &std::sync::Arc<super::Instance>| {
            cells(json!({
                "AccountID": *instance.account_id, "AccountName": *instance.account_id,
                "AccountType": "CUSTOMER", "State": "ACTIVE", "Visible": true,
                "CreateDate": written(instance.created), "LastUpdated": written(instance.modified),
                "DWH_LASTUPDATED_DATE": written(self.now()),
            }))
        };
        new.map(row).collect()
    }

    fn own_entitlements(&self) -> Vec<Cells> {
        let mut items: Vec<&LineItem> = self.line_items.values().filter(|item| !item.deleted).collect();
        items.sort_unstable_by_key(|item| item.sequence);
        let row = |item: &&LineItem| {
            let account =
                self.instance(&item.instance_id).ok().map(|instance| instance.account_id.to_string());
            cells(json!({
                "EntitlementID": entitlement_id(&item.activation_id),
                "EntitlementState": match item.state {
                    LineItemState::Deployed => "DEPLOYED",
                    LineItemState::Inactive => "INACTIVE",
                    LineItemState::Obsolete => "OBSOLETE",
                },
                "ActivationID": *item.activation_id,
                "LineItemQuantity": item.quantity,
                "StartDate": written(item.start),
                "IsActivationPermanent": "EXPIRING",
                // A line item of Dynamic Monetization names no product; reports have one all the same.
                "ProductName": "Elastic tokens",
                "ProductVersion": "1.0",
                "CreatedOn": written(item.start),
                "DWH_LASTUPDATED_DATE": written(self.now()),
                "EndDate": written(item.end),
                "CustomersAndPartners.EndCustomerAccountID": account,
                // The last charge changes what is left of it; when that was, only usage tells.
                "LastModifiedDate": written(self.now()),
            }))
        };
        items.iter().map(row).collect()
    }
}

/// The same ID for the same line item, whenever it is asked for.
fn entitlement_id(activation_id: &str) -> String {
    let made = Uuid::new_v5(&Uuid::NAMESPACE_OID, activation_id.as_bytes()).as_u128();
    (FIRST_ID + made % (9 * FIRST_ID)).to_string()
}

fn cells(value: Value) -> Cells {
    if let Value::Object(members) = value { members } else { Cells::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_entitlements_stay_and_have_19_digits() {
        for activation in ["ACT01", "ACT02", ""] {
            let id = entitlement_id(activation);
            assert_eq!(id, entitlement_id(activation));
            assert_eq!(id.len(), 19);
        }
        assert_ne!(entitlement_id("ACT01"), entitlement_id("ACT02"));
    }
}
