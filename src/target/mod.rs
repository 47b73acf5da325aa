//! The implementation under test: how it is described, addressed, authorized and asked.
//!
//! Everything that leaves this program for a target leaves through [`Client`], so that every exchange can be
//! shown in a report, with its secrets redacted; but for the requests of a load, which are too many to be shown. This
//! folder knows addresses and forms, never what an answer ought to be.

mod answer;
mod api;
mod call;
mod client;
mod control;
#[cfg(test)]
mod control_tests;
mod credentials;
mod exchange;
mod profile;
mod profile_file;
#[cfg(test)]
mod profile_file_tests;
mod reporting;

pub use answer::Answer;
pub use api::Api;
pub use call::{Body, Call};
pub use client::{Client, ClientError};
pub(crate) use client::{LARGEST_ANSWER_BYTES, USER_AGENT, causes, longer_than_allowed, whole_body};
pub use control::{About, ControlClient, ControlError, Decision, Mutant, Site, SiteRequest};
pub use credentials::{Algorithm, Claims, CredentialError, KeyPair, TokenKind};
pub use profile::{
    AdministrationProfile, Bases, CmapiProfile, ControlProfile, DataAccessProfile, Profile, Secret, Timing,
    UsageProfile,
};
pub use profile_file::ProfileError;
pub use reporting::{ReportCaller, basic};
