//! Which file holds which entity: its name tells.

use std::path::Path;

use super::super::source::{Format, Input};
use super::schema::{Entity, Schema};

/// The entity that a file is named after, or else the folder that it is in.
pub(super) fn entity_of<'a>(schema: &'a Schema, input: &Input) -> Option<&'a Entity> {
    let path = input.path();
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().and_then(Path::file_name).and_then(|folder| folder.to_str());
    named(schema, stem(name)).or_else(|| named(schema, folder?))
}

/// The name without the endings that tell its format.
fn stem(name: &str) -> &str {
    let mut stem = name;
    while let Some((front, end)) = stem.rsplit_once('.') {
        let end = end.to_ascii_lowercase();
        if !matches!(end.as_str(), "gz" | "gzip" | "zst" | "zstd") && end.parse::<Format>().is_err() {
            break;
        }
        stem = front;
    }
    stem
}

fn named<'a>(schema: &'a Schema, name: &str) -> Option<&'a Entity> {
    let plain: String = name
        .to_ascii_lowercase()
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '-' })
        .collect();
    // Exports in several parts end in numbers.
    let plain = plain.trim_end_matches(|letter: char| letter.is_ascii_digit() || letter == '-');
    let plain = plain.strip_prefix("sec-vw-").unwrap_or(plain);
    let plain = plain.replace("custom-attributes-", "custom-attribute-");
    let other = plain.strip_suffix('s').map_or_else(|| format!("{plain}s"), str::to_owned);
    schema.entity(&plain).or_else(|| schema.entity(&other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_spelling_tell_their_entity() {
        let schema = Schema::load().unwrap();
        for (name, entity) in [
            ("account.csv", "account"),
            ("accounts.jsonl.gz", "account"),
            ("SEC_VW_DEVICE_HISTORY.parquet", "device-history"),
            ("download-00017.json", "downloads"),
            ("custom_attribute_line_item.csv", "custom-attribute-line-item"),
            ("usage/part-0.jsonl", "usage"),
        ] {
            let input = Input::file(Path::new(name), None);
            assert_eq!(entity_of(&schema, &input).map(|entity| entity.name.as_str()), Some(entity), "{name}");
        }
        assert!(entity_of(&schema, &Input::file(Path::new("readme.csv"), None)).is_none());
    }
}
