//! Entities that fit together: accounts that have users, entitlements, devices and usage of each other.
//!
//! Usage rows come from the generator of usage rows, and all else is made to fit them. What no relationship binds is
//! filled in as the schema tells.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde_json::{Map, Value, json};

use super::super::generate;
use super::row::list;
use super::schema::{Entity, Field, Form, Kind, Schema};

/// 2026-01-01 in milliseconds.
const START_MS: i64 = 1_767_225_600_000;
const DAY_MS: i64 = 86_400_000;

/// Rows by entity. Columns have the names of the schema.
pub(super) type Rows = BTreeMap<String, Vec<Map<String, Value>>>;

/// Makes a world of this many usage rows, and as many of the rest as fit them.
pub(super) fn make(schema: &Schema, rows: u64, seed: u64) -> Rows {
    let line_items = u32::try_from(rows / 4).unwrap_or(u32::MAX).clamp(4, 5_000);
    let usage = generate::rows(&generate::Order { rows, seed, line_items });
    let mut world = World { schema, random: StdRng::seed_from_u64(seed), rows: Rows::new() };
    let charged = world.usage(usage);
    for (number, (activation, account)) in charged.iter().enumerate() {
        world.around(number, activation, account);
    }
    world.rows
}

struct World<'a> {
    schema: &'a Schema,
    random: StdRng,
    rows: Rows,
}

impl World<'_> {
    /// Takes usage rows over, and tells which activation IDs they charge, and to whom.
    fn usage(&mut self, usage: Vec<Value>) -> BTreeMap<String, String> {
        let mut charged = BTreeMap::new();
        let mut accounts = BTreeSet::new();
        for row in usage {
            let account = row["ACCOUNT_ID"].as_str().unwrap_or_default().to_owned();
            for activation in list(&row["ACTIVATION_ID"]) {
                charged.insert(activation, account.clone());
            }
            accounts.insert(account);
            if let (Value::Object(cells), Some(entity)) = (row, self.schema.entity("usage")) {
                let named =
                    |name: &str| entity.place(name).map(|place| entity.fields[place].name().to_owned());
                let cells =
                    cells.into_iter().filter_map(|(name, value)| Some((named(&name)?, value))).collect();
                self.rows.entry("usage".to_owned()).or_default().push(cells);
            }
        }
        for account in &accounts {
            self.add("account", json!({ "AccountID": account, "AccountName": company(account) }));
            self.add("user", json!({
                "AccountID": account, "AccountName": company(account), "UserName": format!("user-{account}"),
                "EmailAddress": email(account), "FirstName": "Ada", "LastName": "Lovelace", "Country": "GB",
            }));
            self.add("custom-attribute-account", json!({ "ORG_ID": account, "NAME": "Industry" }));
        }
        charged
    }

    /// All that belongs to one line item.
    fn around(&mut self, number: usize, activation: &str, account: &str) {
        let (product, version) = (format!("Product {}", number % 12), format!("{}.0", number % 12));
        let (part, model) = (format!("SKU-{}", number % 12), format!("Model {}", number % 3));
        let feature = format!("feature-{}", number % 12);
        if number < 12 {
            self.add(
                "product-feature",
                json!({
                    "ProductName": product, "ProductVersion": version, "FeatureName": feature,
                    "FeatureVersion": "1.0", "SKU_NAME": part,
                }),
            );
        }
        let entitlement = id(1, number);
        let remaining = self.random.random_range(0..=10);
        let expiring = number.is_multiple_of(2);
        self.add(
            "entitlement",
            json!({
                "EntitlementID": entitlement, "ActivationID": activation, "LineItemQuantity": 10,
                "RemainingCopies": remaining, "ProductName": product,
                "ProductVersion": version, "PartNumber": part, "LicenseModel": model, "ProductCount": "1|0-1",
                "IsActivationPermanent": if expiring { "EXPIRING" } else { "PERMANENT" },
                "EndDuration": if expiring { json!(12) } else { Value::Null },
                "EndDurationUnits": if expiring { json!("MONTHS") } else { Value::Null },
                "CustomersAndPartners.EndCustomerAccountID": account,
                "CustomersAndPartners.EndCustomerAccountName": company(account),
            }),
        );
        let device = id(2, number);
        self.devices(
            number,
            &json!({
                "DeviceID": device, "DeviceAccountID": account, "DeviceAccountName": company(account),
                "EntitlementID": entitlement, "ActivationID": activation, "LicenseOwnerID": account,
                "LicenseOwnerName": company(account), "ProductName": product, "ProductVersion": version,
                "PartNumber": part, "LicenseModel1": model, "LicenseModel2": null, "LicenseModel3": null,
            }),
        );
        self.add(
            "served-device",
            json!({
                "ServedClientHostID": format!("client-{number}"), "ServerHostID": device,
                "DeviceAccountID": account, "DeviceAccountName": company(account), "FeatureName": feature,
                "FeatureVersion": "1.0",
            }),
        );
        let fulfillment = format!("FID-{number}");
        self.add("fulfillment", json!({
            "FulfillmentID": fulfillment, "ActivationID": activation, "AccountID": account,
            "AccountName": company(account), "ProductName": product, "PartNumber": part, "LicenseModel": model,
        }));
        self.download(number, account, &entitlement, &format!("{product}::{version}"));
        self.attributes(number, &fulfillment);
    }

    fn devices(&mut self, number: usize, facts: &Value) {
        let virtual_machine = number.is_multiple_of(3);
        let machine = json!({
            "DeviceMachineType": if virtual_machine { "VIRTUAL" } else { "PHYSICAL" },
            "VMName": if virtual_machine { json!(format!("vm-{number}")) } else { Value::Null },
        });
        for entity in ["device", "device-history"] {
            self.add(entity, merged(facts, &machine));
        }
    }

    fn download(&mut self, number: usize, account: &str, entitlement: &str, product: &str) {
        let bytes: i64 = self.random.random_range(1_000..5_000_000_000);
        let seconds = self.random.random_range(60..3_600);
        let (file, name, creator) =
            (format!("file-{number}"), format!("Installer {number}"), "build@example.com");
        let [kilo, mega, giga] = [1, 2, 3].map(|power| bytes / 1024_i64.pow(power));
        self.add(
            "files",
            json!({
                "FileID": file, "FileName": name, "FileCreatedUserEmail": creator, "FileSizeInBytes": bytes,
                "FileSizeInKilobytes": kilo, "FileSizeInMegabytes": mega, "FileSizeInGigabytes": giga,
            }),
        );
        let start = START_MS + i64::from(self.random.random_range(0..300)) * DAY_MS;
        self.add(
            "downloads",
            json!({
                "DownloadStartTime": iso(start), "DownloadEndTime": iso(start + i64::from(seconds) * 1000),
                "TotalBytesDownloaded": bytes, "TotalKbytesDownloaded": kilo, "TotalMbytesDownloaded": mega,
                "TotalGbytesDownloaded": giga, "FileSizeInBytes": bytes, "FileSizeInKbytes": kilo,
                "FileSizeInMbytes": mega, "FileSizeInGbytes": giga, "DownloadDurationInSeconds": seconds,
                "DownloadDurationInMinutes": seconds / 60, "UserDownloadDurationInSeconds": seconds,
                "UserDownloadDurationInMinutes": seconds / 60, "AccountID": account,
                "AccountName": company(account), "EntitlementID": entitlement, "FileName": file,
                "FileDescription": name, "FileCreatedUserEmail": creator, "ProductID": product,
                "UserEmailAddress": email(account), "UserFirstName": "Ada", "UserLastName": "Lovelace",
                "UserCountry": "GB",
            }),
        );
    }

    fn attributes(&mut self, number: usize, fulfillment: &str) {
        let entities: Vec<&Entity> =
            self.schema.entities.iter().filter(|entity| entity.is_attribute_table()).collect();
        for entity in entities.into_iter().filter(|entity| entity.name != "custom-attribute-account") {
            let owner = entity.key.first().map(String::as_str).unwrap_or_default();
            let key = match entity.name.as_str() {
                "custom-attribute-fulfillment" => fulfillment.to_owned(),
                _ => id(3, number),
            };
            self.add(&entity.name, json!({ owner: key, "NAME": "Industry" }));
        }
    }

    /// Adds a row of these facts; the other fields are filled in.
    fn add(&mut self, entity: &str, facts: Value) {
        let Some(entity) = self.schema.entity(entity) else { return };
        let rows = self.rows.entry(entity.name.clone()).or_default();
        let mut row = Map::new();
        for field in &entity.fields {
            let fact = facts.get(field.name()).cloned();
            let value = fact.unwrap_or_else(|| filling(field, rows.len(), &mut self.random));
            row.insert(field.name().to_owned(), value);
        }
        rows.push(row);
    }
}

