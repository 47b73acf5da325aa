//! What can go wrong with the store.

/// Why the store cannot be opened, or why nothing is kept any more.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another server has the file.
    #[error("the store {path} is in use by another server; stop that server or choose another path")]
    InUse {
        /// The file.
        path: String,
    },
    /// The file cannot be opened or written.
    #[error("the store {path} cannot be opened: {reason}; check that its folder exists and can be written")]
    Unopenable {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// The file is something else.
    #[error("{path} is not a store of this server: {reason}; choose another path")]
    NotAStore {
        /// The file.
        path: String,
        /// What it is instead.
        reason: String,
    },
    /// Another version has written the file.
    #[error(
        "the store {path} has schema version {found}, but this version works with {known}; \
         use the version that wrote it, or choose another path"
    )]
    OtherVersion {
        /// The file.
        path: String,
        /// Its schema version.
        found: i64,
        /// The schema version that is understood here.
        known: i64,
    },
    /// Writing or reading failed; nothing is acknowledged from now on.
    #[error("the store has failed: {0}; check the disk and start the server again")]
    Failed(String),
}
