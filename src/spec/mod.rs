//! The registry: what a target must do, requirement by requirement, and what the documents leave open.
//!
//! It is data in `features/requirements/*.toml`, for people as much as for the program. This folder reads it
//! and answers questions about it; it knows no HTTP and judges nothing.

mod errors;
mod expected;
mod registry;
mod registry_file;
mod task;

pub use errors::SpecError;
pub use expected::{ExpectedContext, ExpectedError, read_expected};
pub use registry::{CAPABILITIES, FEATURES, ReadingPoint, Registry, Requirement};
pub use task::{Persona, TASKS, Task};
