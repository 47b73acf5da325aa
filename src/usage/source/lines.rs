//! Cuts text into chunks of whole records, without looking into them.

use std::io::{BufRead, Read};
use std::sync::Arc;

use super::layout::Layout;
use super::sniff::{any_delimiter, delimiter};
use super::{Chunk, Header, Source};

/// How much is read at a time.
const BLOCK: usize = 1 << 19;
/// A record of this size is none.
const LONGEST: usize = 1 << 26;

/// Text that is read block by block.
struct Blocks {
    reader: Box<dyn BufRead + Send>,
    /// What is left of the block before: the start of a record.
    rest: Vec<u8>,
    ended: bool,
    broken: Option<String>,
}

impl Blocks {
    fn new(reader: Box<dyn BufRead + Send>) -> Self {
        Self { reader, rest: Vec::new(), ended: false, broken: None }
    }

    /// The next whole records; `end` finds where the last of them ends.
    fn next(&mut self, end: impl Fn(&[u8]) -> Option<usize>) -> Option<Vec<u8>> {
        while !self.ended {
            let before = self.rest.len();
            let read = self.reader.by_ref().take(BLOCK as u64).read_to_end(&mut self.rest);
            if let Err(error) = read {
                self.broken = Some(format!("the file cannot be read further: {error}"));
                self.ended = true;
            } else if self.rest.len() == before {
                self.ended = true;
            } else if let Some(end) = end(&self.rest) {
                let rest = self.rest.split_off(end);
                return Some(std::mem::replace(&mut self.rest, rest));
            } else if self.rest.len() > LONGEST {
                self.broken = Some("a record has more than 64 MiB".to_owned());
                self.rest.clear();
                self.ended = true;
            }
        }
        let last = std::mem::take(&mut self.rest);
        (!last.is_empty()).then_some(last)
    }

    /// What keeps it from being read further, told once.
    fn trouble(&mut self) -> Option<Chunk> {
        self.broken.take().map(Chunk::Broken)
    }
}

/// Behind the last line feed.
fn end_of_lines(block: &[u8]) -> Option<usize> {
    memchr::memrchr(b'\n', block).map(|at| at + 1)
}

/// Behind the last line feed that is not inside of quotation marks. The block starts with a record.
fn end_of_records(block: &[u8]) -> Option<usize> {
    let mut inside = memchr::memchr_iter(b'"', block).count() % 2 == 1;
    for (at, byte) in block.iter().enumerate().rev() {
        match byte {
            b'"' => inside = !inside,
            b'\n' if !inside => return Some(at + 1),
            _ => {}
        }
    }
    None
}

/// JSON Lines.
pub(super) struct LineFile(Blocks);

impl LineFile {
    pub(super) fn new(reader: Box<dyn BufRead + Send>) -> Self {
        Self(Blocks::new(reader))
    }
}

impl Source for LineFile {
    fn next(&mut self) -> Option<Chunk> {
        self.0.next(end_of_lines).map(Chunk::Lines).or_else(|| self.0.trouble())
    }
}

/// CSV with a header.
pub(super) struct DelimitedFile {
    blocks: Blocks,
    header: Option<Arc<Header>>,
    /// Whether the columns may be others than those of usage rows.
    any_columns: bool,
}

impl DelimitedFile {
    pub(super) fn new(reader: Box<dyn BufRead + Send>, any_columns: bool) -> Self {
        Self { blocks: Blocks::new(reader), header: None, any_columns }
    }

    /// Takes the header off the first block.
    fn header(&mut self, block: &[u8]) -> Result<(Arc<Header>, usize), String> {
        let end = memchr::memchr(b'\n', block).map_or(block.len(), |at| at + 1);
        let line = &block[..end];
        let known = if self.any_columns { Some(any_delimiter(line)) } else { delimiter(line) };
        let Some(delimiter) = known else {
            return Err("the first line names no column of usage rows; export with a header".to_owned());
        };
        let text = String::from_utf8_lossy(line);
        let text = text.trim_start_matches('\u{feff}').trim_end();
        let names = text.split(char::from(delimiter)).map(|name| name.trim_matches('"'));
        let header = Arc::new(Header { delimiter, layout: Layout::of(names) });
        self.header = Some(Arc::clone(&header));
        Ok((header, end))
    }
}

impl Source for DelimitedFile {
    fn next(&mut self) -> Option<Chunk> {
        let Some(block) = self.blocks.next(end_of_records) else { return self.blocks.trouble() };
        if let Some(header) = &self.header {
            return Some(Chunk::Delimited(block, 0, Arc::clone(header)));
        }
        match self.header(&block) {
            Ok((header, end)) => Some(Chunk::Delimited(block, end, header)),
            Err(_) if block.trim_ascii().is_empty() => self.next(),
            Err(reason) => {
                self.blocks.ended = true;
                self.blocks.rest.clear();
                Some(Chunk::Broken(reason))
            }
        }
    }
}

/// JSON: an array of objects, or one object after the other.
pub(super) struct ArrayFile(Blocks);

impl ArrayFile {
    pub(super) fn new(reader: Box<dyn BufRead + Send>) -> Self {
        Self(Blocks::new(reader))
    }
}

impl Source for ArrayFile {
    fn next(&mut self) -> Option<Chunk> {
        let block = self.0.next(|block| elements(block).last().map(|(_, end)| *end));
        let Some(block) = block else { return self.0.trouble() };
        let mut places = elements(&block);
        // The end of the file may come within an element, of which the reader has something to say.
        let whole = places.last().map_or(0, |(_, end)| *end);
        if self.0.ended {
            let rest = &block[whole..];
            let blank = |byte: &u8| {
                byte.is_ascii_whitespace() || matches!(byte, b',' | b'[' | b']' | 0xef | 0xbb | 0xbf)
            };
            if let Some(start) = rest.iter().position(|byte| !blank(byte)) {
                places.push((whole + start, block.len()));
            }
        }
        Some(Chunk::Elements(block, places))
    }
}

/// The whole objects of a block, which stand in an array or one after the other.
fn elements(block: &[u8]) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let (mut depth, mut start, mut at) = (0_usize, 0, 0);
    while let Some(byte) = block.get(at) {
        match byte {
            b'"' => match end_of_text(block, at + 1) {
                Some(end) => at = end,
                None => break,
            },
            b'{' => {
                if depth == 0 {
                    start = at;
                }
                depth += 1;
            }
            b'}' if depth > 0 => {
                depth -= 1;
                if depth == 0 {
                    places.push((start, at + 1));
                }
            }
            _ => {}
        }
        at += 1;
    }
    places
}

/// Where the closing quotation mark is.
fn end_of_text(block: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match block.get(at)? {
            b'"' => return Some(at),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}
