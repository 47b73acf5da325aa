//! The edge: errors become one clear message and the exit code that belongs to it.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use super::args::{Cli, Command};
use super::{conformance, diff, explain, lint, load, prove, serve, usage, verify};

/// Exit code of wrong arguments or configuration.
pub(super) const CONFIGURATION: u8 = 2;
/// Exit code of a target that cannot be reached or is not ready.
pub(super) const UNREACHABLE: u8 = 3;
/// Exit code of a run that tested nothing.
pub(super) const NOTHING_TESTED: u8 = 4;
/// Exit code of a fault of the harness.
pub(super) const HARNESS_FAULT: u8 = 70;

/// A foreseeable failure: what happened, what to do next, and the exit code.
#[derive(Debug)]
pub(super) struct Failure {
    code: u8,
    message: String,
    advice: Option<String>,
}

impl Failure {
    /// A failure from an error and its causes.
    pub(super) fn new(code: u8, error: &dyn std::error::Error) -> Self {
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            if !message.contains(&text) {
                message.push_str(": ");
                message.push_str(&text);
            }
            source = cause.source();
        }
        Self { code, message, advice: None }
    }

    /// A failure in words.
    pub(super) fn words(code: u8, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), advice: None }
    }

    /// Adds what the user can do.
    pub(super) fn advise(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }
}

/// Runs the program and says how it went.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are answers, not errors; all else is a wrong argument.
            let code = if error.use_stderr() { CONFIGURATION } else { 0 };
            // A closed pipe is the reader's choice.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let result = match cli.command {
        Command::Verify(args) => verify::run(&args),
        Command::Conformance(args) => conformance::run(&args),
        Command::Load(args) => load::run(&args),
        Command::Usage(command) => usage::run(&command),
        Command::Prove(args) => prove::run(&args),
        Command::Serve(args) => serve::run(args),
        Command::Explain(args) => explain::run(&args),
        Command::Lint(args) => lint::run(&args),
        Command::Diff(args) => diff::run(&args),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        Err(failure) => {
            print_failure(&failure);
            ExitCode::from(failure.code)
        }
    }
}

fn print_failure(failure: &Failure) {
    let style = anstyle::Style::new().bold().fg_color(Some(anstyle::AnsiColor::Red.into()));
    let mut stderr = anstream::stderr().lock();
    // Nothing is left to tell when standard error is gone.
    let _ = writeln!(stderr, "{style}error:{style:#} {}", failure.message);
    if let Some(advice) = &failure.advice {
        let _ = writeln!(stderr, "  {advice}");
    }
}

/// Writes to standard output; a closed pipe ends the output without a word.
pub(super) fn print(text: &str) {
    let mut stdout = anstream::stdout().lock();
    let _ = stdout.write_all(text.as_bytes());
    if !text.ends_with('\n') {
        let _ = stdout.write_all(b"\n");
    }
    let _ = stdout.flush();
}
