//! A page of text under construction: headings, paragraphs and fields, all within the width.

use super::colour::Tone;
use super::wrap;

/// Columns for the names of fields.
const LABEL: usize = 13;

/// Text that grows line by line.
pub(super) struct Page {
    text: String,
    colour: bool,
    width: usize,
}

impl Page {
    /// An empty page. A terminal narrower than forty columns gets lines of forty.
    pub(super) fn new(colour: bool, width: usize) -> Self {
        Self { text: String::new(), colour, width: width.max(40) }
    }

    /// The columns that are left beside an indentation.
    pub(super) fn room(&self, indent: usize) -> usize {
        self.width.saturating_sub(indent)
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A heading with an empty line before it.
    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        self.paragraph(0, Tone::Strong, text);
    }

    /// Text wrapped at this indentation.
    pub(super) fn paragraph(&mut self, indent: usize, tone: Tone, text: &str) {
        for line in wrap::wrap(text, self.room(indent)) {
            self.line(indent, tone, &line);
        }
    }

    /// A name, and a value wrapped beside it.
    pub(super) fn field(&mut self, indent: usize, label: &str, tone: Tone, value: &str) {
        let lines = wrap::wrap(value, self.room(indent + LABEL));
        self.labelled(indent, label, tone, &lines);
    }

    /// A name, and a command beside it that can be copied.
    pub(super) fn command(&mut self, indent: usize, label: &str, command: &str) {
        let lines = wrap::wrap_command(command, self.room(indent + LABEL));
        self.labelled(indent, label, Tone::Plain, &lines);
    }

    /// One line, cut if it does not fit.
    pub(super) fn row(&mut self, indent: usize, tone: Tone, text: &str) {
        let line = wrap::fit(text, self.room(indent));
        self.line(indent, tone, &line);
    }

    /// The finished text.
    pub(super) fn finish(self) -> String {
        self.text
    }

    fn labelled(&mut self, indent: usize, label: &str, tone: Tone, lines: &[String]) {
        for (position, line) in lines.iter().enumerate() {
            if position > 0 {
                self.line(indent + LABEL, tone, line);
                continue;
            }
            let name = Tone::Quiet.paint(&format!("{label:<LABEL$}"), self.colour);
            let value = tone.paint(line, self.colour);
            self.text.push_str(&" ".repeat(indent));
            self.text.push_str(&name);
            self.text.push_str(&value);
            self.text.push('\n');
        }
    }

    fn line(&mut self, indent: usize, tone: Tone, line: &str) {
        if !line.is_empty() {
            self.text.push_str(&" ".repeat(indent));
            self.text.push_str(&tone.paint(line, self.colour));
        }
        self.text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_hang_beside_their_names() {
        let mut page = Page::new(false, 40);
        page.field(2, "Expected", Tone::Plain, "a value that is too long for one line");
        let indent = " ".repeat(15);
        assert_eq!(page.finish(), format!("  Expected     a value that is too long\n{indent}for one line\n"));
    }

    #[test]
    fn rows_are_cut() {
        let mut page = Page::new(false, 40);
        page.row(2, Tone::Plain, &"x".repeat(60));
        assert_eq!(page.finish(), format!("  {}…\n", "x".repeat(37)));
    }
}
