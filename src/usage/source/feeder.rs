//! Goes through the inputs and hands over their chunks, numbered.

use std::sync::Arc;

use tempfile::NamedTempFile;

use super::expand::Input;
use super::lines::{ArrayFile, DelimitedFile, LineFile};
use super::parquet_file::ParquetFile;
use super::sniff::{self, Format, Opened};
use super::{Chunk, Source};

/// A chunk and where it comes from.
pub(in crate::usage) struct Fed {
    /// Chunks are numbered through all inputs, from 0.
    pub(in crate::usage) number: u64,
    /// Which input it is of.
    pub(in crate::usage) input: usize,
    pub(in crate::usage) name: Arc<str>,
    pub(in crate::usage) chunk: Chunk,
}

/// All chunks of all inputs.
pub(in crate::usage) struct Feeder {
    inputs: Vec<Input>,
    next_input: usize,
    next_number: u64,
    current: Option<(Arc<str>, Box<dyn Source>)>,
}

impl Feeder {
    pub(in crate::usage) fn new(inputs: &[Input]) -> Self {
        Self { inputs: inputs.to_vec(), next_input: 0, next_number: 0, current: None }
    }

    pub(in crate::usage) fn next(&mut self) -> Option<Fed> {
        loop {
            if self.current.is_none() {
                let input = self.inputs.get(self.next_input)?;
                self.next_input += 1;
                let source = open(input).unwrap_or_else(|reason| Box::new(Unreadable(Some(reason))));
                self.current = Some((input.name.as_str().into(), source));
                // An input without records is one, too.
                return self.feed(Chunk::Values(Vec::new()));
            }
            match self.current.as_mut().and_then(|(_, source)| source.next()) {
                Some(chunk) => return self.feed(chunk),
                None => self.current = None,
            }
        }
    }

    fn feed(&mut self, chunk: Chunk) -> Option<Fed> {
        let number = self.next_number;
        self.next_number += 1;
        let name = Arc::clone(&self.current.as_ref()?.0);
        Some(Fed { number, input: self.next_input - 1, name, chunk })
    }
}

fn open(input: &Input) -> Result<Box<dyn Source>, String> {
    let opened = sniff::open(&input.path, &input.name, input.format).map_err(|error| error.to_string())?;
    let Opened { format, reader, packed } = opened;
    Ok(match format {
        Format::Jsonl => Box::new(LineFile::new(reader)),
        Format::Json => Box::new(ArrayFile::new(reader)),
        Format::Csv => Box::new(DelimitedFile::new(reader, input.any_columns)),
        Format::Parquet if packed => {
            let file = sniff::unpack(reader).map_err(|error| error.to_string())?;
            let source = ParquetFile::open(file.path()).map_err(|error| no_parquet(&error.to_string()))?;
            Box::new(Unpacked { source, _file: file })
        }
        Format::Parquet => {
            Box::new(ParquetFile::open(&input.path).map_err(|error| no_parquet(&error.to_string()))?)
        }
    })
}

fn no_parquet(error: &str) -> String {
    format!("the file cannot be read as Parquet: {error}")
}

/// An input of which only an error is known.
struct Unreadable(Option<String>);

impl Source for Unreadable {
    fn next(&mut self) -> Option<Chunk> {
        self.0.take().map(Chunk::Broken)
    }
}

/// A file that was unpacked for reading.
struct Unpacked {
    source: ParquetFile,
    _file: NamedTempFile,
}

impl Source for Unpacked {
    fn next(&mut self) -> Option<Chunk> {
        self.source.next()
    }
}
