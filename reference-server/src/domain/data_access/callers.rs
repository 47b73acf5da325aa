//! Who may read reports: producer users, by password or by token (DAPI-016 to DAPI-019).

use serde::{Deserialize, Serialize};

/// A producer user with both kinds of credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// Name of the user.
    pub user: String,
    /// Password, if the user may come with one.
    pub password: Option<String>,
    /// Access token, if there is one.
    pub token: Option<String>,
    /// Whether the user has the permission "Data Api" (DAPI-019).
    pub permitted: bool,
}

/// Every user of a site.
pub type Callers = Vec<Caller>;

/// What a request shows of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// Nothing, or nothing that can be read.
    Missing,
    /// Name and password, from `Authorization: Basic` (DAPI-017).
    Password(String, String),
    /// A token, from `Authorization: Bearer` (DAPI-018).
    Token(String),
}

/// The user that a credential belongs to.
#[must_use]
pub fn find<'a>(callers: &'a [Caller], credential: &Credential) -> Option<&'a Caller> {
    callers.iter().find(|caller| match credential {
        Credential::Missing => false,
        Credential::Password(user, password) => {
            caller.user == *user && caller.password.as_ref() == Some(password)
        }
        Credential::Token(token) => caller.token.as_ref() == Some(token),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn password_and_token_name_the_same_user() {
        let caller = Caller {
            user: "reports".into(),
            password: Some("a:b".into()),
            token: Some("rna_1f".into()),
            permitted: true,
        };
        let callers =
            [caller.clone(), Caller { user: "other".into(), password: None, token: None, ..caller }];
        let password = |user: &str, word: &str| Credential::Password(user.into(), word.into());
        assert!(find(&callers, &password("reports", "a:b")).is_some());
        assert!(find(&callers, &Credential::Token("rna_1f".into())).is_some());
        for wrong in [
            password("reports", "a"),
            password("other", ""),
            Credential::Token(String::new()),
            Credential::Missing,
        ] {
            assert_eq!(find(&callers, &wrong), None);
        }
    }
}
