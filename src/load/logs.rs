//! HDR interval logs: one file a latency, one line a second and operation.
//!
//! The format is that of the HdrHistogram tools (V2, deflated), so that any of them can read, plot and merge the
//! files. A line without a tag is about all operations of its second, a line with a tag about the operation of
//! this name. Values are microseconds. Nothing is rounded on the way beyond the three digits of the histograms:
//! the lines of a file add up to the histogram of the run, bucket by bucket.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hdrhistogram::Histogram;
use hdrhistogram::serialization::interval_log::{
    IntervalLogHistogram, IntervalLogIterator, IntervalLogWriter, IntervalLogWriterBuilder,
    IntervalLogWriterError, LogEntry, LogIteratorError, Tag,
};
use hdrhistogram::serialization::{Deserializer, V2DeflateSerializer};

use super::track::{LATENCIES, Track};

/// The folder of interval logs in a run folder.
pub const FOLDER: &str = "histograms";

/// The interval log of this scenario and latency below a run folder.
pub fn path(out: &Path, scenario: &str, latency: &str) -> PathBuf {
    out.join(FOLDER).join(format!("{scenario}-{latency}.hlog"))
}

/// A second of a run, or the part of one in which it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interval {
    /// Number from 0.
    pub second: u64,
    /// How long it lasted.
    pub lasted: Duration,
}

/// The files of a run, open for writing.
pub struct LogFiles {
    files: Vec<(BufWriter<File>, V2DeflateSerializer)>,
}

/// The three logs of a run, with their headers written.
pub struct Logs<'a> {
    logs: Vec<IntervalLogWriter<'a, 'a, BufWriter<File>, V2DeflateSerializer>>,
}

impl LogFiles {
    /// Makes the files.
    pub fn create(out: &Path, scenario: &str) -> std::io::Result<Self> {
        std::fs::create_dir_all(out.join(FOLDER))?;
        let open = |(latency, _): &(&str, _)| {
            let file = File::create(path(out, scenario, latency))?;
            Ok((BufWriter::new(file), V2DeflateSerializer::new()))
        };
        Ok(Self { files: LATENCIES.iter().map(open).collect::<std::io::Result<_>>()? })
    }

    /// Writes the headers.
    pub fn begin(&mut self, scenario: &str, started: SystemTime) -> std::io::Result<Logs<'_>> {
        let mut builder = IntervalLogWriterBuilder::new();
        builder.add_comment(&format!("chargeproof load {scenario}, values in microseconds"));
        builder.with_start_time(started).with_base_time(started);
        let files = self.files.iter_mut();
        let logs = files.map(|(file, serializer)| builder.begin_log_with(file, serializer));
        Ok(Logs { logs: logs.collect::<std::io::Result<_>>()? })
    }

    /// Writes what is left in memory.
    pub fn finish(mut self) -> std::io::Result<()> {
        self.files.iter_mut().try_for_each(|(file, _)| file.flush())
    }
}

impl Logs<'_> {
    /// Writes one second: first all operations, then each that was heard of under its name.
    pub fn write(
        &mut self,
        interval: Interval,
        all: &Track,
        named: &[(&str, &Track)],
    ) -> std::io::Result<()> {
        let begin = Duration::from_secs(interval.second);
        for (log, (_, select)) in self.logs.iter_mut().zip(LATENCIES) {
            let tagged = named.iter().map(|(name, track)| (Tag::new(name), *track));
            for (tag, track) in std::iter::once((None, all)).chain(tagged) {
                let histogram = select(track);
                if tag.is_some() && histogram.is_empty() {
                    continue;
                }
                log.write_histogram(histogram, begin, interval.lasted, tag).map_err(|error| match error {
                    IntervalLogWriterError::IoError(error) => error,
                    IntervalLogWriterError::SerializeError(error) => std::io::Error::other(error),
                })?;
            }
        }
        Ok(())
    }
}

/// One line of an interval log.
#[derive(Debug)]
pub struct Line {
    /// The second.
    pub interval: Interval,
    /// The operation; none for all of them.
    pub operation: Option<String>,
    /// The histogram.
    pub histogram: Histogram<u64>,
}

/// Reads an interval log; what is wrong with it, in words, where it is none.
pub fn read(text: &str) -> Result<Vec<Line>, String> {
    let mut deserializer = Deserializer::new();
    let mut lines = Vec::new();
    for entry in IntervalLogIterator::new(text.as_bytes()) {
        match entry {
            Ok(LogEntry::Interval(line)) => lines.push(decode(&line, &mut deserializer)?),
            Ok(LogEntry::StartTime(_) | LogEntry::BaseTime(_)) => {}
            Err(LogIteratorError::ParseError { offset }) => {
                return Err(format!("it is no interval log from byte {offset} on"));
            }
        }
    }
    Ok(lines)
}

fn decode(line: &IntervalLogHistogram<'_>, deserializer: &mut Deserializer) -> Result<Line, String> {
    let second = line.start_timestamp().as_secs();
    let damaged =
        |error: &dyn std::fmt::Display| format!("the histogram of second {second} is damaged: {error}");
    let bytes = STANDARD.decode(line.encoded_histogram()).map_err(|error| damaged(&error))?;
    let histogram = deserializer.deserialize(&mut bytes.as_slice()).map_err(|error| damaged(&error))?;
    Ok(Line {
        interval: Interval { second, lasted: line.duration() },
        operation: line.tag().map(|tag| tag.as_str().to_owned()),
        histogram,
    })
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::super::recorder::{End, Moments};
    use super::*;

    fn track(service_ms: &[u64]) -> Track {
        let mut track = Track::new();
        for service in service_ms {
            let sent = Instant::now();
            let moments = Moments { intended: sent, sent, done: sent + Duration::from_millis(*service) };
            track.record(&moments, End::Granted);
        }
        track
    }

    #[test]
    fn what_is_written_reads_back_bucket_by_bucket() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = LogFiles::create(folder.path(), "s").unwrap();
        let (first, second) = (track(&[1, 2, 300]), track(&[4]));
        let interval = |second| Interval { second, lasted: Duration::from_secs(1) };
        let mut logs = files.begin("s", SystemTime::now()).unwrap();
        logs.write(interval(0), &first, &[("access-request", &first)]).unwrap();
        logs.write(interval(1), &second, &[("session-open", &Track::new())]).unwrap();
        drop(logs);
        files.finish().unwrap();
        let text = std::fs::read_to_string(path(folder.path(), "s", "response")).unwrap();
        assert!(text.contains("Tag=access-request,0.000,1.000,") && text.contains("microseconds"), "{text}");
        let lines = read(&text).unwrap();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].histogram, first.response);
        assert_eq!((lines[1].operation.as_deref(), lines[2].interval), (Some("access-request"), interval(1)));
        assert_eq!(lines[2].histogram, second.response);
    }

    #[test]
    fn damage_is_told() {
        assert!(read("nonsense\n").unwrap_err().contains("no interval log"));
        assert!(read("7.000,1.000,1.000,HISTFAAAA\n").unwrap_err().contains("second 7 is damaged"));
    }
}
