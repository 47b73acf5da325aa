//! The schema is whole, a clean world is found clean, and every corruption is found.

use std::fs;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::schema::parser::parse_message_type;
use parquet::schema::printer::print_schema;

use super::corruptions::{CORRUPTIONS, Corruption};
use super::schema::Schema;
use super::*;
use crate::report::events::Severity;
use crate::usage::Format;

fn made(folder: &Path, format: Format, dapi_names: bool, corruption: Option<&str>) -> EntitiesJudged {
    let corruption = corruption.map(str::to_owned);
    let order = EntitiesOrder { rows: 120, seed: 7, format, dapi_names, corruption };
    generate_entities(&order, folder).unwrap();
    check_entities(folder, 3).unwrap()
}

#[test]
fn the_schema_has_every_field_that_is_documented() {
    let schema = Schema::load().unwrap();
    let fields: usize = schema.entities.iter().map(|entity| entity.fields.len()).sum();
    // Device and device history share a table of 40 rows, and the device lacks one of them.
    assert_eq!(fields - schema.entity("device").unwrap().fields.len(), 386);
    assert_eq!(schema.entity("device").unwrap().fields.len(), 39);
    assert_eq!((schema.entities.len(), schema.attribute_objects.len()), (20, 7));
    assert_eq!(schema.in_order().count(), 20);
    assert_eq!(schema.entities.iter().filter(|entity| entity.is_attribute_table()).count(), 9);
}

#[test]
fn joins_name_fields_that_there_are() {
    let schema = Schema::load().unwrap();
    let has = |entity: &str, field: &str| schema.entity(entity).unwrap().place(field).is_some();
    for reference in joins::REFERENCES {
        assert!(reference.fields.iter().all(|field| has(reference.entity, field)), "{:?}", reference.fields);
        assert!(joins::SOURCES.iter().any(|source| source.target == reference.target), "{}", reference.rule);
        assert!(rules::find(reference.rule).is_some(), "{}", reference.rule);
    }
    for agreement in joins::AGREEMENTS {
        assert!(has(agreement.entity, agreement.key) && has(agreement.entity, agreement.field));
        let source = joins::SOURCES.iter().find(|source| source.target == agreement.target).unwrap();
        assert!(source.more.contains(&agreement.theirs), "{}", agreement.theirs);
    }
}

#[test]
fn a_clean_world_is_clean_in_every_form() {
    for (format, dapi) in [
        (Format::Jsonl, false),
        (Format::Jsonl, true),
        (Format::Json, false),
        (Format::Csv, true),
        (Format::Parquet, false),
        (Format::Parquet, true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let judged = made(folder.path(), format, dapi, None);
        assert!(judged.findings.is_empty(), "{}", judged.to_text());
        assert_eq!(judged.entities.len(), 20);
        assert!(judged.entities.iter().all(|entity| entity.rows > 0), "{}", judged.to_text());
    }
}

#[test]
fn every_corruption_is_found_by_its_rule() {
    for corruption in CORRUPTIONS {
        let folder = tempfile::tempdir().unwrap();
        let judged = made(folder.path(), Format::Jsonl, true, Some(corruption.name));
        let found = judged.findings.iter().any(|finding| {
            finding.rule == corruption.rule
                && (finding.entity == corruption.entity || corruption.name == "wrong-account")
        });
        assert!(found, "{}: {}", corruption.name, judged.to_text());
    }
    assert!(Corruption::find("none").is_none());
}

#[test]
fn what_is_marked_as_deleted_is_not_missed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("fulfillment.jsonl");
    made(folder.path(), Format::Jsonl, true, Some("activation"));
    let text = fs::read_to_string(&file).unwrap();
    let lost = text.lines().find(|line| line.contains("\"ActivationID\":\"lost\"")).unwrap();
    for mark in ["true", "\"lost\"", "[\"x\",\"lost\"]"] {
        let marked = lost.replace("\"ActivationDeleted\":null", &format!("\"ActivationDeleted\":{mark}"));
        fs::write(&file, text.replace(lost, &marked)).unwrap();
        let judged = check_entities(folder.path(), 3).unwrap();
        assert!(judged.findings.iter().all(|finding| finding.rule != "DAPI-058"), "{mark}");
    }
}

#[test]
fn bad_files_are_told_with_their_rows() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("account.csv"), "ID;NAME\nACME\nA;B\n").unwrap();
    fs::write(folder.path().join("notes.csv"), "a,b\n").unwrap();
    let judged = check_entities(folder.path(), 3).unwrap();
    let read = judged.findings.iter().find(|finding| finding.rule == "ENT-READ").unwrap();
    assert_eq!((read.level, read.count, read.examples[0].row), (Severity::E, 1, 1));
    assert!(judged.fails() && judged.findings.iter().any(|finding| finding.rule == "ENT-FILE"));
    let missing = judged.findings.iter().find(|finding| finding.field == "AccountType").unwrap();
    assert_eq!(missing.rule, "ENT-COLUMN");
    assert!(judged.to_text().lines().all(|line| line.chars().count() <= 80), "{}", judged.to_text());
}

