//! Cells of Arrow columns: column by column where they are of an expected type, and as JSON for a full reading.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_schema::{DataType, TimeUnit};
use rust_decimal::Decimal;
use serde_json::{Map, Number, Value};

use super::super::columns::{COLUMN_COUNT, Column};
use super::super::compact::draft::Draft;
use super::super::compact::tokens::{Token, Tokens};
use super::super::engine::Preparer;
use super::super::forms::Form;
use super::super::numbers;
use super::layout::{Field, Layout};
use super::records::{holds_boolean, holds_number, holds_time};

impl Preparer<'_> {
    /// A batch of columns.
    pub(in crate::usage) fn batch(&mut self, batch: &RecordBatch, layout: &Layout) {
        let mut drafts = std::mem::take(&mut self.drafts);
        drafts.clear();
        drafts.resize(batch.num_rows(), layout.blank.clone());
        for (field, array) in layout.fields.iter().zip(batch.columns()) {
            if let Field::Column(column) = field {
                self.column(*column, array, &mut drafts);
            }
        }
        for (row, draft) in drafts.iter_mut().enumerate() {
            self.record();
            self.next_line();
            if !self.at_once(draft, layout) {
                let cells: Map<String, Value> = layout
                    .names
                    .iter()
                    .zip(batch.columns())
                    .map(|(name, array)| (name.to_string(), value(array, row)))
                    .collect();
                self.in_full(&Value::Object(cells));
            }
        }
        self.drafts = drafts;
    }

    fn column(&mut self, column: Column, array: &ArrayRef, drafts: &mut [Draft]) {
        if array.null_count() > 0 {
            let nulls = array.logical_nulls();
            let valid = nulls.iter().flatten();
            drafts
                .iter_mut()
                .zip(valid)
                .filter(|(_, valid)| !valid)
                .for_each(|(draft, _)| draft.null(Form::NullValue));
            if array.null_count() == array.len() {
                return;
            }
        }
        let set = Cells { array, drafts };
        match array.data_type() {
            DataType::Utf8View => {
                let texts = array.as_string_view();
                set.each(|draft, row| self.text_cell(draft, column, texts.value(row)));
            }
            DataType::Utf8 => {
                let texts = array.as_string::<i32>();
                set.each(|draft, row| self.text_cell(draft, column, texts.value(row)));
            }
            DataType::LargeUtf8 => {
                let texts = array.as_string::<i64>();
                set.each(|draft, row| self.text_cell(draft, column, texts.value(row)));
            }
            DataType::Dictionary(..) => self.dictionary(column, set),
            DataType::Boolean if holds_boolean(column) => {
                let values = array.as_boolean();
                set.each(|draft, row| draft.boolean(column, values.value(row)));
            }
            DataType::Timestamp(unit, _) if holds_time(column) => {
                let unit = *unit;
                set.each(|draft, row| match milliseconds(array, unit, row) {
                    Some(time) => draft.time(column, time, Form::IsoTime),
                    None => draft.strange(column),
                });
            }
            DataType::List(_) => {
                let lists = array.as_list::<i32>();
                set.each(|draft, row| draft.token(column, list(column, &lists.value(row))));
            }
            _ if holds_number(column) => numbers_of(column, set),
            DataType::Int64 if holds_time(column) => {
                let times = array.as_primitive::<Int64Type>();
                set.each(|draft, row| draft.time(column, times.value(row), Form::Milliseconds));
            }
            _ if column == Column::RequestResponse && array.data_type().is_integer() => {
                set.each(|draft, row| {
                    let code = integer(array, row).unwrap_or_default().to_string();
                    draft.token(column, self.tokens.code(&code));
                });
            }
            _ => set.each(|draft, _| draft.strange(column)),
        }
    }

    /// Every text of a dictionary is looked at once.
    fn dictionary(&mut self, column: Column, set: Cells<'_>) {
        let Some(dictionary) = set.array.as_dictionary_opt::<Int32Type>() else {
            return set.each(|draft, _| draft.strange(column));
        };
        let Some(texts) = dictionary.values().as_string_opt::<i32>() else {
            return set.each(|draft, _| draft.strange(column));
        };
        let keys = dictionary.keys();
        let text = |row: usize| usize::try_from(keys.value(row)).map_or("", |key| texts.value(key));
        let as_token = !holds_time(column)
            && !holds_number(column)
            && !holds_boolean(column)
            && column != Column::CorrelationId;
        if !as_token {
            return set.each(|draft, row| self.text_cell(draft, column, text(row)));
        }
        let known = self.dictionaries.0[column as usize].take().filter(|(known, _)| is_same(known, texts));
        let (known, tokens) = known.unwrap_or_else(|| {
            let tokens = (0..texts.len()).map(|key| self.tokens.text(column, texts.value(key))).collect();
            (texts.clone(), tokens)
        });
        set.each(|draft, row| {
            let key = usize::try_from(keys.value(row)).unwrap_or_default();
            draft.token(column, tokens[key]);
        });
        self.dictionaries.0[column as usize] = Some((known, tokens));
    }
}

