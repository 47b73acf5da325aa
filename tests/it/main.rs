//! Whole-program tests, in one binary so that linking stays cheap.

mod bad_input;
mod crash;
mod house;
mod proof;
mod support;
mod whole_run;
