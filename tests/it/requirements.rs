//! Every requirement of the API has its place in the reference server: where it is implemented, where it is tested, or
//! in the list of those that no server can show.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The parts of the registry that the server implements.
const REGISTERED: [&str; 2] = ["access-and-sessions.toml", "provisioning-and-authorization.toml"];
/// Those without a place in the sources, with the reason of each.
const UNREACHED: &str = "reference-server/unreached.toml";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// The IDs of the registry, in its order.
fn registered() -> Vec<String> {
    let mut ids = Vec::new();
    for file in REGISTERED {
        let table: toml::Table = read(&root().join("features/requirements").join(file)).parse().unwrap();
        let entries = table["requirement"].as_array().unwrap();
        ids.extend(entries.iter().map(|entry| entry["id"].as_str().unwrap().to_owned()));
    }
    ids
}

/// The sources but for the mutants, which name what they break.
fn sources() -> Vec<PathBuf> {
    let (mut folders, mut files) = (vec![root().join("reference-server/src")], Vec::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true if path.ends_with("mutants") => {}
                true => folders.push(path),
                false => files.push(path),
            }
        }
    }
    files
}

/// The IDs that a text names; `A to B` names those between in the order of the registry, too.
fn named(text: &str, ids: &[String]) -> BTreeSet<String> {
    let places: BTreeMap<&str, usize> =
        ids.iter().enumerate().map(|(place, id)| (id.as_str(), place)).collect();
    let separates = |letter: char| !letter.is_ascii_alphanumeric() && letter != '-';
    let words: Vec<&str> = text.split(separates).filter(|word| !word.is_empty()).collect();
    let mut found = BTreeSet::new();
    for (at, word) in words.iter().enumerate() {
        let Some(&first) = places.get(word) else { continue };
        let last = match words.get(at + 1..at + 3) {
            Some(["to", last]) => places.get(last).copied().unwrap_or(first),
            _ => first,
        };
        found.extend(ids.get(first..=last.max(first)).unwrap_or_default().iter().cloned());
    }
    found
}

#[test]
fn every_requirement_of_the_api_has_its_place_in_the_server() {
    let ids = registered();
    let placed: BTreeSet<String> = sources().iter().flat_map(|file| named(&read(file), &ids)).collect();
    let unreached: toml::Table = read(&root().join(UNREACHED)).parse().unwrap();
    let missing: Vec<&String> =
        ids.iter().filter(|id| !placed.contains(*id) && !unreached.contains_key(*id)).collect();
    assert!(
        missing.is_empty(),
        "mark the code or the test that shows them, or say why none can: {missing:?}"
    );
    for (id, reason) in &unreached {
        assert!(ids.contains(id), "{UNREACHED} names {id}, which is not registered");
        assert!(!placed.contains(id), "{UNREACHED} names {id}, which has a place in the sources");
        assert!(reason.as_str().is_some_and(|reason| reason.len() > 20), "{id} needs a reason");
    }
}

#[test]
fn ranges_name_what_lies_between() {
    let ids: Vec<String> = ["DM-A-001", "DM-A-002", "DM-A-003", "DM-B-001"].map(str::to_owned).into();
    let found = |text: &str| named(text, &ids).into_iter().collect::<Vec<_>>();
    assert_eq!(found("/// x (DM-A-001 to\n/// DM-A-003)."), ["DM-A-001", "DM-A-002", "DM-A-003"]);
    assert_eq!(found("\"DM-B-001\", DM-A-0021"), ["DM-B-001"]);
}
