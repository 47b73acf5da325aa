//! Who uses a license server: the Producer User, the administrator of an instance, and client applications.

use serde::{Deserialize, Serialize};

use super::Secret;

/// The names of roles (CM-ROLE-001).
pub mod roles {
    /// Other administration, such as keys.
    pub const ADMIN: &str = "ROLE_ADMIN";
    /// Deleting client records.
    pub const DROP_CLIENT: &str = "ROLE_DROPCLIENT";
    /// Read queries.
    pub const READ: &str = "ROLE_READ";
    /// Reservations.
    pub const RESERVATIONS: &str = "ROLE_RESERVATIONS";
    /// Licensing calls; only client JWTs carry it.
    pub const CAPABILITY: &str = "ROLE_CAPABILITY";
    /// One string, comma-separated, without blanks and alphabetical (CM-ROLE-002).
    pub const OF_ADMINISTRATOR: &str = "ROLE_ADMIN,ROLE_DROPCLIENT,ROLE_READ,ROLE_RESERVATIONS";
    /// Those of the Producer User, whose spelling nobody has published (CM-ROLE-006).
    pub const OF_PRODUCER: &str = "ROLE_ADMIN,ROLE_DROPCLIENT,ROLE_PRODUCER,ROLE_READ,ROLE_RESERVATIONS";

    /// Whether a role is in the list.
    #[must_use]
    pub fn contain(roles: &str, role: &str) -> bool {
        roles.split(',').any(|one| one == role)
    }
}

/// An account that can authorize.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Account {
    /// The tenant's Producer User, known on every instance (CM-PROD-002).
    Producer,
    /// The administrator of one instance (CM-ADM-001).
    Administrator,
}

impl Account {
    /// Its login name (CM-PROD-006, CM-ADM-001).
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Producer => "producer",
            Self::Administrator => "admin",
        }
    }

    /// The account of a login name; names are case-sensitive (CM-PROD-006).
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Producer, Self::Administrator].into_iter().find(|account| account.name() == name)
    }

    /// The roles of its tokens.
    #[must_use]
    pub const fn roles(self) -> &'static str {
        match self {
            Self::Producer => roles::OF_PRODUCER,
            Self::Administrator => roles::OF_ADMINISTRATOR,
        }
    }
}

/// How far the Producer User has come (CM-PROD-007).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProducerState {
    /// Not enabled, as at the beginning.
    Disabled,
    /// Enabled in the first step, without the password of the second.
    EnabledNoPassword,
    /// Able to authorize.
    Enabled,
}

impl ProducerState {
    /// Its name.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Disabled => "DISABLED",
            Self::EnabledNoPassword => "ENABLED_NO_PASSWORD",
            Self::Enabled => "ENABLED",
        }
    }
}

/// The tenant's Producer User.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProducerUser {
    enabled: bool,
    /// One, the one that was defined last; more only where a rule forgets to replace.
    passwords: Vec<Secret>,
}

impl ProducerUser {
    /// How far it has come.
    #[must_use]
    pub fn state(&self) -> ProducerState {
        match (self.enabled, self.passwords.is_empty()) {
            (false, _) => ProducerState::Disabled,
            (true, true) => ProducerState::EnabledNoPassword,
            (true, false) => ProducerState::Enabled,
        }
    }

    /// The first step, or back from it. Who is disabled forgets the password, by the rules (CM-PROD-009).
    pub fn enable(&mut self, enabled: bool, forgets: bool) {
        self.enabled = enabled;
        if !enabled && forgets {
            self.passwords.clear();
        }
    }

    /// The second step, and every reset after it: the old password is gone at once (CM-PROD-008).
    pub fn define_password(&mut self, password: Secret, replaced: fn(&mut Vec<Secret>, Secret)) {
        replaced(&mut self.passwords, password);
    }

    /// The passwords, whatever the state.
    #[must_use]
    pub fn passwords(&self) -> &[Secret] {
        &self.passwords
    }
}

/// The one password that counts is the last.
pub(super) fn last_counts(passwords: &mut Vec<Secret>, new: Secret) {
    *passwords = vec![new];
}

/// What kind of token somebody has come with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallerKind {
    /// One of `/authorize`, which the server has signed.
    Account,
    /// One that a client application has signed with the licensing key.
    Client,
}

/// What an operation asks of its caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A token of `/authorize` with this role.
    Role(&'static str),
    /// A client JWT (CM-ROLE-008).
    Licensing,
}

/// Whether a caller may do what needs this. A client JWT is for licensing and nothing else, whatever it claims
/// (CM-JWT-011); a token of an account is for everything else (CM-JWT-012).
pub(super) fn may(kind: CallerKind, roles: &str, need: Need) -> bool {
    match need {
        Need::Role(role) => kind == CallerKind::Account && self::roles::contain(roles, role),
        Need::Licensing => kind == CallerKind::Client && roles == self::roles::CAPABILITY,
    }
}

#[cfg(test)]
mod tests {
    use super::super::PasswordCost;
    use super::*;

    #[test]
    fn the_producer_user_needs_two_steps_and_forgets_when_disabled() {
        let secret = |word| Secret::of(word, [1; 16], PasswordCost::Quick).unwrap();
        let mut user = ProducerUser::default();
        assert_eq!(user.state(), ProducerState::Disabled);
        user.define_password(secret("Aa1!aaaa"), last_counts);
        assert_eq!(user.state(), ProducerState::Disabled, "a password alone enables nobody");
        user.enable(true, true);
        user.define_password(secret("Bb2?bbbb"), last_counts);
        assert_eq!(user.state(), ProducerState::Enabled);
        assert!(user.passwords().iter().all(|password| !password.is_of("Aa1!aaaa")));
        user.enable(false, true);
        user.enable(true, true);
        assert_eq!(user.state(), ProducerState::EnabledNoPassword);
    }

    #[test]
    fn clients_do_licensing_and_accounts_do_the_rest() {
        let reader = "ROLE_READ";
        assert!(may(CallerKind::Account, roles::OF_ADMINISTRATOR, Need::Role(roles::ADMIN)));
        assert!(!may(CallerKind::Account, reader, Need::Role(roles::ADMIN)));
        assert!(!may(CallerKind::Client, roles::OF_ADMINISTRATOR, Need::Role(roles::ADMIN)));
        assert!(!may(CallerKind::Account, roles::CAPABILITY, Need::Licensing));
        assert!(may(CallerKind::Client, roles::CAPABILITY, Need::Licensing));
        assert!(!may(CallerKind::Client, "ROLE_CAPABILITY,ROLE_ADMIN", Need::Licensing));
    }
}
