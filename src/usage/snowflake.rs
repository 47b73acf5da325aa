//! Usage rows where the vendor shares them: a table or view in Snowflake, read partition by partition.

use std::io::{BufWriter, Write};

use reqwest::Url;
use serde_json::{Map, Value};
use snowflake_connector_rs::{
    AuthConfig, CellValue, Client, ClientConfig, DynamicRow, EndpointConfig, ErrorKind, SessionConfig,
};
use tempfile::NamedTempFile;
use thiserror::Error;

use super::source::{Format, Input};
use crate::target::Secret;

/// A table of usage rows and how to get at it.
#[derive(Clone, Debug)]
pub struct SnowflakeTable {
    /// Account, as in `ORGANISATION-ACCOUNT`.
    pub account: String,
    /// Address in place of the one that the account tells.
    pub url: Option<String>,
    /// User.
    pub user: String,
    /// How the user is let in.
    pub credential: SnowflakeCredential,
    /// Virtual warehouse that runs the query.
    pub warehouse: Option<String>,
    /// Role that may read the share.
    pub role: Option<String>,
    /// Table or view, as in `DATABASE.SCHEMA.VIEW`.
    pub table: String,
}

/// What lets a user in.
#[derive(Clone, Debug)]
pub enum SnowflakeCredential {
    /// A password, or a programmatic access token in its place.
    Password(Secret),
    /// An access token of OAuth.
    Token(Secret),
}

/// Rows could not be read from Snowflake.
#[derive(Debug, Error)]
pub enum SnowflakeError {
    /// The name of the table or the address cannot be used.
    #[error("{what} cannot be used: {problem}; {advice}")]
    Unusable {
        /// What is wrong.
        what: String,
        /// Why.
        problem: String,
        /// What to do.
        advice: &'static str,
    },
    /// The credential is refused.
    #[error(
        "Snowflake refuses the credential ({problem}); check account, user and password, or get a new token: tokens \
         live for a limited time"
    )]
    Credential {
        /// What Snowflake says.
        problem: String,
    },
    /// The query is refused.
    #[error(
        "Snowflake refuses to read {table}: {problem}; check the name, the role and the virtual warehouse"
    )]
    Refused {
        /// The table.
        table: String,
        /// What Snowflake says.
        problem: String,
    },
    /// Nothing, or nothing that can be read, came back.
    #[error("Snowflake did not answer as it should: {problem}; check account and address, and try again")]
    Unanswered {
        /// What happened.
        problem: String,
    },
    /// Rows could not be kept on disk.
    #[error("rows could not be kept on disk: {source}; set TMPDIR to a folder with more room")]
    Unwritable {
        /// Why.
        #[from]
        source: std::io::Error,
    },
}

impl SnowflakeTable {
    /// Reads all rows and keeps them on disk; whoever is told hears how many there are so far.
    ///
    /// # Errors
    /// When Snowflake cannot be reached, refuses the credential or the query, or rows cannot be kept.
    pub async fn rows(&self, tell: &mut dyn FnMut(u64)) -> Result<Input, SnowflakeError> {
        let statement = format!("SELECT * FROM {}", self.name()?);
        let client = Client::new(self.config()?).map_err(|error| self.failed(&error))?;
        let session = client.create_session().await.map_err(|error| self.failed(&error))?;
        let mut cursor = session.query(statement).await.map_err(|error| self.failed(&error))?;
        let mut file = BufWriter::new(NamedTempFile::new()?);
        let mut count = 0;
        while let Some(table) = cursor.next_table().await.map_err(|error| self.failed(&error))? {
            let unread = |problem: String| SnowflakeError::Unanswered { problem };
            for row in table.dynamic_rows().map_err(|error| unread(error.to_string()))? {
                let row = row.map_err(|error| unread(error.to_string()))?;
                serde_json::to_writer(&mut file, &object(row)).map_err(std::io::Error::from)?;
                file.write_all(b"\n")?;
                count += 1;
            }
            tell(count);
        }
        let file = file.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        Ok(Input::of_kept(&format!("{} in Snowflake", self.table), file, Some(Format::Jsonl)))
    }

