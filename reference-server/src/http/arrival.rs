//! A request as it arrives: the seam for refusals that come before anything looks at what is wanted.

use super::wire::Operation;

/// What can be seen of a request from outside.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// What is called.
    pub operation: Operation,
    /// HTTP method.
    pub method: &'a str,
    /// The whole path, as it was sent.
    pub path: &'a str,
    /// Content type, if one is declared.
    pub content_type: Option<&'a str>,
    /// Whether there is a header `x-instance-id`.
    pub names_instance: bool,
}

impl<'a> Arrival<'a> {
    /// What follows base and version, for a path under this base, which stands between slashes.
    #[must_use]
    pub fn below(&self, base: &str) -> Option<&'a str> {
        let (_site, path) = self.path.split_once("/dynamicmonetization")?;
        let (_version, rest) = path.strip_prefix(base)?.split_once('/')?;
        Some(rest)
    }

    /// Whether instances themselves are called and nothing that belongs to them.
    #[must_use]
    pub const fn is_of_instances(&self) -> bool {
        matches!(
            self.operation,
            Operation::CreateInstance | Operation::ListInstances | Operation::ReadInstance
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_told_from_one_that_ends_like_it() {
        let at = |path| Arrival {
            operation: Operation::ListInstances,
            method: "GET",
            path,
            content_type: None,
            names_instance: false,
        };
        assert_eq!(at("/dynamicmonetization/api/v1.0/instances").below("/api/"), Some("instances"));
        assert_eq!(at("/sites/a/dynamicmonetization/api/v1.1/x/y").below("/api/"), Some("x/y"));
        assert_eq!(at("/dynamicmonetization/floating/api/v1.0/public-keys").below("/api/"), None);
    }
}
