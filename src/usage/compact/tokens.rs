//! What a text in a column comes to: its hash, what kind of value it is, and which documented form it has.
//!
//! Whatever is not plainly right is *odd*: the row is then read in full, and the rules say what is wrong.

use serde_json::Value;

use super::super::columns::Column;
use super::super::forms::{Form, FormSet};
use super::super::knowledge::rate_table_key;
use super::super::reading::is_code;
use super::super::settings::Settings;
use super::correlation::plain_uuid;
use super::hash::{self, HashedMap};

/// `SESSION_STATE`.
pub(in crate::usage) const IDLE: u8 = 1;
pub(in crate::usage) const ACTIVE: u8 = 2;
pub(in crate::usage) const TERMINATED: u8 = 3;
pub(in crate::usage) const FAILED: u8 = 4;
/// `REQUEST_RESPONSE`.
pub(in crate::usage) const GRANTED: u8 = 1;
pub(in crate::usage) const KNOWN_DENIAL: u8 = 2;
pub(in crate::usage) const OTHER_CODE: u8 = 3;
pub(in crate::usage) const STATUS: u8 = 4;
/// `METER_TYPE`.
pub(in crate::usage) const ELASTIC: u8 = 1;
pub(in crate::usage) const CONCURRENT: u8 = 2;
pub(in crate::usage) const METERED: u8 = 3;
/// `METER`.
pub(in crate::usage) const ELASTIC_TOKEN: u8 = 1;
/// `SERVED_CLIENT_STATUS`.
pub(in crate::usage) const IN_USE: u8 = 1;
pub(in crate::usage) const GIVEN_BACK: u8 = 2;
/// Booleans.
pub(in crate::usage) const FALSE: u8 = 1;
pub(in crate::usage) const TRUE: u8 = 2;

/// JSON texts that are remembered, so that those that come again and again are parsed once.
const REMEMBERED: usize = 16_384;

/// A cell that holds text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::usage) struct Token {
    /// Hash of the text, or of the texts in it; 0 for NULL.
    pub(in crate::usage) hash: u64,
    /// Kind of value, or number of elements.
    pub(in crate::usage) kind: u8,
    pub(in crate::usage) forms: FormSet,
    pub(in crate::usage) odd: bool,
}

impl Token {
    pub(in crate::usage) const ODD: Self = Self { hash: 1, kind: 0, forms: FormSet::NONE, odd: true };
    pub(in crate::usage) const EMPTY: Self =
        Self { hash: 0, kind: 0, forms: FormSet::of(Form::EmptyText), odd: false };

    fn kind(hash: u64, kind: u8) -> Self {
        Self { hash, kind, forms: FormSet::NONE, odd: kind == 0 }
    }

    fn with(mut self, form: Form) -> Self {
        self.forms.insert(form);
        self
    }
}

/// Turns texts into tokens.
pub(in crate::usage) struct Tokens<'a> {
    settings: &'a Settings,
    remembered: HashedMap<Token>,
}

impl<'a> Tokens<'a> {
    pub(in crate::usage) fn new(settings: &'a Settings) -> Self {
        Self { settings, remembered: HashedMap::default() }
    }

    /// The token of a text cell.
    pub(in crate::usage) fn text(&mut self, column: Column, text: &str) -> Token {
        if text.is_empty() {
            return Token::EMPTY;
        }
        let hash = hash::text(text);
        match column {
            Column::SessionId => Token { hash, odd: plain_uuid(text).is_none(), ..Token::default() },
            Column::SessionState => Token::kind(hash, state(text)),
            Column::RequestResponse => self.response(hash, text, false),
            Column::MeterType => Token::kind(hash, meter_type(text)),
            Column::Meter => Token { hash, kind: u8::from(text == "elastic token"), ..Token::default() },
            Column::ServedClientStatus => Token::kind(hash, status(text)),
            Column::ActivationId if !text.starts_with('[') => {
                Token { hash, kind: 1, ..Token::default() }.with(Form::ActivationBare)
            }
            Column::ActivationId => self.array(column, hash, text).with(Form::ActivationText),
            Column::EntitledArticles | Column::EntitledArticleVersions => {
                self.array(column, hash, text).with(Form::JsonText)
            }
            Column::MeterCostList | Column::MetaData => self.object(column, hash, text).with(Form::JsonText),
            Column::ControlsApplied | Column::Partial | Column::Incremental => Token::ODD,
            _ => Token { hash, ..Token::default() },
        }
    }

    /// The token of native JSON, an array or an object, as it is spelt.
    pub(in crate::usage) fn json(&mut self, column: Column, spelt: &str) -> Token {
        let hash = hash::text(spelt);
        match column {
            Column::ActivationId => self.array(column, hash, spelt).with(Form::ActivationArray),
            Column::EntitledArticles | Column::EntitledArticleVersions => {
                self.array(column, hash, spelt).with(Form::JsonNative)
            }
            Column::MeterCostList | Column::MetaData => {
                self.object(column, hash, spelt).with(Form::JsonNative)
            }
            _ => Token::ODD,
        }
    }

