//! How instances are made, found and listed: the decision points of instances.

/// What a list of instances is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of them.
    All,
    /// The default instance of an account.
    DefaultOf(String),
    /// Every instance of an account.
    Of(String),
}

/// Every rule of instances in force at a site.
#[derive(Clone, Copy)]
pub struct InstanceRules {
    /// The ID of a new instance (DM-INST-002).
    pub new_id: fn() -> String,
    /// The status of a new instance (DM-INST-001).
    pub created: u16,
    /// Whether a new instance is its account's default, given its name and how many there are (DM-INST-003,
    /// DM-INST-021).
    pub is_default: fn(&str, usize) -> bool,
    /// Whether two account IDs name one account (DM-INST-019).
    pub same_account: fn(&str, &str) -> bool,
    /// The status of an instance that is named as another one of its account (DM-INST-007).
    pub same_name: u16,
    /// The status of a new instance whose body gives what the server gives (DM-INST-006).
    pub given_fields: u16,
    /// What a list is asked for by `accountId` and `default`; nothing when they do not go together (DM-INST-018).
    pub wanted: fn(Option<&str>, Option<bool>) -> Option<Wanted>,
    /// A truth value in a query (DM-GEN-005).
    pub truth: fn(&str) -> Option<bool>,
    /// How many instances a page holds, from how many are asked for; nothing when so many cannot be asked for
    /// (DM-INST-014, DM-INST-015).
    pub page_size: fn(Option<usize>) -> Option<usize>,
    /// The status of a `size` that is no number (DM-INST-016).
    pub size_word: u16,
    /// The status of a `size` of 0 (DM-INST-016).
    pub size_zero: u16,
    /// The status of a `next` that is no number (DM-INST-016).
    pub next_word: u16,
    /// Whether the newest instance is listed first (DM-INST-015).
    pub newest_first: bool,
    /// Whether `next` is a text (DM-INST-011).
    pub next_as_text: bool,
}

impl Default for InstanceRules {
    fn default() -> Self {
        Self {
            new_id: || uuid::Uuid::new_v4().to_string(),
            created: 200,
            is_default: |_name, existing| existing == 0,
            same_account: |one, other| one == other,
            same_name: 200,
            given_fields: 200,
            wanted,
            truth,
            page_size: |asked| Some(asked.unwrap_or(PAGE).min(LARGEST_PAGE)),
            size_word: 400,
            size_zero: 400,
            next_word: 400,
            newest_first: false,
            next_as_text: false,
        }
    }
}

/// Page size when none is asked for, and the most that is given (DM-INST-015).
const PAGE: usize = 100;
const LARGEST_PAGE: usize = 500;

/// `accountId` and `default=true` go together (DM-INST-017, DM-INST-018).
#[must_use]
pub fn wanted(account: Option<&str>, default: Option<bool>) -> Option<Wanted> {
    match (account, default) {
        (None, None) => Some(Wanted::All),
        (Some(account), Some(true)) => Some(Wanted::DefaultOf(account.to_owned())),
        _ => None,
    }
}

/// `true` and `false`, in any case of letters (DM-GEN-005).
#[must_use]
pub fn truth(text: &str) -> Option<bool> {
    match text {
        text if text.eq_ignore_ascii_case("true") => Some(true),
        text if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truth_values_come_in_any_case() {
        assert_eq!(truth("True"), Some(true));
        assert_eq!(truth("FALSE"), Some(false));
        assert_eq!(truth("1"), None);
    }

    #[test]
    fn account_and_default_go_together() {
        assert_eq!(wanted(None, None), Some(Wanted::All));
        assert_eq!(wanted(Some("ACME"), Some(true)), Some(Wanted::DefaultOf("ACME".into())));
        for lone in [(Some("ACME"), None), (None, Some(true)), (Some("ACME"), Some(false))] {
            assert_eq!(wanted(lone.0, lone.1), None);
        }
    }
}
