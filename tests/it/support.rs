//! Runs the program as a user would.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

/// The program, ready for arguments.
pub fn chargeproof() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chargeproof"));
    command.env_remove("CHARGEPROOF_CONTROL_TOKEN").env_remove("RUST_LOG").stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Output {
    chargeproof().args(arguments).output().unwrap()
}

/// Both output streams as text.
pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The run's JSON report.
pub fn run_json(folder: &Path) -> serde_json::Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join("run.json")).unwrap()).unwrap()
}

/// The published schema of one of our formats.
pub fn validator(name: &str) -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schemas").join(name);
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::validator_for(&schema).unwrap()
}

/// A `serve` process that ends with the test.
pub struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`.
    pub base: String,
    lines: Vec<String>,
}

/// The control token of servers started here.
pub const TOKEN: &str = "test-token";

impl Server {
    /// Starts a server on a free port and waits until it listens.
    pub fn start(arguments: &[&str]) -> Self {
        let mut child = chargeproof()
            .args(["serve", "--listen", "127.0.0.1:0", "--control-token", TOKEN])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let base = output.next().unwrap().strip_prefix("listening on ").unwrap().to_owned();
        let mut lines = Vec::new();
        if arguments.contains(&"--seed-demo") {
            // The control token is the last of what the tutorial needs.
            let last = |line: &String| line.starts_with("export CONTROL_TOKEN=");
            while !lines.last().is_some_and(last) {
                lines.push(output.next().unwrap());
            }
        }
        Self { child, base, lines }
    }

    /// What the server printed for the tutorial.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// A target file for this server in the folder.
    pub fn target_file(&self, folder: &Path) -> String {
        target_file(folder, &self.base, TOKEN)
    }

    /// Ends the process as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The process may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Writes a target file with a control table.
pub fn target_file(folder: &Path, base: &str, token: &str) -> String {
    let path = folder.join("target.toml");
    let text =
        format!("name = \"under-test\"\n[control]\nbase = \"{base}/_control/v1\"\ntoken = \"{token}\"\n");
    std::fs::write(&path, text).unwrap();
    path.display().to_string()
}
