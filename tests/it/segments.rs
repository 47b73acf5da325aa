//! One plan by several processes side by side, and their results as one.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};
use std::time::{Duration, SystemTime};

use serde::Deserialize as _;
use serde_json::Value;

use crate::support::{Server, chargeproof, run, run_json, text, validator};

/// Runs these segments at the same time.
fn segments(target: &str, folder: &Path, of: usize, scenario: &str) -> Vec<Output> {
    let start_at = jiff::Timestamp::try_from(SystemTime::now() + Duration::from_secs(4)).unwrap().to_string();
    let start = |number: usize| {
        chargeproof()
            .args(["load", scenario, "--rate", "60", "--duration", "2", "--seed", "7", "--target", target])
            .args(["--segment", &format!("{number}/{of}"), "--start-at", &start_at, "--out"])
            .arg(folder.join(format!("segment-{number}")))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let children: Vec<_> = (1..=of).map(start).collect();
    children.into_iter().map(|child| child.wait_with_output().unwrap()).collect()
}

fn merge(folder: &Path) -> Output {
    chargeproof()
        .args(["load", "merge"])
        .arg(folder)
        .arg("--out")
        .arg(folder.join("merged"))
        .output()
        .unwrap()
}

fn invariant<'a>(load: &'a Value, id: &str) -> &'a Value {
    load["invariants"].as_array().unwrap().iter().find(|one| one["id"] == id).unwrap()
}

fn sum(loads: &[Value], of: impl Fn(&Value) -> u64) -> u64 {
    loads.iter().map(of).sum()
}

fn complaints(schema: &str, instance: &Value) -> Vec<String> {
    validator(schema).iter_errors(instance).map(|error| error.to_string()).collect()
}

/// The requests of the usage rows: what was asked for, by the number in the schedule.
fn operations(folder: &Path) -> Vec<(u64, String)> {
    let rows = fs::read_to_string(folder.join("usage/steady-access.jsonl")).unwrap();
    let row = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        let meta = &row["META_DATA"];
        let op = meta["op"].as_str().map(str::to_owned).or_else(|| {
            serde_json::from_str::<Value>(meta.as_str()?).ok()?["op"].as_str().map(str::to_owned)
        });
        let number = op.unwrap().rsplit('-').next().unwrap().parse().unwrap();
        (number, row["ITEM"].as_str().unwrap().to_owned())
    };
    let mut operations: Vec<(u64, String)> = rows.lines().map(row).collect();
    operations.sort();
    operations.dedup();
    operations
}

/// One-off requests of clients of which none hangs up: such a client's request may leave a row or not.
fn patient_scenario(folder: &Path) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/steady-access.toml");
    let text = fs::read_to_string(path).unwrap();
    // A run as short as this one puts some invariants to the test only by chance.
    let (head, rest) = text.split_once("invariants = [").unwrap();
    let (_, tail) = rest.split_once(']').unwrap();
    let certain = "\"conservation\", \"running-total\", \"one-set-of-rows\"";
    let patient = format!("{head}invariants = [{certain}]{tail}").replace("abandon = 0.002", "");
    let path = folder.join("patient.toml");
    fs::write(&path, patient).unwrap();
    path.display().to_string()
}

#[test]
fn segments_side_by_side_are_one_run() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&["--store", "memory"]);
    let target = server.target_file(folder.path());
    let scenario = patient_scenario(folder.path());
    let (whole, parts) = (folder.path().join("whole"), folder.path().join("parts"));
    segments(&target, &whole, 1, &scenario);
    for output in segments(&target, &parts, 3, &scenario) {
        assert_ne!(output.status.code(), Some(70), "{}", text(&output));
    }
    let output = merge(&parts);
    let merged = parts.join("merged");
    let report = run_json(&merged);
    let load = &report["loads"][0];
    assert_eq!(complaints("run.schema.json", &report), [""; 0]);

    // What the segments sent together is what one generator sends, request by request.
    let folders: Vec<_> = (1..=3).map(|number| parts.join(format!("segment-{number}"))).collect();
    let mut together: Vec<_> = folders.iter().flat_map(|folder| operations(folder)).collect();
    together.sort();
    assert_eq!(together, operations(&whole.join("segment-1")));
    assert!(together.len() > 100);

    // Counts and tallies are sums.
    let loads: Vec<Value> = folders.iter().map(|folder| run_json(folder)["loads"][0].clone()).collect();
    assert_eq!(load["requests"], sum(&loads, |one| one["requests"].as_u64().unwrap()));
    for id in ["conservation", "running-total", "one-set-of-rows"] {
        let exercised = |one: &Value| invariant(one, id)["exercised"].as_u64().unwrap();
        assert_eq!(invariant(load, id)["exercised"], sum(&loads, exercised), "{id}");
        assert_eq!(invariant(load, id)["violations"], 0, "{id}");
    }
    assert_eq!(load["part"]["merged"], 3);
    assert_eq!(loads[1]["part"]["segment"]["number"], 2);
    assert_eq!(
        report["usage"]["rows"],
        sum(&folders.iter().map(|one| run_json(one)).collect::<Vec<_>>(), |one| {
            one["usage"]["rows"].as_u64().unwrap()
        })
    );
    // An unoptimised build need not hold the rate, but what is wrong must be nothing.
    assert!([Some(0), Some(5)].contains(&output.status.code()), "{}", text(&output));
    for folder in &folders {
        let record = serde_json::from_str(&fs::read_to_string(folder.join("segment.json")).unwrap()).unwrap();
        assert_eq!(complaints("segment.schema.json", &record), [""; 0]);
    }
    for file in
        ["histograms/steady-access-response.hlog", "series/steady-access.csv", "metrics.txt", "junit.xml"]
    {
        assert!(merged.join(file).metadata().unwrap().len() > 0, "{file}");
    }
    assert_cannot_be_merged(&parts, &whole.join("segment-1"));
}

