//! What was found, in every form in which somebody wants to have it.

mod baseline;
mod csv;
mod html;
mod json;
mod junit;
mod neighbours;
mod text;

pub use json::to_json;
pub(in crate::usage) use text::{counted, grouped, letter, paragraph, plain};
pub use text::{fails, render_text};
