//! Every kind of input: the same rows come to the same verdict in each, and what is wrong with an input is told and
//! stops nothing.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use super::super::engine::{Judged, check};
use super::super::generate::{Order, generate};
use super::super::{Settings, UsageError};
use super::expand;
use crate::report::events::{Finding, Severity};

const FORMATS: [&str; 9] = [
    "rows.jsonl",
    "rows.ndjson",
    "rows.json",
    "rows.csv",
    "rows.parquet",
    "rows.jsonl.gz",
    "rows.csv.zst",
    "rows.json.gz",
    "rows.csv.gz",
];

fn judge(paths: &[PathBuf]) -> Judged {
    check(&expand(paths, None).unwrap(), &Settings::default()).unwrap()
}

fn judge_bytes(name: &str, bytes: &[u8]) -> Judged {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    judge(&[path])
}

fn input_findings(judged: &Judged) -> Vec<String> {
    let input = judged.checked.findings.iter().filter(|finding| finding.rule == "INPUT");
    input.flat_map(|finding| finding.examples.iter().map(|example| example.message.clone())).collect()
}

fn bad(judged: &Judged) -> Vec<&Finding> {
    judged.checked.findings.iter().filter(|finding| finding.level != Severity::I).collect()
}

fn made(folder: &TempDir, name: &str, rows: u64) -> PathBuf {
    let path = folder.path().join(name);
    generate(&Order { rows, seed: 7, line_items: 40 }, &path).unwrap();
    path
}

/// A CSV of clean rows with one cell changed.
fn csv_with(folder: &TempDir, change: impl Fn(usize, &str) -> String) -> Vec<u8> {
    let text = fs::read_to_string(made(folder, "clean.csv", 50)).unwrap();
    text.lines().enumerate().map(|(at, line)| change(at, line) + "\n").collect::<String>().into_bytes()
}

#[test]
fn clean_rows_are_clean_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for name in FORMATS {
        let path = made(&folder, name, 3_000);
        let judged = judge(&[path]);
        assert!(judged.checked.findings.is_empty(), "{name}: {:#?}", judged.checked.findings);
        assert!(judged.checked.rows >= 3_000, "{name}");
        assert_eq!(judged.inputs[0].rows, judged.checked.rows, "{name}");
    }
}

#[test]
fn content_tells_what_a_name_does_not() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["rows.jsonl", "rows.csv", "rows.parquet", "rows.jsonl.gz", "rows.csv.zst"] {
        let bytes = fs::read(made(&folder, name, 200)).unwrap();
        let judged = judge_bytes("export", &bytes);
        assert!(judged.checked.findings.is_empty() && judged.checked.rows >= 200, "{name}: {judged:#?}");
    }
}

#[test]
fn folders_and_patterns_name_their_files_in_order() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("part")).unwrap();
    made(&folder, "a.jsonl", 20);
    made(&folder, "part/b.parquet", 20);
    fs::write(folder.path().join("_SUCCESS"), "").unwrap();
    fs::write(folder.path().join("notes.txt"), "no rows").unwrap();
    let names = |path: &Path| -> Vec<String> {
        let inputs = expand(&[path.to_owned()], None).unwrap();
        inputs.iter().map(|input| input.path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    };
    assert_eq!(names(folder.path()), ["a.jsonl", "b.parquet"]);
    assert_eq!(names(&folder.path().join("*.jsonl")), ["a.jsonl"]);
    assert_eq!(names(&folder.path().join("**/*.parquet")), ["b.parquet"]);
}

#[test]
fn what_cannot_be_found_is_told_before_anything_is_judged() {
    let folder = tempfile::tempdir().unwrap();
    let expanded = |name: &str| expand(&[folder.path().join(name)], None).unwrap_err().to_string();
    assert!(matches!(expand(&[], None), Err(UsageError::NoPaths)));
    assert!(expanded("").contains("holds no .jsonl"));
    assert!(expanded("no.jsonl").contains("no.jsonl"));
    assert!(expanded("*.csv").contains("no file has such a name"));
    assert!(expanded("[").contains('['));
}

#[test]
fn parts_in_no_order_are_sorted_before_they_are_judged() {
    let folder = tempfile::tempdir().unwrap();
    let whole = fs::read_to_string(made(&folder, "whole.jsonl", 70_000)).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    // The later half comes first: far more rows late than any window holds.
    let (early, late) = lines.split_at(lines.len() / 2);
    let parts = folder.path().join("parts");
    fs::create_dir(&parts).unwrap();
    fs::write(parts.join("1.jsonl"), late.join("\n")).unwrap();
    fs::write(parts.join("2.jsonl"), early.join("\n")).unwrap();
    let judged = judge(&[parts]);
    assert!(judged.checked.findings.is_empty(), "{:#?}", judged.checked.findings);
    assert_eq!(judged.checked.rows, lines.len() as u64);
    assert_eq!(judged.inputs.len(), 2);
}

