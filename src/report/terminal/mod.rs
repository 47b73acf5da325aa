//! What a person at a terminal sees: progress while the run goes on, and the summary at its end.

mod colour;
mod deviations;
mod diff;
mod diff_load;
mod listener;
mod live;
mod load;
mod page;
mod summary;
mod wrap;

pub use colour::ColourChoice;
pub use diff::terminal_diff;
pub use listener::TerminalListener;
pub use summary::terminal_summary;
