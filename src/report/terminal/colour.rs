//! When to colour, and with what.

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

/// When output is coloured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColourChoice {
    /// When the stream is a terminal and the environment (`NO_COLOR`, `CLICOLOR`, `TERM`) does not object.
    #[default]
    Auto,
    /// Always, also into a file.
    Always,
    /// Never.
    Never,
}

impl ColourChoice {
    /// Whether to colour standard output.
    #[must_use]
    pub fn for_stdout(self) -> bool {
        self.decide(|| AutoStream::choice(&std::io::stdout()))
    }

    /// Whether to colour standard error.
    #[must_use]
    pub fn for_stderr(self) -> bool {
        self.decide(|| AutoStream::choice(&std::io::stderr()))
    }

    fn decide(self, automatic: impl FnOnce() -> ColorChoice) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => automatic() != ColorChoice::Never,
        }
    }
}

/// What a piece of text means; the colour follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    /// Ordinary text.
    Plain,
    /// A heading or a name.
    Strong,
    /// Something that holds.
    Good,
    /// Something that does not.
    Bad,
    /// Something doubtful.
    Doubtful,
    /// Text that supports other text.
    Quiet,
}

impl Tone {
    /// The text in the colour of this tone, or as it is.
    pub(super) fn paint(self, text: &str, colour: bool) -> String {
        let style = self.style();
        if !colour || text.is_empty() || style.is_plain() {
            return text.to_owned();
        }
        format!("{style}{text}{style:#}")
    }

    fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Good => AnsiColor::Green.on_default().bold(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Doubtful => AnsiColor::Yellow.on_default(),
            Self::Quiet => Style::new().dimmed(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_overrules_the_stream() {
        assert!(ColourChoice::Always.decide(|| ColorChoice::Never));
        assert!(!ColourChoice::Never.decide(|| ColorChoice::Always));
        assert!(!ColourChoice::Auto.decide(|| ColorChoice::Never));
        assert!(ColourChoice::Auto.decide(|| ColorChoice::Always));
    }

    #[test]
    fn codes_are_written_only_on_demand() {
        assert_eq!(Tone::Bad.paint("failed", false), "failed");
        assert_eq!(Tone::Plain.paint("as it is", true), "as it is");
        let painted = Tone::Bad.paint("failed", true);
        assert!(painted.starts_with('\u{1b}') && painted.contains("failed") && painted.ends_with('m'));
    }
}