    fn config(&self) -> Result<ClientConfig, SnowflakeError> {
        let auth = match &self.credential {
            SnowflakeCredential::Password(password) => AuthConfig::password(password.expose()),
            SnowflakeCredential::Token(token) => AuthConfig::oauth(token.expose()),
        };
        let mut session = SessionConfig::new();
        if let Some(warehouse) = &self.warehouse {
            session = session.with_warehouse(warehouse);
        }
        if let Some(role) = &self.role {
            session = session.with_role(role);
        }
        // A session without a database has none to take a bare name from; what the name tells is given twice.
        let parts: Vec<&str> = self.table.split('.').collect();
        if let [database, schema, _] = parts.as_slice() {
            session = session.with_database(*database).with_schema(*schema);
        }
        let mut config = ClientConfig::new(&self.user, &self.account, auth).with_session(session);
        if let Some(url) = &self.url {
            let url = Url::parse(url).map_err(|error| SnowflakeError::Unusable {
                what: url.clone(),
                problem: error.to_string(),
                advice: "write the address in full, for example https://acme.snowflakecomputing.com",
            })?;
            config = config.with_endpoint(EndpointConfig::CustomBaseUrl(url));
        }
        Ok(config)
    }

    /// The name, if it is one and nothing else: it becomes part of a statement.
    fn name(&self) -> Result<&str, SnowflakeError> {
        let is_name = |part: &str| {
            let mut letters = part.chars();
            letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
                && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_' || letter == '$')
        };
        let quoted = |part: &str| {
            let inside = part.strip_prefix('"').and_then(|part| part.strip_suffix('"'));
            inside.is_some_and(|inside| !inside.is_empty() && !inside.contains('"'))
        };
        let parts: Vec<&str> = self.table.split('.').collect();
        if parts.len() <= 3 && parts.iter().all(|part| is_name(part) || quoted(part)) {
            return Ok(&self.table);
        }
        Err(SnowflakeError::Unusable {
            what: self.table.clone(),
            problem: "it is no name of a table or view".to_owned(),
            advice: "write it as in SHARE.PUBLIC.SEC_VW_USAGE",
        })
    }

    fn failed(&self, error: &snowflake_connector_rs::Error) -> SnowflakeError {
        let mut problem = error.snowflake_message().map_or_else(|| error.to_string(), str::to_owned);
        if let Some(source) = std::error::Error::source(error) {
            problem.push_str(&format!(": {source}"));
        }
        // What a server says may have many lines.
        let problem = problem.split_whitespace().collect::<Vec<_>>().join(" ");
        match error.kind() {
            ErrorKind::Auth => SnowflakeError::Credential { problem },
            ErrorKind::Server => SnowflakeError::Refused { table: self.table.clone(), problem },
            _ => SnowflakeError::Unanswered { problem },
        }
    }
}

/// A row under the names of its columns. Decimals keep every digit that they came with.
fn object(row: DynamicRow) -> Map<String, Value> {
    let (schema, values) = row.into_parts();
    let cells = schema.columns().iter().zip(values.into_vec());
    cells.map(|(column, value)| (column.name().to_owned(), cell(value))).collect()
}

fn cell(value: CellValue) -> Value {
    match value {
        CellValue::Decimal(number) => {
            serde_json::from_str(number.raw()).unwrap_or_else(|_| Value::from(number.raw()))
        }
        other => other.into_json_value(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> SnowflakeTable {
        SnowflakeTable {
            account: "acme".to_owned(),
            url: None,
            user: "reports".to_owned(),
            credential: SnowflakeCredential::Password(Secret::new("hush")),
            warehouse: None,
            role: None,
            table: name.to_owned(),
        }
    }

    #[test]
    fn only_a_name_becomes_part_of_the_statement() {
        for name in ["USAGE", "S.V", "SHARE.PUBLIC.SEC_VW_USAGE", "\"my share\".\"x\".V$1"] {
            assert_eq!(table(name).name().unwrap(), name);
        }
        for name in ["", "A..B", "A.B.C.D", "1A", "A; DROP TABLE B", "\"A", "A WHERE 1=1", "\"a\"\".b\""] {
            assert!(table(name).name().is_err(), "{name}");
        }
    }

    #[test]
    fn nothing_shows_the_password() {
        assert!(!format!("{:?}", table("A")).contains("hush"));
    }
}
