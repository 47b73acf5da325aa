//! The language in which bodies are declared. One declaration serves three times: what is sent is checked against it
//! ([`super::fits`]), it is published in the OpenAPI documents ([`super::published`]), and what the server answers is
//! held against what was published (in tests).

use serde_json::Value;

use super::super::check::{Check, Path};
use crate::domain::{ApiVersion, PerVersion};

/// What a JSON value must be.
#[derive(Debug)]
pub(in crate::http) enum Schema {
    /// True or false.
    Boolean,
    /// A string, which may be empty.
    String,
    /// A string with something other than white space in it.
    Text,
    /// Text of a form that code decides on.
    Form(&'static Form),
    /// One of a few words.
    Words(&'static [&'static str]),
    /// A whole number of 64 bits, not below this one.
    Integer(i64),
    /// A whole number of 32 bits.
    Integer32,
    /// A number that the decimal type holds exactly.
    Decimal(Sign),
    /// Any number.
    Number,
    /// An array.
    Array(Array),
    /// An object with known members.
    Object(Object),
    /// An object with names of the caller's choice, each with such a value.
    Map(&'static Self),
    /// What must not be given, except as null; with the reason.
    Forbidden(&'static str),
    /// One of several schemas, by the look of the value.
    Choice(fn(&Value) -> usize, &'static [&'static Self]),
    /// An object that fits all of these.
    All(&'static [&'static Self]),
    /// The same under a name of its own in the documents.
    Named(&'static str, &'static Self),
    /// The same with JSON Schema that is published besides, because other code holds it, or no schema can say it.
    Said(&'static Self, PerVersion<&'static str>),
}

/// Which decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) enum Sign {
    /// All of them.
    Any,
    /// From 0 upwards.
    NotNegative,
    /// Above 0, which the rules of the site hold or let go (DM-ACC-023).
    PositiveByRules,
}

/// A form of text.
#[derive(Debug)]
pub(in crate::http) struct Form {
    /// Its name in the documents.
    pub(super) format: &'static str,
    /// What is wrong with a text, as the end of a sentence.
    pub(super) fault: fn(&str) -> Option<String>,
}

/// An array.
#[derive(Debug)]
pub(in crate::http) struct Array {
    /// What its elements are.
    pub(super) of: &'static Schema,
    /// How many there are at least, at most one.
    pub(super) least: usize,
    /// What holds between the elements.
    pub(super) rules: &'static [Rule],
}

/// An object with known members.
#[derive(Debug)]
pub(in crate::http) struct Object {
    /// The members in the order in which they are checked.
    pub(super) members: &'static [Member],
    /// Whether other members are refused (DM-LINE-014) or ignored (DM-ERR-A04).
    pub(super) closed: bool,
    /// What holds between the members.
    pub(super) rules: &'static [Rule],
}

/// A member of an object.
#[derive(Debug)]
pub(in crate::http) struct Member {
    pub(super) name: &'static str,
    pub(super) presence: Presence,
    pub(super) schema: &'static Schema,
    /// The one version that knows the member, unless both do.
    pub(super) only: Option<ApiVersion>,
}

/// Whether a member must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    /// It must be there.
    Required,
    /// It may be left out.
    Optional,
    /// It may be left out or null, which is the same.
    Nullable,
}

/// What holds between several values.
#[derive(Debug)]
pub(in crate::http) struct Rule {
    /// Notes what is wrong.
    pub(super) check: fn(&mut Check, &Path<'_>, &Value),
    /// What JSON Schema can say of it, as an object.
    pub(super) published: &'static str,
    /// The one version that has the rule, unless both do.
    pub(super) only: Option<ApiVersion>,
}

/// A member that must be there.
pub(in crate::http) const fn required(name: &'static str, schema: &'static Schema) -> Member {
    Member { name, presence: Presence::Required, schema, only: None }
}

/// A member that may be left out.
pub(in crate::http) const fn optional(name: &'static str, schema: &'static Schema) -> Member {
    Member { name, presence: Presence::Optional, schema, only: None }
}

/// A member that may be left out or null.
pub(in crate::http) const fn nullable(name: &'static str, schema: &'static Schema) -> Member {
    Member { name, presence: Presence::Nullable, schema, only: None }
}

impl Member {
    /// The member in one version, which is all that knows it.
    pub(in crate::http) const fn only(mut self, version: ApiVersion) -> Self {
        self.only = Some(version);
        self
    }
}

/// An object that ignores members that it does not know.
pub(in crate::http) const fn open(members: &'static [Member]) -> Schema {
    Schema::Object(Object { members, closed: false, rules: &[] })
}

/// An object that refuses members that it does not know.
pub(in crate::http) const fn closed(members: &'static [Member]) -> Schema {
    Schema::Object(Object { members, closed: true, rules: &[] })
}

/// An array of any length.
pub(in crate::http) const fn array(of: &'static Schema) -> Schema {
    Schema::Array(Array { of, least: 0, rules: &[] })
}

/// An array with at least one element.
pub(in crate::http) const fn filled(of: &'static Schema) -> Schema {
    Schema::Array(Array { of, least: 1, rules: &[] })
}

/// The words of a table that says what they mean.
pub(super) const fn words<T, const N: usize>(meanings: &[(&'static str, T); N]) -> [&'static str; N] {
    let mut words = [""; N];
    let mut place = 0;
    while place < N {
        words[place] = meanings[place].0;
        place += 1;
    }
    words
}

/// Any whole number of 64 bits, such as a time in ms.
pub(in crate::http) static INTEGER: Schema = Schema::Integer(i64::MIN);
/// Any exact decimal.
pub(in crate::http) static DECIMAL: Schema = Schema::Decimal(Sign::Any);
/// An object with any members.
pub(in crate::http) static OBJECT: Schema = open(&[]);
/// A UUID.
pub(in crate::http) static UUID: Schema = Schema::Form(&Form {
    format: "uuid",
    fault: |text| uuid::Uuid::try_parse(text).is_err().then(|| "must be a UUID".to_owned()),
});
