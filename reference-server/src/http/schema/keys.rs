//! Bodies of keys (`20` §2.2).

use serde_json::Value;

use super::super::check::{Check, Path};
use super::super::public_key;
use crate::site::Refusal;

/// Keys to save as (ID, PEM), all of them or none (DM-AUTH-020 to DM-AUTH-023).
pub(in crate::http) fn keys(body: Value) -> Result<Vec<(String, String)>, Refusal> {
    let mut check = Check::default();
    let keys = check.array(&Path::Root, body).map(|elements| {
        let mut keys = Vec::with_capacity(elements.len());
        for (index, element) in elements.into_iter().enumerate() {
            keys.extend(key(&mut check, &Path::Root.element(index), element));
        }
        keys
    });
    check.finish(keys)
}

fn key(check: &mut Check, path: &Path<'_>, value: Value) -> Option<(String, String)> {
    let mut members = check.object(path, value)?;
    let id = check.required(path, &mut members, "id", Check::text);
    let public_key = check.required(path, &mut members, "publicKey", Check::text)?;
    if let Err(what) = public_key::check(&public_key) {
        check.violation(&path.member("publicKey"), what);
    }
    Some((id?, public_key))
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
