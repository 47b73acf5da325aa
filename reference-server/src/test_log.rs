//! For tests: everything that is logged, and whether a secret stands in it or in a file.

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use tracing::subscriber::DefaultGuard;

/// Takes what this thread logs, at every level.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Listens until the guard is dropped.
    pub(crate) fn listen() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(move || writer.clone())
            .finish();
        (log, tracing::subscriber::set_default(subscriber))
    }

    /// Requires that something was logged, and that this stands neither in it nor in any file of a folder.
    pub(crate) fn assert_without(&self, secret: &str, folder: &Path) {
        let logged = self.0.lock().unwrap();
        assert!(!logged.is_empty() && !has(&logged, secret), "{}", String::from_utf8_lossy(&logged));
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            assert!(!has(&std::fs::read(&path).unwrap(), secret), "{}", path.display());
        }
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn has(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|part| part == secret.as_bytes())
}

/// A check that finds nothing has to be able to find something.
#[test]
#[should_panic(expected = "the secret in the log")]
fn a_secret_in_the_log_is_found() {
    let (log, _guard) = Log::listen();
    tracing::trace!("the secret in the log");
    log.assert_without("secret", tempfile::tempdir().unwrap().path());
}
