//! Filters: clauses over the fields of a group, as the parameter `query` has them (DAPI-027, DAPI-030 to DAPI-034).

use serde_json::{Map, Value};

use super::operators::Operator;
use super::rules::DataAccessRules;
use super::schema::Entity;
use super::shape::Cells;

/// What rows have to be like.
#[derive(Clone, Debug, PartialEq)]
pub enum Filter {
    /// Every clause holds.
    All(Vec<Self>),
    /// One of the clauses holds.
    Any(Vec<Self>),
    /// A field is as an operator demands.
    Field {
        /// Name of the field in reports.
        name: String,
        /// How it is compared.
        operator: Operator,
        /// With what: one value, or several where the operator takes an array.
        wanted: Vec<Value>,
    },
}

impl Filter {
    /// Reads the JSON text of `query`.
    ///
    /// # Errors
    /// In words, when it is no such text or names what the group does not have.
    pub fn read(text: &str, entity: &Entity) -> Result<Self, String> {
        let parsed: Value =
            serde_json::from_str(text).map_err(|error| format!("`query` is no JSON: {error}"))?;
        let Value::Object(clauses) = parsed else { return Err("`query` is no JSON object".to_owned()) };
        Ok(Self::All(clauses_of(&clauses, entity)?))
    }

    /// A field that has to equal a value, as a plain parameter says it (DAPI-093).
    ///
    /// # Errors
    /// In words, when the group has no such filter.
    pub fn equal(name: &str, value: &str, entity: &Entity) -> Result<Self, String> {
        let name = field(name, entity)?;
        Ok(Self::Field { name, operator: Operator::Eq, wanted: vec![Value::from(value)] })
    }

    /// Whether a row is wanted.
    #[must_use]
    pub fn admits(&self, rules: &DataAccessRules, row: &Cells) -> bool {
        match self {
            Self::All(clauses) => clauses.iter().all(|clause| clause.admits(rules, row)),
            Self::Any(clauses) => clauses.iter().any(|clause| clause.admits(rules, row)),
            Self::Field { name, operator, wanted } => {
                (rules.holds)(*operator, row.get(name).unwrap_or(&Value::Null), wanted)
            }
        }
    }
}

fn clauses_of(clauses: &Map<String, Value>, entity: &Entity) -> Result<Vec<Filter>, String> {
    let mut filters = Vec::new();
    for (key, value) in clauses {
        let Value::Object(inner) = value else {
            return Err(format!("`{key}` in `query` takes an object such as {{\"$eq\": \"x\"}}"));
        };
        match key.as_str() {
            "$and" => filters.push(Filter::All(clauses_of(inner, entity)?)),
            "$or" => filters.push(Filter::Any(clauses_of(inner, entity)?)),
            name => filters.extend(comparisons(&field(name, entity)?, inner)?),
        }
    }
    Ok(filters)
}

fn comparisons(name: &str, operators: &Map<String, Value>) -> Result<Vec<Filter>, String> {
    let mut filters = Vec::new();
    for (word, value) in operators {
        let operator = Operator::of(word).ok_or_else(|| format!("`{word}` is no operator of `query`"))?;
        let wanted = match value {
            Value::Array(values) if operator.takes_array() => values.clone(),
            value if !operator.takes_array() && !value.is_array() && !value.is_object() => {
                vec![value.clone()]
            }
            _ => {
                return Err(format!(
                    "`{word}` takes {}",
                    if operator.takes_array() { "an array" } else { "one value" }
                ));
            }
        };
        if operator == Operator::Btw && wanted.len() != 2 {
            return Err("`$btw` takes an array of two values".to_owned());
        }
        filters.push(Filter::Field { name: name.to_owned(), operator, wanted });
    }
    Ok(filters)
}

/// The field behind the name of a filter (DAPI-036).
fn field(name: &str, entity: &Entity) -> Result<String, String> {
    let found = entity.filters.get(name).cloned();
    found.ok_or_else(|| format!("the group `{}` has no filter `{name}`", entity.group))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::schema::entity;
    use super::*;

    fn admits(query: &str, row: Value) -> Result<bool, String> {
        let filter = Filter::read(query, entity("usage").unwrap())?;
        let Value::Object(row) = row else { panic!("{row}") };
        Ok(filter.admits(&DataAccessRules::default(), &row))
    }

    #[test]
    fn clauses_are_joined_by_and_unless_they_say_or() {
        let row = json!({"Item": "PhotoPrint", "meterQuantity": 30});
        for (query, wanted) in [
            (r#"{"Item":{"$eq":"PhotoPrint"},"meterQuantity":{"$gt":30}}"#, false),
            (r#"{"Item":{"$eq":"PhotoPrint"},"meterQuantity":{"$gt":29}}"#, true),
            (r#"{"$or":{"Item":{"$eq":"CADPrint"},"meterQuantity":{"$eq":30}}}"#, true),
            (r#"{"$and":{"Item":{"$eq":"CADPrint"},"meterQuantity":{"$eq":30}}}"#, false),
            (r#"{"meterQuantity":{"$gt":29,"$lt":30}}"#, false),
            ("{}", true),
        ] {
            assert_eq!(admits(query, row.clone()), Ok(wanted), "{query}");
        }
    }

    #[test]
    fn what_is_not_a_query_is_refused_in_words() {
        for (query, says) in [
            ("{", "no JSON"),
            ("[]", "no JSON object"),
            (r#"{"Item":"x"}"#, "takes an object"),
            (r#"{"ITEM":{"$eq":"x"}}"#, "no filter `ITEM`"),
            (r#"{"Item":{"$like":"x"}}"#, "no operator"),
            (r#"{"Item":{"$in":"x"}}"#, "takes an array"),
            (r#"{"Item":{"$eq":["x"]}}"#, "takes one value"),
            (r#"{"used":{"$btw":[1]}}"#, "two values"),
        ] {
            let refused = admits(query, json!({})).unwrap_err();
            assert!(refused.contains(says), "{query}: {refused}");
        }
    }
}
