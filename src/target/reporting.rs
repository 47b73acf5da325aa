//! A user of the Data Access API, who may come with a password or with a token.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::profile::{DataAccessProfile, Secret};

/// A producer user who reads reports.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportCaller {
    /// User and password.
    pub password: Option<(String, Secret)>,
    /// Access token.
    pub token: Option<Secret>,
}

impl ReportCaller {
    /// A user with credentials that nobody else has.
    #[must_use]
    pub fn made(user: &str) -> ReportCaller {
        let secret = || uuid::Uuid::new_v4().simple().to_string();
        let password = Some((user.to_owned(), Secret::new(secret())));
        ReportCaller { password, token: Some(Secret::new(format!("rna_{}", secret()))) }
    }

    /// The value of `Authorization` with the password.
    #[must_use]
    pub fn basic(&self) -> Option<String> {
        self.password.as_ref().map(|(user, password)| basic(user, password.expose()))
    }

    /// The value of `Authorization` with the token.
    #[must_use]
    pub fn bearer(&self) -> Option<String> {
        self.token.as_ref().map(|token| format!("Bearer {}", token.expose()))
    }

    /// As the test control takes it; nothing for a caller without a name.
    #[must_use]
    pub fn to_json(&self) -> Option<Value> {
        let (user, password) = self.password.as_ref()?;
        let token = self.token.as_ref().map(Secret::expose);
        Some(json!({ "user": user, "password": password.expose(), "token": token }))
    }
}

impl From<&DataAccessProfile> for ReportCaller {
    fn from(profile: &DataAccessProfile) -> ReportCaller {
        match profile {
            DataAccessProfile::Password { user, password } => {
                ReportCaller { password: Some((user.clone(), password.clone())), token: None }
            }
            DataAccessProfile::Token(token) => ReportCaller { password: None, token: Some(token.clone()) },
        }
    }
}

/// User, colon and password in Base64.
#[must_use]
pub fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_written_as_the_standard_has_it() {
        // RFC 7617, section 2.
        assert_eq!(basic("Aladdin", "open sesame"), "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        let token = ReportCaller::made("u").bearer().unwrap();
        assert!(token.starts_with("Bearer rna_") && token.len() == 43, "{token}");
    }
}
