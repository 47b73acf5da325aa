//! The set-up page as people use it: from the start page to the first license, by its own commands.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::driver::Browser;
use crate::support::{Server, TOKEN};

/// One with everything that a page, a shell and JSON take for their own.
const PASSWORD: &str = r#"Pr0d'"\<&>$(x)!"#;
const SITE_STATE: &str = "p strong + code";

/// Where screenshots go, if they are wanted.
fn photographs() -> Option<PathBuf> {
    std::env::var_os("CHARGEPROOF_SCREENSHOTS").map(PathBuf::from)
}

async fn looks_well(browser: &Browser, name: &str) {
    for width in [400, 1200] {
        let overflow = browser.overflow_at(width).await;
        assert!(overflow <= 0, "{name} is {overflow} px wider than a window of {width}");
        if let Some(folder) = photographs() {
            browser.photograph(&folder.join(format!("{name}-{width}.png"))).await;
        }
    }
}

/// Types commands into a shell, with an answer for what it asks.
fn typed(commands: &str, answer: &str, folder: &Path) -> String {
    let mut shell = Command::new("bash")
        .args(["-euo", "pipefail", "-c", commands])
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(shell.stdin.take().unwrap(), "{answer}").unwrap();
    let output = shell.wait_with_output().unwrap();
    assert!(output.status.success(), "{commands}");
    String::from_utf8(output.stdout).unwrap()
}

/// A page of somebody else on this machine, with a form that enables nothing but disables the Producer User.
fn other_page(target: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let page = format!("<form method=post action=\"{target}\"><button>Win a prize</button></form>");
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4096]);
            let head =
                format!("content-type: text/html\r\ncontent-length: {}\r\nconnection: close", page.len());
            let _ = write!(stream, "HTTP/1.1 200 OK\r\n{head}\r\n\r\n{page}");
        }
    });
    address
}

async fn log_in(browser: &Browser, server: &Server) {
    browser.open(&server.base).await;
    browser.click("a[href='/setup']").await;
    looks_well(browser, "login").await;
    browser.write("#token", "no token").await;
    browser.click("button").await;
    assert!(browser.text("[role=alert]").await.contains("not the control token"));
    assert!(browser.cookies().await.is_empty());
    browser.write("#token", TOKEN).await;
    browser.click("button").await;
    assert_eq!(browser.address().await, format!("{}/setup", server.base));
    let cookies = browser.cookies().await;
    assert_eq!(cookies.len(), 1, "{cookies:?}");
    let is = |name: &str| cookies[0][name].clone();
    assert_eq!((is("httpOnly"), is("sameSite"), is("path")), (json!(true), json!("Strict"), json!("/setup")));
    assert!(!cookies[0].to_string().contains(TOKEN));
    looks_well(browser, "sites").await;
}

/// The two steps of the vendor's procedure, with a detour.
async fn two_steps(browser: &Browser) {
    browser.click("a[href='/setup/sites/default']").await;
    assert_eq!(browser.text(SITE_STATE).await, "DISABLED");
    assert!(!browser.has("#password").await);
    looks_well(browser, "disabled").await;
    browser.tick("input[type=checkbox]").await;
    browser.click("form[action$='/enabled'] button").await;
    assert_eq!(browser.text(SITE_STATE).await, "ENABLED_NO_PASSWORD");

    browser.write("#password", "Too1!ow").await;
    browser.click("form[action$='/password'] button").await;
    assert!(browser.text("[role=alert]").await.contains("has 8 to 30 characters"));
    assert_eq!(browser.written("#password").await, "");
    assert!(!browser.source().await.contains("Too1!ow"));
    looks_well(browser, "refused").await;

    browser.write("#password", PASSWORD).await;
    browser.click("form[action$='/password'] button").await;
    assert_eq!(browser.text(SITE_STATE).await, "ENABLED");
    assert!(browser.text("[role=status]").await.contains("password is defined"));
    let address = browser.address().await;
    assert!(address.ends_with("/setup/sites/default?done=password"), "{address}");
    assert!(!browser.source().await.contains("Pr0d"));
}

/// Types what the page says, until a host holds a license.
async fn go_on(browser: &Browser, folder: &Path) {
    typed(&browser.texts("pre").await.join("\n"), TOKEN, folder);
    browser.open(&browser.address().await).await;
    looks_well(browser, "commands").await;
    let commands = browser.texts("pre").await;
    assert_eq!(commands.len(), 5, "{commands:?}");
    let printed = typed(&commands.join("\n"), PASSWORD, folder);
    let answer: Value = serde_json::from_str(&printed[printed.find("{\"features\"").unwrap()..]).unwrap();
    assert_eq!((&answer["features"][0]["name"], &answer["features"][0]["count"]), (&json!("f1"), &json!(1)));
    assert_eq!(answer["statusList"], json!([]));
    browser.open(&browser.address().await).await;
    assert!(browser.text("table").await.contains("uploaded"));
}

#[tokio::test]
#[ignore = "drives Chromium; tests/browser/run installs it and runs this"]
async fn people_set_up_the_producer_user_and_get_a_license() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    let server = Server::start(&["--store", store.to_str().unwrap()]);
    let browser = Browser::start().await;
    log_in(&browser, &server).await;
    two_steps(&browser).await;
    go_on(&browser, folder.path()).await;

    // Another port of this machine is the same site to a browser, so that the cookie comes along.
    browser.open(&other_page(&format!("{}/setup/sites/default/enabled", server.base))).await;
    browser.click("button").await;
    assert!(browser.text("[role=alert]").await.contains("did not come from the page"));
    browser.open(&format!("{}/setup/sites/default", server.base)).await;
    assert_eq!(browser.text(SITE_STATE).await, "ENABLED");

    browser.click("form[action='/setup/logout'] button").await;
    assert!(browser.has("#token").await && browser.cookies().await.is_empty());
    browser.open(&format!("{}/setup/sites/default", server.base)).await;
    assert_eq!(browser.address().await, format!("{}/setup", server.base));
    browser.quit().await;
}
