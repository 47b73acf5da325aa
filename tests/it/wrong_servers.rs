//! Targets that are no good server with one fault, but no server worth the name: pages of a proxy, answers that
//! break off or never come, bodies without end, JSON of another shape. Whatever it is, the run says that the
//! target did it, ends in time and stays small.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use chargeproof::target::{Algorithm, KeyPair};

use crate::support::{Server, TOKEN, chargeproof, run, target_file, text};

/// No run may take longer, whatever the target does. Each has a handful of scenarios and takes a second or two; a busy
/// machine may need longer for it, and a run that hangs would never end.
const DEADLINE: Duration = Duration::from_secs(60);
/// How long a run waits for an answer that never comes: longer than a busy machine needs for the good answers.
const PATIENCE_S: u32 = 3;
/// More than a run needs that reads a few of the longest bodies at once, and less than one that keeps them.
const MOST_MEMORY_KB: u64 = 600 * 1024;
/// Two that read what a document leaves open, one that asserts, and one with sessions.
const SCENARIOS: &[&str] = &["DM-LI-A22", "DM-OD-006", "DM-RATE-023", "DM-SES-008"];
/// What takes time or memory, not work: one scenario shows it as well as all do.
const FEW: &[&str] = &["DM-LI-A22"];
/// Where they are.
const FEATURES: &[&str] = &[
    "client/one-off-requests.feature",
    "client/reaching-sessions.feature",
    "client/readings-one-off.feature",
];
const AT_ONCE: usize = 4;

/// What the proxy does instead of forwarding.
#[derive(Clone)]
enum Fault {
    /// Sends this and hangs up.
    Send(Vec<u8>),
    /// Hangs up in the middle of a body.
    BreakOff,
    /// Closes the connection without a word.
    HangUp,
    /// Never answers.
    Hang,
    /// Sends a byte of the body now and then.
    Trickle,
    /// Sends a body of 50 MB, with its length or without.
    Flood { declared: bool },
}

/// One wrong answer to one kind of request, and what the run has to make of it.
struct Case {
    method: &'static str,
    /// The end of the request's path.
    path: &'static str,
    fault: Fault,
    exit: i32,
    says: &'static str,
}

fn page(status: &str, content_type: &str, body: impl AsRef<[u8]>) -> Fault {
    let body = body.as_ref();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n"
    );
    Fault::Send([head.as_bytes(), body].concat())
}

fn moved(status: &str) -> Fault {
    let head = format!("HTTP/1.1 {status}\r\nlocation: http://127.0.0.1:9/\r\nconnection: close\r\n");
    Fault::Send(format!("{head}content-length: 0\r\n\r\n").into_bytes())
}

