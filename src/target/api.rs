//! Addresses of Dynamic Monetization in either version.
//!
//! Written by hand and on purpose not shared with the reference server: a judge that takes its addresses from
//! the defendant cannot see that they are wrong. Knows paths, not behaviour.

use std::fmt::Write as _;

/// Makes the addresses of one target's Dynamic Monetization API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Api {
    /// The base up to and including `/dynamicmonetization`, without a trailing slash.
    pub base: String,
    /// The version in every address.
    pub version: String,
    /// The part of the address before the version, for sessions: v1.0 publishes them under two.
    sessions_below: &'static str,
}

impl Api {
    /// Addresses below this base, in v1.0.
    #[must_use]
    pub fn new(base: &str) -> Api {
        Api { base: without_trailing_slash(base), version: "v1.0".to_owned(), sessions_below: "api" }
    }

    /// The same addresses in another version.
    #[must_use]
    pub fn speaking(&self, version: &str) -> Api {
        Api { version: version.to_owned(), ..self.clone() }
    }

    /// The same addresses with sessions below their second base, which only v1.0 publishes.
    #[must_use]
    pub fn below_second_session_base(&self) -> Api {
        Api { sessions_below: "floating/api", ..self.clone() }
    }

    /// The configuration: read, change.
    #[must_use]
    pub fn configuration(&self) -> String {
        format!("{}/provisioning/api/{}/configuration", self.base, self.version)
    }

    /// The conditions of an instance: list, create, change, delete.
    #[must_use]
    pub fn conditions(&self, instance: &str) -> String {
        format!("{}/api/{}/instances/{}/conditions", self.base, self.version, segment(instance))
    }

    /// One condition of an instance: delete.
    #[must_use]
    pub fn condition(&self, instance: &str, id: &str) -> String {
        format!("{}/{}", self.conditions(instance), segment(id))
    }

    /// The actions of a line item: list, create, replace, delete.
    #[must_use]
    pub fn actions(&self, instance: &str, line_item: &str) -> String {
        let (instance, line_item) = (segment(instance), segment(line_item));
        format!("{}/api/{}/instances/{instance}/line-items/{line_item}/actions", self.base, self.version)
    }

    /// The actions of all line items of an instance: list.
    #[must_use]
    pub fn all_actions(&self, instance: &str) -> String {
        format!("{}/api/{}/instances/{}/line-items/actions", self.base, self.version, segment(instance))
    }

    /// Rate tables: list, create, delete.
    #[must_use]
    pub fn rate_tables(&self) -> String {
        format!("{}/provisioning/api/{}/rate-tables", self.base, self.version)
    }

    /// Instances: list, create.
    #[must_use]
    pub fn instances(&self) -> String {
        format!("{}/provisioning/api/{}/instances", self.base, self.version)
    }

    /// One instance.
    #[must_use]
    pub fn instance(&self, id: &str) -> String {
        format!("{}/{}", self.instances(), segment(id))
    }

    /// The line items of an instance: list, map.
    #[must_use]
    pub fn line_items(&self, instance: &str) -> String {
        format!("{}/line-items", self.instance(instance))
    }

    /// One line item of an instance.
    #[must_use]
    pub fn line_item(&self, instance: &str, id: &str) -> String {
        format!("{}/{}", self.line_items(instance), segment(id))
    }

    /// One-off access requests of an instance.
    #[must_use]
    pub fn access_request(&self, instance: &str) -> String {
        format!("{}/elastic/api/{}/instances/{}/access-request", self.base, self.version, segment(instance))
    }

    /// Sessions: create.
    #[must_use]
    pub fn sessions(&self) -> String {
        format!("{}/{}/{}/sessions", self.base, self.sessions_below, self.version)
    }

    /// The live sessions of an instance.
    #[must_use]
    pub fn sessions_of(&self, instance: &str) -> String {
        format!("{}?instanceId={}", self.sessions(), segment(instance))
    }

    /// One session: read, request access, close.
    #[must_use]
    pub fn session(&self, id: &str) -> String {
        format!("{}/{}", self.sessions(), segment(id))
    }

