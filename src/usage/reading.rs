//! From a JSON object to a [`Row`]: every documented form is taken, and what cannot be taken becomes a fault.
//!
//! A fault never stops the rest. A column with an unusable value counts as set, so that one defect is not
//! reported a second time as a missing value.

use rust_decimal::Decimal;
use serde_json::{Map, Number, Value};

use super::columns::{self, Column, ColumnSet, Naming};
use super::forms::Form;
use super::row::{MeterCostList, Row, RowFault};
use super::{numbers, time};
use crate::report::events::Severity;

/// Rule under which records are reported that cannot be read at all (S-30).
pub(super) const INPUT: &str = "INPUT";
const UNKNOWN_COLUMN: &str = "WH-USAGE-010";
const KEY_SPELLING: &str = "WH-USAGE-011";
const RATE_TABLE_SHAPE: &str = "WH-USAGE-060";

/// Longest excerpt of a value in a message.
const EXCERPT: usize = 48;

impl Row {
    /// Reads a row from a JSON object under database column names or Data Access names.
    #[must_use]
    pub fn from_json(number: u64, value: &Value) -> (Row, Vec<RowFault>) {
        let mut reader = Reader { row: Row { number, ..Row::default() }, faults: Vec::new() };
        match value {
            Value::Object(cells) => reader.read(cells),
            other => reader.fault(INPUT, Severity::E, format!("{} is no JSON object", excerpt(other))),
        }
        (reader.row, reader.faults)
    }
}

struct Reader {
    row: Row,
    faults: Vec<RowFault>,
}

impl Reader {
    fn read(&mut self, cells: &Map<String, Value>) {
        let (mut database, mut data_access) = (0_u32, 0_u32);
        let mut unknown: Vec<String> = Vec::new();
        for (key, cell) in cells {
            if key == "_SEQ" {
                self.row.sequence = cell.as_u64();
                continue;
            }
            let Some((column, naming)) = columns::lookup(key) else {
                unknown.push(hint(key));
                continue;
            };
            match naming {
                Naming::Database => database += 1,
                Naming::DataAccess => data_access += 1,
                Naming::Variant => self.variant(key, column),
            }
            if self.row.columns.insert(column) {
                self.cell(column, cell);
            } else {
                let message = format!("{} is there twice, under two names", column.name());
                self.fault(KEY_SPELLING, Severity::W, message);
            }
        }
        self.row.data_access = data_access > database;
        self.name_forms(database > 0, data_access > 0);
        self.column_set();
        if !unknown.is_empty() {
            let message = format!("unknown: {}", unknown.join(", "));
            self.fault(UNKNOWN_COLUMN, Severity::I, message);
        }
    }

    fn variant(&mut self, key: &str, column: Column) {
        self.row.forms.insert(Form::VariantNames);
        let message = format!("{key} stands for {}", column.data_access_name());
        self.fault(KEY_SPELLING, Severity::I, message);
    }

    fn name_forms(&mut self, database: bool, data_access: bool) {
        if database {
            self.row.forms.insert(Form::DatabaseNames);
        }
        if data_access {
            self.row.forms.insert(Form::DataAccessNames);
        }
        if self.row.data_access && self.row.columns.contains(Column::TenantId) {
            let message = "the Data Access API does not offer the tenant".to_owned();
            self.fault(Column::TenantId.rule(), Severity::E, message);
        }
    }

    fn column_set(&mut self) {
        let wide = self.row.is_wide();
        self.row.forms.insert(if wide { Form::Wide } else { Form::Narrow });
        let form = if wide { ColumnSet::WIDE } else { ColumnSet::NARROW };
        if !expected_columns(form, self.row.data_access).without(self.row.columns).is_empty() {
            self.row.forms.insert(Form::AbsentKey);
        }
    }