/// What does not belong together is refused, each time with the reason.
fn assert_cannot_be_merged(parts: &Path, other: &Path) {
    let refused = |folders: &[&Path], reason: &str| {
        let out = parts.join("refused");
        let output =
            chargeproof().args(["load", "merge"]).args(folders).arg("--out").arg(&out).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains(reason), "{}", text(&output));
    };
    let [one, two, three] = [1, 2, 3].map(|number| parts.join(format!("segment-{number}")));
    refused(&[&one, &three], "of 3 segments 2 is missing");
    refused(&[&one, &two, &three, &two], "segment 2 is there twice");
    refused(&[&one, other], "the numbers of segments differ");
    refused(&[&one.join("histograms")], "holds no segment.json");
    let log = two.join("histograms/steady-access-service.hlog");
    let kept = fs::read_to_string(&log).unwrap();
    fs::write(&log, kept.replace(",HIST", ",HISS")).unwrap();
    refused(&[&one, &two, &three], "is damaged");
    fs::write(&log, &kept).unwrap();
    let late = two.join("histograms/steady-access-lateness.hlog");
    let all = fs::read_to_string(&late).unwrap();
    let without_last: Vec<&str> =
        all.lines().filter(|line| !line.starts_with("Tag=access-request,0.")).collect();
    fs::write(&late, without_last.join("\n") + "\n").unwrap();
    refused(&[&one, &two, &three], "its interval logs hold");
    fs::write(&late, all).unwrap();
    let record = two.join("segment.json");
    let kept = fs::read_to_string(&record).unwrap();
    fs::write(&record, kept.replace("\"seed\": 7", "\"seed\": 8")).unwrap();
    refused(&[&one, &two, &three], "the seeds differ");
    fs::write(&record, kept).unwrap();
}

#[test]
fn a_segment_needs_a_target_and_an_instance() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&["load", "steady-access", "--segment", "1/2"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("--target"), "{}", text(&output));
    let server = Server::start(&["--store", "memory"]);
    let target = server.target_file(folder.path());
    for (scenario, segment, reason) in [
        ("steady-access", "3/2", "second of eight"),
        ("steady-access", "1/5000", "5000 segments need as many instances"),
        ("capacity", "1/2", "give them one with --rate"),
    ] {
        let out = folder.path().join(segment.replace('/', "-"));
        let arguments = ["load", scenario, "--target", &target, "--segment", segment, "--out"];
        let output = chargeproof().args(arguments).arg(&out).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", text(&output));
        assert!(text(&output).contains(reason), "{}", text(&output));
    }
}

/// The manifests say what the program understands.
#[test]
fn the_manifests_fit_the_program() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/kubernetes");
    let documents = |name: &str| -> Vec<Value> {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let documents = serde_yaml_ng::Deserializer::from_str(&text).map(Value::deserialize);
        documents.map(|document| document.unwrap_or_else(|error| panic!("{name}: {error}"))).collect()
    };
    let (load, merge) = (documents("load.yaml"), documents("merge.yaml"));
    let kinds: Vec<&str> = load.iter().chain(&merge).map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["ConfigMap", "PersistentVolumeClaim", "Job", "Job"]);
    let job = &load[2]["spec"];
    let container = &job["template"]["spec"]["containers"][0];
    let segments = container["env"].as_array().unwrap().iter().find(|one| one["name"] == "SEGMENTS").unwrap();
    assert_eq!(job["completionMode"], "Indexed");
    for places in [&job["completions"], &job["parallelism"]] {
        assert_eq!(places.to_string(), segments["value"].as_str().unwrap());
    }
    // Every flag that the job uses is one of the program's.
    let script = container["args"][0].as_str().unwrap();
    let help = text(&run(&["load", "--help"]));
    for flag in script.split_whitespace().filter(|word| word.starts_with("--")) {
        assert!(help.contains(flag), "{flag}");
    }
    // The claim that both jobs use is the one that is made, and the target file is one.
    let claim = |job: &Value| {
        let volumes = job["spec"]["template"]["spec"]["volumes"].as_array().unwrap().clone();
        volumes.iter().find_map(|one| one["persistentVolumeClaim"]["claimName"].as_str().map(str::to_owned))
    };
    assert_eq!(claim(&load[2]).as_deref(), load[1]["metadata"]["name"].as_str());
    assert_eq!(claim(&merge[0]), claim(&load[2]));
    let target: toml::Table = toml::from_str(load[0]["data"]["target.toml"].as_str().unwrap()).unwrap();
    assert!(target["control"]["base"].as_str().unwrap().starts_with("http://"));
}