    /// The token of an integer where a code belongs.
    pub(in crate::usage) fn code(&self, number: &str) -> Token {
        self.response(hash::text(number), number, true)
    }

    /// The token of a list of texts.
    pub(in crate::usage) fn list<'t>(
        column: Column,
        texts: impl ExactSizeIterator<Item = &'t str> + Clone,
    ) -> Token {
        let Ok(kind) = u8::try_from(texts.len()) else { return Token::ODD };
        let activation = column == Column::ActivationId;
        if activation && (kind == 0 || texts.clone().any(str::is_empty)) {
            return Token::ODD;
        }
        let form = if activation { Form::ActivationArray } else { Form::JsonNative };
        Token { hash: hash::texts(texts), kind, ..Token::default() }.with(form)
    }

    fn response(&self, hash: u64, text: &str, as_number: bool) -> Token {
        let kind = match (is_code(text), self.settings.grants(text)) {
            (true, true) => GRANTED,
            (true, false) if matches!(text, "102" | "201") => KNOWN_DENIAL,
            (true, false) => OTHER_CODE,
            (false, false) => STATUS,
            (false, true) => return Token::ODD,
        };
        let token = Token::kind(hash, kind);
        match (kind == STATUS, text.len(), as_number) {
            (true, ..) => token,
            (false, 3, false) => token.with(Form::CodeThreeText),
            (false, 3, true) => token.with(Form::CodeThreeNumber),
            (false, _, false) => token.with(Form::CodeFourText),
            (false, _, true) => token.with(Form::CodeFourNumber),
        }
    }

    fn array(&mut self, column: Column, hash: u64, spelt: &str) -> Token {
        let inside = spelt.strip_prefix("[\"").and_then(|rest| rest.strip_suffix("\"]"));
        if let Some(only) = inside
            && !only.is_empty()
            && !only.bytes().any(|byte| matches!(byte, b'"' | b'\\') || byte < b' ')
        {
            return Token { hash: hash::text(only), kind: 1, ..Token::default() };
        }
        self.remember(hash ^ 1, || {
            let Ok(Value::Array(elements)) = serde_json::from_str(spelt) else { return Token::ODD };
            let texts: Option<Vec<&str>> = elements.iter().map(Value::as_str).collect();
            let Some(texts) = texts else { return Token::ODD };
            let token = Self::list(column, texts.iter().copied());
            Token { forms: FormSet::NONE, ..token }
        })
    }

    fn object(&mut self, column: Column, hash: u64, spelt: &str) -> Token {
        let rate_table = column == Column::MeterCostList;
        self.remember(hash ^ u64::from(rate_table) << 1, || {
            let Ok(Value::Object(keys)) = serde_json::from_str(spelt) else { return Token::ODD };
            if !rate_table {
                return Token { hash, kind: 1, ..Token::default() };
            }
            let series = match keys.get("series") {
                None | Some(Value::Null) => None,
                Some(Value::String(series)) => Some(series.as_str()),
                Some(_) => return Token::ODD,
            };
            if keys.keys().any(|key| !matches!(key.as_str(), "series" | "version")) {
                return Token::ODD;
            }
            let (version, form) = match keys.get("version") {
                Some(Value::String(version)) if !version.is_empty() => (version.clone(), Form::VersionText),
                Some(Value::Number(version)) => (version.to_string(), Form::VersionNumber),
                _ => return Token::ODD,
            };
            Token { hash: rate_table_key(series, &version), kind: 1, ..Token::default() }.with(form)
        })
    }

    fn remember(&mut self, key: u64, make: impl FnOnce() -> Token) -> Token {
        if let Some(token) = self.remembered.get(&key) {
            return *token;
        }
        if self.remembered.len() >= REMEMBERED {
            self.remembered.clear();
        }
        let token = make();
        self.remembered.insert(key, token);
        token
    }
}

fn state(text: &str) -> u8 {
    match text {
        "IDLE" => IDLE,
        "ACTIVE" => ACTIVE,
        "TERMINATED" => TERMINATED,
        "FAILED" => FAILED,
        _ => 0,
    }
}

fn meter_type(text: &str) -> u8 {
    match text {
        "elastic" => ELASTIC,
        "concurrent" => CONCURRENT,
        "metered" => METERED,
        _ => 0,
    }
}

fn status(text: &str) -> u8 {
    match text {
        "NORMAL" | "DROPPED" => IN_USE,
        "RETURNED" | "EXPIRED" => GIVEN_BACK,
        _ => 0,
    }
}
