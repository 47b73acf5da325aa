//! Text in columns, safe to print.
//!
//! Bodies and messages of a target are printed here, so nothing in them may reach the terminal as a command:
//! control characters and those that reverse the direction of text are shown as escapes.

/// The narrowest column that is still filled; below it, lines would be longer than what they say.
const NARROWEST: usize = 16;

/// The text with everything that a terminal could obey turned into an escape. Line ends stay.
pub(super) fn visible(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' => safe.push('\n'),
            '\t' => safe.push(' '),
            '\r' if characters.peek() == Some(&'\n') => {}
            _ if is_unsafe(character) => safe.extend(character.escape_unicode()),
            _ => safe.push(character),
        }
    }
    safe
}

fn is_unsafe(character: char) -> bool {
    let code = u32::from(character);
    let directional = matches!(code, 0x061c | 0x200e | 0x200f | 0x2028..=0x202e | 0x2066..=0x2069);
    character.is_control() || directional
}

/// How many columns the text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().map(width).sum()
}

/// Combining marks take no column, East Asian characters and pictographs two; that is close enough for
/// wrapping.
fn width(character: char) -> usize {
    match u32::from(character) {
        0x0300..=0x036f | 0x200b..=0x200d | 0xfe00..=0xfe0f => 0,
        0x1100..=0x115f
        | 0x2e80..=0xa4cf
        | 0xac00..=0xd7a3
        | 0xf900..=0xfaff
        | 0xfe30..=0xfe6f
        | 0xff00..=0xff60
        | 0xffe0..=0xffe6
        | 0x1f300..=0x1faff
        | 0x2_0000..=0x3_fffd => 2,
        _ => 1,
    }
}

/// The text in lines of at most `limit` columns, broken at spaces where there are any. The text is made
/// visible first. There is always at least one line.
pub(super) fn wrap(text: &str, limit: usize) -> Vec<String> {
    let limit = limit.max(NARROWEST);
    let mut lines = Vec::new();
    for paragraph in visible(text).split('\n') {
        wrap_paragraph(paragraph, limit, &mut lines);
    }
    lines
}

fn wrap_paragraph(paragraph: &str, limit: usize, lines: &mut Vec<String>) {
    let mut line = String::new();
    for word in paragraph.split_whitespace() {
        let mut rest = word;
        if !line.is_empty() {
            let free = limit.saturating_sub(columns(&line) + 1);
            if columns(rest) <= free {
                line.push(' ');
                line.push_str(rest);
                continue;
            }
            // A word that has to be cut anyway, say an address, begins beside the word before it.
            if columns(rest) > limit && free >= NARROWEST {
                let (head, tail) = rest.split_at(fitting(rest, free));
                line.push(' ');
                line.push_str(head);
                rest = tail;
            }
            lines.push(std::mem::take(&mut line));
        }
        while columns(rest) > limit {
            let (head, tail) = rest.split_at(fitting(rest, limit));
            lines.push(head.to_owned());
            rest = tail;
        }
        rest.clone_into(&mut line);
    }
    lines.push(line);
}

/// How many bytes of the text fit into `limit` columns.
fn fitting(text: &str, limit: usize) -> usize {
    let mut used = 0;
    for (position, character) in text.char_indices() {
        used += width(character);
        if used > limit {
            return position;
        }
    }
    text.len()
}

/// A command in lines of at most `limit` columns that can be copied as they are: it is broken at spaces
/// outside quotes, with a backslash. A word that is longer than a line is broken all the same.
pub(super) fn wrap_command(command: &str, limit: usize) -> Vec<String> {
    // Two columns are kept for the space and the backslash.
    let limit = limit.max(NARROWEST) - 2;
    let safe = visible(command);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in shell_words(&safe.replace('\n', " ")) {
        if !line.is_empty() && columns(&line) + 1 + columns(&word) > limit {
            lines.push(std::mem::take(&mut line) + " \\");
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    lines.push(line);
    lines.iter().flat_map(|line| hard_wrap(line, limit + 2)).collect()
}

/// The line as it is if it fits, else cut into pieces that do.
fn hard_wrap(line: &str, limit: usize) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = line;
    while columns(rest) > limit {
        let (head, tail) = rest.split_at(fitting(rest, limit));
        pieces.push(head.to_owned());
        rest = tail;
    }
    pieces.push(rest.to_owned());
    pieces
}

/// The words of a command, quotes included.
fn shell_words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    for character in command.chars() {
        match quote {
            Some(open) if character == open => quote = None,
            None if character == '\'' || character == '"' => quote = Some(character),
            None if character == ' ' => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            _ => {}
        }
        word.push(character);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// The text on one line of at most `limit` columns, cut with an ellipsis if it is longer.
pub(super) fn fit(text: &str, limit: usize) -> String {
    let line = visible(text).replace('\n', " ");
    if columns(&line) <= limit {
        return line;
    }
    let head = &line[..fitting(&line, limit.saturating_sub(1))];
    format!("{head}…")
}

/// The beginning of a long text, with the number of characters left out.
pub(super) fn shorten(text: &str, limit: usize) -> String {
    let Some((position, _)) = text.char_indices().nth(limit) else {
        return text.to_owned();
    };
    let left_out = text[position..].chars().count();
    format!("{} … ({left_out} more characters)", &text[..position])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn wraps_at_spaces_and_cuts_what_has_none() {
        assert_eq!(wrap("one two three four", 16), ["one two three", "four"]);
        assert_eq!(wrap("abcdefghijklmnopqrst", 16), ["abcdefghijklmnop", "qrst"]);
        assert_eq!(wrap("GET abcdefghijklmnopqrstuvwxyz", 24), ["GET abcdefghijklmnopqrst", "uvwxyz"]);
        assert_eq!(wrap("", 16), [""]);
        assert_eq!(wrap("a\r\n\nb", 16), ["a", "", "b"]);
    }

    #[test]
    fn nothing_reaches_the_terminal_as_a_command() {
        assert_eq!(visible("\u{1b}[2J"), "\\u{1b}[2J");
        assert_eq!(visible("a\u{202e}b\rc\td"), "a\\u{202e}b\\u{d}c d");
    }

    #[test]
    fn commands_stay_copyable() {
        let lines = wrap_command("chargeproof conformance --id 'a b c' --out x", 26);
        assert_eq!(lines, ["chargeproof conformance \\", "--id 'a b c' --out x"]);
    }

    #[test]
    fn long_text_is_cut_and_says_so() {
        assert_eq!(shorten("abcdef", 4), "abcd … (2 more characters)");
        assert_eq!(shorten("abcd", 4), "abcd");
        assert_eq!(fit("a long name", 6), "a lon…");
        assert_eq!(fit("日本語", 6), "日本語");
    }

    proptest! {
        #[test]
        fn no_line_is_too_long(text in ".{0,300}", limit in 16_usize..100) {
            for line in wrap(&text, limit).iter().chain(&wrap_command(&text, limit)) {
                prop_assert!(columns(line) <= limit, "{} columns: {line:?}", columns(line));
            }
            prop_assert!(columns(&fit(&text, limit)) <= limit);
        }

        #[test]
        fn no_character_is_lost(text in "[a-z ]{0,200}") {
            let wrapped: String = wrap(&text, 16).concat();
            prop_assert_eq!(wrapped.replace(' ', ""), text.replace(' ', ""));
        }
    }
}
