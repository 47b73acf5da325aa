//! Whether a value fits its schema. All violations are found in one pass (DM-LINE-015), and a value that fits costs no
//! allocation.

use rust_decimal::Decimal;
use serde_json::{Map, Value};

use super::super::check::{Check, Path, exact, whole};
use super::language::{Array, Form, Member, Object, Presence, Rule, Schema, Sign};
use crate::domain::ApiVersion;
use crate::site::Refusal;

impl Schema {
    /// What a body says, if it fits.
    pub(in crate::http) fn read<T>(
        &self,
        body: Value,
        version: ApiVersion,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Result<T, Refusal> {
        let mut check = Check::default();
        self.check(&mut check, &Path::Root, &body, version);
        check.finish(|| read(body))
    }

    /// Notes all that is wrong with a value.
    pub(super) fn check(&self, check: &mut Check, path: &Path<'_>, value: &Value, version: ApiVersion) {
        match self {
            Self::Boolean if value.is_boolean() => {}
            Self::Boolean => check.mismatch(path, value, "boolean"),
            Self::Number if value.is_number() => {}
            Self::Number => check.mismatch(path, value, "number"),
            Self::String | Self::Text | Self::Form(_) | Self::Words(_) => match value.as_str() {
                Some(text) => self.check_text(check, path, text),
                None => check.mismatch(path, value, "string"),
            },
            Self::Integer(least) => integer(check, path, value, *least),
            Self::Integer32 => match whole(value) {
                Some(Some(whole)) if i32::try_from(whole).is_ok() => {}
                Some(_) => check.violation(path, "does not fit in 32 bits"),
                None => check.mismatch(path, value, "integer"),
            },
            Self::Decimal(sign) => decimal(check, path, value, *sign),
            Self::Array(array) => array.check(check, path, value, version),
            Self::Object(object) => object.check(check, path, value, version),
            Self::Map(of) => match value.as_object() {
                Some(members) => {
                    for (name, value) in members {
                        of.check(check, &path.member(name), value, version);
                    }
                }
                None => check.mismatch(path, value, "object"),
            },
            Self::Forbidden(_) if value.is_null() => {}
            Self::Forbidden(why) => check.violation(path, why),
            Self::Choice(pick, among) => among[pick(value)].check(check, path, value, version),
            Self::All(parts) => {
                // That it is no object need not be said twice.
                let parts = if value.is_object() { parts } else { &parts[..1] };
                parts.iter().for_each(|part| part.check(check, path, value, version));
            }
            Self::Named(_, schema) | Self::Said(schema, _) => schema.check(check, path, value, version),
        }
    }

    fn check_text(&self, check: &mut Check, path: &Path<'_>, text: &str) {
        let blank = text.trim().is_empty();
        match self {
            Self::Text | Self::Form(_) if blank => check.violation(path, "must not be blank"),
            Self::Form(Form { fault, .. }) => {
                if let Some(fault) = fault(text) {
                    check.violation(path, fault);
                }
            }
            Self::Words(known) if !known.contains(&text) => {
                check.violation(path, format_args!("does not have a value in the enumeration {known:?}"));
            }
            _ => {}
        }
    }
}

fn integer(check: &mut Check, path: &Path<'_>, value: &Value, least: i64) {
    match whole(value) {
        Some(Some(whole)) if whole < least => below(check, path, least),
        Some(Some(_)) => {}
        Some(None) => check.violation(path, "does not fit in 64 bits"),
        None => check.mismatch(path, value, "integer"),
    }
}

fn decimal(check: &mut Check, path: &Path<'_>, value: &Value, sign: Sign) {
    let Value::Number(number) = value else { return check.mismatch(path, value, "number") };
    match exact(number.as_str()) {
        None => check.violation(path, "has more digits than can be kept exactly"),
        Some(decimal) if sign == Sign::NotNegative && decimal < Decimal::ZERO => below(check, path, 0),
        Some(_) => {}
    }
}

fn below(check: &mut Check, path: &Path<'_>, least: i64) {
    check.violation(path, format_args!("must have a minimum value of {least}"));
}

impl Array {
    fn check(&self, check: &mut Check, path: &Path<'_>, value: &Value, version: ApiVersion) {
        let Some(elements) = value.as_array() else { return check.mismatch(path, value, "array") };
        if elements.len() < self.least {
            check.violation(path, "must have at least one element");
        }
        for (index, element) in elements.iter().enumerate() {
            self.of.check(check, &path.element(index), element, version);
        }
        follow(self.rules, check, path, value, version);
    }
}

impl Object {
    fn check(&self, check: &mut Check, path: &Path<'_>, value: &Value, version: ApiVersion) {
        let Some(members) = value.as_object() else { return check.mismatch(path, value, "object") };
        for member in self.known(version) {
            member.check(check, path, members.get(member.name), version);
        }
        follow(self.rules, check, path, value, version);
        if self.closed {
            self.nothing_else(check, path, members, version);
        }
    }

    /// The members that a version knows.
    pub(super) fn known(&self, version: ApiVersion) -> impl Iterator<Item = &'static Member> {
        self.members.iter().filter(move |member| member.only.is_none_or(|only| only == version))
    }

    /// Refuses what is not declared (DM-LINE-014).
    fn nothing_else(
        &self,
        check: &mut Check,
        path: &Path<'_>,
        members: &Map<String, Value>,
        version: ApiVersion,
    ) {
        let undeclared = |name: &&String| !self.known(version).any(|member| member.name == name.as_str());
        for name in members.keys().filter(undeclared) {
            check.violation(
                path,
                format_args!(
                    "property '{name}' is not defined in the schema and the schema does not allow additional \
                     properties"
                ),
            );
        }
    }
}

impl Member {
    fn check(&self, check: &mut Check, parent: &Path<'_>, value: Option<&Value>, version: ApiVersion) {
        let name = self.name;
        match (value, self.presence) {
            (None, Presence::Required) => {
                check.violation(parent, format_args!("required property '{name}' not found"));
            }
            (None, _) | (Some(Value::Null), Presence::Nullable) => {}
            (Some(value), _) => self.schema.check(check, &parent.member(name), value, version),
        }
    }
}

fn follow(rules: &[Rule], check: &mut Check, path: &Path<'_>, value: &Value, version: ApiVersion) {
    for rule in rules.iter().filter(|rule| rule.only.is_none_or(|only| only == version)) {
        (rule.check)(check, path, value);
    }
}

#[cfg(test)]
mod tests {
    use super::super::language::INTEGER;
    use super::*;

    #[test]
    fn integers_may_be_written_with_a_point_but_have_no_fraction() {
        let read = |text: &str| {
            let value = serde_json::from_str(text).unwrap();
            let read = INTEGER.read(value, ApiVersion::V1_0, |value| whole(&value).flatten());
            read.map_err(|refusal| refusal.messages.concat())
        };
        assert_eq!(read("5"), Ok(5));
        assert_eq!(read("5.0"), Ok(5));
        assert_eq!(read("1e2"), Ok(100));
        assert_eq!(read("5.5"), Err("$: number found, integer expected".into()));
        assert_eq!(read("\"5\""), Err("$: string found, integer expected".into()));
        assert_eq!(read("9223372036854775808"), Err("$: does not fit in 64 bits".into()));
    }
}
