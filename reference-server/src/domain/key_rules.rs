//! How keys are saved, take effect and go: the decision points of keys.

use super::{KeyKind, Millis};

/// Every rule of keys in force at a site.
#[derive(Clone, Copy)]
pub struct KeyRules {
    /// Whether the text of a public key that can be parsed is in a form that is taken (DM-AUTH-021, DM-AUTH-022).
    pub form_accepted: fn(&str) -> bool,
    /// Whether saving a known ID replaces its key (DM-AUTH-020).
    pub saving_replaces: bool,
    /// Whether keys that are not named when others are saved stay (DM-AUTH-020).
    pub saving_keeps_others: bool,
    /// The status of saving an ID that the other kind of key has already (DM-AUTH-030).
    pub id_of_other_kind: u16,
    /// How long a saved key takes to authorize, from what is configured (DM-AUTH-024).
    pub comes_after: fn(KeyKind, Millis) -> Millis,
    /// How long a deleted key still authorizes, from what is configured (DM-AUTH-025).
    pub goes_after: fn(KeyKind, Millis) -> Millis,
    /// Whether a token is verified with the key of its `kid` alone (DM-AUTH-006).
    pub found_by_id: bool,
    /// Whether a key may be deleted, given how many of its kind there are (DM-AUTH-026, DM-AUTH-028).
    pub deletable: fn(KeyKind, usize) -> bool,
    /// Whether an administration key may delete itself (DM-AUTH-029).
    pub deletes_itself: bool,
    /// Whether the public keys are listed in an object in place of an array (DM-AUTH-031).
    pub listed_in_object: bool,
}

impl Default for KeyRules {
    fn default() -> Self {
        Self {
            form_accepted: |_pem| true,
            saving_replaces: true,
            saving_keeps_others: true,
            id_of_other_kind: 200,
            comes_after: |_kind, configured| configured,
            goes_after: |_kind, configured| configured,
            found_by_id: true,
            deletable: |kind, keys| kind == KeyKind::Client || keys > 1,
            deletes_itself: true,
            listed_in_object: false,
        }
    }
}
