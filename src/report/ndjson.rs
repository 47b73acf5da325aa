//! `events.ndjson`: every event of the run, one a line, as it happens.
//!
//! The file is what a run leaves behind even if the process is killed, so each event is flushed. The two
//! kinds that come in masses, assertions and moments of a load run, wait in the buffer for the next other
//! event.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::errors::ReportError;
use super::events::{Event, Listener, Stamped};

/// Writes the events of a run to a file.
pub struct NdjsonListener {
    path: PathBuf,
    out: Box<dyn Write + Send>,
    failed: bool,
    first_error: Arc<Mutex<Option<ReportError>>>,
}

impl NdjsonListener {
    /// A listener that writes to a new file at `path`.
    ///
    /// # Errors
    ///
    /// When the file cannot be created.
    pub fn create(path: &Path) -> Result<Self, ReportError> {
        let file = File::create(path).map_err(|source| ReportError::file(path, source))?;
        Ok(Self::writing_to(path, Box::new(BufWriter::new(file))))
    }

    /// The first error of writing, which appears here once it happens. Take this handle before the listener
    /// is given away: a run goes on when the disk is full, and its end is the time to say so.
    #[must_use]
    pub fn first_error(&self) -> Arc<Mutex<Option<ReportError>>> {
        Arc::clone(&self.first_error)
    }

    fn writing_to(path: &Path, out: Box<dyn Write + Send>) -> Self {
        Self { path: path.to_owned(), out, failed: false, first_error: Arc::default() }
    }

    fn write(&mut self, stamped: &Stamped) -> io::Result<()> {
        let mut line = serde_json::to_vec(stamped)?;
        line.push(b'\n');
        self.out.write_all(&line)?;
        match stamped.event {
            Event::Checked(_) | Event::LoadProgress(_) | Event::LoadSecond(_) => Ok(()),
            _ => self.out.flush(),
        }
    }
}

impl Listener for NdjsonListener {
    fn hear(&mut self, stamped: &Stamped) {
        // After the first error the file ends: a line that lacks its middle would spoil all that follows.
        if self.failed {
            return;
        }
        if let Err(source) = self.write(stamped) {
            self.failed = true;
            let mut first_error = self.first_error.lock().unwrap_or_else(PoisonError::into_inner);
            *first_error = Some(ReportError::file(&self.path, source));
        }
    }
}

impl std::fmt::Debug for NdjsonListener {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NdjsonListener").field("path", &self.path).field("failed", &self.failed).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::model::RunModel;
    use super::super::samples;
    use super::*;

    /// Counts what it is asked to do, and can be told to fail.
    #[derive(Clone, Default)]
    struct Probe {
        flushes: Arc<Mutex<u32>>,
        full: bool,
    }

    impl Write for Probe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.full { Err(io::Error::from(io::ErrorKind::StorageFull)) } else { Ok(bytes.len()) }
        }

        fn flush(&mut self) -> io::Result<()> {
            *self.flushes.lock().unwrap() += 1;
            Ok(())
        }
    }

    #[test]
    fn the_file_folds_into_the_same_model() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.ndjson");
        let mut listener = NdjsonListener::create(&path).unwrap();
        let mut heard = RunModel::new();
        for stamped in samples::failing_events() {
            listener.hear(&stamped);
            heard.apply(&stamped);
        }
        assert!(listener.first_error().lock().unwrap().is_none());
        drop(listener);

        let mut read = RunModel::new();
        for line in std::fs::read_to_string(&path).unwrap().lines() {
            read.apply(&serde_json::from_str(line).unwrap());
        }
        assert_eq!(read, heard);
    }

    #[test]
    fn only_rare_events_are_flushed() {
        let probe = Probe::default();
        let flushes = Arc::clone(&probe.flushes);
        let mut listener = NdjsonListener::writing_to(Path::new("probe"), Box::new(probe));
        listener.hear(&samples::stamped(samples::held("client/a.feature:3", &["DM-ACC-010"])));
        assert_eq!(*flushes.lock().unwrap(), 0);
        listener.hear(&samples::stamped(Event::Interrupted));
        assert_eq!(*flushes.lock().unwrap(), 1);
    }

    #[test]
    fn a_full_disk_is_remembered_and_ends_the_file() {
        let probe = Probe { full: true, ..Probe::default() };
        let mut listener = NdjsonListener::writing_to(Path::new("events.ndjson"), Box::new(probe));
        let first_error = listener.first_error();
        listener.hear(&samples::stamped(Event::Interrupted));
        listener.hear(&samples::stamped(Event::Interrupted));
        let message = first_error.lock().unwrap().as_ref().unwrap().to_string();
        assert!(message.starts_with("cannot write events.ndjson"), "{message}");
    }
}
