//! JSON as text that need not be right: members twice, numbers of any size, half a surrogate.

use serde_json::Value;

/// A JSON value whose scalars and names are raw text.
#[derive(Clone, Debug)]
pub(super) enum Json {
    Raw(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// One change to one place of a value.
#[derive(Clone, Debug)]
pub(super) enum Mutation {
    /// Another text in place of the value.
    Replace(String),
    /// The value inside so many arrays.
    Nest(usize),
    /// The value inside so many objects.
    NestInObjects(usize),
    /// One of its members or elements is missing.
    Drop(usize),
    /// One of its members or elements is there so many times.
    Repeat(usize, usize),
    /// A member more, or an element.
    Add(String, String),
    /// A member under another name.
    Rename(usize, String),
}

impl Json {
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Array(elements) => Self::Array(elements.iter().map(Self::of).collect()),
            Value::Object(members) => {
                let member = |(name, value): (&String, &Value)| {
                    (Value::from(name.as_str()).to_string(), Self::of(value))
                };
                Self::Object(members.iter().map(member).collect())
            }
            scalar => Self::Raw(scalar.to_string()),
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Raw(text) => text.clone(),
            Self::Array(elements) => {
                let elements: Vec<String> = elements.iter().map(Self::text).collect();
                format!("[{}]", elements.join(","))
            }
            Self::Object(members) => {
                let members: Vec<String> =
                    members.iter().map(|(name, value)| format!("{name}:{}", value.text())).collect();
                format!("{{{}}}", members.join(","))
            }
        }
    }

    fn size(&self) -> usize {
        1 + match self {
            Self::Raw(_) => 0,
            Self::Array(elements) => elements.iter().map(Self::size).sum(),
            Self::Object(members) => members.iter().map(|(_, value)| value.size()).sum(),
        }
    }

    /// Changes the value at this place, counted through the tree from its root.
    pub(super) fn mutate(&mut self, place: usize, mutation: &Mutation) {
        let mut left = place % self.size();
        if let Some(value) = self.at(&mut left) {
            value.change(mutation);
        }
    }

    fn at(&mut self, left: &mut usize) -> Option<&mut Self> {
        if *left == 0 {
            return Some(self);
        }
        *left -= 1;
        match self {
            Self::Raw(_) => None,
            Self::Array(elements) => elements.iter_mut().find_map(|element| element.at(left)),
            Self::Object(members) => members.iter_mut().find_map(|(_, value)| value.at(left)),
        }
    }

    fn change(&mut self, mutation: &Mutation) {
        match (mutation, &mut *self) {
            (Mutation::Replace(text), _) => *self = Self::Raw(text.clone()),
            (Mutation::Nest(depth), _) => {
                *self = Self::Raw(format!("{}{}{}", "[".repeat(*depth), self.text(), "]".repeat(*depth)));
            }
            (Mutation::NestInObjects(depth), _) => {
                *self =
                    Self::Raw(format!("{}{}{}", "{\"a\":".repeat(*depth), self.text(), "}".repeat(*depth)));
            }
            (Mutation::Drop(index), Self::Array(elements)) if !elements.is_empty() => {
                elements.remove(index % elements.len());
            }
            (Mutation::Drop(index), Self::Object(members)) if !members.is_empty() => {
                members.remove(index % members.len());
            }
            (Mutation::Repeat(index, times), Self::Array(elements)) if !elements.is_empty() => {
                let element = elements[index % elements.len()].clone();
                elements.extend(std::iter::repeat_n(element, *times));
            }
            (Mutation::Repeat(index, times), Self::Object(members)) if !members.is_empty() => {
                let member = members[index % members.len()].clone();
                members.extend(std::iter::repeat_n(member, *times));
            }
            (Mutation::Add(_, text), Self::Array(elements)) => elements.push(Self::Raw(text.clone())),
            (Mutation::Add(name, text), Self::Object(members)) => {
                members.push((name.clone(), Self::Raw(text.clone())));
            }
            (Mutation::Rename(index, name), Self::Object(members)) if !members.is_empty() => {
                let index = index % members.len();
                members[index].0.clone_from(name);
            }
            _ => *self = Self::Raw("null".to_owned()),
        }
    }
}
