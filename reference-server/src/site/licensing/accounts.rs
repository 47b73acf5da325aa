//! The Producer User, the administrators, and what tokens are signed with.

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::state::accounts_id;
use crate::domain::licensing::{Account, ProducerState, Secret};
use crate::site::{Kind, Refusal, Site};

/// A step of the Producer User's set-up (CM-PROD-004).
#[derive(Clone, Debug, Default)]
pub struct ProducerChange {
    /// Whether it is enabled from now on.
    pub enabled: Option<bool>,
    /// A new password.
    pub password: Option<Secret>,
}

/// The account of a login name with the passwords that let it in.
#[derive(Clone, Debug)]
pub struct Passwords {
    /// The account, if it may authorize on this instance.
    pub account: Option<Account>,
    /// Its passwords: one, as a rule.
    pub passwords: Vec<Secret>,
}

impl Site {
    /// How far the Producer User has come.
    #[must_use]
    pub fn producer_state(&self) -> ProducerState {
        self.licensing.accounts.producer.state()
    }

    /// Enables or disables the Producer User, then defines its password (CM-PROD-004, CM-PROD-008).
    ///
    /// # Errors
    /// When a password is given for a user that is not enabled.
    pub fn change_producer_user(&mut self, change: ProducerChange) -> Result<(), Refusal> {
        let rules = self.rules.licensing.accounts;
        let producer = &mut self.licensing.accounts.producer;
        let enabled = change.enabled.unwrap_or(producer.state() != ProducerState::Disabled);
        if change.password.is_some() && !enabled {
            return Err(Refusal::new(409, "the Producer User must be enabled before it gets a password"));
        }
        if let Some(enabled) = change.enabled {
            producer.enable(enabled, rules.forgets_when_disabled);
        }
        if let Some(password) = change.password {
            producer.define_password(password, rules.replaced);
        }
        self.touch(Kind::LicensingAccounts, accounts_id());
        Ok(())
    }

    /// Who a login name is on an instance, with the passwords that let in (CM-AUTH-006, CM-AUTH-008). A stranger gets
    /// the same answer without an account.
    ///
    /// # Errors
    /// For an unknown instance.
    pub fn passwords(&self, instance: &str, user: &str) -> Result<Passwords, Refusal> {
        let server = self.license_server(instance)?;
        let rules = &self.rules.licensing.accounts;
        let account = (rules.named)(user);
        let passwords = match account {
            None => Vec::new(),
            Some(Account::Producer) => {
                let first = self.licensing.servers.keys().next() == Some(&server.id);
                let here = rules.producer_everywhere || first;
                let may = here && (rules.producer_may_authorize)(self.producer_state());
                if may { self.licensing.accounts.producer.passwords().to_vec() } else { Vec::new() }
            }
            Some(Account::Administrator) if rules.administrators_everywhere => {
                self.licensing.servers.values().flat_map(|other| other.administrator.clone()).collect()
            }
            Some(Account::Administrator) => server.administrator.clone(),
        };
        Ok(Passwords { account, passwords })
    }

    /// What signs the tokens of an account on an instance: the site's secret, and the password's hash where tokens end
    /// with the password that they were got with (CM-PROD-010). Nothing for an account that may not authorize.
    #[must_use]
    pub fn token_secret(&self, instance: &str, account: Account) -> Option<Vec<u8>> {
        let bound = self.rules.licensing.accounts.bound_to_password;
        let mut secret = self.licensing.accounts.token_secret.clone().into_bytes();
        if secret.is_empty() {
            return None;
        }
        if bound {
            let passwords = self.passwords(instance, account.name()).ok()?.passwords;
            secret.extend_from_slice(passwords.last()?.as_bytes());
        }
        Some(secret)
    }

    /// Makes the secret that signs tokens, unless there is one.
    pub(super) fn make_token_secret(&mut self) {
        if !self.licensing.accounts.token_secret.is_empty() {
            return;
        }
        let mut bytes = [0; 64];
        // Without random numbers there is no secret, and without a secret nobody can authorize.
        if rand::fill(&mut bytes).is_ok() {
            self.licensing.accounts.token_secret = STANDARD.encode(bytes);
            self.touch(Kind::LicensingAccounts, accounts_id());
        }
    }
}
