//! License servers of a target without the control protocol: an instance that the target file names.

use std::fs;
use std::path::Path;

use reqwest::Client;
use serde_json::{Value, json};

use crate::support::{Server, TOKEN, run, run_json, text};

/// One that no feature file has.
const PASSWORD: &str = "Tenant-7!secret";
const INSTANCE: &str = "9GIVEN0SERVER";

/// A server as a tenant that somebody has set up by hand, and a target file that knows nothing else of it.
async fn tenant(folder: &Path, policy: &[&str]) -> (Server, String) {
    let key = chargeproof::target::KeyPair::generate("ops", chargeproof::target::Algorithm::Rs256).unwrap();
    fs::write(folder.join("ops.pem"), key.public_pem()).unwrap();
    fs::write(folder.join("private.pem"), key.private_pem()).unwrap();
    let public = folder.join("ops.pem").display().to_string();
    let server = Server::start(&[&["--store", "memory", "--admin-key", &public], policy].concat());
    let control = format!("{}/_control/v1/sites/default/cls", server.base);
    for (path, body) in [
        ("producer-user", json!({ "enabled": true, "password": PASSWORD })),
        (&format!("instances/{INSTANCE}"), json!({ "features": [{ "name": "sold", "count": 3 }] })),
    ] {
        let call = Client::new().put(format!("{control}/{path}")).bearer_auth(TOKEN).json(&body);
        assert!(call.send().await.unwrap().status().is_success());
    }
    let target = format!(
        "name = \"tenant\"\n[bases]\ndynamic_monetization = \"{base}/dynamicmonetization\"\ncmapi = \"{base}/api/1.0\"\n\
         [administration]\nkey_id = \"ops\"\nprivate_key = \"private.pem\"\nissuer = \"producer.example\"\n\
         [cmapi]\ninstance = \"{INSTANCE}\"\nproducer_password = \"{PASSWORD}\"\n",
        base = server.base
    );
    let file = folder.join("target.toml");
    fs::write(&file, target).unwrap();
    (server, file.display().to_string())
}

fn attacked(target: &str, out: &Path) -> (Option<i32>, Value, String) {
    let out_text = out.display().to_string();
    let output = run(&["conformance", "--id", "CM-*", "--target", target, "--out", &out_text]);
    let report = run_json(out)["conformance"].clone();
    // Lines of the summary end where the terminal does.
    let said: Vec<String> = text(&output).split_whitespace().map(str::to_owned).collect();
    (output.status.code(), report, said.join(" "))
}

/// Nothing in a folder of reports may say a secret of the target.
fn says(folder: &Path, secret: &str) -> bool {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).any(|path| {
        if path.is_dir() {
            says(&path, secret)
        } else {
            String::from_utf8_lossy(&fs::read(&path).unwrap()).contains(secret)
        }
    })
}

#[tokio::test]
async fn an_instance_of_the_target_file_is_attacked_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (server, target) = tenant(folder.path(), &[]).await;
    let out = folder.path().join("run");
    let (code, report, said) = attacked(&target, &out);
    assert_eq!(code, Some(0), "{said}");
    let cmapi = &report["systems"]["cmapi"];
    assert!(cmapi["passed"].as_u64().unwrap() >= 70, "{cmapi}");
    assert_eq!(cmapi["failed"], 0, "{said}");
    assert!(said.contains("needs a site of its own, which the target does not offer"), "{said}");
    assert!(!says(&out, PASSWORD) && !said.contains(PASSWORD));
    let token = json!({ "user": "producer", "password": PASSWORD });
    let url = |path: &str| format!("{}/api/1.0/instances/{INSTANCE}/{path}", server.base);
    let token: Value =
        Client::new().post(url("authorize")).json(&token).send().await.unwrap().json().await.unwrap();
    let features = Client::new().get(url("features")).bearer_auth(token["token"].as_str().unwrap());
    let features: Value = features.send().await.unwrap().json().await.unwrap();
    assert_eq!(features[0]["used"], 0, "{features}");
}

/// What follows only by inference warns.
#[tokio::test]
async fn an_instance_that_believes_unsigned_tokens_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, target) = tenant(folder.path(), &["--policy", "cmapi.jwt_algorithm=none-passes"]).await;
    let out = folder.path().join("run");
    let (code, report, said) = attacked(&target, &out);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(report["scenarios"]["warned"], 1, "{said}");
    assert!(said.contains("CM-JWT-009"), "{said}");
}
