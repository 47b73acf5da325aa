//! The decision points of licensing: every place where a rule could be another one, by name. The defaults live with
//! their topics and are the specification.

use std::collections::BTreeMap;

use super::super::Millis;
use super::{
    Account, BorrowTerms, CallerKind, ClientClaims, Denial, License, LicensingKey, Model, Need,
    ProducerState, Secret, SigningWay, account, borrow, client, client_token, license, password, server,
    stock,
};

/// Every rule of licensing in force at a site.
#[derive(Clone, Copy, Debug, Default)]
pub struct LicensingRules {
    /// Accounts and the tokens of `/authorize`.
    pub accounts: AccountRules,
    /// Licensing keys.
    pub keys: LicensingKeyRules,
    /// Client JWTs.
    pub clients: ClientTokenRules,
    /// Granting and giving back.
    pub granting: GrantRules,
    /// Borrowing.
    pub borrow: BorrowRules,
    /// Connections of one tenant.
    pub connections: ConnectionRules,
}

/// Accounts and the tokens of `/authorize`.
#[derive(Clone, Copy, Debug)]
pub struct AccountRules {
    /// What is wrong with a password.
    pub password_fault: fn(&str) -> Option<&'static str>,
    /// The account of a login name.
    pub named: fn(&str) -> Option<Account>,
    /// Whether the Producer User may authorize in this state.
    pub producer_may_authorize: fn(ProducerState) -> bool,
    /// Whether the Producer User's password is forgotten when it is disabled (CM-PROD-009).
    pub forgets_when_disabled: bool,
    /// What a new password does to the old ones (CM-PROD-008).
    pub replaced: fn(&mut Vec<Secret>, Secret),
    /// Whether the Producer User is known on every instance (CM-AUTH-008).
    pub producer_everywhere: bool,
    /// Whether an administrator is known on the instances of others (CM-AUTH-008).
    pub administrators_everywhere: bool,
    /// Status and message for who is not known, and for who is known but may not (CM-AUTH-006).
    pub unknown: (u16, &'static str),
    /// The same for a known account with another password, or without any.
    pub refused: (u16, &'static str),
    /// Whether a password is tried for who has none, so that they wait as long as others (CM-AUTH-006).
    pub tries_for_nobody: bool,
    /// Life of a token, s (CM-AUTH-005).
    pub token_seconds: i64,
    /// The roles in its tokens.
    pub roles: fn(Account) -> &'static str,
    /// Whether every token has an `xsrfToken` of its own (CM-AUTH-011).
    pub own_xsrf: bool,
    /// Whether a token ends with the password that it was got with (CM-PROD-010).
    pub bound_to_password: bool,
    /// Whether a token of this issuer counts on this instance (CM-AUTH-009).
    pub issuer_counts: fn(&str, &str) -> bool,
    /// Whether a token that ends then counts now, s (CM-AUTH-010).
    pub in_time: fn(i64, i64) -> bool,
    /// Whether signatures are verified (CM-AUTH-015).
    pub signature_counts: bool,
    /// Whether `alg: none` is let through (CM-AUTH-015).
    pub unsigned_passes: bool,
    /// Whether a token must say its roles (CM-AUTH-015).
    pub roles_required: bool,
    /// Whether a caller may do what an operation needs.
    pub may: fn(CallerKind, &str, Need) -> bool,
    /// Whether reads need no token (CM-ROLE-004).
    pub anonymous_reads: bool,
}

impl Default for AccountRules {
    fn default() -> Self {
        Self {
            password_fault: password::password_fault,
            named: Account::named,
            producer_may_authorize: |state| state == ProducerState::Enabled,
            forgets_when_disabled: true,
            replaced: account::last_counts,
            producer_everywhere: true,
            administrators_everywhere: false,
            unknown: (401, "user name or password is wrong"),
            refused: (401, "user name or password is wrong"),
            tries_for_nobody: true,
            token_seconds: 86_400,
            roles: Account::roles,
            own_xsrf: true,
            bound_to_password: true,
            issuer_counts: |issuer, instance| issuer == instance,
            in_time: |end, now| now < end,
            signature_counts: true,
            unsigned_passes: false,
            roles_required: true,
            may: account::may,
            anonymous_reads: false,
        }
    }
}

/// Licensing keys.
#[derive(Clone, Copy, Debug)]
pub struct LicensingKeyRules {
    /// Whether an RSA key of so many bits is taken (CM-KEY-009).
    pub bits_accepted: fn(usize) -> bool,
    /// Whether PEM text is taken for DER (CM-KEY-009).
    pub takes_pem: bool,
    /// What an upload does to the keys that are there (CM-KEY-005).
    pub replaced: fn(&mut Vec<LicensingKey>, LicensingKey),
    /// What a revocation does to them (CM-KEY-007).
    pub revoked: fn(&mut Vec<LicensingKey>),
    /// Whether the keys of other instances count too (CM-KEY-012).
    pub shared: bool,
    /// The answer to a revocation (CM-KEY-007).
    pub revoked_status: u16,
    /// The answer to a revocation when there is no key (CM-KEY-008).
    pub revoked_none: u16,
}

impl Default for LicensingKeyRules {
    fn default() -> Self {
        Self {
            bits_accepted: |bits| bits >= 2048,
            takes_pem: false,
            replaced: server::last_key_counts,
            revoked: Vec::clear,
            shared: false,
            revoked_status: 410,
            revoked_none: 410,
        }
    }
}

/// Client JWTs.
#[derive(Clone, Copy, Debug)]
pub struct ClientTokenRules {
    /// How tokens of an algorithm are verified; nothing when they are not taken.
    pub way: fn(&str) -> Option<SigningWay>,
    /// Whether signatures are verified.
    pub signature_counts: bool,
    /// Whether a token is in time, s.
    pub in_time: fn(&ClientClaims, i64) -> bool,
    /// Whether it must have a subject (CM-JWT-003).
    pub subject_required: bool,
    /// What stands for roles that are left out (CM-JWT-002).
    pub roles_left_out: &'static str,
    /// Whether licensing calls need a token while JSON security is on (CM-JWT-013).
    pub required: bool,
}

impl Default for ClientTokenRules {
    fn default() -> Self {
        Self {
            way: client_token::rs256_only,
            signature_counts: true,
            in_time: client_token::before_its_end,
            subject_required: true,
            roles_left_out: "",
            required: true,
        }
    }
}

/// Selectors of a license and of a request.
type Selectors = BTreeMap<String, String>;

/// Granting and giving back.
#[derive(Clone, Copy, Debug)]
pub struct GrantRules {
    /// Whether there is such a type of host ID (CM-ACC-003).
    pub host_type_known: fn(&str) -> bool,
    /// Whether a complete request begins by giving back all that the host holds (CM-GRANT-001).
    pub gives_back_first: bool,
    /// Whether what a complete request leaves out stays with the host (CM-GRANT-005).
    pub left_out_stays: bool,
    /// Whether a host keeps what it held of a feature that it is denied (CM-GRANT-008).
    pub denial_keeps: bool,
    /// Whether an empty complete request is granted what is reserved (CM-GRANT-002).
    pub grants_reserved: bool,
    /// Whether a denied entry blocks those after it (CM-GRANT-007).
    pub denial_blocks_rest: bool,
    /// How much of a license may be in use; nothing means without bound.
    pub capacity: fn(&License) -> Option<i64>,
    /// The most that a host may hold: capacity, reserved for others, in use by others beyond that (CM-RES-005).
    pub most: fn(i64, i64, i64) -> i64,
    /// How many are granted, given the count that is asked for, the room for it, and whether fewer will do.
    pub granted: fn(i64, Option<i64>, bool) -> i64,
    /// Whether a partial grant also has a status (CM-PART-004).
    pub partial_has_status: bool,
    /// Whether a license of a version serves a request for another.
    pub version_serves: fn(&str, &str) -> bool,
    /// Whether a license may not be used yet.
    pub not_started: fn(&License, Millis) -> bool,
    /// Whether a license may not be used any more.
    pub expired: fn(&License, Millis) -> bool,
    /// Whether a license with selectors serves a request.
    pub selectors_fit: fn(&Selectors, &Selectors) -> bool,
    /// Whether a request may both add and subtract (CM-INC-003).
    pub signs_mix: bool,
    /// How many are released when so many are subtracted from so many (CM-INC-004).
    pub decrement: fn(i64, i64) -> Result<i64, Denial>,
    /// Whether a metered feature may be given back (CM-MET-006).
    pub reusable: fn(Model) -> bool,
    /// What is charged for a metered count (CM-MET-002).
    pub metered_charge: fn(i64) -> i64,
    /// Whether a complete request gives metered counts back, too (CM-MET-002).
    pub metered_comes_back: bool,
    /// Whether the answer shows all that is held, or only what was asked for (CM-INC-005).
    pub shows_all_held: bool,
    /// Whether the answer shows the version of the license or the requested one (CM-RSP-005).
    pub shows_license_version: bool,
    /// Whether a preview does what it shows (CM-PRE-004).
    pub preview_consumes: bool,
    /// Whether a request is judged and booked in two steps, between which others come (CM-CNT-003).
    pub judged_apart: bool,
    /// The code of a denial.
    pub code: fn(Denial) -> &'static str,
}

impl Default for GrantRules {
    fn default() -> Self {
        Self {
            host_type_known: client::known_host_type,
            gives_back_first: true,
            left_out_stays: false,
            denial_keeps: false,
            grants_reserved: true,
            denial_blocks_rest: false,
            capacity: license::entitled_and_overdraft,
            most: stock::beyond_others,
            granted: stock::all_or_what_is_there,
            partial_has_status: false,
            version_serves: license::equal_or_higher,
            not_started: license::not_started,
            expired: license::expired,
            selectors_fit: license::selectors_equal,
            signs_mix: false,
            decrement: stock::at_most_held,
            reusable: |model| matches!(model, Model::Metered { reusable: true, .. }),
            metered_charge: |count| count,
            metered_comes_back: false,
            shows_all_held: true,
            shows_license_version: true,
            preview_consumes: false,
            judged_apart: false,
            code: Denial::code,
        }
    }
}

/// Borrowing.
#[derive(Clone, Copy, Debug)]
pub struct BorrowRules {
    /// The effective interval: the feature's, the server's terms, the client's.
    pub interval: fn(Option<Millis>, &BorrowTerms, Millis) -> Millis,
    /// The end of an interval that starts then, by a unit.
    pub end: fn(Millis, Millis, Millis) -> Millis,
    /// The end of a borrow by the end of its license.
    pub within_license: fn(Millis, Option<Millis>) -> Millis,
    /// Whether a request renews what it leaves held (CM-BOR-009).
    pub renews: bool,
    /// Whether an incremental request renews what it does not name (CM-BOR-010).
    pub increment_renews_all: bool,
    /// Whether counts come back when the borrow ends (CM-BOR-011).
    pub ends: bool,
}

impl Default for BorrowRules {
    fn default() -> Self {
        Self {
            interval: borrow::shortest_set,
            end: borrow::end_of_unit,
            within_license: borrow::within_license,
            renews: true,
            increment_renews_all: true,
            ends: true,
        }
    }
}

/// Connections of one tenant.
#[derive(Clone, Copy, Debug)]
pub struct ConnectionRules {
    /// Most at a time, over all instances (CM-LIM-001).
    pub most: usize,
    /// The answer to one too many (CM-LIM-004).
    pub refused: u16,
    /// Whether an exchange at this address is one (CM-LIM-002, CM-PRE-009).
    pub counts: fn(&str) -> bool,
}

impl Default for ConnectionRules {
    fn default() -> Self {
        Self { most: 60, refused: 500, counts: |_address| true }
    }
}
