//! From the table to typed cells and to what kind of row each row is: the counterpart of `reading` and `cases`.
//!
//! Numbers are DOUBLE here. The rules compare with a tolerance of 1e-6 or 1e-9 of the larger number, far above what a
//! DOUBLE loses, while the product of two wide decimals would overflow and end the query.

use super::super::columns::{Column, ColumnSet};
use super::dialect::Dialect;
use super::print::Options;

/// A JSON array of texts, whose texts may or may not be empty.
const TEXTS: &str = r#"\s*\[\s*("([^"\\]|\\.)*"(\s*,\s*"([^"\\]|\\.)*")*)?\s*\]\s*"#;
/// A JSON array of at least one text, none of them empty.
const IDS: &str = r#"\s*\[\s*"([^"\\]|\\.)+"(\s*,\s*"([^"\\]|\\.)+")*\s*\]\s*"#;

/// Columns that hold JSON.
const JSON: ColumnSet = ColumnSet::of(&[
    Column::ActivationId,
    Column::ControlsApplied,
    Column::MeterCostList,
    Column::MetaData,
    Column::EntitledArticles,
    Column::EntitledArticleVersions,
]);

/// The intermediate results up to `judged`, which has a row for each row of the table.
pub(super) fn ctes(options: &Options) -> Vec<(&'static str, String)> {
    vec![
        ("texts", texts(options)),
        ("cells", cells(options.dialect)),
        ("families", families(options)),
        ("facts", FACTS.to_owned()),
        ("judged", JUDGED.to_owned()),
    ]
}

/// Every column as text, of which an empty one is NULL. Whatever the type of the column, what follows is the same.
fn texts(options: &Options) -> String {
    let dialect = options.dialect;
    let columns: Vec<String> = Column::all()
        .map(|column| {
            let name = column.name();
            if options.narrow && ColumnSet::EIGHT.contains(column) {
                return format!("CAST(NULL AS {}) AS {name}", dialect.text_type());
            }
            let text = if JSON.contains(column) { dialect.json_text(name) } else { dialect.text(name) };
            // A JSON null stands for NULL.
            let empty = format!("NULLIF({text}, '')");
            let json = JSON.contains(column) && column != Column::ActivationId;
            let value = if json { format!("NULLIF({empty}, 'null')") } else { empty };
            format!("{value} AS {name}")
        })
        .collect();
    let sequence = options.sequence.as_deref().unwrap_or("NULL");
    format!(
        "SELECT\n  {},\n  CAST({sequence} AS BIGINT) AS GIVEN_SEQUENCE\nFROM {}",
        columns.join(",\n  "),
        options.table
    )
}

fn cells(dialect: Dialect) -> String {
    let ids = dialect.matches("ACTIVATION_ID", IDS);
    let mut cells = Vec::new();
    for (column, name) in
        [("USAGE_TIME", "USAGE_MS"), ("WRITE_TIME", "WRITE_MS"), ("BORROWED_UNTIL", "BORROWED_MS")]
    {
        cells.push(format!("{} AS {name}", dialect.milliseconds(column)));
    }
    for (column, name) in [
        ("ITEM_QUANTITY", "QUANTITY"),
        ("METER_QUANTITY", "TOKENS"),
        ("METER_COST", "COST"),
        ("USED", "USED_NUMBER"),
        ("MAPPED_ENTITLED_COUNT", "ENTITLED"),
        ("OVERDRAFT_COUNT", "OVERDRAFT"),
    ] {
        cells.push(format!("{} AS {name}", dialect.number(column)));
    }
    cells.push(format!(
        "CASE WHEN ACTIVATION_ID LIKE '[%' THEN CASE WHEN {ids} THEN {} END \
         WHEN ACTIVATION_ID IS NOT NULL THEN 1 END AS ACTIVATIONS",
        dialect.array_length("ACTIVATION_ID")
    ));
    cells.push(format!(
        "CASE WHEN ACTIVATION_ID LIKE '[%' THEN CASE WHEN {ids} AND {} = 1 THEN {} \
         WHEN {ids} THEN ACTIVATION_ID END ELSE ACTIVATION_ID END AS ACTIVATION",
        dialect.array_length("ACTIVATION_ID"),
        dialect.first_element("ACTIVATION_ID")
    ));
    for (column, name) in
        [("ENTITLED_ARTICLES", "ARTICLES"), ("ENTITLED_ARTICLE_VERSIONS", "ARTICLE_VERSIONS")]
    {
        let texts = dialect.matches(column, TEXTS);
        cells.push(format!("CASE WHEN {texts} THEN {} END AS {name}", dialect.array_length(column)));
    }
    for (column, name) in [
        ("METER_COST_LIST", "RATE_TABLE_KIND"),
        ("META_DATA", "META_KIND"),
        ("CONTROLS_APPLIED", "CONTROLS_KIND"),
    ] {
        cells.push(format!("{} AS {name}", dialect.json_kind(column)));
    }
    cells.push(format!("{} AS SERIES_KIND", dialect.kind_at("METER_COST_LIST", "series")));
    cells.push(format!("{} AS VERSION_KIND", dialect.kind_at("METER_COST_LIST", "version")));
    cells.push(format!("{} AS RATE_TABLE_VERSION", dialect.text_at("METER_COST_LIST", "version")));
    cells.push(format!("{} AS PARTITION_KIND", dialect.kind_at("CONTROLS_APPLIED", "partition")));
    let partitions = dialect.text_at("CONTROLS_APPLIED", "partition");
    cells.push(format!("{} AS PARTITION_NAMES", dialect.matches(&format!("({partitions})"), TEXTS)));
    cells.push(format!("{} AS IS_CODE", dialect.matches("REQUEST_RESPONSE", "[0-9]{3,4}")));
    let uuid = "[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}";
    cells.push(format!("{} AS IS_UUID", dialect.matches("LOWER(SESSION_ID)", uuid)));
    format!("SELECT\n  texts.*,\n  {}\nFROM texts", cells.join(",\n  "))
}

