//! One hostile request: an address of the server, and everything about it that can be wrong.

use std::sync::LazyLock;

use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request, Uri};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::bodies;
use super::json::{Json, Mutation};
use super::world::{Ids, LICENSE_SERVER, TOKEN, administrator, client};
use crate::control;
use crate::http::{addresses, data_access, licensing, pages};

/// Every address of the server, from its own tables.
pub(super) static ADDRESSES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut all = addresses();
    all.extend(control::addresses());
    all.extend(control::setup_addresses());
    // What is not served says so with 501.
    all.extend(
        licensing::addresses().into_iter().filter(|address| !address.ends_with("/signed_access_request")),
    );
    all.extend(data_access::addresses());
    all.extend(pages::addresses());
    all
});

const METHODS: [&str; 10] =
    ["GET", "PUT", "POST", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PURGE"];

/// The instance that an address of either API is about.
pub(super) fn instance_of<'i>(address: &str, ids: &'i Ids) -> &'i str {
    let licensing = address.contains("/api/1.0/") || address.contains("/cls/");
    if licensing { LICENSE_SERVER } else { &ids.instance }
}

/// Texts that stand where a JSON value should.
const LITERALS: [&str; 46] = [
    "0",
    "-0",
    "-1",
    "1.5",
    "1e3",
    "1e28",
    "1e999999",
    "-1e999999",
    "1e-999999",
    "0e99999999999999999999",
    "1e99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "253402300799999",
    "79228162514264337593543950335",
    "-79228162514264337593543950335",
    "79228162514264337593543950336",
    "39614081257132168796771975168",
    "0.0000000000000000000000000001",
    "7.9228162514264337593543950335",
    "NaN",
    "Infinity",
    "01",
    "+1",
    "null",
    "true",
    "false",
    "[]",
    "{}",
    "[{}]",
    "\"\"",
    "\" \"",
    "\"\\u0000\"",
    "\"a\\u0000b\\r\\n\"",
    "\"\\ud800\"",
    "\"\\udc00\\ud800\"",
    "\"\\ud83d\\ude00\"",
    "\"\u{202e}\u{feff}\"",
    "\"1e999999\"",
    "\"A^9^9^9^9/0\"",
    "\"PT99999999999999999999H\"",
    "{\"$serde_json::private::Number\":\"7\"}",
    "{\"$serde_json::private::Number\":\"x\"}",
    "{\"a\":1,\"$serde_json::private::Number\":\"x\"}",
    "{\"a\":1,\"\\u0024serde_json::private::RawValue\":\"x\"}",
];

/// Names of members.
const NAMES: [&str; 10] = [
    "\"\"",
    "\"id\"",
    "\"used\"",
    "\"value\"",
    "\"__proto__\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "\"type\"",
    "\"$serde_json::private::Number\"",
    "unquoted",
];

/// Parts of a path.
const SEGMENTS: [&str; 14] = [
    "%00",
    "%ff%fe",
    "%2e%2e%2f",
    "..",
    "%25",
    "a%2Fb",
    "%E2%80%AE",
    "00000000-0000-0000-0000-000000000000",
    "ACT02",
    "actions",
    "-1",
    "9999999999999999999999",
    "app",
    "~",
];

const QUERIES: [&str; 16] = [
    "",
    "",
    "next=0&size=1",
    "next=18446744073709551615&size=18446744073709551615",
    "size=-1",
    "next=1e9",
    "size=0",
    "accountId=ACME&default=TRUE",
    "accountId=%ff&default=true",
    "instanceId=%00",
    "series=S&version=4",
    "version=",
    "after=18446744073709551615&limit=18446744073709551615",
    "after=-1",
    "&&==&=a",
    "limit=%31&limit=2",
];

const KINDS: [&str; 6] = [
    "application/json",
    "application/json; charset=utf-16",
    "text/plain",
    "",
    "application/x-www-form-urlencoded",
    "\u{1}",
];

#[derive(Clone, Debug)]
enum Content {
    Nothing,
    Bytes(Vec<u8>),
    Mutated { body: Index, mutations: Vec<(usize, Mutation)>, cut: Option<Index> },
}

#[derive(Clone, Copy, Debug)]
enum Caller {
    Right,
    Client,
    Nobody,
}

/// One request, without the IDs that only the case knows.
#[derive(Clone, Debug)]
pub(super) struct Shot {
    method: String,
    address: Index,
    segments: Vec<Option<String>>,
    query: String,
    caller: Caller,
    headers: Vec<(String, Vec<u8>)>,
    kind: Option<&'static str>,
    content: Content,
}

