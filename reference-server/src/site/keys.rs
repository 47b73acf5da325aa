//! Keys: who may sign tokens for this site.

use super::outcome::Kind;
use super::state::key_id;
use super::{Refusal, Site};
use crate::domain::{KeyKind, Millis, StoredKey};

impl Site {
    /// Stores keys or replaces them; others stay as they are (DM-AUTH-020). They authorize once they have
    /// spread (DM-AUTH-024).
    pub fn save_keys(&mut self, kind: KeyKind, keys: Vec<(String, String)>) {
        let from = self.now.saturating_add((self.rules.keys.comes_after)(kind, self.key_propagation));
        if !self.rules.keys.saving_keeps_others {
            self.withdraw_all_but(kind, &keys);
        }
        self.store_keys(kind, keys, from);
    }

    /// What the rules of the site have against keys that are to be saved (DM-AUTH-022, DM-AUTH-030).
    ///
    /// # Errors
    /// 400 for a form that is not taken, and the status of the rules for an ID that the other kind has.
    pub fn check_keys(&self, kind: KeyKind, keys: &[(String, String)]) -> Result<(), Refusal> {
        let rules = &self.rules.keys;
        if keys.iter().any(|(_, public_key)| !(rules.form_accepted)(public_key)) {
            return Err(Refusal::invalid("a public key is in a form that is not taken"));
        }
        let other = if kind == KeyKind::Admin { KeyKind::Client } else { KeyKind::Admin };
        if rules.id_of_other_kind >= 400 && keys.iter().any(|(id, _)| self.is_registered(other, id)) {
            return Err(Refusal::new(rules.id_of_other_kind, "a key of the other kind has this ID"));
        }
        Ok(())
    }

    fn withdraw_all_but(&mut self, kind: KeyKind, kept: &[(String, String)]) {
        let now = self.now;
        let mut withdrawn = Vec::new();
        for (id, versions) in self.keys.entry(kind).or_default() {
            if kept.iter().all(|(kept, _)| kept != id) {
                versions.retire(now, now);
                withdrawn.push(id.clone());
            }
        }
        for id in withdrawn {
            self.touch(Kind::Key, key_id(kind, &id));
        }
    }

    /// Stores keys that authorize at once: those that the operator gives at start-up (DM-AUTH-034).
    pub fn install_keys(&mut self, kind: KeyKind, keys: Vec<(String, String)>) {
        self.store_keys(kind, keys, self.now);
    }

    fn store_keys(&mut self, kind: KeyKind, keys: Vec<(String, String)>, from: Millis) {
        for (id, public_key) in keys {
            self.touch(Kind::Key, key_id(kind, &id));
            let key = StoredKey { kind, id: id.clone(), public_key, from, until: None };
            let versions = self.keys.entry(kind).or_default().entry(id).or_default();
            // A key that is saved as it stands goes on authorizing.
            let changes =
                |current: &StoredKey| self.rules.keys.saving_replaces && current.public_key != key.public_key;
            if versions.current().is_none_or(changes) {
                versions.replace(key, self.now);
            }
        }
    }

    /// Deletes a key, which may go on authorizing until the deletion has spread (DM-AUTH-025); at least one
    /// administration key always remains (DM-AUTH-026 to DM-AUTH-028, DM-AUTH-029).
    ///
    /// # Errors
    /// 404 for an unknown key, 403 for the last administration key.
    pub fn delete_key(&mut self, kind: KeyKind, id: &str) -> Result<(), Refusal> {
        let registered = self.registered(kind).count();
        if !self.is_registered(kind, id) {
            return Err(Refusal::not_found("key"));
        }
        if !(self.rules.keys.deletable)(kind, registered) {
            return Err(Refusal::new(403, "the only remaining key cannot be deleted"));
        }
        let until = self.now.saturating_add((self.rules.keys.goes_after)(kind, self.key_propagation));
        if let Some(keys) = self.keys.get_mut(&kind)
            && let Some(versions) = keys.get_mut(id)
        {
            versions.retire(self.now, until);
            if versions.is_empty() {
                keys.remove(id);
            }
        }
        self.touch(Kind::Key, key_id(kind, id));
        Ok(())
    }

    fn is_registered(&self, kind: KeyKind, id: &str) -> bool {
        self.keys
            .get(&kind)
            .and_then(|keys| keys.get(id))
            .is_some_and(|versions| versions.current().is_some())
    }

    fn registered(&self, kind: KeyKind) -> impl Iterator<Item = &StoredKey> {
        self.keys
            .get(&kind)
            .into_iter()
            .flat_map(|keys| keys.values())
            .filter_map(|versions| versions.current())
    }

    /// Every registered key, by kind and then ID (DM-AUTH-031).
    #[must_use]
    pub fn keys(&self) -> Vec<StoredKey> {
        let kinds = [KeyKind::Admin, KeyKind::Client];
        kinds.into_iter().flat_map(|kind| self.registered(kind)).cloned().collect()
    }

    /// The public keys under a kind and ID that authorize now: one, or none, or two while a change spreads
    /// (DM-AUTH-006).
    pub fn believed_keys(&self, kind: KeyKind, id: &str) -> impl Iterator<Item = &str> {
        let (keys, by_id, now) = (self.keys.get(&kind), self.rules.keys.found_by_id, self.now);
        let named = keys.and_then(|keys| keys.get(id)).filter(|_| by_id);
        let any = keys.filter(|_| !by_id).into_iter().flat_map(|keys| keys.values());
        named
            .into_iter()
            .chain(any)
            .flat_map(move |versions| versions.believed(now))
            .map(|key| key.public_key.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::{Clock, SiteSettings};
    use super::*;
    use crate::domain::MINUTE;

    fn site(key_propagation: Millis) -> Site {
        let settings = SiteSettings {
            clock: Clock::Virtual(0),
            administration_keys: vec![("ops".into(), "first".into())],
            policy: BTreeMap::new(),
            key_propagation,
        };
        Site::create("acme", settings, 0).unwrap().0
    }

    fn believed(site: &Site, id: &str) -> Vec<String> {
        site.believed_keys(KeyKind::Admin, id).map(str::to_owned).collect()
    }

    #[test]
    fn a_key_takes_its_time_to_come_and_to_go() {
        let mut site = site(10 * MINUTE);
        assert_eq!(believed(&site, "ops"), ["first"]);
        site.act(0, |site| site.save_keys(KeyKind::Admin, vec![("new".into(), "second".into())]));
        assert_eq!(believed(&site, "new"), Vec::<String>::new());
        site.act(0, |site| site.advance_by(10 * MINUTE)).0.unwrap();
        assert_eq!(believed(&site, "new"), ["second"]);
        site.act(0, |site| site.delete_key(KeyKind::Admin, "new")).0.unwrap();
        assert_eq!(site.keys().len(), 1);
        assert_eq!(believed(&site, "new"), ["second"]);
        site.act(0, |site| site.advance_by(10 * MINUTE)).0.unwrap();
        assert_eq!(believed(&site, "new"), Vec::<String>::new());
    }

    #[test]
    fn a_key_on_its_way_out_is_not_the_one_that_remains() {
        let mut site = site(10 * MINUTE);
        site.act(0, |site| site.save_keys(KeyKind::Admin, vec![("new".into(), "second".into())]));
        site.act(0, |site| site.delete_key(KeyKind::Admin, "new")).0.unwrap();
        assert_eq!(site.act(0, |site| site.delete_key(KeyKind::Admin, "ops")).0.unwrap_err().status, 403);
        assert_eq!(site.act(0, |site| site.delete_key(KeyKind::Admin, "new")).0.unwrap_err().status, 404);
    }
}
