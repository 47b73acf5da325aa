//! Reports pulled from a Data Access API are judged as files are: the bundled server by both credentials and in both
//! modes, and servers made by hand that do not behave.

use std::fs;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use chargeproof::target::{
    Algorithm, Api, Call, Claims, Client, ControlClient, KeyPair, ReportCaller, Secret, SiteRequest,
};
use serde_json::{Value, json};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::support::{Server, TOKEN, chargeproof, run, text};

const USER: &str = "CHARGEPROOF_DATA_ACCESS_USER";
const PASSWORD: &str = "CHARGEPROOF_DATA_ACCESS_PASSWORD";
const ACCESS: &str = "CHARGEPROOF_DATA_ACCESS_TOKEN";

const SITE: &str = "reports";
/// 2026-01-10 in milliseconds.
const START: i64 = 1_768_003_200_000;
const DAY: i64 = 86_400_000;
/// Charges are so many days apart, so that they take three requests to pull.
const CHARGES: i64 = 14;
const BETWEEN: i64 = 5 * DAY;

/// A server with a site that has charged over ten weeks, and a caller.
struct Ground {
    server: Server,
    base: String,
    first: String,
    last: String,
}

fn day(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).unwrap().strftime("%Y-%m-%d").to_string()
}

fn ground() -> Ground {
    let server = Server::start(&["--store", "memory"]);
    tokio::runtime::Runtime::new().unwrap().block_on(charge(&server.base));
    let base = format!("{}/sites/{SITE}/data", server.base);
    Ground { server, base, first: day(START), last: day(START + CHARGES * BETWEEN) }
}

async fn charge(base: &str) {
    let client = Client::new(Duration::from_secs(30)).unwrap();
    let key = KeyPair::generate("ops", Algorithm::Es256).unwrap();
    let from_s = START / 1000;
    let claims = Claims { expires_s: from_s + 365 * 86_400, ..Claims::admin(&key, from_s) };
    let token = key.sign(&claims.to_json()).unwrap();
    let control = ControlClient::new(client.clone(), &format!("{base}/_control/v1"), TOKEN);
    let caller = ReportCaller {
        password: Some(("reports".to_owned(), Secret::new("hush-hush"))),
        token: Some(Secret::new("rna_5ec4e7")),
    };
    let request = SiteRequest {
        virtual_now_ms: Some(START),
        administration_keys: vec![(key.id().to_owned(), key.public_pem().to_owned())],
        reporter: Some(caller),
        ..SiteRequest::default()
    };
    control.create_site(SITE, &request).await.unwrap();
    let api = Api::new(&format!("{base}/sites/{SITE}/dynamicmonetization"));
    let done = async |call: Call| {
        let answer = client.send(call.bearer(&token)).await;
        assert!(answer.ok(), "{}", answer.summary());
        answer.json().unwrap_or_default()
    };
    let items = json!([{"name": "PhotoPrint", "version": "1.0", "rate": 3}, {"name": "CADPrint", "version": "2.0", "rate": 7.5}]);
    let table = json!({"series": "S", "version": "1", "effectiveFrom": 0, "items": items});
    done(Call::post(api.rate_tables(), table)).await;
    let made = done(Call::post(api.instances(), json!({"shortName": "print", "accountId": "ACME"}))).await;
    let instance = made["id"].as_str().unwrap().to_owned();
    let line_item = json!({
        "activationId": "ACT01", "state": "DEPLOYED", "quantity": 1_000_000, "start": 0, "end": START + 365 * DAY,
        "attributes": {"elastic": true, "rateTableSeries": "S"}
    });
    done(Call::put(api.line_items(&instance), line_item)).await;
    for count in 1..=CHARGES {
        let items = json!([
            {"item": "PhotoPrint", "version": "1.0", "count": count}, {"item": "CADPrint", "version": "2.0", "count": 2}
        ]);
        let request = json!({"requester": {"type": "user", "value": "LisaBarry"}, "requestedItems": items});
        done(Call::post(api.access_request(&instance), request)).await;
        control.advance_by(SITE, BETWEEN).await.unwrap();
    }
}

