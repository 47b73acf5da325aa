//! `report.html`: one page that works offline, on a phone and in print.
//!
//! The page refers to nothing outside itself. `view` and `load` turn the model into plain values, `svg`
//! draws, the template arranges. Whatever comes from a target passes the template's escaping; only drawings
//! are put in as they are, and `svg` escapes the text in them itself.

mod load;
mod svg;
mod view;

pub(super) use view::report_html;
