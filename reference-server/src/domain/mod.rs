//! Pure rules of Elastic Access: no I/O, and no clock of its own. Read it as the specification.

pub mod access_points;
mod access_readings;
pub mod access_rules;
pub mod charging;
pub mod configuration;
pub mod data_access;
pub mod formula;
pub mod instance_rules;
pub mod key;
pub mod key_rules;
pub mod licensing;
pub mod line_item;
pub mod pool;
mod producer_readings;
pub mod producer_rules;
pub mod rate_table;
pub mod readings;
pub mod rules;
pub mod sale_rules;
pub mod session;
pub mod session_readings;
pub mod session_rules;
pub mod token_rules;
pub mod tokens;
pub mod usage_forms;
pub mod usage_row;
pub mod version;

pub use access_rules::{Action, Admission, Condition, Dictionary, Expression};
pub use charging::{ItemVerdict, RequestedItem, Requester, Share};
pub use configuration::{Configuration, Setting};
pub use data_access::DataAccessRules;
pub use formula::{Arithmetic, Formula, Variables};
pub use instance_rules::{InstanceRules, Wanted};
pub use key::{KeyKind, KeyVersions, StoredKey};
pub use key_rules::KeyRules;
pub use line_item::{Attributes, LineItem, LineItemState, OverdraftType};
pub use pool::{Asking, Ground, Pool, Pricing};
pub use producer_rules::{ConfigurationRules, LineItemRules, OpenFault, TableRules};
pub use rate_table::{RateItem, RateTable};
pub use rules::{Codes, Rules, Statuses};
pub use sale_rules::SaleRules;
pub use session::{ChargedItem, Due, DueKind, Session, SessionProgress, SessionState, Timeline};
pub use session_rules::SessionRules;
pub use token_rules::TokenRules;
pub use tokens::{Tokens, exact_text, whole_number};
pub use usage_row::UsageRow;
pub use version::{ApiVersion, PerVersion, per_version};

/// Milliseconds since 1970-01-01T00:00:00Z, or a span of milliseconds (DM-GEN-007).
pub type Millis = i64;

/// One minute.
pub const MINUTE: Millis = 60_000;
/// One hour.
pub const HOUR: Millis = 60 * MINUTE;
/// One day.
pub const DAY: Millis = 24 * HOUR;
