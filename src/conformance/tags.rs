//! Tags: which of them are requirement IDs, tag expressions, and patterns of IDs.

use cucumber::gherkin::tagexpr::TagOperation;
use cucumber::tag::Ext as _;

use super::error::ConformanceError;

/// Whether a tag is meant as a requirement ID: capitals, digits and hyphens, like `DM-ACC-010`.
pub(super) fn is_requirement(tag: &str) -> bool {
    tag.starts_with(|first: char| first.is_ascii_uppercase())
        && tag.contains('-')
        && tag.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
}

/// Whether an ID fits a pattern in which `*` stands for any text.
pub(super) fn id_matches(pattern: &str, id: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| id.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
    for part in between {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// A tag expression such as `@clock and not @site`.
#[derive(Clone, Debug)]
pub(super) struct TagExpression(TagOperation);

impl TagExpression {
    /// Reads an expression.
    pub(super) fn parse(expression: &str) -> Result<Self, ConformanceError> {
        let operation = expression.trim().parse::<TagOperation>();
        operation.map(Self).map_err(|error| ConformanceError::TagExpression {
            expression: expression.to_owned(),
            reason: error.to_string(),
        })
    }

    /// Whether these tags, written without `@`, satisfy it.
    pub(super) fn holds(&self, tags: &[String]) -> bool {
        self.0.eval(tags.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(expression: &str, tags: &[&str]) -> bool {
        let tags: Vec<String> = tags.iter().map(|&tag| tag.to_owned()).collect();
        TagExpression::parse(expression).unwrap().holds(&tags)
    }

    #[test]
    fn expressions_combine_tags() {
        assert!(holds("@clock and not @site", &["clock", "DM-TIME-001"]));
        assert!(!holds("@clock and not @site", &["clock", "site"]));
        assert!(holds(" @DM-ACC-010 or @DM-ACC-011 ", &["DM-ACC-011"]));
        assert!(holds("@a and (@b or @c)", &["a", "c"]));
    }

    #[test]
    fn a_broken_expression_is_an_error() {
        let error = TagExpression::parse("@a @b").unwrap_err();
        assert!(error.to_string().starts_with("the tag expression \"@a @b\" cannot be read"));
    }

    #[test]
    fn patterns_match_whole_ids() {
        assert!(id_matches("DM-ACC-010", "DM-ACC-010"));
        assert!(!id_matches("DM-ACC-01", "DM-ACC-010"));
        assert!(id_matches("DM-ACC-*", "DM-ACC-010"));
        assert!(id_matches("*-055", "WH-USAGE-055"));
        assert!(id_matches("DM-*-0*0", "DM-ACC-010"));
        assert!(!id_matches("DM-*-0*1", "DM-ACC-010"));
        assert!(id_matches("*", "DM-ACC-010"));
    }

    #[test]
    fn only_capitals_are_requirements() {
        assert!(is_requirement("DM-AUTH-A01"));
        assert!(is_requirement("WH-USAGE-055"));
        assert!(!is_requirement("task-9"));
        assert!(!is_requirement("clock"));
        assert!(!is_requirement("CLOCK"));
    }
}