fn families(options: &Options) -> String {
    let codes: Vec<String> = options.granted_codes.iter().map(|code| literal(code)).collect();
    format!(
        "SELECT
  cells.*,
  {wide} AS WIDE,
  CASE
    WHEN METER_TYPE = 'elastic' THEN 'elastic'
    WHEN METER_TYPE IN ('concurrent', 'metered') THEN 'license server'
    WHEN METER = 'elastic token' THEN 'elastic'
    WHEN METER_TYPE IS NULL AND REQUEST_RESPONSE IS NOT NULL AND NOT IS_CODE THEN 'license server'
    ELSE 'other'
  END AS FAMILY,
  COALESCE(REQUEST_RESPONSE IN ({codes}), FALSE) AS CODE_GRANTS,
  COALESCE(SERVED_CLIENT_STATUS IN ('RETURNED', 'EXPIRED'), FALSE) AS GAVE_BACK,
  COALESCE(SESSION_STATE IN ('TERMINATED', 'FAILED'), FALSE) AS ENDED,
  COALESCE(USAGE_MS, -9000000000000000) AS TIME_ORDER,
  COALESCE(GIVEN_SEQUENCE, WRITE_MS, 0) AS SEQUENCE
FROM cells",
        wide = if options.narrow { "FALSE" } else { "TRUE" },
        codes = codes.join(", "),
    )
}

const FACTS: &str = "SELECT
  families.*,
  FAMILY = 'elastic' AS ELASTIC,
  FAMILY = 'license server' AS LICENSE_SERVER,
  FAMILY = 'elastic' AND CODE_GRANTS AS GRANTED_CODE,
  REQUEST_RESPONSE IS NOT NULL AND NOT (FAMILY = 'elastic' AND CODE_GRANTS) AS DENIED,
  COALESCE(TOKENS < 0, FALSE) AS NEGATIVE
FROM families";

const JUDGED: &str = "SELECT
  facts.*,
  ELASTIC AND NOT DENIED AND NEGATIVE AS REFUND,
  ELASTIC AND NOT DENIED AND NOT NEGATIVE AS CHARGE,
  CASE
    WHEN ELASTIC AND NOT DENIED AND NEGATIVE THEN 'refund'
    WHEN ELASTIC AND SESSION_ID IS NOT NULL AND DENIED THEN 'denied session request'
    WHEN ELASTIC AND SESSION_ID IS NOT NULL AND REQUEST_RESPONSE IS NOT NULL THEN 'granted session request'
    WHEN ELASTIC AND SESSION_ID IS NOT NULL THEN 'automatic charge'
    WHEN ELASTIC AND DENIED THEN 'denied one-off request'
    WHEN ELASTIC AND (REQUEST_RESPONSE IS NOT NULL OR ACTIVATION_ID IS NOT NULL) THEN 'granted one-off request'
    WHEN ELASTIC THEN 'denied one-off request'
    WHEN LICENSE_SERVER AND METER_TYPE = 'metered' AND DENIED THEN 'denied metered use'
    WHEN LICENSE_SERVER AND METER_TYPE = 'metered' THEN 'granted metered use'
    WHEN LICENSE_SERVER AND DENIED THEN 'denied concurrent use'
    WHEN LICENSE_SERVER THEN 'granted concurrent use'
    ELSE 'row of no known meter type'
  END AS ROW_CASE
FROM facts";

/// A text in SQL.
pub(super) fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