/// The dictionaries of a row group, which all of its batches share, by column. They are kept, so that no other can lie
/// where they lie.
#[derive(Default)]
pub(in crate::usage) struct Dictionaries([Option<(StringArray, Vec<Token>)>; COLUMN_COUNT]);

/// Whether two dictionaries are one and the same piece of memory.
fn is_same(known: &StringArray, other: &StringArray) -> bool {
    known.len() == other.len()
        && known.value_data().as_ptr() == other.value_data().as_ptr()
        && known.value_offsets().as_ptr() == other.value_offsets().as_ptr()
}

/// The cells of one column and the rows that they belong to.
struct Cells<'a> {
    array: &'a ArrayRef,
    drafts: &'a mut [Draft],
}

impl Cells<'_> {
    /// Calls a function for every cell that is not NULL.
    fn each(self, mut take: impl FnMut(&mut Draft, usize)) {
        match self.array.logical_nulls().filter(|nulls| nulls.null_count() > 0) {
            None => self.drafts.iter_mut().enumerate().for_each(|(row, draft)| take(draft, row)),
            Some(nulls) => nulls.valid_indices().for_each(|row| take(&mut self.drafts[row], row)),
        }
    }
}

fn numbers_of(column: Column, set: Cells<'_>) {
    let array = set.array;
    match array.data_type() {
        DataType::Int64 => {
            let values = array.as_primitive::<Int64Type>();
            set.each(|draft, row| draft.number(column, Decimal::from(values.value(row))));
        }
        DataType::Float64 => {
            let values = array.as_primitive::<Float64Type>();
            set.each(|draft, row| match decimal_of_float(values.value(row)) {
                Some(number) => draft.number(column, number),
                None => draft.strange(column),
            });
        }
        DataType::Decimal128(_, scale) => {
            let scale = u32::try_from(*scale).unwrap_or(u32::MAX);
            let values = array.as_primitive::<Decimal128Type>();
            set.each(|draft, row| match Decimal::try_from_i128_with_scale(values.value(row), scale) {
                Ok(number) => draft.number(column, number),
                Err(_) => draft.strange(column),
            });
        }
        kind if kind.is_integer() => set.each(|draft, row| match integer(array, row) {
            Some(number) => draft.number(column, Decimal::from(number)),
            None => draft.strange(column),
        }),
        _ => set.each(|draft, _| draft.strange(column)),
    }
}

/// The shortest decimal that is this float, as its writer meant it; nothing for NaN and for what does not fit.
pub(in crate::usage) fn decimal_of_float(value: f64) -> Option<Decimal> {
    // Whole numbers up to 2^53 are exact.
    if value.abs() < 9_007_199_254_740_992.0 && value.fract() == 0.0 {
        #[expect(clippy::cast_possible_truncation, reason = "the value is whole and below 2^53")]
        return Some(Decimal::from(value as i64));
    }
    value.is_finite().then(|| numbers::parse(&value.to_string())).flatten()
}

