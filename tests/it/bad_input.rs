//! Bad input of any kind: one clear message, the right exit code, never a green report.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;

use chargeproof::target::{Algorithm, KeyPair};

use crate::support::{Server, run, target_file, text};

fn expect(arguments: &[&str], code: i32, words: &[&str]) {
    let output = run(arguments);
    let shown = text(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {shown}");
    for word in words {
        assert!(shown.contains(word), "{arguments:?} should mention {word:?}: {shown}");
    }
}

#[test]
fn wrong_arguments() {
    expect(&["verify", "--no-such-flag"], 2, &["--no-such-flag"]);
    expect(&["nonsense"], 2, &["nonsense"]);
    expect(&["load", "no-such-scenario"], 2, &["no-such-scenario", "steady-access"]);
    expect(&["load", "steady-access", "--rate", "0"], 2, &["--rate"]);
    expect(&["load", "steady-access", "--duration", "-1"], 2, &["duration"]);
    expect(&["serve", "--store", "memory", "--policy", "nonsense"], 2, &["DECISION=VALUE"]);
    expect(&["serve", "--store", "memory", "--listen", "127.0.0.1:0", "--policy", "a=b"], 2, &["`a`"]);
    expect(&["explain", "DM-NONE-1"], 2, &["DM-NONE-1"]);
}

/// A server that would not keep what it acknowledges does not start.
#[test]
fn stores_that_cannot_be_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let refused = |store: &str, words: &[&str]| {
        expect(&["serve", "--listen", "127.0.0.1:0", "--store", store], 2, words);
    };
    fs::write(path("notes"), "text that is no database, and long enough to tell: ".repeat(20)).unwrap();
    refused(&path("notes"), &["notes", "not a database"]);
    refused(&path("none/store.sqlite"), &["none/store.sqlite", "can be written"]);
    refused(&folder.path().display().to_string(), &["cannot be opened"]);
    fs::write(path("lost.sqlite-wal"), "what was promised").unwrap();
    refused(&path("lost.sqlite"), &["lost.sqlite", "put the file back"]);
    let store = path("taken.sqlite");
    let running = Server::start(&["--store", &store]);
    refused(&store, &["in use"]);
    running.kill();
    fs::create_dir(path("blocked.sqlite-wal")).unwrap();
    refused(&path("blocked.sqlite"), &["blocked.sqlite"]);
    if cfg!(target_os = "linux") {
        // Where nobody can make a file, whoever runs this.
        refused("/proc/store.sqlite", &["/proc/store.sqlite", "can be written"]);
    }
}

#[test]
fn target_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    expect(&["verify", "--target", "no-such-file.toml"], 2, &["no-such-file.toml"]);
    expect(&["verify", "--target", &path("bad.toml", "name = ")], 2, &["bad.toml"]);
    expect(&["verify", "--target", &path("key.toml", "name = \"x\"\ncolour = 1\n")], 2, &["colour"]);
    let absent =
        "[control]\nbase = \"http://127.0.0.1:1\"\ntoken = \"t\"\n[capabilities]\nabsent = [\"sesions\"]\n";
    let absent = path("absent.toml", &format!("name = \"x\"\n{absent}"));
    expect(&["verify", "--target", &absent], 2, &["sesions", "sessions"]);
    expect(&["verify", "--target", &path("none.toml", "name = \"x\"\n")], 2, &["control"]);
    assert!(!folder.path().join("reports").exists());
}

#[test]
fn selections() {
    expect(&["conformance", "--id", "NO-SUCH-*"], 4, &["selected"]);
    expect(&["conformance", "--tags", "@clock and and"], 2, &["tag expression"]);
    expect(&["conformance", "--features", "no-such-folder"], 2, &["no-such-folder"]);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("broken.feature"), "Feature: x\n  Scenario y\n").unwrap();
    let features = folder.path().display().to_string();
    expect(&["conformance", "--features", &features], 2, &["broken.feature"]);
}

/// Answers every connection with the same bytes, or with nothing.
fn answering(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut buffer = [0; 4096];
            let _ = stream.read(&mut buffer);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    base
}

#[test]
fn targets_that_are_none() {
    let html = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\nConnection: close\r\n\r\n<html></html>";
    let unused = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let bases = [answering(html), answering("nonsense\r\n\r\n"), answering(""), format!("http://{unused}")];
    for base in bases {
        let folder = tempfile::tempdir().unwrap();
        let target = target_file(folder.path(), &base, "t");
        let out = folder.path().join("run").display().to_string();
        expect(&["verify", "--target", &target, "--out", &out], 3, &[]);
        let report = fs::read_to_string(folder.path().join("run/run.json")).unwrap();
        assert!(!report.contains("\"conforms\""));
    }
}

#[test]
fn a_refused_control_token() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["--store", "memory"]);
    let target = target_file(folder.path(), &server.base, "wrong");
    let out = folder.path().join("run").display().to_string();
    expect(&["verify", "--target", &target, "--out", &out], 3, &["token"]);
}

/// The key of the target file is not registered at the server.
#[test]
fn a_refused_administration_key() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["--store", "memory"]);
    let key = KeyPair::generate("nobody", Algorithm::Es256).unwrap();
    fs::write(folder.path().join("nobody.pem"), key.private_pem()).unwrap();
    let target = folder.path().join("target.toml");
    let text = format!(
        "name = \"x\"\n[bases]\ndynamic_monetization = \"{}/dynamicmonetization\"\n[administration]\n\
         key_id = \"nobody\"\nprivate_key = \"nobody.pem\"\nissuer = \"x\"\n",
        server.base
    );
    fs::write(&target, text).unwrap();
    let out = folder.path().join("run").display().to_string();
    expect(&["verify", "--target", &target.display().to_string(), "--out", &out], 3, &["401"]);
}

/// Takes every connection and never says a word.
#[test]
fn a_target_that_answers_too_slowly() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || listener.incoming().collect::<Vec<_>>());
    let folder = tempfile::tempdir().unwrap();
    let target = target_file(folder.path(), &base, "t");
    let out = folder.path().join("run").display().to_string();
    expect(&["verify", "--target", &target, "--out", &out], 3, &["timed out"]);
}

#[test]
fn usage_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    expect(&["usage", "check", "no-such-file.jsonl"], 2, &["no-such-file.jsonl"]);
    expect(&["usage", "check", &path("empty.jsonl", "")], 4, &["no usage row"]);
    expect(&["usage", "check", &path("cut.jsonl", "{\"CORRELATION_ID\": \"a")], 1, &["INPUT"]);
    expect(&["usage", "check"], 2, &["PATH"]);
}
