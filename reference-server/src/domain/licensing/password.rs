//! The password policy of administrators and of the Producer User (CM-PWD-001 to CM-PWD-007).

/// Shortest and longest password.
const LENGTH: std::ops::RangeInclusive<usize> = 8..=30;
/// Of these, one must be there; others may be. Parentheses are no part of the list, only allowed (CM-PWD-004).
const SPECIAL: &str = "^*$-+?_&=!%{}/#";

/// What a password must be, as the end of a sentence, and whether one is.
type Rule = (&'static str, fn(&str) -> bool);

/// The policy, in the order in which it is looked at.
const POLICY: [Rule; 5] = [
    ("has 8 to 30 characters", |password| LENGTH.contains(&password.chars().count())),
    ("has no spaces", |password| !password.chars().any(char::is_whitespace)),
    ("has an upper-case and a lower-case letter", |password| {
        password.chars().any(|letter| letter.is_ascii_uppercase())
            && password.chars().any(|letter| letter.is_ascii_lowercase())
    }),
    ("has a digit", |password| password.chars().any(|letter| letter.is_ascii_digit())),
    ("has one of ^ * $ - + ? _ & = ! % { } / #", |password| {
        password.contains(|letter| SPECIAL.contains(letter))
    }),
];

/// The policy in words, each as the end of a sentence.
pub fn password_policy() -> impl Iterator<Item = &'static str> {
    POLICY.iter().map(|(says, _)| *says)
}

/// What is wrong with a password, as the end of a sentence; the password itself is not part of it.
#[must_use]
pub fn password_fault(password: &str) -> Option<&'static str> {
    POLICY.iter().find(|(_, holds)| !holds(password)).map(|(says, _)| *says)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The boundary vectors of the policy.
    #[test]
    fn the_policy_ends_where_it_says() {
        let long = |length: usize| format!("Aa1!{}", "a".repeat(length - 4));
        for good in ["Aa1!aaaa", "Aa1!a@aa", "Aa1!(aa)", &long(30)] {
            assert_eq!(password_fault(good), None, "{good}");
        }
        for bad in [
            "Aa1!aaa",
            &long(31),
            "AA1!AAAA",
            "aa1!aaaa",
            "Aaa!aaaa",
            "Aa1aaaaa",
            "Aa1! aaa",
            "Aa1@aaaa",
            "Aa1(aaa)",
            "",
        ] {
            assert!(password_fault(bad).is_some(), "{bad}");
        }
    }
}
