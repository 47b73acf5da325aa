//! The import rules of the house: left may use right, never back.

use std::fs;
use std::path::{Path, PathBuf};

/// Rooms from left to right. `report` stands apart: everybody may use its events, and it uses nobody.
const ROOMS: [&str; 7] = ["cli", "prove", "conformance", "load", "usage", "target", "spec"];

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every room that a text names by `crate::room`.
fn named_rooms(text: &str) -> Vec<&str> {
    text.match_indices("crate::")
        .map(|(at, prefix)| {
            let rest = &text[at + prefix.len()..];
            let end =
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
            &rest[..end]
        })
        .collect()
}

fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(source()).unwrap();
    inside.components().next().unwrap().as_os_str().to_string_lossy().into_owned()
}

#[test]
fn rooms_import_to_the_right_only() {
    for file in rust_files(&source()) {
        let room = room_of(&file);
        let Some(position) = ROOMS.iter().position(|name| *name == room) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        for named in named_rooms(&text) {
            if let Some(other) = ROOMS.iter().position(|name| *name == named) {
                assert!(other >= position, "{} uses {named}, which stands to its left", file.display());
            }
        }
        if room != "cli" {
            let uses = text.matches("crate::report").count();
            let events = text.matches("crate::report::events").count();
            assert_eq!(uses, events, "{} may use the events of report only", file.display());
        }
    }
}

#[test]
fn report_knows_nobody() {
    for file in rust_files(&source().join("report")) {
        let text = fs::read_to_string(&file).unwrap();
        for named in named_rooms(&text) {
            assert!(!ROOMS.contains(&named), "{} uses {named}", file.display());
        }
    }
}

#[test]
fn engines_live_behind_one_door_each() {
    for file in rust_files(&source()) {
        let text = fs::read_to_string(&file).unwrap();
        let inside = file.strip_prefix(source()).unwrap().display().to_string();
        let uses =
            |name: &str| text.contains(&format!("use {name}::")) || text.contains(&format!(" {name}::"));
        if uses("goose") {
            assert_eq!(inside, "load/goose_adapter.rs", "goose belongs to its adapter");
        }
        if uses("cucumber") {
            assert!(inside.starts_with("conformance/"), "{inside}: cucumber belongs to conformance");
        }
        if uses("reference_server") {
            // The model of a load is the pure domain, which does nothing by itself.
            let others = text.replace("reference_server::domain::", "").contains("reference_server::");
            let model = inside == "load/model.rs" && !others;
            let allowed = inside.starts_with("cli/") || model;
            assert!(allowed, "{inside}: the harness reaches the server over HTTP only");
        }
    }
}

#[test]
fn files_stay_readable() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for folder in ["src", "reference-server/src", "tests"] {
        for file in rust_files(&root.join(folder)) {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= 500, "{} has {lines} lines", file.display());
        }
    }
}
