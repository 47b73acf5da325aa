//! Keys: who may sign tokens for this site.

use super::outcome::Kind;
use super::state::key_id;
use super::{Refusal, Site};
use crate::domain::{KeyKind, StoredKey};

impl Site {
    /// Stores keys or replaces them; others stay as they are (DM-AUTH-020).
    pub fn save_keys(&mut self, kind: KeyKind, keys: Vec<(String, String)>) {
        for (id, public_key) in keys {
            let key = StoredKey { kind, id: id.clone(), public_key };
            self.touch(Kind::Key, &key_id(&key));
            self.keys.insert((kind, id), key);
        }
    }

    /// Deletes a key; at least one administration key always remains (DM-AUTH-026 to DM-AUTH-028).
    ///
    /// # Errors
    /// 404 for an unknown key, 403 for the last administration key.
    pub fn delete_key(&mut self, kind: KeyKind, id: &str) -> Result<(), Refusal> {
        let name = (kind, id.to_owned());
        let Some(key) = self.keys.get(&name) else {
            return Err(Refusal::not_found("key"));
        };
        let of_kind = self.keys.keys().filter(|(other, _)| *other == kind).count();
        if kind == KeyKind::Admin && !(self.rules.key_deletable)(of_kind) {
            return Err(Refusal::new(403, "the only remaining administration key cannot be deleted"));
        }
        let stored = key_id(key);
        self.keys.remove(&name);
        self.touch(Kind::Key, &stored);
        Ok(())
    }

    /// Every key, by kind and then ID (DM-AUTH-031).
    #[must_use]
    pub fn keys(&self) -> Vec<StoredKey> {
        self.keys.values().cloned().collect()
    }

    /// One key.
    #[must_use]
    pub fn key(&self, kind: KeyKind, id: &str) -> Option<&StoredKey> {
        self.keys.get(&(kind, id.to_owned()))
    }
}