/// What the control protocol tells.
fn told(ground: &Ground) -> String {
    let client = Client::new(Duration::from_secs(30)).unwrap();
    let control = ControlClient::new(client, &format!("{}/_control/v1", ground.server.base), TOKEN);
    tokio::runtime::Runtime::new().unwrap().block_on(control.usage_rows(SITE, 0, 10_000)).unwrap()
}

fn pull(ground: &Ground, environment: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = chargeproof();
    command.args(["usage", "check", "--data-access", &ground.base, "--json"]);
    command.args(["--from", &ground.first, "--to", &ground.last]).args(arguments);
    for name in [USER, PASSWORD, ACCESS] {
        command.env_remove(name);
    }
    let output = command.envs(environment.iter().copied()).output().unwrap();
    assert!(
        !text(&output).contains("hush-hush") && !text(&output).contains("rna_5ec4e7"),
        "{}",
        text(&output)
    );
    output
}

fn report(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", text(output)))
}

/// Rows by the database names of the columns that both sources have.
fn rows_of(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    let mut rows: Vec<String> = text
        .lines()
        .map(|line| {
            let row: Value = serde_json::from_str(line).unwrap();
            let cell =
                |dapi: &str, database: &str| row.get(dapi).or_else(|| row.get(database)).cloned().unwrap();
            let cells = [
                ("correlationId", "CORRELATION_ID"),
                ("usageTime", "USAGE_TIME"),
                ("accountId", "ACCOUNT_ID"),
                ("activationId", "ACTIVATION_ID"),
                ("Item", "ITEM"),
                ("itemQuantity", "ITEM_QUANTITY"),
                ("used", "USED"),
                ("requestResponse", "REQUEST_RESPONSE"),
                ("meterCost", "METER_COST"),
                ("meterQuantity", "METER_QUANTITY"),
                ("sessionId", "SESSION_ID"),
                ("sessionState", "SESSION_STATE"),
            ];
            Value::from_iter(cells.map(|(dapi, database)| cell(dapi, database))).to_string()
        })
        .collect();
    rows.sort();
    rows
}

#[test]
fn rows_are_the_same_by_either_way_credential_and_mode() {
    let folder = tempfile::tempdir().unwrap();
    let ground = ground();
    let told_rows = folder.path().join("control.jsonl");
    fs::write(&told_rows, told(&ground)).unwrap();
    let wanted = rows_of(&told_rows);
    assert_eq!(wanted.len() as i64, 2 * CHARGES);

    let password = [(USER, "reports"), (PASSWORD, "hush-hush")];
    let token = [(ACCESS, "rna_5ec4e7")];
    for (environment, mode, size) in
        [(&password[..], "batch", "2"), (&token[..], "interactive", "3"), (&token[..], "batch", "2500")]
    {
        let saved = folder.path().join(format!("{mode}-{size}.jsonl"));
        let save = saved.display().to_string();
        let output = pull(&ground, environment, &["--mode", mode, "--page-size", size, "--save", &save]);
        let report = report(&output);
        assert_eq!(output.status.code(), Some(0), "{}", text(&output));
        assert_eq!(report["rows"].as_u64().unwrap(), wanted.len() as u64);
        assert_eq!(rows_of(&saved), wanted, "{mode} {size}");
    }
}

#[test]
fn a_target_file_names_service_and_credential() {
    let folder = tempfile::tempdir().unwrap();
    let ground = ground();
    let file = folder.path().join("target.toml");
    let write = |source: &str| {
        let target = format!(
            "name = \"t\"\n[control]\nbase = \"{0}/_control/v1\"\ntoken = \"{TOKEN}\"\n[bases]\n\
             dynamic_monetization = \"{0}/dynamicmonetization\"\ndata_access = \"{1}\"\n[data_access]\n\
             user = \"reports\"\npassword = \"hush-hush\"\n{source}",
            ground.server.base, ground.base
        );
        fs::write(&file, target).unwrap();
    };
    let file_name = file.display().to_string();
    let days = ["--from", &ground.first, "--to", &ground.last];
    let check = |more: &[&str]| {
        let arguments =
            [&["usage", "check", "--target", &file_name, "--site", SITE, "--json"], more].concat();
        let output = run(&arguments);
        assert!(!text(&output).contains("hush-hush"), "{}", text(&output));
        report(&output)
    };
    write("");
    let control = check(&[]);
    let asked = check(&[&["--source", "data-access"][..], &days].concat());
    assert_eq!(control["rows"], asked["rows"]);
    assert_eq!(asked["rows"], 2 * CHARGES);
    let both = [&["usage", "check", "--target", &file_name, "--source", "control"], &days[..]].concat();
    assert!(text(&run(&both)).contains("are for the Data Access API"));
    assert_eq!(run(&["usage", "check", "rows.jsonl", "--from", "2026-01-01"]).status.code(), Some(2));
    write("[usage]\nsource = \"data-access\"\n");
    assert_eq!(check(&days), asked);
    assert_eq!(check(&["--source", "control"]), control);
}

