//! Pure rules of Elastic Access: no I/O, and no clock of its own. Read it as the specification.

pub mod charging;
pub mod key;
pub mod line_item;
pub mod rate_table;
pub mod readings;
pub mod rules;
pub mod session;
pub mod tokens;
pub mod usage_row;

pub use charging::{ItemVerdict, Pool, RequestedItem, Requester, Share};
pub use key::{KeyKind, StoredKey};
pub use line_item::{Attributes, LineItem, LineItemState, OverdraftType};
pub use rate_table::{RateItem, RateTable};
pub use rules::{Codes, Rules, Statuses};
pub use session::{ChargedItem, Due, DueKind, Session, SessionState, Timeline};
pub use tokens::Tokens;
pub use usage_row::UsageRow;

/// Milliseconds since 1970-01-01T00:00:00Z, or a span of milliseconds (DM-GEN-007).
pub type Millis = i64;

/// One minute.
pub const MINUTE: Millis = 60_000;
/// One hour.
pub const HOUR: Millis = 60 * MINUTE;
/// One day.
pub const DAY: Millis = 24 * HOUR;
