//! Rows that wait on disk: sorted runs in one file without a name, merged at the end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::super::cases::Facts;
use super::super::compact::{Compact, Correlation};

/// How many bytes of all runs are in memory while they are merged, as long as there are not thousands of them.
const MERGED: usize = 1 << 24;
/// The least that is read of a run at a time.
const LEAST: usize = 1 << 12;
/// The most.
const MOST: usize = 1 << 15;

/// A run: from where to where its bytes stand.
#[derive(Clone, Copy)]
struct Run {
    at: u64,
    end: u64,
}

/// Sorted runs on disk.
pub(super) struct Spill {
    file: BufWriter<File>,
    written: u64,
    runs: Vec<Run>,
}

impl Spill {
    pub(super) fn new() -> io::Result<Self> {
        let file = BufWriter::with_capacity(1 << 20, tempfile::tempfile()?);
        Ok(Self { file, written: 0, runs: Vec::new() })
    }

    /// Writes rows that are sorted.
    pub(super) fn run(&mut self, rows: impl Iterator<Item = Compact>) -> io::Result<()> {
        let at = self.written;
        let mut bytes = Vec::with_capacity(512);
        for row in rows {
            bytes.clear();
            encode(&row, &mut bytes);
            self.file.write_all(&bytes)?;
            self.written += bytes.len() as u64;
        }
        if self.written > at {
            self.runs.push(Run { at, end: self.written });
        }
        Ok(())
    }

    /// Reads all runs back as one.
    pub(super) fn merge<K: Ord>(
        self,
        key: impl Fn(&Compact) -> K,
        take: impl FnMut(Compact),
    ) -> io::Result<()> {
        let page = (MERGED / self.runs.len().max(1)).clamp(LEAST, MOST);
        self.merge_by_pages(page, key, take)
    }

    fn merge_by_pages<K: Ord>(
        self,
        page: usize,
        key: impl Fn(&Compact) -> K,
        mut take: impl FnMut(Compact),
    ) -> io::Result<()> {
        let mut file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        let mut readers: Vec<Reader> = self.runs.into_iter().map(|run| Reader::new(run, page)).collect();
        let mut heap = BinaryHeap::new();
        for (index, reader) in readers.iter_mut().enumerate() {
            reader.advance(&mut file)?;
            heap.extend(reader.head.as_ref().map(|row| Reverse((key(row), index))));
        }
        while let Some(Reverse((_, index))) = heap.pop() {
            let reader = &mut readers[index];
            if let Some(row) = reader.advance(&mut file)? {
                take(row);
            }
            heap.extend(reader.head.as_ref().map(|row| Reverse((key(row), index))));
        }
        Ok(())
    }
}

/// Reads a run page by page, and of a page one row after the other, because a row takes less room on disk.
struct Reader {
    run: Run,
    page: usize,
    bytes: Vec<u8>,
    /// How many of the bytes have been read.
    read: usize,
    /// The row that comes next.
    head: Option<Compact>,
}

impl Reader {
    fn new(run: Run, page: usize) -> Self {
        Self { run, page, bytes: Vec::new(), read: 0, head: None }
    }

    /// Takes the row that comes next, and reads the one after it.
    fn advance(&mut self, file: &mut File) -> io::Result<Option<Compact>> {
        loop {
            let mut rest = &self.bytes[self.read..];
            let row = decode(&mut rest);
            self.read = self.bytes.len() - rest.len();
            if row.is_some() || self.run.at == self.run.end {
                return Ok(std::mem::replace(&mut self.head, row));
            }
            self.bytes.drain(..self.read);
            self.read = 0;
            let size = (self.run.end - self.run.at).min(self.page as u64);
            file.seek(SeekFrom::Start(self.run.at))?;
            file.take(size).read_to_end(&mut self.bytes)?;
            self.run.at += size;
        }
    }
}

fn encode(row: &Compact, into: &mut Vec<u8>) {
    let start = into.len();
    into.extend([0; 2]);
    let numbers = row.numbers();
    let mut flags = u16::from(row.sequenced) << 8
        | u16::from(row.ended) << 9
        | u16::from(row.idle) << 10
        | u16::from(row.returned) << 11
        | u16::from(row.time_ms.is_some()) << 12;
    for (bit, number) in numbers.iter().enumerate() {
        flags |= u16::from(number.is_some()) << bit;
    }
    into.extend(flags.to_le_bytes());
    into.extend(row.facts.encode());
    into.extend(row.row.to_le_bytes());
    into.extend(row.time_ms.unwrap_or_default().to_le_bytes());
    for hash in row.hashes() {
        into.extend(hash.to_le_bytes());
    }
    for number in numbers.into_iter().flatten() {
        into.extend(number.serialize());
    }
    match &row.correlation {
        Correlation::None => into.push(0),
        Correlation::Uuid(number) => {
            into.push(1);
            into.extend(number.to_le_bytes());
        }
        Correlation::Text(text) => {
            into.push(2);
            // Longer than any ID; what is cut off is missing in messages only.
            let mut end = text.len().min(1 << 12);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            into.extend(&text.as_bytes()[..end]);
        }
    }
    let size = u16::try_from(into.len() - start).unwrap_or(u16::MAX);
    into[start..start + 2].copy_from_slice(&size.to_le_bytes());
}

