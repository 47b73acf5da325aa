//! Bodies of keys (`20` §2.2).

use serde_json::Value;

use super::super::public_key;
use super::language::{Form, Schema, array, open, required};
use super::members::{Members, elements};
use crate::domain::ApiVersion;
use crate::site::Refusal;

/// Keys to save (DM-AUTH-020 to DM-AUTH-023).
pub(in crate::http) static KEYS: Schema = array(&KEY);
static KEY: Schema = Schema::Named(
    "NewKey",
    &open(&[required("id", &Schema::Text), required("publicKey", &Schema::Form(&PUBLIC_KEY))]),
);
static PUBLIC_KEY: Form =
    Form { format: "spki-pem", fault: |text| public_key::check(text).err().map(str::to_owned) };

/// Keys to save as (ID, PEM), all of them or none.
pub(in crate::http) fn keys(body: Value) -> Result<Vec<(String, String)>, Refusal> {
    KEYS.read(body, ApiVersion::V1_0, |body| {
        elements(body, |key| {
            let mut key = Members::of(key)?;
            Some((key.string("id")?, key.string("publicKey")?))
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::super::test_keys::EC_PUBLIC;
    use super::*;

    fn messages<T: std::fmt::Debug>(result: Result<T, Refusal>) -> Vec<String> {
        let refusal = result.unwrap_err();
        assert_eq!(refusal.status, 400);
        refusal.messages
    }

    #[test]
    fn keys_are_saved_all_or_none() {
        let good = json!({"id": "k", "publicKey": EC_PUBLIC});
        assert_eq!(keys(json!([good])).unwrap(), [("k".to_owned(), EC_PUBLIC.to_owned())]);
        assert_eq!(messages(keys(json!([good, {"id": " ", "publicKey": "PEM"}]))).len(), 2);
        assert_eq!(messages(keys(good)), ["$: object found, array expected"]);
    }
}
