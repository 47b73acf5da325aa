//! A step's expression as a person would write the step down.

/// Turns an expression into readable text: `^a line item "([^"]*)" of (\d+) tokens?$` with the names `name` and
/// `tokens` becomes `a line item "<name>" of <tokens> token(s)`. What may be left out stands in brackets.
pub(super) fn readable(expression: &str, names: &[String]) -> String {
    let mut reader =
        Reader { rest: expression.chars().collect::<Vec<_>>().into_iter().peekable(), names: names.iter() };
    reader.until(None)
}

struct Reader<'a> {
    rest: std::iter::Peekable<std::vec::IntoIter<char>>,
    names: std::slice::Iter<'a, String>,
}

impl Reader<'_> {
    /// Reads to the closing character or the end.
    fn until(&mut self, end: Option<char>) -> String {
        let mut text = String::new();
        while let Some(next) = self.rest.next() {
            if Some(next) == end {
                break;
            }
            let part = match next {
                '^' | '$' => continue,
                '\\' => self.rest.next().map(escaped).unwrap_or_default(),
                '(' => self.group(),
                '[' => {
                    self.skip_class();
                    "…".to_owned()
                }
                plain => plain.to_string(),
            };
            let optional = self.rest.next_if_eq(&'?').is_some();
            while self.rest.next_if(|next| matches!(next, '*' | '+')).is_some() {}
            match (optional, part.chars().count()) {
                (false, _) => text.push_str(&part),
                (true, 1) => text.push_str(&format!("({part})")),
                (true, _) => text.push_str(&format!("[{part}]")),
            }
        }
        text
    }

    fn group(&mut self) -> String {
        if self.rest.next_if_eq(&'?').is_some() {
            // Only groups that capture nothing, `(?:…)`, are in use.
            self.rest.next_if_eq(&':');
            return self.until(Some(')'));
        }
        let inner = self.captured();
        let name = self.names.next().map_or("…", String::as_str);
        let choice = inner.chars().all(|c| c.is_ascii_alphanumeric() || "_|? ".contains(c));
        if choice && inner.contains('|') {
            format!("<{}>", inner.replace("s?", "(s)"))
        } else {
            format!("<{name}>")
        }
    }

    /// The expression inside a capturing group, whose opening parenthesis has been read.
    fn captured(&mut self) -> String {
        let (mut depth, mut inner) = (1, String::new());
        while let Some(next) = self.rest.next() {
            match next {
                '\\' => {
                    inner.push(next);
                    inner.extend(self.rest.next());
                    continue;
                }
                '[' => {
                    inner.push('[');
                    self.skip_class();
                    continue;
                }
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                break;
            }
            inner.push(next);
        }
        inner
    }

    /// Reads a class of characters to its end. A closing bracket right at its beginning is one of them.
    fn skip_class(&mut self) {
        self.rest.next_if_eq(&'^');
        self.rest.next_if_eq(&']');
        while let Some(next) = self.rest.next() {
            match next {
                '\\' => drop(self.rest.next()),
                ']' => return,
                _ => {}
            }
        }
    }
}

fn escaped(letter: char) -> String {
    match letter {
        'd' | 'w' | 's' | 'S' | 'D' | 'W' => "…".to_owned(),
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(expression: &str, names: &[&str]) -> String {
        readable(expression, &names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn captures_carry_the_names_of_parameters() {
        let line_item = r#"^a line item "([^"]*)" of (\d+(?:\.\d+)?) tokens?$"#;
        assert_eq!(read(line_item, &["name", "tokens"]), "a line item \"<name>\" of <tokens> token(s)");
        assert_eq!(read(r"^(\w+) requests:$", &["requester"]), "<requester> requests:");
    }

    #[test]
    fn what_may_be_left_out_stands_in_brackets() {
        let request = r#"^(\w+) requests (\S+) of "([^"]*)"(?: "([^"]*)")?$"#;
        let names = ["requester", "count", "item", "version"];
        assert_eq!(read(request, &names), "<requester> requests <count> of \"<item>\"[ \"<version>\"]");
    }

    #[test]
    fn choices_are_spelled_out() {
        assert_eq!(read(r"^the session is (ACTIVE|IDLE)$", &["state"]), "the session is <ACTIVE|IDLE>");
        assert_eq!(read(r"^(\d+) (hours?|days?) pass(?:es)?$", &["n", "u"]), "<n> <hour(s)|day(s)> pass[es]");
        assert_eq!(read(r"^version (v1\.[01])$", &["version"]), "version <version>");
        assert_eq!(read(r"^(\d+) sessions (?:are|is) listed$", &["n"]), "<n> sessions are|is listed");
    }
}
