//! `report.html`: one page that works offline, on a phone and in print.
//!
//! The page refers to nothing outside itself. `view` and `load` turn the model into plain values, `percentiles`,
//! `timeline` and `panels` draw (`frame` is what their drawings have in common), the template arranges. Whatever comes
//! from a target passes the template's escaping; only drawings are put in as they are, and those escape the text in
//! them themselves.

mod frame;
mod load;
mod panels;
mod percentiles;
mod timeline;
mod view;

pub(super) use view::report_html;