    fn cell(&mut self, column: Column, cell: &Value) {
        match cell {
            Value::Null => return self.row.forms.insert(Form::NullValue),
            Value::String(text) if text.is_empty() => return self.row.forms.insert(Form::EmptyText),
            _ => {}
        }
        self.row.set.insert(column);
        match column {
            Column::CorrelationId => self.row.correlation_id = self.text(column, cell),
            Column::TenantId => self.row.tenant_id = self.text(column, cell),
            Column::UsageTime => self.row.usage_time_ms = self.time(column, cell),
            Column::WriteTime => self.row.write_time_ms = self.time(column, cell),
            Column::ConsumerId => self.row.consumer_id = self.text(column, cell),
            Column::ConsumerType => self.row.consumer_type = self.text(column, cell),
            Column::AccountId => self.row.account_id = self.text(column, cell),
            Column::InstanceId => self.row.instance_id = self.text(column, cell),
            Column::ActivationId => self.row.activation_ids = self.activation_ids(column, cell),
            Column::MappedEntitledCount => self.row.mapped_entitled_count = self.count(column, cell),
            Column::Used => self.row.used = self.amount(column, cell),
            Column::Item => self.row.item = self.text(column, cell),
            Column::ItemVersion => self.row.item_version = self.text(column, cell),
            Column::ItemQuantity => self.row.item_quantity = self.number(column, cell),
            Column::SessionId => self.row.session_id = self.text(column, cell),
            Column::SessionState => self.row.session_state = self.text(column, cell),
            Column::RequestResponse => self.row.request_response = self.response(column, cell),
            Column::ControlsApplied => self.row.controls_applied = self.object(column, cell),
            Column::MeterType => self.row.meter_type = self.text(column, cell),
            Column::Meter => self.row.meter = self.text(column, cell),
            Column::MeterCostList => self.row.meter_cost_list = self.rate_table(column, cell),
            Column::MeterCost => self.row.meter_cost = self.amount(column, cell),
            Column::MeterQuantity => self.row.meter_quantity = self.number(column, cell),
            Column::MetaData => self.row.meta_data = self.json(column, cell),
            Column::Partial => self.row.partial = self.boolean(column, cell),
            Column::Incremental => self.row.incremental = self.boolean(column, cell),
            Column::OverdraftCount => self.row.overdraft_count = self.amount(column, cell),
            Column::EntitledArticles => self.row.entitled_articles = self.texts(column, cell),
            Column::EntitledArticleVersions => self.row.entitled_article_versions = self.texts(column, cell),
            Column::BorrowedUntil => self.row.borrowed_until_ms = self.time(column, cell),
            Column::ServedClientStatus => self.row.served_client_status = self.text(column, cell),
        }
    }

    fn fault(&mut self, rule: &'static str, level: Severity, message: String) {
        self.faults.push(RowFault { rule, level, message });
    }

    /// The cell is not what the column holds.
    fn mistyped(&mut self, column: Column, cell: &Value, wanted: &str) {
        let message = format!("{} is {}, not {wanted}", column.name(), excerpt(cell));
        self.fault(column.rule(), Severity::E, message);
    }

    /// The cell is right but for its JSON type.
    fn misquoted(&mut self, column: Column, cell: &Value, wanted: &str) {
        let message = format!("{} is {}: {wanted} as text", column.name(), excerpt(cell));
        self.fault(column.rule(), Severity::W, message);
    }

    fn text(&mut self, column: Column, cell: &Value) -> Option<String> {
        match cell {
            Value::String(text) => return Some(text.clone()),
            Value::Number(number) => {
                self.mistyped(column, cell, "text");
                return Some(number.as_str().to_owned());
            }
            _ => self.mistyped(column, cell, "text"),
        }
        None
    }

    fn number(&mut self, column: Column, cell: &Value) -> Option<Decimal> {
        let number = match cell {
            Value::Number(number) => numbers::parse(number.as_str()),
            Value::String(text) => numbers::parse(text),
            _ => None,
        };
        if number.is_none() {
            self.mistyped(column, cell, "a number of at most 28 digits");
        } else if cell.is_string() {
            self.misquoted(column, cell, "a number");
        }
        number
    }

