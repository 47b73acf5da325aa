//! What an input is made of: told by its first bytes, then by its name.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::str::FromStr;

use flate2::bufread::MultiGzDecoder;

use super::layout::Layout;

/// How records are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One JSON object a line.
    Jsonl,
    /// JSON: an array of objects, or one object after the other.
    Json,
    /// Delimited text with a header.
    Csv,
    /// Parquet.
    Parquet,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" => Ok(Self::Jsonl),
            "json" => Ok(Self::Json),
            "csv" | "tsv" => Ok(Self::Csv),
            "parquet" => Ok(Self::Parquet),
            _ => Err(format!("{name:?} is no format; take jsonl, json, csv or parquet")),
        }
    }
}

impl Format {
    /// The format that a name promises, whether the file is compressed or not.
    pub(in crate::usage) fn of_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let name =
            [".gz", ".zst", ".gzip", ".zstd"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(&name);
        Path::new(name).extension()?.to_str()?.parse().ok()
    }

    /// The format that the first bytes show.
    fn of_head(head: &[u8]) -> Self {
        let start = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        let first_line = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        if start.starts_with(b"{") {
            Self::Jsonl
        } else if delimiter(first_line).is_some() {
            Self::Csv
        } else {
            Self::Jsonl
        }
    }
}

/// The delimiter of a header, if it names a column of usage rows.
pub(super) fn delimiter(header: &[u8]) -> Option<u8> {
    let text = String::from_utf8_lossy(header);
    let text = text.trim_start_matches('\u{feff}').trim_end();
    [b',', b';', b'\t', b'|'].into_iter().find(|delimiter| {
        let names = text.split(char::from(*delimiter)).map(|name| name.trim_matches('"'));
        text.contains(char::from(*delimiter)) && Layout::of(names).is_usage()
    })
}

/// The delimiter of a header of any columns: the one that it has most of, and a comma if it has but one column.
pub(super) fn any_delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: u8| header.iter().filter(|byte| **byte == delimiter).count();
    // Of equally many the last is taken, so that the comma stands there.
    [b'|', b'\t', b';', b','].into_iter().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

/// A reader that has been unpacked, if that was needed.
pub(super) struct Opened {
    pub(super) format: Format,
    pub(super) reader: Box<dyn BufRead + Send>,
    pub(super) packed: bool,
}

const BUFFER: usize = 1 << 16;

/// Opens a file, unpacks it and finds out what it is made of.
pub(super) fn open(path: &Path, name: &str, format: Option<Format>) -> io::Result<Opened> {
    let mut file = BufReader::with_capacity(BUFFER, File::open(path)?);
    let head = file.fill_buf()?;
    let gzip = head.starts_with(&[0x1f, 0x8b]);
    let zstd = head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]);
    let mut reader: Box<dyn BufRead + Send> = if gzip {
        Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file)))
    } else if zstd {
        Box::new(BufReader::with_capacity(BUFFER, zstd::stream::read::Decoder::with_buffer(file)?))
    } else {
        Box::new(file)
    };
    let head = match reader.fill_buf() {
        Ok(head) => head,
        // Packed data that cannot be unpacked: reading it will say so.
        Err(_) => &[],
    };
    let parquet = head.starts_with(b"PAR1");
    let format = match format.or_else(|| Format::of_name(name)) {
        _ if parquet => Format::Parquet,
        Some(format) => format,
        None => Format::of_head(head),
    };
    Ok(Opened { format, reader, packed: gzip || zstd })
}

/// Copies a packed input to a file of its own, for formats that are not read from front to back.
pub(super) fn unpack(mut reader: impl Read) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new()?;
    io::copy(&mut reader, &mut file)?;
    Ok(file)
}
