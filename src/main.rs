//! The `chargeproof` program: parse, run, and leave with the exit code that says how it went.

use std::process::ExitCode;

fn main() -> ExitCode {
    chargeproof::cli::main()
}