#[test]
fn entities_are_pulled_and_judged_together() {
    let folder = tempfile::tempdir().unwrap();
    let ground = ground();
    let kept = folder.path().join("kept");
    let output = chargeproof()
        .args(["usage", "entities", "--data-access", &ground.base, "--json", "--save"])
        .arg(&kept)
        .args(["--from", &ground.first, "--to", &ground.last])
        .env(ACCESS, "rna_5ec4e7")
        .output()
        .unwrap();
    let judged = report(&output);
    let entities = judged["entities"].as_array().unwrap();
    assert!(entities.len() >= 10, "{}", text(&output));
    // The server reports the accounts and line items that its own charges name.
    let findings = judged["findings"].as_array().unwrap();
    let grave: Vec<&Value> = findings.iter().filter(|one| one["level"] != "I").collect();
    assert!(grave.is_empty(), "{grave:#?}");
    let again = report(&run(&["usage", "entities", &kept.display().to_string(), "--json"]));
    let counts = |judged: &Value| -> Vec<(String, u64)> {
        let all = judged["entities"].as_array().unwrap().iter();
        all.map(|one| (one["name"].to_string(), one["rows"].as_u64().unwrap())).collect()
    };
    assert_eq!(counts(&judged), counts(&again));
    assert_eq!(judged["findings"].as_array().unwrap().len(), again["findings"].as_array().unwrap().len());
}

#[test]
fn what_is_wrong_is_said_with_its_exit_code() {
    let ground = ground();
    for (environment, arguments, code, says) in [
        (&[][..], &[][..], 2, "set CHARGEPROOF_DATA_ACCESS_TOKEN"),
        (&[(ACCESS, "rna_0")][..], &[][..], 3, "refuses the credential (401"),
        (
            &[(ACCESS, "rna_5ec4e7")][..],
            &["--from", "2027-01-02", "--to", "2027-01-01"][..],
            2,
            "holds no day",
        ),
        (&[(ACCESS, "rna_5ec4e7")][..], &["--page-size", "2501"][..], 2, "2501 is not in 1..=2500"),
        (&[(ACCESS, "rna_5ec4e7")][..], &["--from", "yesterday"][..], 2, "yesterday"),
    ] {
        let mut command = chargeproof();
        command.args(["usage", "check", "--data-access", &ground.base]).args(arguments);
        for name in [USER, PASSWORD, ACCESS] {
            command.env_remove(name);
        }
        let output = command.envs(environment.iter().copied()).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", text(&output));
        assert!(text(&output).contains(says), "{says}: {}", text(&output));
        assert!(!text(&output).contains("rna_"), "{}", text(&output));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_recovers_is_waited_for_and_seen_to_be() {
    let server = MockServer::start().await;
    let busy = ResponseTemplate::new(503).insert_header("Retry-After", "0").set_body_string("one moment");
    let on = || Mock::given(method("GET")).and(path_regex("/report/usage$"));
    on().respond_with(busy).up_to_n_times(2).with_priority(1).mount(&server).await;
    on().respond_with(ResponseTemplate::new(200).set_body_json(json!({ "data": [] }))).mount(&server).await;
    let base = server.uri();
    let output = tokio::task::spawn_blocking(move || {
        chargeproof()
            .args(["usage", "check", "--from", "2026-01-01", "--to", "2026-01-01", "--data-access", &base])
            .env(ACCESS, "rna_1")
            .output()
            .unwrap()
    });
    let output = output.await.unwrap();
    let shown = text(&output);
    assert!(shown.contains("attempt 2 of 6: 503 one moment; next in 0 s"), "{shown}");
    assert_eq!(output.status.code(), Some(4), "{shown}");
}
