//! The set-up page over a real socket: who gets in, what changes, and what nobody gets to see.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::test_log::Log;
use crate::{PasswordCost, RunningServer, ServerOptions, StoreLocation, start};

const TOKEN: &str = "control-token<&\"'>";
const PASSWORD: &str = "Producer-1!<\"'&>";

/// A browser without its interface: it keeps the cookie, and finds the key of a form in the page.
struct Browser {
    server: RunningServer,
    cookie: String,
    headers: &'static str,
}

struct Answered {
    status: u16,
    head: String,
    body: String,
}

impl Answered {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    fn form_key(&self) -> String {
        let (_, rest) = self.body.split_once("name=key value=\"").unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

impl Browser {
    async fn start(change: impl FnOnce(&mut ServerOptions)) -> Self {
        let mut options = ServerOptions::on_loopback(StoreLocation::Memory, TOKEN);
        options.password_cost = PasswordCost::Quick;
        change(&mut options);
        let server = start(options).await.unwrap();
        Self { server, cookie: String::new(), headers: "" }
    }

    /// Logged in at the page of the site `default`, with the key of its forms.
    async fn logged_in() -> (Self, String) {
        let mut browser = Self::start(|_| ()).await;
        let key = browser.log_in().await;
        (browser, key)
    }

    async fn log_in(&mut self) -> String {
        let answer = self.post("/setup/login", &[("token", TOKEN)]).await;
        assert_eq!((answer.status, answer.header("location")), (303, Some("/setup")));
        let cookie = answer.header("set-cookie").unwrap();
        self.cookie = cookie.split(';').next().unwrap().to_owned();
        self.get("/setup/sites/default").await.form_key()
    }

    async fn get(&self, path: &str) -> Answered {
        self.send("GET", path, "").await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answered {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, &body).await
    }

    async fn send(&self, method: &str, path: &str, body: &str) -> Answered {
        let address = self.server.address();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\ncookie: other=1; {}\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n{}\r\n{body}",
            self.cookie,
            body.len(),
            self.headers
        );
        let exchange = move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.write_all(request.as_bytes()).unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            let (head, body) = text.split_once("\r\n\r\n").unwrap();
            let status = head.split(' ').nth(1).unwrap().parse().unwrap();
            Answered { status, head: head.replace('\r', ""), body: body.to_owned() }
        };
        tokio::task::spawn_blocking(exchange).await.unwrap()
    }