/// A value that the schema allows, where no relationship asks for one.
fn filling(field: &Field, number: usize, random: &mut StdRng) -> Value {
    let refers = ["VMName", "EndDuration", "FileName", "ProductName"].contains(&field.name());
    if field.required.is_none() && (refers || random.random_ratio(1, 4)) {
        return Value::Null;
    }
    if !field.values.is_empty() {
        return json!(field.values[random.random_range(0..field.values.len())]);
    }
    let small: u32 = random.random_range(1..100);
    match field.kind {
        Kind::Integer | Kind::Number => json!(small),
        Kind::Boolean => json!(small.is_multiple_of(2)),
        Kind::Time => json!(iso(START_MS + i64::from(small) * DAY_MS)),
        Kind::Text | Kind::Code | Kind::Any => json!(match field.form {
            Some(Form::Email) => email(&number.to_string()),
            Some(Form::Ip) => format!("203.0.113.{small}"),
            Some(Form::Uuid) => uuid::Builder::from_random_bytes(random.random()).into_uuid().to_string(),
            Some(Form::NineteenDigits) => id(4, number),
            Some(Form::ProductId) => format!("Product {small}::1.0"),
            Some(Form::ProductCount) => "1|0-1".to_owned(),
            None => format!("{} {number}", field.name()),
        }),
        Kind::Texts | Kind::Object | Kind::Marker => Value::Null,
    }
}

fn merged(facts: &Value, more: &Value) -> Value {
    let all = [facts, more].into_iter().filter_map(Value::as_object).flatten();
    all.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// An ID of 19 digits.
fn id(kind: u64, number: usize) -> String {
    (kind * 1_000_000_000_000_000_000 + number as u64).to_string()
}

fn company(account: &str) -> String {
    format!("Company of {account}")
}

fn email(whose: &str) -> String {
    format!("{}@example.com", whose.to_lowercase())
}

fn iso(time_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(time_ms).unwrap_or_default().to_string()
}