#[test]
fn records_that_cannot_be_read_are_told_with_file_and_line() {
    let inputs: [(&str, &[u8], &str, &str); 9] = [
        ("a.jsonl", b"\n{\"ITEM\":\"a", "a.jsonl line 2", "ends in the middle of a record, in \"ITEM\""),
        ("a.jsonl", b"[1]", "a.jsonl line 1", "an array is no JSON object"),
        ("a.jsonl", b"\n\nnonsense\n", "a.jsonl line 3", "no JSON"),
        ("a.jsonl", b"{\"ITEM\":1}}", "a.jsonl line 1", "no JSON"),
        ("a.jsonl", b"{}\n{\"ITEM\":\"\xff\"}\n", "a.jsonl line 2", "byte 10 is not UTF-8 text, in \"ITEM\""),
        ("a.json", b"[{\"ITEM\":\"a\"}, {\"ITEM\":", "a.json", "ends in the middle"),
        ("a.csv", b"ITEM,METER\na,b\n\"c\n", "a.csv line 3", "1 of 2 fields; it ends in ITEM"),
        ("a.csv", b"ITEM,METER\na,\xfe\n", "a.csv line 2", "METER is not UTF-8 text"),
        ("a.csv", b"name,age\nx,1\n", "a.csv", "names no column of usage rows"),
    ];
    for (name, bytes, place, words) in inputs {
        let told = input_findings(&judge_bytes(name, bytes));
        assert!(
            told.iter().any(|told| told.contains(place) && told.contains(words)),
            "{place} {words}: {told:?}"
        );
    }
}

#[test]
fn what_is_broken_stops_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    let clean = fs::read(made(&folder, "clean.jsonl", 500)).unwrap();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&clean).unwrap();
    let packed = packed.finish().unwrap();
    let parquet = fs::read(made(&folder, "clean.parquet", 500)).unwrap();
    fs::write(data.join("1-cut.jsonl.gz"), &packed[..packed.len() / 2]).unwrap();
    fs::write(data.join("2-cut.parquet"), &parquet[..parquet.len() - 20]).unwrap();
    fs::write(data.join("3-empty.csv"), b"").unwrap();
    fs::write(data.join("4-clean.jsonl"), &clean).unwrap();
    let judged = judge(&[data]);
    let told = input_findings(&judged);
    for (name, words) in [
        ("1-cut.jsonl.gz", "cannot be read further"),
        ("2-cut.parquet", "cannot be read as Parquet"),
        ("3-empty.csv", "holds no rows"),
    ] {
        assert!(told.iter().any(|told| told.contains(name) && told.contains(words)), "{name}: {told:?}");
    }
    let rows: Vec<u64> = judged.inputs.iter().map(|input| input.rows).collect();
    assert_eq!((rows[1], rows[2]), (0, 0));
    assert!(rows[0] > 0 && rows[3] >= 500, "{rows:?}");
}

#[test]
fn an_input_without_rows_is_only_mentioned() {
    for (name, nothing) in [
        ("a.jsonl", b"" as &[u8]),
        ("a.jsonl", b"\n\n  \r\n"),
        ("a.jsonl", b"\xef\xbb\xbf"),
        ("a.csv", b"ITEM,METER\n"),
        ("a.json", b"[]"),
    ] {
        let judged = judge_bytes(name, nothing);
        assert_eq!(judged.checked.rows, 0);
        assert!(bad(&judged).is_empty(), "{judged:#?}");
        assert!(input_findings(&judged)[0].contains("holds no rows"));
    }
}

#[test]
fn rows_are_numbered_through_all_inputs() {
    let folder = tempfile::tempdir().unwrap();
    let (first, second) = (folder.path().join("1.jsonl"), folder.path().join("2.jsonl"));
    fs::write(&first, "1\n\n2\n").unwrap();
    fs::write(&second, "3\n").unwrap();
    let judged = judge(&[first, second]);
    let rows: Vec<u64> = judged.checked.findings[0].examples.iter().map(|example| example.row).collect();
    assert_eq!((judged.checked.rows, rows), (3, vec![1, 2, 3]));
}

#[test]
fn cells_of_csv_that_cannot_be_used_are_told_with_their_row() {
    let folder = tempfile::tempdir().unwrap();
    let huge = "9".repeat(40);
    let cells = [("NaN", "WH-USAGE-041"), ("thirty", "WH-USAGE-041"), (huge.as_str(), "WH-USAGE-041")];
    for (cell, rule) in cells {
        let bytes = csv_with(&folder, |at, line| {
            let mut fields: Vec<&str> = line.split(',').collect();
            // Cells with commas come in pairs of halves before this one, of the same number in every row.
            let place = fields.len() - 9;
            if at == 7 && fields[place].parse::<f64>().is_ok() {
                fields[place] = cell;
            }
            fields.join(",")
        });
        let judged = judge_bytes("a.csv", &bytes);
        let found = judged.checked.findings.iter().find(|finding| finding.rule == rule).unwrap();
        assert_eq!((found.level, found.examples[0].row), (Severity::E, 7), "{cell}");
        assert_eq!(bad(&judged).len(), 1, "{:#?}", bad(&judged));
    }
}

#[test]
fn a_column_that_is_missing_is_told_once() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = csv_with(&folder, |_, line| line.split_once(',').unwrap().1.to_owned());
    let judged = judge_bytes("a.csv", &bytes);
    let missing = judged.checked.findings.iter().find(|finding| finding.rule == "WH-USAGE-010").unwrap();
    assert!(missing.examples[0].message.contains("CORRELATION_ID"), "{missing:#?}");
    assert_eq!(missing.count, 1);
}