    /// A number that is never negative.
    fn amount(&mut self, column: Column, cell: &Value) -> Option<Decimal> {
        let number = self.number(column, cell)?;
        if number < Decimal::ZERO {
            self.mistyped(column, cell, "zero or more");
        }
        Some(number)
    }

    /// A whole number that is never negative.
    fn count(&mut self, column: Column, cell: &Value) -> Option<Decimal> {
        let number = self.amount(column, cell)?;
        if !number.is_integer() {
            self.mistyped(column, cell, "a whole number");
        }
        Some(number)
    }

    fn boolean(&mut self, column: Column, cell: &Value) -> Option<bool> {
        let value = match cell {
            Value::Bool(value) => return Some(*value),
            Value::String(text) if text.eq_ignore_ascii_case("true") => true,
            Value::String(text) if text.eq_ignore_ascii_case("false") => false,
            _ => {
                self.mistyped(column, cell, "true or false");
                return None;
            }
        };
        self.misquoted(column, cell, "a boolean");
        Some(value)
    }

    fn time(&mut self, column: Column, cell: &Value) -> Option<i64> {
        let time = match cell {
            Value::Number(number) => milliseconds(number).map(|time| (time, Form::Milliseconds)),
            Value::String(text) => time::parse(text),
            _ => None,
        };
        if let Some((time, form)) = time {
            self.row.forms.insert(form);
            return Some(time);
        }
        self.mistyped(column, cell, "a time (milliseconds since 1970 or a timestamp)");
        None
    }

    /// A JSON value, native or as text.
    fn json(&mut self, column: Column, cell: &Value) -> Option<Value> {
        let Value::String(text) = cell else {
            self.row.forms.insert(Form::JsonNative);
            return Some(cell.clone());
        };
        match serde_json::from_str(text) {
            Ok(Value::Null) => {
                self.row.forms.insert(Form::NullValue);
                self.row.set = self.row.set.without(ColumnSet::of(&[column]));
                None
            }
            Ok(value) => {
                self.row.forms.insert(Form::JsonText);
                Some(value)
            }
            Err(_) => {
                self.mistyped(column, cell, "JSON");
                None
            }
        }
    }

    fn object(&mut self, column: Column, cell: &Value) -> Option<Value> {
        let value = self.json(column, cell)?;
        if value.is_object() {
            return Some(value);
        }
        self.mistyped(column, cell, "a JSON object");
        None
    }

    fn texts(&mut self, column: Column, cell: &Value) -> Option<Vec<String>> {
        let value = self.json(column, cell)?;
        self.array_of_texts(column, cell, &value)
    }

    fn array_of_texts(&mut self, column: Column, cell: &Value, value: &Value) -> Option<Vec<String>> {
        let texts = value
            .as_array()
            .and_then(|array| array.iter().map(|each| each.as_str().map(str::to_owned)).collect());
        if texts.is_none() {
            self.mistyped(column, cell, "an array of texts");
        }
        texts
    }

    fn activation_ids(&mut self, column: Column, cell: &Value) -> Option<Vec<String>> {
        let ids = match cell {
            Value::String(text) if text.starts_with('[') => {
                self.row.forms.insert(Form::ActivationText);
                let value: Value = serde_json::from_str(text).unwrap_or_default();
                self.array_of_texts(column, cell, &value)?
            }
            Value::String(text) => {
                self.row.forms.insert(Form::ActivationBare);
                vec![text.clone()]
            }
            _ => {
                self.row.forms.insert(Form::ActivationArray);
                self.array_of_texts(column, cell, cell)?
            }
        };
        if ids.is_empty() || ids.iter().any(String::is_empty) {
            self.mistyped(column, cell, "an array of activation IDs");
            return None;
        }
        Some(ids)
    }

