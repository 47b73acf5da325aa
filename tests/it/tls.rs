//! A target behind TLS: load goes through the client that knows whom to trust.

use std::path::Path;

use crate::support::{Server, chargeproof, run_json, text};
use crate::under_load::scenario;

/// A certificate for this machine that signs itself, and its key. They protect nothing.
fn fixture(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls").join(name).display().to_string()
}

#[test]
fn a_target_behind_tls_is_loaded_and_every_token_accounted_for() {
    let folder = tempfile::tempdir().unwrap();
    let (certificate, key) = (fixture("certificate.pem"), fixture("key.pem"));
    let tls = ["--store", "memory", "--tls-certificate", &certificate, "--tls-key", &key];
    let server = Server::start(&tls);
    assert!(server.base.starts_with("https://"), "{}", server.base);
    let (load, target) = (scenario(folder.path()), server.target_file(folder.path()));
    let out = folder.path().join("run");
    let mut command = chargeproof();
    command.args(["load", &load, "--target", &target, "--out", &out.display().to_string()]);
    let output = command.env("SSL_CERT_FILE", &certificate).output().unwrap();
    // Whether the machine of the test holds the rate is not the question.
    assert!(matches!(output.status.code(), Some(0 | 5)), "{}", text(&output));
    let report = run_json(&out);
    let operation = &report["loads"][0]["operations"][0];
    assert!(operation["requests"].as_u64() > Some(250), "{operation}");
    assert_eq!(operation["wrong"], 0, "{operation}");
    // Only what was hung up on purpose has no answer.
    assert!(operation["indeterminate"].as_u64() < Some(20), "{operation}");
    let invariants = report["loads"][0]["invariants"].as_array().unwrap();
    for invariant in invariants {
        assert_eq!(invariant["violations"], 0, "{invariant}");
    }
    let conservation = invariants.iter().find(|invariant| invariant["id"] == "conservation");
    assert!(conservation.is_some_and(|found| found["exercised"].as_u64() > Some(250)), "{invariants:?}");
}
