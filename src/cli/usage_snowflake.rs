//! Usage rows straight from Snowflake; part of builds with the feature `snowflake`.

use std::io::Write;

use clap::Args;

use super::exit::{CONFIGURATION, Failure, UNREACHABLE};
use super::run::runtime;
use crate::target::Secret;
use crate::usage::{Input, SnowflakeCredential, SnowflakeError, SnowflakeTable};

const PASSWORD: &str = "CHARGEPROOF_SNOWFLAKE_PASSWORD";
const TOKEN: &str = "CHARGEPROOF_SNOWFLAKE_TOKEN";

#[derive(Args, Debug)]
#[command(next_help_heading = "Snowflake")]
pub(super) struct SnowflakeArgs {
    /// Table or view of usage rows, as in SHARE.PUBLIC.SEC_VW_USAGE. The environment holds the credential:
    /// CHARGEPROOF_SNOWFLAKE_PASSWORD (a password or programmatic access token) or CHARGEPROOF_SNOWFLAKE_TOKEN (OAuth).
    #[arg(long, value_name = "NAME", requires_all = ["snowflake_account", "snowflake_user"])]
    pub(super) snowflake_table: Option<String>,
    /// Account.
    #[arg(long, value_name = "NAME")]
    snowflake_account: Option<String>,
    /// User.
    #[arg(long, value_name = "NAME")]
    snowflake_user: Option<String>,
    /// Virtual warehouse that runs the query.
    #[arg(long, value_name = "NAME")]
    snowflake_warehouse: Option<String>,
    /// Role that may read the table.
    #[arg(long, value_name = "NAME")]
    snowflake_role: Option<String>,
    /// Address, where it is not the one that the account tells.
    #[arg(long, value_name = "URL")]
    snowflake_url: Option<String>,
}

/// All rows of the table that is named.
pub(super) fn rows_of(args: &SnowflakeArgs) -> Result<Input, Failure> {
    let trimmed = |value: String| value.trim().to_owned();
    let named = |name: &str| std::env::var(name).ok().map(trimmed).filter(|value| !value.is_empty());
    let named = |name: &str| named(name).map(Secret::new);
    let credential = match (named(TOKEN), named(PASSWORD)) {
        (Some(token), _) => SnowflakeCredential::Token(token),
        (None, Some(password)) => SnowflakeCredential::Password(password),
        (None, None) => {
            return Err(Failure::words(CONFIGURATION, "Snowflake needs a credential")
                .advise(format!("set {PASSWORD} or {TOKEN}")));
        }
    };
    let table = SnowflakeTable {
        account: args.snowflake_account.clone().unwrap_or_default(),
        url: args.snowflake_url.clone(),
        user: args.snowflake_user.clone().unwrap_or_default(),
        credential,
        warehouse: args.snowflake_warehouse.clone(),
        role: args.snowflake_role.clone(),
        table: args.snowflake_table.clone().unwrap_or_default(),
    };
    let mut tell = |rows: u64| {
        // Nothing is lost but a line of progress.
        let _ = writeln!(anstream::stderr(), "{}: {rows} rows so far", table.table);
    };
    runtime()?.block_on(table.rows(&mut tell)).map_err(|error| {
        let of_the_user =
            matches!(error, SnowflakeError::Unusable { .. } | SnowflakeError::Unwritable { .. });
        Failure::new(if of_the_user { CONFIGURATION } else { UNREACHABLE }, &error)
    })
}
