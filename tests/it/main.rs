//! Whole-program tests, in one binary so that linking stays cheap.

#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod bad_input;
mod browser;
mod compare;
mod controls;
mod crash;
mod data_access;
mod given_instance;
mod house;
mod license_load;
mod lint;
mod load_files;
mod measurement;
mod open_loop;
mod order;
mod proof;
mod readings;
mod real_time;
mod requirements;
mod scenarios;
mod segments;
mod slow;
mod support;
mod tls;
mod tutorial;
mod under_load;
mod whole_run;
mod wrong_servers;