#[test]
fn nothing_of_an_entity_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("notes.csv"), "a,b\n").unwrap();
    let error = check_entities(folder.path(), 3).unwrap_err();
    assert!(error.to_string().contains("named after an entity"), "{error}");
}

#[test]
fn the_report_follows_its_schema() {
    let text = include_str!("../../../docs/schemas/entities.schema.json");
    let validator = jsonschema::validator_for(&serde_json::from_str(text).unwrap()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let report = made(folder.path(), Format::Csv, false, Some("null")).to_json();
    assert!(validator.is_valid(&report), "{report:#}");
    assert!(!validator.is_valid(&serde_json::json!({ "format": "chargeproof-entities/1" })));
}

#[test]
fn the_published_schema_is_that_of_the_program() {
    let published = include_str!("../../../docs/schemas/entity-records.schema.json");
    let published: serde_json::Value = serde_json::from_str(published).unwrap();
    let schema = entities_schema().unwrap();
    assert_eq!(schema, published, "print it anew: chargeproof usage entities --schema");
    let folder = tempfile::tempdir().unwrap();
    made(folder.path(), Format::Jsonl, true, None);
    for name in ["account", "device", "entitlement", "usage", "downloads"] {
        let mut one = schema.clone();
        one["$ref"] = serde_json::json!(format!("#/$defs/{name}"));
        let validator = jsonschema::validator_for(&one).unwrap();
        let text = fs::read_to_string(folder.path().join(format!("{name}.jsonl"))).unwrap();
        for line in text.lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let errors: Vec<String> = validator.iter_errors(&record).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{name}: {errors:?}");
        }
    }
    let mut account = schema;
    account["$ref"] = serde_json::json!("#/$defs/account");
    let validator = jsonschema::validator_for(&account).unwrap();
    assert!(validator.is_valid(&serde_json::json!({ "AccountType": "CUSTOMER" })));
    assert!(!validator.is_valid(&serde_json::json!({ "AccountType": "LENT" })));
}

#[test]
fn parquet_files_have_the_published_schema() {
    for dapi in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        made(folder.path(), Format::Parquet, dapi, None);
        let published = entities_parquet_schema(dapi).unwrap();
        for entity in &Schema::load().unwrap().entities {
            let file = fs::File::open(folder.path().join(format!("{}.parquet", entity.name))).unwrap();
            let reader = SerializedFileReader::new(file).unwrap();
            let mut text = Vec::new();
            print_schema(&mut text, reader.metadata().file_metadata().schema());
            let text = String::from_utf8(text).unwrap();
            let fields = text.split_once('\n').unwrap().1.trim_end();
            let name = entity.name.replace('-', "_");
            assert!(published.contains(&format!("message {name} {{\n{fields}")), "{name}: {text}");
        }
    }
}

#[test]
fn the_published_schemas_can_be_read_by_others() {
    let parquet = entities_parquet_schema(false).unwrap();
    let messages: Vec<&str> = parquet.split("message ").filter(|text| !text.is_empty()).collect();
    assert_eq!(messages.len(), 20);
    for message in messages {
        parse_message_type(&format!("message {message}")).unwrap();
    }
    let arrow = entities_arrow_schema(false).unwrap();
    let fields = arrow["account"]["fields"].as_array().unwrap();
    let named = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
    assert_eq!(named("ID")["type"]["name"], "utf8");
    assert_eq!(fields.len(), columns_of("account"));
}

fn columns_of(entity: &str) -> usize {
    let schema = Schema::load().unwrap();
    schema.entity(entity).unwrap().fields.iter().filter(|field| field.database.is_some()).count()
}

#[test]
fn what_a_parquet_column_cannot_hold_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let told: Vec<String> = CORRUPTIONS
        .iter()
        .filter_map(|corruption| {
            let corruption = Some(corruption.name.to_owned());
            let order =
                EntitiesOrder { rows: 40, seed: 7, format: Format::Parquet, dapi_names: false, corruption };
            generate_entities(&order, folder.path()).err().map(|error| error.to_string())
        })
        .collect();
    assert!(!told.is_empty() && told.len() < CORRUPTIONS.len() / 2, "{told:?}");
    assert!(
        told.iter().all(|error| error.contains("take another format") || error.contains("null")),
        "{told:?}"
    );
}