/// Faults that the smoke test meets when it lists the instances: nothing is tested.
fn at_the_door() -> Vec<Case> {
    let at_listing =
        |fault, says| Case { method: "GET", path: "/provisioning/api/v1.0/instances", fault, exit: 3, says };
    let at_about = |fault, says| Case { method: "GET", path: "/_control/v1/", fault, exit: 3, says };
    vec![
        at_listing(moved("301 Moved Permanently"), "301"),
        at_listing(moved("307 Temporary Redirect"), "307"),
        at_listing(page("999 Whatever", "text/plain", "?"), "999"),
        at_listing(Fault::Send(b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()), "no answer"),
        at_listing(Fault::Send(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec()), "no answer"),
        at_listing(Fault::HangUp, "no answer"),
        at_listing(Fault::Hang, "timed out"),
        at_listing(Fault::Trickle, "timed out"),
        at_listing(Fault::Flood { declared: true }, "longer than 16777216 bytes"),
        at_about(
            page("200 OK", "text/html", "<html>Welcome to nginx!</html>"),
            "not the test control protocol",
        ),
        at_about(page("200 OK", "application/json", r#"{"protocol":"1"}"#), "not the test control protocol"),
    ]
}

/// Faults in the answers to access requests and in what leads up to them: requirements are not met.
fn in_the_suite() -> Vec<Case> {
    let at = |method, path, fault, says| Case { method, path, fault, exit: 1, says };
    let at_access = |fault, says| at("POST", "/access-request", fault, says);
    let json = |body: &str| page("200 OK", "application/json", body);
    vec![
        at_access(page("200 OK", "text/html", "<html>502 Bad Gateway</html>"), "<html>"),
        at_access(json(""), "does not conform"),
        at_access(page("200 OK", "application/json", b"\xFF\xFE{\"a\":1}"), "does not conform"),
        at_access(json(r#"{"requestedItems":{}}"#), "does not conform"),
        at_access(json(r#"{"requestedItems":[null,7,{"status":[],"lineItems":{}}]}"#), "does not conform"),
        at_access(json(&absurd_amounts()), "does not conform"),
        at_access(json(&"[".repeat(100_000)), "does not conform"),
        at_access(moved("302 Found"), "302"),
        at_access(Fault::BreakOff, "no answer"),
        at_access(Fault::Hang, "timed out"),
        at_access(Fault::Flood { declared: false }, "longer than 16777216 bytes"),
        at_access(page("500 Oops", "text/plain", "x".repeat(2_000_000)), "status 500"),
        at("GET", "/usage-rows", page("502 Bad Gateway", "text/html", "<html></html>"), "test control"),
        at("POST", "/sessions", json(r#"{"sessionId":7}"#), "a sessionid"),
        at("POST", "/instances", json(r#"{"id":7}"#), "status 200 with an id"),
        at("PUT", "/line-items", page("200 OK", "text/html", "<html></html>"), "does not conform"),
    ]
}

/// Charges that no arithmetic holds, and some that are no numbers.
fn absurd_amounts() -> String {
    let item = |total: &str| {
        format!(
            r#"{{"status":{{"code":"101"}},"totalTokensCharged":{total},"lineItems":[{{"activationId":"ACT01","tokensCharged":{total},"rate":{total}}}]}}"#
        )
    };
    let largest = item("79228162514264337593543950335");
    format!(r#"{{"requestedItems":[{largest},{largest},{},{}]}}"#, item("1e999"), item("\"7\""))
}

#[test]
fn a_wrong_server_is_called_wrong() {
    let server = Server::start(&["--store", "memory"]);
    let upstream = server.base.strip_prefix("http://").unwrap().to_owned();
    let shared = tempfile::tempdir().unwrap();
    let bench = Bench::new(shared.path(), upstream);
    // The last are taken first: those that wait have the others for company.
    let mut cases: Vec<Case> = in_the_suite().into_iter().chain(at_the_door()).collect();
    cases.sort_by_key(Case::is_slow);
    let cases = Mutex::new(cases);
    let wrong = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = { cases.lock().unwrap().pop() } {
                    if let Err(problem) = judge(&case, &bench) {
                        wrong.lock().unwrap().push(problem);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

/// A load that cannot begin is the target's doing as well.
#[test]
fn a_server_that_refuses_the_objects_of_a_load_fails() {
    let server = Server::start(&["--store", "memory"]);
    let folder = tempfile::tempdir().unwrap();
    let fault = page("500 Oops", "text/html", "<html>oops</html>");
    let case =
        Case { method: "PUT", path: "/line-items", fault, exit: 1, says: "making the population failed" };
    let base = proxy(&case, server.base.strip_prefix("http://").unwrap().to_owned());
    let target = target_file(folder.path(), &base, TOKEN);
    let out = folder.path().join("run").display().to_string();
    let arguments = ["load", "steady-access", "--rate", "10", "--duration", "1", "--target", &target];
    let output = run(&[arguments.as_slice(), &["--out", &out]].concat());
    assert_eq!(output.status.code(), Some(case.exit), "{}", text(&output));
    assert!(text(&output).contains(case.says), "{}", text(&output));
}

impl Case {
    /// Whether the run has to wait for its patience to end.
    fn is_slow(&self) -> bool {
        matches!(self.fault, Fault::Hang | Fault::Trickle)
    }
}

/// What all cases share, so that each costs little more than its own requests: a key that need not be made again, and
/// the only feature files that are read.
struct Bench {
    upstream: String,
    administration: String,
    features: String,
}

impl Bench {
    fn new(folder: &Path, upstream: String) -> Self {
        let key = KeyPair::generate("ops", Algorithm::Es256).unwrap();
        let private = folder.join("private.pem");
        std::fs::write(&private, key.private_pem()).unwrap();
        let administration = format!(
            "[administration]\nkey_id = \"ops\"\nprivate_key = \"{}\"\nissuer = \"producer.example\"\n",
            private.display()
        );
        let features = folder.join("features");
        std::fs::create_dir(&features).unwrap();
        for name in FEATURES {
            let built_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("features").join(name);
            std::fs::copy(built_in, features.join(name.replace('/', "-"))).unwrap();
        }
        Self { upstream, administration, features: features.display().to_string() }
    }
}

fn judge(case: &Case, bench: &Bench) -> Result<(), String> {
    let folder = tempfile::tempdir().unwrap();
    let base = proxy(case, bench.upstream.clone());
    let target = target_file(folder.path(), &base, TOKEN);
    let patience =
        if case.is_slow() { format!("[timing]\nanswer_s = {PATIENCE_S}\n") } else { String::new() };
    let settings = std::fs::read_to_string(&target).unwrap() + &bench.administration + &patience;
    std::fs::write(&target, settings).unwrap();
    let few = case.is_slow() || matches!(case.fault, Fault::Flood { .. });
    let scenarios = if few { FEW } else { SCENARIOS };
    let out = folder.path().join("run");
    let began = Instant::now();
    let out_text = out.display().to_string();
    let arguments = ["--features", &bench.features, "--target", &target, "--out", &out_text];
    let (output, memory_kb) = watched(scenarios, &arguments);
    let (took, said) = (began.elapsed(), text(&output));
    let journal = std::fs::read_to_string(out.join("events.ndjson")).unwrap_or_default();
    let holds = [
        ("exit code", output.status.code() == Some(case.exit)),
        ("clear message", said.to_lowercase().contains(case.says)),
        ("no panic", !said.contains("panicked")),
        ("no harness fault", !journal.contains("\"harness-fault\"")),
        ("in time", took < DEADLINE),
        ("little memory", memory_kb < MOST_MEMORY_KB),
        ("small journal", journal.len() < 1_000_000),
    ];
    let broken: Vec<&str> = holds.iter().filter(|(_, held)| !held).map(|(name, _)| *name).collect();
    if broken.is_empty() {
        return Ok(());
    }
    let Case { method, path, says, .. } = case;
    let code = output.status.code();
    Err(format!("{method} {path} ({says}): {broken:?}: {code:?}, {took:?}, {memory_kb} kB\n{said}"))
}

/// Runs the scenarios to their end, and tells the most memory they took where the system shows it.
fn watched(scenarios: &[&str], arguments: &[&str]) -> (Output, u64) {
    let child = chargeproof()
        .arg("conformance")
        .args(scenarios.iter().flat_map(|id| ["--id", id]))
        // One version is enough: the fault is in the transport.
        .args(["--tags", "@v1.0"])
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let (done, ended) = std::sync::mpsc::channel::<()>();
    let watch = thread::spawn(move || {
        let mut most_kb = 0;
        while ended.recv_timeout(Duration::from_millis(20)) == Err(std::sync::mpsc::RecvTimeoutError::Timeout)
        {
            let text = std::fs::read_to_string(&status).unwrap_or_default();
            let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let seen = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            most_kb = most_kb.max(seen.unwrap_or(0));
        }
        most_kb
    });
    let output = child.wait_with_output().unwrap();
    drop(done);
    (output, watch.join().unwrap())
}

/// Starts a proxy before the real server that breaks one kind of answer; its base address.
fn proxy(case: &Case, upstream: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (method, path, fault) = (case.method, case.path, Arc::new(case.fault.clone()));
    thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let (upstream, fault) = (upstream.clone(), Arc::clone(&fault));
            // A client that hangs up ends its connection early, which is its right.
            thread::spawn(move || serve(client, &upstream, &fault, (method, path)).ok());
        }
    });
    base
}

fn serve(mut client: TcpStream, upstream: &str, fault: &Fault, broken: (&str, &str)) -> std::io::Result<()> {
    let request = request(&mut client)?;
    let line = request.lines().next().unwrap_or_default();
    let mut words = line.split(' ');
    let (method, address) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if method == broken.0 && address.split('?').next().unwrap_or_default().ends_with(broken.1) {
        misbehave(&mut client, fault)?;
        return client.shutdown(Shutdown::Both);
    }
    let mut server = TcpStream::connect(upstream)?;
    // One connection, one request: then the end of the answer is the end of the stream.
    server.write_all(request.replacen("\r\n", "\r\nconnection: close\r\n", 1).as_bytes())?;
    std::io::copy(&mut server, &mut client)?;
    client.shutdown(Shutdown::Both)
}

/// One request with its body, whose length is declared.
fn request(client: &mut TcpStream) -> std::io::Result<String> {
    let (mut bytes, mut buffer) = (Vec::new(), [0; 16 * 1024]);
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length =
                head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(text);
            }
        }
        match client.read(&mut buffer)? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            read => bytes.extend_from_slice(&buffer[..read]),
        }
    }
}

fn misbehave(client: &mut TcpStream, fault: &Fault) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
    match fault {
        Fault::Send(bytes) => client.write_all(bytes),
        Fault::BreakOff => write!(client, "{head}content-length: 1000\r\n\r\n{{\"content\":["),
        Fault::HangUp => Ok(()),
        // Until the client gives up.
        Fault::Hang => client.read(&mut [0]).map(drop),
        Fault::Trickle => {
            write!(client, "{head}content-length: 1000\r\n\r\n")?;
            loop {
                client.write_all(b" ")?;
                thread::sleep(Duration::from_millis(200));
            }
        }
        Fault::Flood { declared } => {
            let (block, blocks) = (vec![b' '; 1_000_000], 50);
            let length = if *declared { "content-length: 50000000\r\n" } else { "connection: close\r\n" };
            write!(client, "{head}{length}\r\n")?;
            (0..blocks).try_for_each(|_| client.write_all(&block))
        }
    }
}
