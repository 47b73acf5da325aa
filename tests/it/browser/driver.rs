//! Chromium by the WebDriver protocol: as much of it as the tests need.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Method};
use serde_json::{Value, json};

/// The member under which elements are named.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How long a page may take to come.
const PATIENCE: Duration = Duration::from_secs(20);

/// A browser with one window and without scripts.
pub struct Browser {
    driver: Child,
    client: Client,
    session: String,
}

impl Browser {
    /// Starts the driver on a free port, and by it the browser.
    pub async fn start() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is needed: tests/browser/run installs it");
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines().map(Result::unwrap);
        let port = lines.find_map(|line| {
            let port = line.strip_prefix("ChromeDriver was started successfully on port ")?;
            Some(port.trim_end_matches('.').to_owned())
        });
        let driver_address = format!("http://127.0.0.1:{}", port.unwrap());
        let options = json!({
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
            "prefs": { "profile.managed_default_content_settings.javascript": 2 },
        });
        let wanted = json!({ "capabilities": { "alwaysMatch": { "goog:chromeOptions": options } } });
        let client = Client::builder().no_proxy().build().unwrap();
        let mut browser = Self { driver, client, session: format!("{driver_address}/session") };
        let session = browser.send(Method::POST, "", Some(wanted)).await;
        browser.session = format!("{}/{}", browser.session, session["sessionId"].as_str().unwrap());
        browser
    }

    /// Ends the browser and its driver.
    pub async fn quit(self) {
        self.send(Method::DELETE, "", None).await;
    }

    /// Types an address.
    pub async fn open(&self, address: &str) {
        self.send(Method::POST, "/url", Some(json!({ "url": address }))).await;
    }

    /// What stands in the address bar.
    pub async fn address(&self) -> String {
        self.send(Method::GET, "/url", None).await.as_str().unwrap().to_owned()
    }

    /// Whether there is such an element.
    pub async fn has(&self, css: &str) -> bool {
        !self.elements(css).await.is_empty()
    }

    /// The text of every such element, as people see it.
    pub async fn texts(&self, css: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for element in self.elements(css).await {
            let text = self.send(Method::GET, &format!("/element/{element}/text"), None).await;
            texts.push(text.as_str().unwrap().to_owned());
        }
        texts
    }

    /// The text of the one such element.
    pub async fn text(&self, css: &str) -> String {
        let texts = self.texts(css).await;
        assert_eq!(texts.len(), 1, "{css}: {texts:?}");
        texts.concat()
    }

    /// Clicks the one such element, on which the page stays.
    pub async fn tick(&self, css: &str) {
        let element = self.element(css).await;
        self.send(Method::POST, &format!("/element/{element}/click"), Some(json!({}))).await;
    }

    /// Clicks the one such element, and waits until another page has taken the place of this one. The driver waits
    /// too, but a busy machine may not have begun to leave the page by then.
    pub async fn click(&self, css: &str) {
        let page = self.element("html").await;
        self.tick(css).await;
        let begun = Instant::now();
        while self.ask(Method::GET, &format!("/element/{page}/name"), None).await.is_ok() {
            assert!(begun.elapsed() < PATIENCE, "{css}: no other page comes");
        }
    }

    /// Types into the one such element.
    pub async fn write(&self, css: &str, text: &str) {
        let element = self.element(css).await;
        self.send(Method::POST, &format!("/element/{element}/value"), Some(json!({ "text": text }))).await;
    }

    /// What is written in a field.
    pub async fn written(&self, css: &str) -> String {
        let element = self.element(css).await;
        let value = self.send(Method::GET, &format!("/element/{element}/property/value"), None).await;
        value.as_str().unwrap().to_owned()
    }

    /// The cookies of the page.
    pub async fn cookies(&self) -> Vec<Value> {
        self.send(Method::GET, "/cookie", None).await.as_array().unwrap().clone()
    }

    /// The page as it came.
    pub async fn source(&self) -> String {
        self.send(Method::GET, "/source", None).await.as_str().unwrap().to_owned()
    }

    /// Makes the window so wide, and says how much wider than it the page is.
    pub async fn overflow_at(&self, width: u32) -> i64 {
        let window = json!({ "width": width, "height": 1400 });
        self.send(Method::POST, "/window/rect", Some(window)).await;
        let script = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
        let script = json!({ "script": script, "args": [] });
        self.send(Method::POST, "/execute/sync", Some(script)).await.as_i64().unwrap()
    }

    /// Keeps what the window shows.
    pub async fn photograph(&self, path: &Path) {
        let shot = self.send(Method::GET, "/screenshot", None).await;
        std::fs::write(path, STANDARD.decode(shot.as_str().unwrap()).unwrap()).unwrap();
    }

    async fn element(&self, css: &str) -> String {
        let mut elements = self.elements(css).await;
        assert_eq!(elements.len(), 1, "{css} at {}", self.address().await);
        elements.remove(0)
    }

    async fn elements(&self, css: &str) -> Vec<String> {
        let found = json!({ "using": "css selector", "value": css });
        let found = self.send(Method::POST, "/elements", Some(found)).await;
        found.as_array().unwrap().iter().map(|one| one[ELEMENT].as_str().unwrap().to_owned()).collect()
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Value {
        self.ask(method, path, body).await.unwrap_or_else(|answer| panic!("{path}: {answer}"))
    }

    /// What the driver answers; as an error, what it refuses with.
    async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Value> {
        let mut request = self.client.request(method, format!("{}{path}", self.session));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status();
        let mut answer: Value = response.json().await.unwrap();
        let value = answer["value"].take();
        if status.is_success() { Ok(value) } else { Err(value) }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser whose test has failed ends with its driver.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}
