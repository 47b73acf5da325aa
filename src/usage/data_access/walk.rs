//! From page to page of one request, in either mode, and never round in circles.

use std::collections::HashMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use reqwest::Url;
use serde_json::Value;

use super::days::Window;
use super::service::Tell;
use super::{PullError, Service, Told};

/// How pages are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// By number, until a page is empty (DAPI-094).
    #[default]
    Batch,
    /// By the links in the headers (DAPI-037, DAPI-040).
    Interactive,
}

impl FromStr for Mode {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        match word.to_ascii_lowercase().as_str() {
            "batch" => Ok(Self::Batch),
            "interactive" => Ok(Self::Interactive),
            _ => Err(format!("{word:?} is no mode; take batch or interactive")),
        }
    }
}

/// One request for a report.
pub(super) struct Walk<'a> {
    pub(super) service: &'a Service,
    pub(super) group: &'a str,
    pub(super) window: Window,
    pub(super) mode: Mode,
    pub(super) page_size: u16,
}

/// Takes the rows of a page and its number.
type Take<'a> = &'a mut dyn FnMut(Vec<Value>, u64, Tell<'_>) -> Result<(), PullError>;

/// A page as it came.
struct Page {
    rows: Vec<Value>,
    next: Option<String>,
    /// How many rows the whole report is said to have.
    records: Option<u64>,
}

impl Walk<'_> {
    /// Hands over the rows of every page.
    pub(super) async fn pages(&self, take: Take<'_>, tell: Tell<'_>) -> Result<(), PullError> {
        let mut url = self.address(1);
        let mut earlier: HashMap<u64, u64> = HashMap::new();
        let (mut walked, mut promised) = (0, None);
        for number in 1.. {
            let page = self.page(&url, number, tell).await?;
            promised = promised.or(page.records);
            if page.rows.is_empty() {
                break;
            }
            if let Some(before) = earlier.insert(hash(&page.rows), number) {
                return Err(self.repeats(number, before));
            }
            walked += page.rows.len() as u64;
            take(page.rows, number, tell)?;
            url = match (self.mode, page.next) {
                (Mode::Batch, _) => self.address(number + 1),
                (Mode::Interactive, Some(link)) => self.service.follow(&link)?,
                (Mode::Interactive, None) => break,
            };
        }
        if let Some(promised) = promised.filter(|promised| *promised != walked) {
            let Self { group, window, .. } = self;
            tell(Told::Note(format!(
                "the {group} report of {window} counts {promised} rows and has {walked} on its pages (DAPI-040)"
            )));
        }
        Ok(())
    }

    fn address(&self, page: u64) -> Url {
        let mode = if self.mode == Mode::Batch { "BATCH" } else { "INTERACTIVE" };
        let parameters = [
            ("dateFrom", self.window.from.to_string()),
            ("dateTo", self.window.until.to_string()),
            ("format", "json".to_owned()),
            ("mode", mode.to_owned()),
            ("limitRecords", self.page_size.to_string()),
            ("pageNumber", page.to_string()),
        ];
        self.service.address(self.group, &parameters)
    }

    async fn page(&self, url: &Url, number: u64, tell: Tell<'_>) -> Result<Page, PullError> {
        let no_report =
            |problem: &str| PullError::NoReport { url: url.to_string(), problem: problem.to_owned() };
        // Past the end some services have no page at all; where the first page is missing, there is no report.
        let Some(body) = self.service.get(url, number > 1, tell).await? else {
            return Ok(Page { rows: Vec::new(), next: None, records: None });
        };
        let Value::Object(mut body) = body else { return Err(no_report("it is JSON, but no object")) };
        let Some(Value::Array(rows)) = body.remove("data") else {
            return Err(no_report("it has no array `data`"));
        };
        let header = body.remove("header").unwrap_or_default();
        if self.mode == Mode::Interactive && !header.is_object() {
            return Err(no_report("it has no header, which an interactive page promises; take --mode batch"));
        }
        let next = header["nextPageURL"].as_str().filter(|link| !link.is_empty()).map(str::to_owned);
        let records = header["recordCount"].as_u64().filter(|_| self.mode == Mode::Interactive);
        Ok(Page { rows, next, records })
    }

    fn repeats(&self, page: u64, earlier: u64) -> PullError {
        let (group, window) = (self.group.to_owned(), self.window.to_string());
        PullError::Repeats { group, window, page, earlier }
    }
}

/// What tells a page from others: its rows as text.
fn hash(rows: &[Value]) -> u64 {
    let mut hasher = DefaultHasher::new();
    rows.iter().for_each(|row| row.to_string().hash(&mut hasher));
    hasher.finish()
}
