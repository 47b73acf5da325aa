//! The usage rows as they were read, in a file.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::LoadError;

/// Keeps rows as they were read, so that they can be judged again without the target, and memory does not grow
/// with them.
#[derive(Debug)]
pub struct RowLog {
    path: PathBuf,
    file: BufWriter<File>,
    rows: u64,
}

impl RowLog {
    /// A log of one site of this scenario below the folder of a run.
    pub fn create(out: &Path, scenario: &str, site: usize) -> Result<Self, LoadError> {
        let folder = out.join("usage");
        let number = if site == 0 { String::new() } else { format!("-{}", site + 1) };
        let path = folder.join(format!("{scenario}{number}.jsonl"));
        let created = std::fs::create_dir_all(&folder).and_then(|()| File::create(&path));
        let file = BufWriter::new(created.map_err(|source| Self::failed(&path, source))?);
        Ok(Self { path, file, rows: 0 })
    }

    /// Adds lines.
    pub fn add(&mut self, page: &str) -> Result<(), LoadError> {
        let text = page.trim_end_matches('\n');
        if text.is_empty() {
            return Ok(());
        }
        self.rows += 1;
        self.file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|source| Self::failed(&self.path, source))
    }

    /// The file, if there are any rows in it.
    pub fn finish(mut self) -> Result<Option<PathBuf>, LoadError> {
        self.file.flush().map_err(|source| Self::failed(&self.path, source))?;
        if self.rows > 0 {
            return Ok(Some(self.path));
        }
        std::fs::remove_file(&self.path).map_err(|source| Self::failed(&self.path, source))?;
        Ok(None)
    }

    fn failed(path: &Path, source: std::io::Error) -> LoadError {
        LoadError::Write { path: path.display().to_string(), source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_end_in_a_line_each_and_nothing_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = RowLog::create(folder.path(), "s", 0).unwrap();
        for page in ["{\"_SEQ\":1}\n{\"_SEQ\":2}\n", "", "{\"_SEQ\":3}"] {
            log.add(page).unwrap();
        }
        let path = log.finish().unwrap().unwrap();
        assert_eq!(std::fs::read_to_string(path).unwrap().lines().count(), 3);
        assert_eq!(RowLog::create(folder.path(), "t", 1).unwrap().finish().unwrap(), None);
        assert!(!folder.path().join("usage/t-2.jsonl").exists());
    }
}
