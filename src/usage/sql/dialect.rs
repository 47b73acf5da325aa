//! What the warehouses say differently. Everything else about the rules is the same text for all of them.
//!
//! | | DuckDB | Postgres 16 | Snowflake |
//! | --- | --- | --- | --- |
//! | text of any column | `CAST … AS VARCHAR` | `CAST … AS TEXT` | `TO_VARCHAR` |
//! | JSON column as text | `to_json(…) ->> '$'` | `to_jsonb(…) #>> '{}'` | `TO_VARCHAR(TO_VARIANT(…))` |
//! | a value that may be none | `TRY_CAST` | `pg_input_is_valid` | `TRY_TO_…`, `TRY_PARSE_JSON` |
//! | a value in JSON | `json_type(…, '$.key')` | `jsonb_typeof(… -> 'key')` | `TYPEOF(GET(…, 'key'))` |
//! | regular expression | `regexp_full_match` | `~`, anchored | `REGEXP_LIKE`, anchored by itself |
//! | an intermediate result that is kept | `MATERIALIZED` | `MATERIALIZED` | by itself |
//!
//! Comparison that takes NULL for a value is `IS DISTINCT FROM` in all three, and window functions are the same.

/// A language of SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// Snowflake, where the vendor shares the table.
    Snowflake,
    /// DuckDB.
    DuckDb,
    /// Postgres, from version 16.
    Postgres,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Self; 3] = [Self::Snowflake, Self::DuckDb, Self::Postgres];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Snowflake => "snowflake",
            Self::DuckDb => "duckdb",
            Self::Postgres => "postgres",
        }
    }

    /// The type of texts.
    pub(super) fn text_type(self) -> &'static str {
        if self == Self::Postgres { "TEXT" } else { "VARCHAR" }
    }

    /// The text of a column of any type.
    pub(super) fn text(self, column: &str) -> String {
        match self {
            Self::Snowflake => format!("TO_VARCHAR({column})"),
            Self::DuckDb => format!("CAST({column} AS VARCHAR)"),
            Self::Postgres => format!("CAST({column} AS TEXT)"),
        }
    }

    /// The text of a column that holds JSON, native or as text.
    pub(super) fn json_text(self, column: &str) -> String {
        match self {
            Self::Snowflake => format!("TO_VARCHAR(TO_VARIANT({column}))"),
            Self::DuckDb => format!("(to_json({column}) ->> '$')"),
            Self::Postgres => format!("(to_jsonb({column}) #>> '{{}}')"),
        }
    }

    /// The number that a text spells, or NULL.
    pub(super) fn number(self, text: &str) -> String {
        match self {
            Self::Snowflake => format!("CAST(TRY_TO_DECIMAL({text}, 38, 10) AS DOUBLE)"),
            Self::DuckDb => format!("CAST(TRY_CAST({text} AS DECIMAL(38, 10)) AS DOUBLE)"),
            Self::Postgres => format!(
                "CASE WHEN {text} ~ '^[-+.0-9eE]+$' AND pg_input_is_valid({text}, 'numeric') \
                 THEN CAST(CAST({text} AS NUMERIC) AS DOUBLE PRECISION) END"
            ),
        }
    }

    /// The milliseconds since 1970 of a text that spells them or a timestamp; a timestamp without offset is UTC.
    pub(super) fn milliseconds(self, text: &str) -> String {
        let digits = self.matches(text, "-?[0-9]{1,18}");
        let offset = self.matches(text, ".*[0-9] ?(Z|[-+][0-9]{2}:?[0-9]{2})");
        let time = match self {
            Self::Snowflake => format!(
                "CASE WHEN {offset} THEN DATE_PART(EPOCH_MILLISECOND, TRY_TO_TIMESTAMP_TZ({text})) \
                 ELSE DATE_PART(EPOCH_MILLISECOND, TRY_TO_TIMESTAMP_NTZ({text})) END"
            ),
            // It takes a text without offset for UTC.
            Self::DuckDb => format!("epoch_ms(TRY_CAST({text} AS TIMESTAMP))"),
            Self::Postgres => format!(
                "CASE WHEN {text} ~ '^[0-9]{{4}}-' AND pg_input_is_valid({text}, 'timestamptz') THEN \
                 CAST(1000 * CASE WHEN {offset} THEN EXTRACT(EPOCH FROM CAST({text} AS TIMESTAMPTZ)) \
                 ELSE EXTRACT(EPOCH FROM CAST({text} AS TIMESTAMP)) END AS BIGINT) END"
            ),
        };
        let number = format!("CAST({text} AS BIGINT)");
        format!("CASE WHEN {digits} THEN {number} ELSE {time} END")
    }

    /// Whether the whole of a text matches a pattern.
    pub(super) fn matches(self, text: &str, pattern: &str) -> String {
        match self {
            // A backslash in a text of Snowflake stands for what follows it.
            Self::Snowflake => format!("REGEXP_LIKE({text}, '{}')", pattern.replace('\\', "\\\\")),
            Self::DuckDb => format!("regexp_full_match({text}, '{pattern}')"),
            Self::Postgres => format!("({text} ~ '^({pattern})$')"),
        }
    }

    /// What kind of JSON value a text is, in the words of the warehouse; NULL where it is none.
    pub(super) fn json_kind(self, text: &str) -> String {
        match self {
            Self::Snowflake => format!("LOWER(TYPEOF(TRY_PARSE_JSON({text})))"),
            Self::DuckDb => format!("CASE WHEN json_valid({text}) THEN LOWER(json_type({text})) END"),
            Self::Postgres => format!(
                "CASE WHEN pg_input_is_valid({text}, 'jsonb') THEN jsonb_typeof(CAST({text} AS JSONB)) END"
            ),
        }
    }

    /// What kind of value is at a key of a JSON object; NULL where there is none.
    pub(super) fn kind_at(self, text: &str, key: &str) -> String {
        match self {
            Self::Snowflake => format!("LOWER(TYPEOF(GET(TRY_PARSE_JSON({text}), '{key}')))"),
            Self::DuckDb => {
                format!("CASE WHEN json_valid({text}) THEN LOWER(json_type({text}, '$.{key}')) END")
            }
            Self::Postgres => format!(
                "CASE WHEN pg_input_is_valid({text}, 'jsonb') \
                 THEN jsonb_typeof(CAST({text} AS JSONB) -> '{key}') END"
            ),
        }
    }

    /// The value at a key of a JSON object, as text.
    pub(super) fn text_at(self, text: &str, key: &str) -> String {
        match self {
            Self::Snowflake => format!("TO_VARCHAR(GET(TRY_PARSE_JSON({text}), '{key}'))"),
            Self::DuckDb => {
                format!("CASE WHEN json_valid({text}) THEN json_extract_string({text}, '$.{key}') END")
            }
            Self::Postgres => format!(
                "CASE WHEN pg_input_is_valid({text}, 'jsonb') THEN CAST({text} AS JSONB) ->> '{key}' END"
            ),
        }
    }

    /// How many elements a text has that is known to be a JSON array.
    pub(super) fn array_length(self, text: &str) -> String {
        match self {
            Self::Snowflake => format!("ARRAY_SIZE(TRY_PARSE_JSON({text}))"),
            Self::DuckDb => format!("json_array_length({text})"),
            Self::Postgres => format!("jsonb_array_length(CAST({text} AS JSONB))"),
        }
    }

    /// The first element of a text that is known to be a JSON array.
    pub(super) fn first_element(self, text: &str) -> String {
        match self {
            Self::Snowflake => format!("TO_VARCHAR(GET(TRY_PARSE_JSON({text}), 0))"),
            Self::DuckDb => format!("json_extract_string({text}, '$[0]')"),
            Self::Postgres => format!("(CAST({text} AS JSONB) ->> 0)"),
        }
    }

    /// The word that has an intermediate result computed once.
    pub(super) fn once(self) -> &'static str {
        if self == Self::Snowflake { "" } else { "MATERIALIZED " }
    }
}
