//! Keys that callers sign their tokens with.

use serde::{Deserialize, Serialize};

use super::Millis;

/// Whose key it is (DM-AUTH-002, DM-AUTH-004).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum KeyKind {
    /// Producer staff.
    Admin,
    /// Client applications and customers' users.
    Client,
}

impl KeyKind {
    /// The word used for this kind in tokens and listings.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Admin => "ADMIN",
            Self::Client => "CLIENT",
        }
    }
}

/// A public key as it was saved, with the time in which it is believed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredKey {
    /// Whose key it is.
    pub kind: KeyKind,
    /// ID that tokens name.
    pub id: String,
    /// SPKI PEM as it was saved.
    pub public_key: String,
    /// From when it authorizes: a saved key takes its time to spread (DM-AUTH-024).
    #[serde(default)]
    pub from: Millis,
    /// Until when it still authorizes although it is deleted or replaced (DM-AUTH-025).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Millis>,
}

impl StoredKey {
    /// Whether the key authorizes at this time.
    #[must_use]
    pub fn believed(&self, now: Millis) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }
}

/// What there is under one kind and ID: the registered key, if any, and those that it replaced for as long as they
/// still authorize. The two kinds are separate name spaces (DM-AUTH-030).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct KeyVersions(Vec<StoredKey>);

impl KeyVersions {
    /// The registered key.
    #[must_use]
    pub fn current(&self) -> Option<&StoredKey> {
        self.0.iter().find(|key| key.until.is_none())
    }

    /// The keys that authorize at this time.
    pub fn believed(&self, now: Millis) -> impl Iterator<Item = &StoredKey> {
        self.0.iter().filter(move |key| key.believed(now))
    }

    /// Registers a key in place of the one that was there, which authorizes until the new one does (DM-AUTH-020).
    pub fn replace(&mut self, key: StoredKey, now: Millis) {
        self.retire(now, key.from);
        self.0.push(key);
    }

    /// Deletes the registered key; it authorizes until the given time (DM-AUTH-025).
    pub fn retire(&mut self, now: Millis, until: Millis) {
        for key in &mut self.0 {
            key.until = Some(key.until.map_or(until, |earlier| earlier.min(until)));
        }
        self.0.retain(|key| key.until.is_none_or(|until| now < until));
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(public_key: &str, from: Millis) -> StoredKey {
        StoredKey { kind: KeyKind::Admin, id: "ops".into(), public_key: public_key.into(), from, until: None }
    }

    fn believed(keys: &KeyVersions, now: Millis) -> Vec<&str> {
        keys.believed(now).map(|key| key.public_key.as_str()).collect()
    }

    #[test]
    fn a_new_key_and_the_one_before_it_change_over_at_one_instant() {
        let mut keys = KeyVersions::default();
        keys.replace(key("first", 0), 0);
        keys.replace(key("second", 70), 10);
        assert_eq!(believed(&keys, 69), ["first"]);
        assert_eq!(believed(&keys, 70), ["second"]);
        keys.retire(80, 140);
        assert_eq!(keys.current(), None);
        assert_eq!(believed(&keys, 139), ["second"]);
        assert_eq!(believed(&keys, 140), Vec::<&str>::new());
    }

    #[test]
    fn without_delay_only_the_last_key_counts() {
        let mut keys = KeyVersions::default();
        keys.replace(key("first", 5), 5);
        keys.replace(key("second", 6), 6);
        assert_eq!(believed(&keys, 6), ["second"]);
        keys.retire(7, 7);
        assert!(keys.is_empty());
    }
}