    /// The address that one published table gives for live sessions: an instance ID where a session ID
    /// belongs.
    #[must_use]
    pub fn session_by_instance(&self, instance: &str) -> String {
        self.session(instance)
    }

    /// The heartbeat of a session.
    #[must_use]
    pub fn heartbeat(&self, id: &str) -> String {
        format!("{}/heartbeat", self.session(id))
    }

    /// Administration keys: save.
    #[must_use]
    pub fn administration_keys(&self) -> String {
        format!("{}/floating/api/{}/administration-keys", self.base, self.version)
    }

    /// One administration key: delete.
    #[must_use]
    pub fn administration_key(&self, id: &str) -> String {
        format!("{}/{}", self.administration_keys(), segment(id))
    }

    /// Client keys: save.
    #[must_use]
    pub fn client_keys(&self) -> String {
        format!("{}/floating/api/{}/client-keys", self.base, self.version)
    }

    /// One client key: delete.
    #[must_use]
    pub fn client_key(&self, id: &str) -> String {
        format!("{}/{}", self.client_keys(), segment(id))
    }

    /// The public keys of both kinds: list.
    #[must_use]
    pub fn public_keys(&self) -> String {
        format!("{}/floating/api/{}/public-keys", self.base, self.version)
    }
}

/// The base without the slashes at its end, so that joining a path never doubles one.
pub(super) fn without_trailing_slash(base: &str) -> String {
    base.trim().trim_end_matches('/').to_owned()
}

/// Percent-encodes text for use as one path segment or query value. Identifiers are chosen by producers and
/// may hold anything, a slash included.
pub(super) fn segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    const INSTANCE: &str = "7b0f1c2e-5a44-4b7e-9a43-2f5f5f1f0a11";

    fn api() -> Api {
        Api::new("http://127.0.0.1:8080/sites/acme/dynamicmonetization/")
    }

    #[test]
    fn addresses_follow_the_published_paths() {
        let base = "http://127.0.0.1:8080/sites/acme/dynamicmonetization";
        let instance = format!("{base}/provisioning/api/v1.0/instances/{INSTANCE}");
        assert_eq!(api().rate_tables(), format!("{base}/provisioning/api/v1.0/rate-tables"));
        assert_eq!(api().instance(INSTANCE), instance);
        assert_eq!(api().line_item(INSTANCE, "ACT01"), format!("{instance}/line-items/ACT01"));
        assert_eq!(
            api().access_request(INSTANCE),
            format!("{base}/elastic/api/v1.0/instances/{INSTANCE}/access-request")
        );
        assert_eq!(api().sessions_of(INSTANCE), format!("{base}/api/v1.0/sessions?instanceId={INSTANCE}"));
        assert_eq!(api().heartbeat("s"), format!("{base}/api/v1.0/sessions/s/heartbeat"));
        let second = api().below_second_session_base();
        assert_eq!(second.session("s"), format!("{base}/floating/api/v1.0/sessions/s"));
        assert_eq!(api().administration_key("k"), format!("{base}/floating/api/v1.0/administration-keys/k"));
        assert_eq!(api().client_key("k"), format!("{base}/floating/api/v1.0/client-keys/k"));
        let newer = api().speaking("v1.1");
        assert_eq!(newer.heartbeat("s"), format!("{base}/api/v1.1/sessions/s/heartbeat"));
        assert_eq!(newer.conditions("i"), format!("{base}/api/v1.1/instances/i/conditions"));
        assert_eq!(api().actions("i", "a"), format!("{base}/api/v1.0/instances/i/line-items/a/actions"));
        assert_eq!(api().public_keys(), format!("{base}/floating/api/v1.0/public-keys"));
    }

    #[test]
    fn identifiers_cannot_leave_their_segment() {
        assert_eq!(segment("ACT 01/é?"), "ACT%2001%2F%C3%A9%3F");
        assert_eq!(segment("ACT-01_a.b~c"), "ACT-01_a.b~c");
    }
}
