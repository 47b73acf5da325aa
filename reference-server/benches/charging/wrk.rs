//! The same measurement with wrk, a client that others measure with: its requests cost more than those of the client
//! beside this file, and server and client share the processors, so that its ratios are those of a load test as people run it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::client::{Pace, Requests, cpu_time_us};

/// Whether wrk is installed.
pub fn is_there() -> bool {
    // Asked for its version it prints its usage and fails; only a program that is not there cannot be started.
    Command::new("wrk").arg("--version").output().is_ok()
}

/// The pace that wrk reaches with one thread; every answer must be a success. Processor time is that of this process,
/// the server's, alone.
pub fn closed_loop(address: SocketAddr, requests: &Requests, connections: usize, time: Duration) -> Pace {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let script = folder.path().join("requests.lua");
    write_script(&script, requests);
    let cpu_before = cpu_time_us();
    let output = Command::new("wrk")
        .args(["-t1", &format!("-c{connections}"), &format!("-d{}", time.as_secs().max(1)), "-s"])
        .arg(&script)
        .arg(format!("http://{address}/"))
        .output()
        .expect("wrk runs");
    let cpu_us = cpu_time_us() - cpu_before;
    let report = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && !report.contains("Non-2xx") && !report.contains("Socket errors"),
        "every request is to succeed: {report}"
    );
    let rate = number_after(&report, "Requests/sec:");
    let answered = report.split(" requests in ").next().and_then(|before| before.split_whitespace().last());
    let answered: f64 = answered.and_then(|text| text.parse().ok()).expect("wrk counts its requests");
    Pace { rate, cpu_us: cpu_us / answered }
}

/// The requests as they go over the wire, one after the other.
fn write_script(path: &Path, requests: &Requests) {
    let mut script = String::from("local requests = {\n");
    for request in requests.iter() {
        let text =
            String::from_utf8_lossy(request).replace('\r', "\\r").replace('\n', "\\n").replace('"', "\\\"");
        script.push_str(&format!("\"{text}\",\n"));
    }
    script.push_str("}\nlocal place = 0\nfunction request()\n  place = place % #requests + 1\n  return requests[place]\nend\n");
    std::fs::write(path, script).expect("the script can be written");
}

fn number_after(report: &str, name: &str) -> f64 {
    let after = report.split(name).nth(1).and_then(|rest| rest.split_whitespace().next());
    after.and_then(|text| text.parse().ok()).unwrap_or_else(|| panic!("wrk says {name}: {report}"))
}