pub(super) fn shots() -> impl Strategy<Value = Shot> {
    let method = prop_oneof![
        9 => select(&METHODS[..5]).prop_map(str::to_owned),
        1 => select(&METHODS[..]).prop_map(str::to_owned),
        1 => "[!-~]{1,9}",
    ];
    let segment = prop_oneof![
        9 => Just(None),
        1 => select(&SEGMENTS[..]).prop_map(|segment| Some(segment.to_owned())),
        1 => "[^/?#]{0,40}".prop_map(Some),
    ];
    let query = prop_oneof![4 => select(&QUERIES[..]).prop_map(str::to_owned), 1 => "[!-~]{0,60}"];
    let caller = prop_oneof![8 => Just(Caller::Right), 2 => Just(Caller::Client), 1 => Just(Caller::Nobody)];
    let name = prop_oneof![
        select(vec!["x-instance-id", "host", "expect", "accept"]).prop_map(str::to_owned),
        "[a-z-]{1,20}"
    ];
    let headers = prop::collection::vec((name, prop::collection::vec(any::<u8>(), 0..40)), 0..3);
    let kind = prop_oneof![8 => Just(Some("application/json")), 1 => Just(None), 1 => select(&KINDS[..]).prop_map(Some)];
    let segments = prop::collection::vec(segment, 3);
    (method, any::<Index>(), segments, query, caller, headers, kind, contents()).prop_map(
        |(method, address, segments, query, caller, headers, kind, content)| Shot {
            method,
            address,
            segments,
            query,
            caller,
            headers,
            kind,
            content,
        },
    )
}

fn contents() -> impl Strategy<Value = Content> {
    let mutations = prop::collection::vec((any::<usize>(), mutations()), 0..4);
    let cut = prop_oneof![12 => Just(None), 1 => any::<Index>().prop_map(Some)];
    prop_oneof![
        1 => Just(Content::Nothing),
        1 => prop::collection::vec(any::<u8>(), 0..300).prop_map(Content::Bytes),
        10 => (any::<Index>(), mutations, cut)
            .prop_map(|(body, mutations, cut)| Content::Mutated { body, mutations, cut }),
    ]
}

fn mutations() -> impl Strategy<Value = Mutation> {
    let literal = prop_oneof![
        6 => select(&LITERALS[..]).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|text| serde_json::Value::from(text).to_string()),
        1 => any::<i64>().prop_map(|number| number.to_string()),
        1 => (1_usize..200_000).prop_map(|length| format!("\"{}\"", "x".repeat(length))),
        1 => "-?[0-9]{1,30}(\\.[0-9]{1,30})?([eE][+-]?[0-9]{1,3})?",
    ];
    let depth = prop_oneof![1_usize..8, 56_usize..72, 110_usize..140, Just(30_000)];
    prop_oneof![
        6 => literal.clone().prop_map(Mutation::Replace),
        1 => depth.clone().prop_map(Mutation::Nest),
        1 => depth.prop_map(Mutation::NestInObjects),
        2 => any::<usize>().prop_map(Mutation::Drop),
        1 => (any::<usize>(), 1_usize..60).prop_map(|(index, times)| Mutation::Repeat(index, times)),
        2 => (select(&NAMES[..]), literal).prop_map(|(name, text)| Mutation::Add(name.to_owned(), text)),
        1 => (any::<usize>(), select(&NAMES[..])).prop_map(|(index, name)| Mutation::Rename(index, name.to_owned())),
    ]
}

impl Shot {
    /// The request; nothing when it cannot even be written as one, which is the business of the wire.
    pub(super) fn request(&self, ids: &Ids) -> Option<Request<Body>> {
        let address = self.address.get(ADDRESSES.as_slice());
        let mut path = self.path(address, ids);
        if !self.query.is_empty() {
            path = format!("{path}?{}", self.query);
        }
        let mut request = Request::builder()
            .method(Method::from_bytes(self.method.as_bytes()).ok()?)
            .uri(path.parse::<Uri>().ok()?);
        let token = match self.caller {
            Caller::Right if address.starts_with("/_control") => Some(TOKEN.to_owned()),
            Caller::Right => Some(administrator()),
            Caller::Client => Some(client(&ids.instance)),
            Caller::Nobody => None,
        };
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(kind) = self.kind {
            request = request.header("content-type", HeaderValue::from_str(kind).ok()?);
        }
        if matches!(self.caller, Caller::Client) {
            request = request.header("x-instance-id", &ids.instance);
        }
        for (name, value) in &self.headers {
            request = request.header(name.parse::<HeaderName>().ok()?, HeaderValue::from_bytes(value).ok()?);
        }
        request.body(Body::from(self.body(address, ids))).ok()
    }

    fn path(&self, address: &str, ids: &Ids) -> String {
        let mut segments = self.segments.iter();
        let parts = address.split('/').map(|part| {
            let right: &str = match part {
                "{siteId}" => return ids.site.clone(),
                "{instanceId}" => instance_of(address, ids),
                "{sessionId}" => &ids.session,
                "{conditionId}" => &ids.condition,
                "{lineItemId}" => "ACT01",
                "{keyId}" => "app",
                fixed => return fixed.to_owned(),
            };
            segments.next().cloned().flatten().unwrap_or_else(|| right.to_owned())
        });
        parts.collect::<Vec<_>>().join("/")
    }

    fn body(&self, address: &str, ids: &Ids) -> Vec<u8> {
        match &self.content {
            Content::Nothing => Vec::new(),
            Content::Bytes(bytes) => bytes.clone(),
            Content::Mutated { body, mutations, cut } => {
                let mut json = Json::of(body.get(&bodies::fitting(address, ids)));
                for (place, mutation) in mutations {
                    json.mutate(*place, mutation);
                }
                let mut text = json.text().into_bytes();
                if let Some(cut) = cut {
                    text.truncate(cut.index(text.len() + 1));
                }
                text
            }
        }
    }
}