    async fn state(&self) -> String {
        let page = self.get("/setup/sites/default").await.body;
        let (_, rest) = page.split_once("</strong> <code>").unwrap();
        rest.split('<').next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn only_the_control_token_opens_the_page() {
    let browser = Browser::start(|_| ()).await;
    let login = browser.get("/setup").await;
    assert!(login.status == 200 && login.body.contains("name=token"), "{}", login.body);
    for wrong in ["", "wrong", "control-token", &TOKEN.to_uppercase()] {
        let refused = browser.post("/setup/login", &[("token", wrong)]).await;
        assert_eq!((refused.status, refused.header("set-cookie")), (403, None), "{wrong}");
        assert!(refused.body.contains("not the control token") && !refused.body.contains("value="));
    }
    // Neither the address nor the header of the control protocol stands for a login.
    for path in ["/setup/sites/default", "/setup/sites/default?token=control-token", "/setup/sites/none"] {
        let sent_away = browser.get(path).await;
        assert_eq!((sent_away.status, sent_away.header("location")), (303, Some("/setup")), "{path}");
    }
    for path in ["/setup/logout", "/setup/sites/default/enabled", "/setup/sites/default/password"] {
        let fields = [("enabled", "yes"), ("password", PASSWORD), ("key", "")];
        assert_eq!(browser.post(path, &fields).await.status, 403, "{path}");
    }
    assert_eq!(browser.get("/setup/nowhere").await.status, 404);
}

#[tokio::test]
async fn the_cookie_is_for_this_page_alone_and_ends_with_the_login() {
    let (mut browser, key) = Browser::logged_in().await;
    let answer = browser.post("/setup/login", &[("token", TOKEN)]).await;
    let cookie = answer.header("set-cookie").unwrap();
    for part in ["Path=/setup", "HttpOnly", "SameSite=Strict", "Max-Age=3600"] {
        assert!(cookie.split("; ").any(|one| one == part), "{cookie}");
    }
    assert!(
        !cookie.contains("control-token") && cookie.contains(&browser.server.address().port().to_string())
    );
    assert_eq!(browser.post("/setup/logout", &[("key", &key)]).await.status, 303);
    assert_eq!(browser.get("/setup/sites/default").await.status, 303, "the server has forgotten the login");
    browser.cookie = format!("{}x", browser.cookie);
    assert_eq!(browser.get("/setup/sites/default").await.status, 303);
}

#[tokio::test]
async fn forms_of_other_pages_change_nothing() {
    let (mut browser, key) = Browser::logged_in().await;
    for forged in ["", "guess", &key[1..]] {
        let fields = [("enabled", "yes"), ("key", forged)];
        assert_eq!(browser.post("/setup/sites/default/enabled", &fields).await.status, 403, "{forged}");
    }
    let right = [("enabled", "yes"), ("key", key.as_str())];
    for headers in ["sec-fetch-site: cross-site\r\n", "sec-fetch-site: same-site\r\n", "origin: http://x\r\n"]
    {
        browser.headers = headers;
        assert_eq!(browser.post("/setup/sites/default/enabled", &right).await.status, 403, "{headers}");
        assert_eq!(browser.post("/setup/login", &[("token", TOKEN)]).await.status, 403, "{headers}");
    }
    browser.headers = "";
    assert_eq!(browser.state().await, "DISABLED");
    // The key of another login is no key of this one.
    let other = browser.post("/setup/login", &[("token", TOKEN)]).await;
    let first = browser.cookie.clone();
    browser.cookie = other.header("set-cookie").unwrap().split(';').next().unwrap().to_owned();
    assert_eq!(browser.post("/setup/sites/default/enabled", &right).await.status, 403);
    browser.cookie = first;
    assert_eq!(browser.post("/setup/sites/default/enabled", &right).await.status, 303);
    assert_eq!(browser.state().await, "ENABLED_NO_PASSWORD");
}

#[tokio::test]
async fn the_two_steps_lead_to_an_enabled_producer_user() {
    let (browser, key) = Browser::logged_in().await;
    let page = browser.get("/setup/sites/default").await;
    assert!(!page.body.contains("name=password"), "the second step comes after the first");
    let early = browser.post("/setup/sites/default/password", &[("password", PASSWORD), ("key", &key)]).await;
    assert_eq!(early.status, 409);
    assert!(early.body.contains("must be enabled"), "{}", early.body);

    browser.post("/setup/sites/default/enabled", &[("enabled", "yes"), ("key", &key)]).await;
    let saved = browser.post("/setup/sites/default/password", &[("password", PASSWORD), ("key", &key)]).await;
    assert_eq!((saved.status, saved.header("location")), (303, Some("/setup/sites/default?done=password")));
    assert_eq!(browser.state().await, "ENABLED");
    let page = browser.get("/setup/sites/default?done=password").await;
    assert!(
        page.body.contains("the password is defined") && page.body.contains("/_control/v1/sites/default/cls")
    );

    // A form without the tick is how a browser says that it was taken away.
    let disabled = browser.post("/setup/sites/default/enabled", &[("key", &key)]).await;
    assert_eq!(disabled.status, 303);
    assert_eq!(browser.state().await, "DISABLED");
    assert_eq!(browser.post("/setup/sites/none/enabled", &[("key", &key)]).await.status, 404);
    assert_eq!(browser.post("/setup/sites/none/password", &[("key", &key)]).await.status, 404);
}

#[tokio::test]
async fn a_password_against_the_policy_is_explained_and_not_repeated() {
    let (browser, key) = Browser::logged_in().await;
    browser.post("/setup/sites/default/enabled", &[("enabled", "yes"), ("key", &key)]).await;
    for (password, says) in [
        ("Aa1!aaa", "has 8 to 30 characters"),
        ("Aa1! aaaa", "has no spaces"),
        ("aa1!aaaa", "has an upper-case and a lower-case letter"),
        ("Aaa!aaaa", "has a digit"),
        ("Aa1aaaaa<i>", "has one of ^ * $ - + ? _ &amp; = ! % { } / #"),
        ("", "has 8 to 30 characters"),
    ] {
        let answer =
            browser.post("/setup/sites/default/password", &[("password", password), ("key", &key)]).await;
        assert_eq!(answer.status, 400, "{password}");
        let alert = answer.body.split("role=alert").nth(1).unwrap().split("</p>").next().unwrap();
        assert!(alert.contains(says), "{alert}");
        assert!(password.is_empty() || !answer.body.contains(password) && !answer.body.contains("<i>"));
    }
    assert_eq!(browser.state().await, "ENABLED_NO_PASSWORD");
    let saved = browser.post("/setup/sites/default/password", &[("password", PASSWORD), ("key", &key)]).await;
    assert_eq!(saved.status, 303);
    assert!(!saved.head.contains("Producer-1"), "{}", saved.head);
}

#[tokio::test]
async fn nothing_from_outside_becomes_markup_or_commands() {
    let (mut browser, key) = Browser::logged_in().await;
    browser.post("/setup/sites/default/enabled", &[("enabled", "yes"), ("key", &key)]).await;
    browser.post("/setup/sites/default/password", &[("password", PASSWORD), ("key", &key)]).await;
    let instance = r#"{"accountId": "<i>\"", "features": [{"name": "f'1</pre><i>", "version": "\"2"}]}"#;
    browser.headers = "authorization: Bearer control-token<&\"'>\r\n";
    let path = "/_control/v1/sites/default/cls/instances/3VH8MNZESMSP";
    assert_eq!(browser.send("PUT", path, instance).await.status, 201);
    browser.headers = "";
    let page = browser.get("/setup/sites/default?instance=%3Ci%3E&done=%3Ci%3E").await.body;
    assert!(!page.contains("<i>"), "{page}");
    assert!(page.contains("<td>&lt;i&gt;&quot;<td>1<td>none"), "{page}");
    // The shell's quotes are closed, escaped and opened again around the quote of the name.
    assert!(page.contains(r"&quot;name&quot;:&quot;f&#39;\&#39;&#39;1&lt;/pre&gt;&lt;i&gt;&quot;"), "{page}");
    assert!(page.contains(&format!("server=http://{}/sites/default", browser.server.address())));
    for path in ["/setup/sites/%3Ci%3E", "/setup/sites/%FF"] {
        let answer = browser.get(path).await;
        assert!(answer.status == 404 && !answer.body.contains("<i>"), "{path}");
    }
}

#[tokio::test]
async fn neither_token_nor_password_is_logged_or_kept_in_clear() {
    let (log, _guard) = Log::listen();
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store.sqlite");
    let mut browser = Browser::start(|options| options.store = StoreLocation::File(store)).await;
    let key = browser.log_in().await;
    browser.post("/setup/login", &[("token", "control-token-with-a-slip")]).await;
    browser.post("/setup/sites/default/enabled", &[("enabled", "yes"), ("key", &key)]).await;
    for password in [&PASSWORD[..7], PASSWORD] {
        browser.post("/setup/sites/default/password", &[("password", password), ("key", &key)]).await;
    }
    assert_eq!(browser.state().await, "ENABLED");
    browser.server.shutdown().await;
    for secret in [TOKEN, &PASSWORD[..7], "with-a-slip"] {
        log.assert_without(secret, folder.path());
    }
}

#[tokio::test]
async fn every_answer_forbids_scripts_frames_and_caches() {
    let (browser, _) = Browser::logged_in().await;
    for path in ["/setup", "/setup/sites/default", "/setup/sites/none", "/setup/login"] {
        let answer = browser.get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(
            policy.contains("frame-ancestors 'none'") && policy.contains("form-action 'self'"),
            "{policy}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{path}");
        assert!(!answer.body.contains("<script"), "{path}");
    }
    let page = browser.get("/").await.body;
    assert!(page.contains("<a href=/setup>"), "{page}");
}

#[tokio::test]
async fn it_is_off_where_the_control_protocol_is() {
    let everywhere = std::net::SocketAddr::from(([0, 0, 0, 0], 0));
    let browser = Browser::start(|options| options.listen = everywhere).await;
    for answer in [browser.get("/setup").await, browser.post("/setup/login", &[("token", TOKEN)]).await] {
        assert_eq!(answer.status, 403);
        assert!(answer.body.contains("--control-beyond-loopback") && answer.header("set-cookie").is_none());
    }
}
