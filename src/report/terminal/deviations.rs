//! Declared deviations in the summary: what became of each, and where it was seen.

use crate::report::figures::size;
use crate::report::model::RunModel;

use super::colour::Tone;
use super::page::Page;
use super::wrap::shorten;

/// How many places of one deviation are printed; the run folder has them all.
const PLACES: usize = 3;

/// The section of declared deviations, where there are any.
pub(super) fn show(page: &mut Page, model: &RunModel) {
    let judged = model.deviations().judged();
    if judged.is_empty() {
        return;
    }
    let failures = model.expected_failures();
    page.heading(&format!("EXPECTED DEVIATIONS ({})", size(judged.len())));
    for (one, state) in judged {
        let tone = if state.fails() { Tone::Bad } else { Tone::Doubtful };
        page.paragraph(2, tone, &format!("{}: {}", one.subject(), state.words()));
        page.field(5, "Reason", Tone::Plain, &one.reason);
        page.field(5, "Link", Tone::Quiet, &one.link);
        page.field(5, "Until", Tone::Plain, &one.expires);
        let covered: Vec<_> = failures.iter().filter(|failure| failure.deviation == Some(one)).collect();
        for failure in covered.iter().take(PLACES) {
            let (expected, actual) = (shorten(failure.expected, 120), shorten(failure.actual, 120));
            let seen = format!("{}. {}: expected {expected}, was {actual}", failure.number, failure.location);
            page.field(5, "Seen", Tone::Quiet, &seen);
        }
        if covered.len() > PLACES {
            page.field(5, "", Tone::Quiet, &format!("and {} more", size(covered.len() - PLACES)));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::report::samples;
    use crate::report::terminal_summary;

    #[test]
    fn a_deviation_says_what_became_of_it() {
        let text = terminal_summary(&samples::expected_run(), false, 80);
        assert!(text.contains("EXPECTED DEVIATIONS (2)"), "{text}");
        assert!(text.contains("DM-CHG-011: happened as expected\n"), "{text}");
        assert!(text.contains("DM-ACC-010: did not happen; remove it from the list\n"), "{text}");
        assert!(text.contains("2. client/one-off.feature:17: expected 7, was 8"), "{text}");
        assert!(!text.contains("FAILURES"), "{text}");
    }
}
