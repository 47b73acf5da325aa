//! Which scenarios are one text run in several versions of the API.
//!
//! The first run of a scenario has the plain ID and name. Another one has its version behind both:
//! `client/one-off.feature:12@v1.1`, `Two items (v1.1)`.

/// The place of a scenario: its ID without the version at the end.
#[must_use]
pub fn without_version(id: &str) -> &str {
    id.rsplit_once('@').filter(|(_, version)| is_version(version)).map_or(id, |(place, _)| place)
}

/// The name of a scenario without the version at the end.
pub(super) fn name_without_version(name: &str) -> &str {
    let split = name.strip_suffix(')').and_then(|rest| rest.rsplit_once(" ("));
    split.filter(|(_, version)| is_version(version)).map_or(name, |(plain, _)| plain)
}

/// Whether a name that a user wrote means this scenario, in whatever version it ran.
#[must_use]
pub fn is_named(named: &str, id: &str, name: &str) -> bool {
    [id, without_version(id), name, name_without_version(name)].contains(&named)
}

fn is_version(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.strip_prefix('v').and_then(|number| number.split_once('.'));
    number.is_some_and(|(major, minor)| digits(major) && digits(minor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_version_at_the_end_is_taken_off() {
        assert_eq!(without_version("client/one-off.feature:12@v1.1"), "client/one-off.feature:12");
        assert_eq!(without_version("a@v1.1/b.feature:12"), "a@v1.1/b.feature:12");
        assert_eq!(without_version("a.feature:12@x"), "a.feature:12@x");
        assert_eq!(name_without_version("Two items (v1.1)"), "Two items");
        assert_eq!(name_without_version("Two items (of three)"), "Two items (of three)");
    }

    #[test]
    fn a_scenario_is_meant_with_and_without_its_version() {
        let named = |named| is_named(named, "a.feature:1@v1.1", "Two items (v1.1)");
        assert!(named("a.feature:1") && named("a.feature:1@v1.1") && named("Two items"));
        assert!(!named("a.feature:1@v1.0"));
        assert!(!is_named("a.feature:1@v1.1", "a.feature:1", "Two items"));
    }
}
