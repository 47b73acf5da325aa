//! A quick look at one JSON object: its keys and values as they are spelt, without building anything.
//!
//! Only plain spellings are taken. Whatever else comes ends the scan, and the row is read by a full parser, which
//! also knows what to say about text that is no JSON.

/// A value as it is spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::usage) enum Scanned<'a> {
    Null,
    Boolean(bool),
    Number(&'a str),
    Text(&'a str),
    /// A text with escapes, in its quotation marks.
    Escaped(&'a str),
    /// An array or object, which may not be valid inside.
    Nested(&'a str),
}

/// The text needs a full parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::usage) struct Unusual;

/// Goes through the members of an object.
pub(in crate::usage) struct Scanner<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scanner<'a> {
    /// Begins with an object that fills the text.
    pub(in crate::usage) fn new(text: &'a str) -> Result<Self, Unusual> {
        let mut scanner = Self { text, at: 0 };
        scanner.expect(b'{')?;
        Ok(scanner)
    }

    /// The next member.
    pub(in crate::usage) fn next(&mut self, first: bool) -> Result<Option<(&'a str, Scanned<'a>)>, Unusual> {
        match self.peek()? {
            b'}' => {
                self.at += 1;
                self.skip_blanks();
                return if self.at == self.text.len() { Ok(None) } else { Err(Unusual) };
            }
            b',' if !first => self.at += 1,
            _ if first => {}
            _ => return Err(Unusual),
        }
        self.expect(b'"')?;
        let (key, plain) = self.text_from(self.at)?;
        if !plain {
            return Err(Unusual);
        }
        self.expect(b':')?;
        Ok(Some((key, self.value()?)))
    }

    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        while matches!(bytes.get(self.at), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    fn peek(&mut self) -> Result<u8, Unusual> {
        self.skip_blanks();
        self.text.as_bytes().get(self.at).copied().ok_or(Unusual)
    }

    fn expect(&mut self, wanted: u8) -> Result<(), Unusual> {
        if self.peek()? != wanted {
            return Err(Unusual);
        }
        self.at += 1;
        Ok(())
    }

    /// A text of which the quotation mark has been passed, and whether it is free of escapes.
    fn text_from(&mut self, start: usize) -> Result<(&'a str, bool), Unusual> {
        let bytes = self.text.as_bytes();
        let mut plain = true;
        loop {
            match bytes.get(self.at).copied().ok_or(Unusual)? {
                b'"' => break,
                b'\\' => {
                    plain = false;
                    self.at += 2;
                }
                0..b' ' => return Err(Unusual),
                _ => self.at += 1,
            }
        }
        let text = self.text.get(start..self.at).ok_or(Unusual)?;
        self.at += 1;
        Ok((text, plain))
    }

    fn value(&mut self) -> Result<Scanned<'a>, Unusual> {
        let start = {
            self.peek()?;
            self.at
        };
        match self.text.as_bytes()[start] {
            b'"' => {
                self.at += 1;
                let (text, plain) = self.text_from(start + 1)?;
                if plain {
                    return Ok(Scanned::Text(text));
                }
                self.text.get(start..self.at).map(Scanned::Escaped).ok_or(Unusual)
            }
            b'n' => self.word("null", Scanned::Null),
            b't' => self.word("true", Scanned::Boolean(true)),
            b'f' => self.word("false", Scanned::Boolean(false)),
            b'[' | b'{' => self.nested(start),
            _ => self.number(start),
        }
    }

    fn word(&mut self, word: &str, value: Scanned<'a>) -> Result<Scanned<'a>, Unusual> {
        if !self.text[self.at..].starts_with(word) {
            return Err(Unusual);
        }
        self.at += word.len();
        Ok(value)
    }

    fn nested(&mut self, start: usize) -> Result<Scanned<'a>, Unusual> {
        let bytes = self.text.as_bytes();
        let mut depth = 0_usize;
        loop {
            match bytes.get(self.at).copied().ok_or(Unusual)? {
                b'"' => {
                    self.at += 1;
                    self.text_from(self.at)?;
                    continue;
                }
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth -= 1,
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return self.text.get(start..self.at).map(Scanned::Nested).ok_or(Unusual);
            }
        }
    }

    /// A number without exponent.
    fn number(&mut self, start: usize) -> Result<Scanned<'a>, Unusual> {
        let bytes = self.text.as_bytes();
        if bytes[self.at] == b'-' {
            self.at += 1;
        }
        let whole = self.digits()?;
        if bytes[whole] == b'0' && self.at > whole + 1 {
            return Err(Unusual);
        }
        if bytes.get(self.at) == Some(&b'.') {
            self.at += 1;
            self.digits()?;
        }
        match bytes.get(self.at) {
            None | Some(b',' | b'}' | b' ' | b'\t' | b'\r' | b'\n') => {
                Ok(Scanned::Number(&self.text[start..self.at]))
            }
            Some(_) => Err(Unusual),
        }
    }

    /// Passes at least one digit; returns where they start.
    fn digits(&mut self) -> Result<usize, Unusual> {
        let start = self.at;
        while matches!(self.text.as_bytes().get(self.at), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { Err(Unusual) } else { Ok(start) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value};

    use super::*;

    /// The object that the scan saw, read by a full parser value by value.
    fn scanned(text: &str) -> Result<Map<String, Value>, Unusual> {
        let mut scanner = Scanner::new(text)?;
        let mut members = Map::new();
        while let Some((key, value)) = scanner.next(members.is_empty())? {
            let value = match value {
                Scanned::Null => Value::Null,
                Scanned::Boolean(value) => Value::Bool(value),
                Scanned::Text(text) => Value::from(text),
                Scanned::Number(spelt) | Scanned::Escaped(spelt) | Scanned::Nested(spelt) => {
                    serde_json::from_str(spelt).map_err(|_| Unusual)?
                }
            };
            if members.insert(key.to_owned(), value).is_some() {
                return Err(Unusual);
            }
        }
        Ok(members)
    }

    #[test]
    fn plain_objects_are_seen_as_a_full_parser_sees_them() {
        for text in [
            "{}",
            " { \"a\" : 1 , \"b\":null,\"c\":\"x\",\"d\":[1,{\"e\":\"}\"}],\"f\":true,\"g\":-0.50}\r",
            "{\"a\":\"\\\"\\u00e9\",\"b\":\"ü\"}",
        ] {
            let full: Map<String, Value> = serde_json::from_str(text).unwrap();
            assert_eq!(scanned(text).unwrap(), full, "{text}");
        }
    }

    #[test]
    fn what_is_no_plain_object_is_left_to_the_parser() {
        for text in [
            "",
            "[]",
            "{",
            "{\"a\"}",
            "{\"a\":01}",
            "{\"a\":1}}",
            "{\"a\":1 2}",
            "{,\"a\":1}",
            "{\"a\":1,}",
            "{\"a\":nul}",
            "{\"a\":[1}",
        ] {
            assert!(scanned(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn the_scan_never_sees_what_the_parser_does_not(text in "[{}\\[\\]\",:a0-9.\\\\ntu-]{0,24}") {
            let text = format!("{{\"k\":{text}");
            if let Ok(members) = scanned(&text) {
                let full: Result<Map<String, Value>, _> = serde_json::from_str(&text);
                prop_assert_eq!(full.ok(), Some(members));
            }
        }
    }
}
