//! Rows by the million: a row in little space, made without reading it in full where nothing about it is unusual.
//!
//! `draft` fills such a row cell by cell, `ordinary` tells whether any rule on single rows could have a word to say
//! about it. Only then is the row read in full and judged by the rules, which therefore exist once.

mod correlation;
pub(in crate::usage) mod draft;
pub(in crate::usage) mod hash;
mod ordinary;
mod row;
pub(in crate::usage) mod tokens;

pub(in crate::usage) use correlation::Correlation;
pub(in crate::usage) use row::{AGREEING, Compact, item_of};
