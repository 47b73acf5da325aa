//! The data warehouse of a site apart from usage: who may read it, and the rows of its entities.

use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;

use super::operator::{Content, Control, Named, Operator, read};
use crate::domain::data_access::{Caller, Callers, Cells, Entity, entity};
use crate::http::errors::Refused;
use crate::site::Refusal;

/// A producer user who may read reports, and one who may not, for tests of the permission (DAPI-019).
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct NewCaller {
    user: String,
    password: Option<String>,
    token: Option<String>,
    without_permission: Option<Box<Self>>,
}

impl NewCaller {
    /// Both users.
    pub(super) fn read(self) -> Result<Callers, Refusal> {
        let mut callers = Callers::new();
        let (mut next, mut permitted) = (Some(self), true);
        while let Some(Self { user, password, token, without_permission }) = next {
            if user.trim().is_empty() || user.contains(':') {
                return Err(Refusal::invalid("`dataAccess.user` is blank or has a colon"));
            }
            if password.is_none() && token.is_none() {
                return Err(Refusal::invalid(format!(
                    "`{user}` in `dataAccess` needs a password or a token"
                )));
            }
            callers.push(Caller { user, password, token, permitted });
            (next, permitted) = (without_permission.map(|other| *other), false);
        }
        Ok(callers)
    }
}

/// Replaces the rows of an entity.
pub(super) async fn replace(
    _operator: Operator,
    State(control): State<Control>,
    Named((site, group)): Named<(String, String)>,
    body: Content,
) -> Result<StatusCode, Refused> {
    let entity = entity(&group)
        .filter(|entity| entity.group != "usage")
        .ok_or_else(|| Refusal::new(404, format!("there are no rows to replace of an entity `{group}`")))?;
    let rows: Vec<Cells> = read(&body)?;
    check(entity, &rows)?;
    control.sites.act(&site, |site| site.replace_rows(entity, rows)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Rows carry the names of reports, and say when they were changed: without that no report could find them.
fn check(entity: &Entity, rows: &[Cells]) -> Result<(), Refusal> {
    for (at, row) in rows.iter().enumerate() {
        let refusal = |what: String| Refusal::invalid(format!("row {} {what}", at + 1));
        if let Some(name) = row.keys().find(|name| entity.field(name).is_none()) {
            return Err(refusal(format!("has `{name}`, which is no field of {}", entity.group)));
        }
        if entity.changed_at(row).is_none() {
            return Err(refusal(format!("needs `{}`, in ms or as YYYY-MM-DD HH:MM:SS.mmm", entity.changed)));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn callers(body: Value) -> Result<Callers, Refusal> {
        serde_json::from_value::<NewCaller>(body).unwrap().read()
    }

    #[test]
    fn the_second_user_has_no_permission() {
        let both =
            json!({"user": "a", "password": "p", "withoutPermission": {"user": "b", "token": "rna_1"}});
        let both = callers(both).unwrap();
        assert_eq!((both[0].permitted, both[1].permitted), (true, false));
        assert!(
            callers(json!({"user": "a"})).is_err() && callers(json!({"user": "a:b", "token": "t"})).is_err()
        );
    }

    #[test]
    fn rows_need_known_names_and_a_time() {
        let check = |row: Value| check(entity("account").unwrap(), &[serde_json::from_value(row).unwrap()]);
        assert!(check(json!({"AccountID": "A", "LastUpdated": "2026-01-15 08:00:00.000"})).is_ok());
        assert!(
            check(json!({"ACCOUNT_ID": "A", "LastUpdated": 0})).unwrap_err().messages[0].contains("row 1")
        );
        assert!(check(json!({"AccountID": "A"})).unwrap_err().messages[0].contains("LastUpdated"));
    }
}
