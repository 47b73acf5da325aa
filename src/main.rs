//! The `chargeproof` program: parse, run, and leave with the exit code that says how it went.

use std::process::ExitCode;

/// Requests are made of many small allocations, which this allocator serves fastest.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    chargeproof::cli::main()
}
