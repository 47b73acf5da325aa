//! What keeps a report from being pulled. No message shows a credential.

use jiff::civil::Date;
use thiserror::Error;

use super::super::errors::UsageError;

/// A report could not be pulled.
#[derive(Debug, Error)]
pub enum PullError {
    /// The base address cannot be used.
    #[error(
        "{base} is not the base address of a Data Access API: {problem}; write it as in \
         https://acme.flexnetoperations.com/data"
    )]
    Base {
        /// The address, without what must not be shown.
        base: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Nobody said how to be let in.
    #[error(
        "the Data Access API needs a credential; set CHARGEPROOF_DATA_ACCESS_TOKEN, or \
         CHARGEPROOF_DATA_ACCESS_USER and CHARGEPROOF_DATA_ACCESS_PASSWORD, or write [data_access] into the target file"
    )]
    NoCredential,
    /// The range ends before it begins.
    #[error("the range from {first} to {last} holds no day; give the earlier day to --from")]
    Days {
        /// The first day.
        first: Date,
        /// The last day.
        last: Date,
    },
    /// The credential is refused.
    #[error(
        "the Data Access API refuses the credential ({answer}); check the user and the password, or get a new token: \
         tokens live for a limited time"
    )]
    Credential {
        /// The answer in one line.
        answer: String,
    },
    /// The user lacks the permission.
    #[error(
        "the user may not read reports ({answer}); give the user a role with the permission \"Data Api\" in the group \
         of reporting permissions"
    )]
    Permission {
        /// The answer in one line.
        answer: String,
    },
    /// The service stayed busy, out of order or unreachable.
    #[error(
        "{url} gave no report in {attempts} attempts: {answer}; try again later, or with a smaller --page-size"
    )]
    Unavailable {
        /// The address.
        url: String,
        /// How often it was asked.
        attempts: u32,
        /// The last answer in one line.
        answer: String,
    },
    /// The service asks for more patience than there is.
    #[error("the Data Access API wants to be left alone for {seconds} s ({answer}); try again then")]
    Later {
        /// For how long.
        seconds: u64,
        /// The answer in one line.
        answer: String,
    },
    /// The request is refused.
    #[error("the Data Access API refuses {url}: {answer}; check the address, the days and --page-size")]
    Refused {
        /// The address.
        url: String,
        /// The answer in one line.
        answer: String,
    },
    /// A page is longer than any answer that is read.
    #[error("{url}: {answer}; take a smaller --page-size")]
    TooLong {
        /// The address.
        url: String,
        /// What is known of the answer.
        answer: String,
    },
    /// An answer is no report.
    #[error(
        "the answer of {url} is no report: {problem}; check that the address is that of a Data Access API"
    )]
    NoReport {
        /// The address.
        url: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A page was seen before.
    #[error(
        "the {group} report of {window} repeats itself: page {page} has the rows of page {earlier}, so that it would \
         never end; try the other --mode"
    )]
    Repeats {
        /// The report.
        group: String,
        /// The days asked for.
        window: String,
        /// The page.
        page: u64,
        /// The page that it repeats.
        earlier: u64,
    },
    /// A link leads away from the service.
    #[error(
        "the link to the next page leads to {host}, and a credential is sent to its own service only; take --mode batch"
    )]
    ForeignLink {
        /// Where it leads.
        host: String,
    },
    /// Rows could not be kept on disk.
    #[error("rows could not be kept on disk: {source}; set TMPDIR to a folder with more room")]
    Unwritable {
        /// Why.
        #[from]
        source: std::io::Error,
    },
    /// What was pulled could not be read again.
    #[error(transparent)]
    Source(#[from] UsageError),
}

impl PullError {
    /// Whether what was typed is wrong, and not the service.
    #[must_use]
    pub fn is_of_the_user(&self) -> bool {
        matches!(self, Self::Base { .. } | Self::NoCredential | Self::Days { .. } | Self::Unwritable { .. })
    }
}