/// The next row, if all of it is there.
fn decode(bytes: &mut &[u8]) -> Option<Compact> {
    let size = usize::from(u16::from_le_bytes(*bytes.first_chunk()?));
    let mut fields = Fields(bytes.get(2..size)?);
    *bytes = &bytes[size..];
    let flags = u16::from_le_bytes(fields.next()?);
    let has = |bit: u32| flags >> bit & 1 == 1;
    let facts = Facts::decode(fields.next()?)?;
    let row = u64::from_le_bytes(fields.next()?);
    let time = i64::from_le_bytes(fields.next()?);
    let mut hashes = [0; Compact::HASHES];
    for hash in &mut hashes {
        *hash = u64::from_le_bytes(fields.next()?);
    }
    let mut numbers = [None; Compact::NUMBERS];
    for (bit, number) in (0..).zip(&mut numbers) {
        if has(bit) {
            *number = Some(Decimal::deserialize(fields.next()?));
        }
    }
    let [kind] = fields.next()?;
    let correlation = match kind {
        0 => Correlation::None,
        1 => Correlation::Uuid(u128::from_le_bytes(fields.next()?)),
        _ => Correlation::Text(Arc::from(std::str::from_utf8(fields.0).ok()?)),
    };
    let mut compact = Compact::from_parts(row, facts, correlation, hashes, numbers);
    compact.sequenced = has(8);
    compact.ended = has(9);
    compact.idle = has(10);
    compact.returned = has(11);
    compact.time_ms = has(12).then_some(time);
    Some(compact)
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn next<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*first)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn facts() -> impl Strategy<Value = Facts> {
        any::<[u8; 3]>().prop_filter_map("no facts", |[family, case, flags]| {
            Facts::decode([family % 2, case % 8, flags & 63])
        })
    }

    fn correlation() -> impl Strategy<Value = Correlation> {
        prop_oneof![
            Just(Correlation::None),
            any::<u128>().prop_map(Correlation::Uuid),
            ".{0,300}".prop_map(|text| Correlation::Text(text.into())),
        ]
    }

    fn number() -> impl Strategy<Value = Option<Decimal>> {
        let decimal = (any::<i64>(), 0..=28_u32).prop_map(|(digits, scale)| Decimal::new(digits, scale));
        proptest::option::of(decimal)
    }

    fn row() -> impl Strategy<Value = Compact> {
        let numbers = proptest::array::uniform5(number());
        let hashes = proptest::array::uniform12(any::<u64>());
        let rest = (any::<[bool; 4]>(), proptest::option::of(any::<i64>()));
        (any::<u64>(), facts(), correlation(), hashes, numbers, rest).prop_map(
            |(row, facts, correlation, hashes, numbers, ([sequenced, ended, idle, returned], time_ms))| {
                Compact {
                    sequenced,
                    ended,
                    idle,
                    returned,
                    time_ms,
                    ..Compact::from_parts(row, facts, correlation, hashes, numbers)
                }
            },
        )
    }

    proptest! {
        #[test]
        fn a_row_comes_back_from_disk_as_it_was(row in row()) {
            let mut bytes = Vec::new();
            encode(&row, &mut bytes);
            let mut rest = bytes.as_slice();
            prop_assert_eq!(decode(&mut rest), Some(row));
            prop_assert!(rest.is_empty());
            prop_assert!((0..bytes.len()).all(|end| decode(&mut &bytes[..end]).is_none()));
        }

        #[test]
        fn runs_come_back_as_one(
            mut rows in proptest::collection::vec(row(), 0..400),
            size in 1..100_usize,
            page in 1..2_000_usize,
        ) {
            let mut spill = Spill::new().unwrap();
            for run in rows.chunks_mut(size) {
                run.sort_by_key(|row| row.row);
                spill.run(run.iter().cloned()).unwrap();
            }
            let mut merged = Vec::new();
            spill.merge_by_pages(page, |row| row.row, |row| merged.push(row)).unwrap();
            rows.sort_by_key(|row| row.row);
            prop_assert_eq!(merged, rows);
        }
    }
}