    fn response(&mut self, column: Column, cell: &Value) -> Option<String> {
        let (text, as_number) = match cell {
            Value::String(text) => (text.clone(), false),
            Value::Number(number) if number.is_i64() => (number.as_str().to_owned(), true),
            _ => {
                self.mistyped(column, cell, "a code or status value");
                return None;
            }
        };
        let form = match (is_code(&text), text.len(), as_number) {
            (true, 3, false) => Some(Form::CodeThreeText),
            (true, 3, true) => Some(Form::CodeThreeNumber),
            (true, _, false) => Some(Form::CodeFourText),
            (true, _, true) => Some(Form::CodeFourNumber),
            (false, ..) => None,
        };
        if let Some(form) = form {
            self.row.forms.insert(form);
        }
        Some(text)
    }

    fn rate_table(&mut self, column: Column, cell: &Value) -> Option<MeterCostList> {
        let value = self.json(column, cell)?;
        let Value::Object(keys) = &value else {
            let message = format!("METER_COST_LIST is {}, not an object", excerpt(&value));
            self.fault(RATE_TABLE_SHAPE, Severity::E, message);
            return None;
        };
        let other: Vec<String> = keys
            .keys()
            .filter(|key| !matches!(key.as_str(), "series" | "version"))
            .map(|key| quote(key))
            .collect();
        if !other.is_empty() {
            let message = format!("METER_COST_LIST has other keys: {}", other.join(", "));
            self.fault(RATE_TABLE_SHAPE, Severity::I, message);
        }
        let series = self.rate_table_series(keys);
        let version = self.rate_table_version(keys);
        Some(MeterCostList { series, version })
    }

    fn rate_table_series(&mut self, keys: &Map<String, Value>) -> Option<String> {
        match keys.get("series") {
            None | Some(Value::Null) => None,
            Some(Value::String(series)) => Some(series.clone()).filter(|series| !series.is_empty()),
            Some(other) => {
                let message = format!("the series is {}, not text", excerpt(other));
                self.fault(RATE_TABLE_SHAPE, Severity::E, message);
                None
            }
        }
    }

    fn rate_table_version(&mut self, keys: &Map<String, Value>) -> Option<String> {
        match keys.get("version") {
            Some(Value::String(version)) if !version.is_empty() => {
                self.row.forms.insert(Form::VersionText);
                Some(version.clone())
            }
            Some(Value::Number(version)) => {
                self.row.forms.insert(Form::VersionNumber);
                Some(version.as_str().to_owned())
            }
            other => {
                let found = other.map_or_else(|| "absent".to_owned(), excerpt);
                let message = format!("the version is {found}; every rate table has one");
                self.fault(RATE_TABLE_SHAPE, Severity::E, message);
                None
            }
        }
    }
}

/// The columns of a form under the row's names: the Data Access API has no tenant.
pub(super) fn expected_columns(form: ColumnSet, data_access: bool) -> ColumnSet {
    if data_access { form.without(ColumnSet::of(&[Column::TenantId])) } else { form }
}

/// Whether a text is a response code of elastic usage: three or four digits (WH-USAGE-035).
pub(super) fn is_code(text: &str) -> bool {
    matches!(text.len(), 3 | 4) && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn milliseconds(number: &Number) -> Option<i64> {
    if let Some(time) = number.as_i64() {
        return Some(time);
    }
    // A whole number may also be written with a point or an exponent.
    let exact = numbers::parse(number.as_str()).filter(Decimal::is_integer)?;
    i64::try_from(exact).ok()
}

fn hint(key: &str) -> String {
    let upper = key.to_ascii_uppercase();
    if columns::lookup(&upper).is_some() {
        return format!("{} (names are case-sensitive: {upper})", quote(key));
    }
    quote(key)
}

/// A text from the data, safe and short enough for a message.
pub(super) fn quote(text: &str) -> String {
    let mut excerpt: String = text.chars().take(EXCERPT).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    format!("\"{}\"", excerpt.escape_debug())
}

fn excerpt(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) if number.as_str().len() <= EXCERPT => number.as_str().to_owned(),
        Value::Number(_) => "a very long number".to_owned(),
        Value::String(text) => quote(text),
        Value::Array(_) => "an array".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}
