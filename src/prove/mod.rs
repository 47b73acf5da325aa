//! The proof of the judge: the suite against every reading, which it must accept, and every mutant, which it must
//! kill by an assertion that names one of the mutant's requirements. Mutants that only load reveals must break an
//! invariant of a load that does.

mod collect;
mod error;
mod load;
mod matrix;
mod page;
mod run;

pub use error::ProveError;
pub use matrix::{MutantOutcome, MutantResult, ProveReport, ReadingResult, write_folder};
pub use run::{Progress, ProveFilter, run};
