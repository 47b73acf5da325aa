//! Comparisons with the tolerance of the rules, as SQL: the counterpart of `numbers`.

/// Whether two numbers are equal within 1e-6, or within 1e-9 of the larger one. The tolerance has some digits more than
/// that, since the difference of two DOUBLEs is not exactly 1e-6.
pub(super) fn close(left: &str, right: &str) -> String {
    format!(
        "(ABS({left} - {right}) <= 0.000001000001 \
         OR ABS({left} - {right}) <= 0.000000001000001 * GREATEST(ABS({left}), ABS({right})))"
    )
}

/// Whether `left` is at most `right`, within the tolerance.
pub(super) fn at_most(left: &str, right: &str) -> String {
    format!("({left} <= {right} OR {})", close(left, right))
}