fn integer(array: &ArrayRef, row: usize) -> Option<i64> {
    Some(match array.data_type() {
        DataType::Int8 => array.as_primitive::<Int8Type>().value(row).into(),
        DataType::Int16 => array.as_primitive::<Int16Type>().value(row).into(),
        DataType::Int32 => array.as_primitive::<Int32Type>().value(row).into(),
        DataType::Int64 => array.as_primitive::<Int64Type>().value(row),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().value(row).into(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().value(row).into(),
        DataType::UInt32 => array.as_primitive::<UInt32Type>().value(row).into(),
        DataType::UInt64 => array.as_primitive::<UInt64Type>().value(row).try_into().ok()?,
        _ => return None,
    })
}

fn milliseconds(array: &ArrayRef, unit: TimeUnit, row: usize) -> Option<i64> {
    match unit {
        TimeUnit::Second => array.as_primitive::<TimestampSecondType>().value(row).checked_mul(1000),
        TimeUnit::Millisecond => Some(array.as_primitive::<TimestampMillisecondType>().value(row)),
        TimeUnit::Microsecond => {
            Some(array.as_primitive::<TimestampMicrosecondType>().value(row).div_euclid(1000))
        }
        TimeUnit::Nanosecond => {
            Some(array.as_primitive::<TimestampNanosecondType>().value(row).div_euclid(1_000_000))
        }
    }
}

fn list(column: Column, elements: &ArrayRef) -> Token {
    let texts: Option<Vec<&str>> = match elements.data_type() {
        DataType::Utf8 => elements.as_string::<i32>().iter().collect(),
        DataType::Utf8View => elements.as_string_view().iter().collect(),
        _ => None,
    };
    texts.map_or(Token::ODD, |texts| Tokens::list(column, texts.into_iter()))
}

/// A cell as JSON. What JSON cannot say becomes text, for the rules to complain of.
pub(in crate::usage) fn value(array: &ArrayRef, row: usize) -> Value {
    if array.is_null(row) {
        return Value::Null;
    }
    match array.data_type() {
        DataType::Utf8 => Value::from(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Value::from(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Value::from(array.as_string_view().value(row)),
        DataType::Boolean => Value::from(array.as_boolean().value(row)),
        DataType::Float32 => float(array.as_primitive::<Float32Type>().value(row).into()),
        DataType::Float64 => float(array.as_primitive::<Float64Type>().value(row)),
        DataType::UInt64 => Value::from(array.as_primitive::<UInt64Type>().value(row)),
        kind if kind.is_integer() => integer(array, row).map_or(Value::Null, Value::from),
        DataType::Decimal128(..) => number(&array.as_primitive::<Decimal128Type>().value_as_string(row)),
        DataType::Timestamp(unit, _) => time(milliseconds(array, *unit, row)),
        DataType::Date32 => time(Some(i64::from(array.as_primitive::<Date32Type>().value(row)) * 86_400_000)),
        DataType::Dictionary(..) => match array.as_dictionary_opt::<Int32Type>() {
            Some(keys) => keys.key(row).map_or(Value::Null, |key| value(keys.values(), key)),
            None => Value::from("a dictionary of an unusual type"),
        },
        DataType::List(_) => {
            let elements = array.as_list::<i32>().value(row);
            Value::Array((0..elements.len()).map(|index| value(&elements, index)).collect())
        }
        DataType::Struct(fields) => {
            let members = array.as_struct();
            let member = |index: usize| value(members.column(index), row);
            Value::Object(
                fields
                    .iter()
                    .enumerate()
                    .map(|(index, field)| (field.name().clone(), member(index)))
                    .collect(),
            )
        }
        DataType::Binary => Value::from(String::from_utf8_lossy(array.as_binary::<i32>().value(row))),
        other => Value::from(format!("a value of type {other}")),
    }
}

fn float(value: f64) -> Value {
    match decimal_of_float(value) {
        Some(number) => self::number(&number.to_string()),
        None => Value::from(value.to_string()),
    }
}

fn number(spelt: &str) -> Value {
    spelt.parse::<Number>().map_or_else(|_| Value::from(spelt), Value::Number)
}

fn time(time_ms: Option<i64>) -> Value {
    let time = time_ms.and_then(|time| jiff::Timestamp::from_millisecond(time).ok());
    time.map_or_else(|| Value::from("a time beyond all calendars"), |time| Value::from(time.to_string()))
}
