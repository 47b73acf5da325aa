//! From what a user names to inputs: files, folders, patterns and standard input.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::NamedTempFile;

use super::super::errors::UsageError;
use super::sniff::Format;

const STANDARD_INPUT: &str = "standard input";

/// One input: a file, or what was read from elsewhere and is kept in one.
#[derive(Clone, Debug)]
pub struct Input {
    /// What it is called in messages.
    pub name: String,
    pub(super) path: PathBuf,
    pub(super) format: Option<Format>,
    /// Whether its columns may be others than those of usage rows.
    pub(super) any_columns: bool,
    /// Kept for its life: dropping it deletes the file.
    _kept: Option<Arc<NamedTempFile>>,
}

impl Input {
    /// An input that is in a file.
    #[must_use]
    pub fn file(path: &Path, format: Option<Format>) -> Self {
        Self {
            name: path.display().to_string(),
            path: path.to_owned(),
            format,
            any_columns: false,
            _kept: None,
        }
    }

    /// The same input, of which the columns may be others than those of usage rows.
    #[must_use]
    pub(in crate::usage) fn with_any_columns(self) -> Self {
        Self { any_columns: true, ..self }
    }

    /// The file that it is in.
    pub(in crate::usage) fn path(&self) -> &Path {
        &self.path
    }

    /// Copies it to a file that stays.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), UsageError> {
        let failed = |source| UsageError::Unwritable { path: path.to_owned(), source };
        fs::copy(&self.path, path).map(|_| ()).map_err(failed)
    }

    /// An input that can be read only once is kept on disk, because some data sets have to be read twice.
    ///
    /// # Errors
    ///
    /// When it cannot be read or kept.
    pub fn kept(name: &str, mut reader: impl io::Read, format: Option<Format>) -> Result<Self, UsageError> {
        let failed = |source| UsageError::Unreadable { input: name.to_owned(), source };
        let mut file = NamedTempFile::new().map_err(failed)?;
        io::copy(&mut reader, &mut file).map_err(failed)?;
        Ok(Self::of_kept(name, file, format))
    }

    /// An input that is in a file for as long as anybody uses it.
    pub(in crate::usage) fn of_kept(name: &str, file: NamedTempFile, format: Option<Format>) -> Self {
        Self {
            name: name.to_owned(),
            path: file.path().to_owned(),
            format,
            any_columns: false,
            _kept: Some(Arc::new(file)),
        }
    }
}

/// The inputs that paths name: a file, all data files of a folder and the folders in it, all files that match a
/// pattern, or `-` for standard input.
///
/// # Errors
///
/// When nothing is named, or something is named that is not there or cannot be read.
pub fn expand(paths: &[PathBuf], format: Option<Format>) -> Result<Vec<Input>, UsageError> {
    if paths.is_empty() {
        return Err(UsageError::NoPaths);
    }
    let mut inputs = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(Input::kept(STANDARD_INPUT, io::stdin().lock(), format)?);
            continue;
        }
        for file in files_of(path)? {
            // A file that cannot be opened is a mistake to be told of before an hour of judging.
            File::open(&file).map_err(|source| unreadable(&file, source))?;
            inputs.push(Input::file(&file, format));
        }
    }
    Ok(inputs)
}

fn unreadable(path: &Path, source: io::Error) -> UsageError {
    UsageError::Unreadable { input: path.display().to_string(), source }
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>, UsageError> {
    if path.is_dir() {
        let mut files = Vec::new();
        collect(path, &mut files).map_err(|source| unreadable(path, source))?;
        files.sort();
        return if files.is_empty() {
            Err(UsageError::EmptyFolder { path: path.to_owned() })
        } else {
            Ok(files)
        };
    }
    let text = path.to_string_lossy();
    if path.exists() || !text.contains(['*', '?', '[']) {
        return Ok(vec![path.to_owned()]);
    }
    let matches = glob::glob(&text)
        .map_err(|error| UsageError::Pattern { pattern: text.to_string(), reason: error.to_string() })?;
    // The pattern's matches come in the order of their names.
    let files: Vec<PathBuf> = matches.filter_map(Result::ok).filter(|file| file.is_file()).collect();
    if files.is_empty() {
        let reason = "no file has such a name".to_owned();
        return Err(UsageError::Pattern { pattern: text.to_string(), reason });
    }
    Ok(files)
}

/// Files whose names promise rows. Exports leave other files beside them, such as `_SUCCESS`.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(['.', '_']) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else if Format::of_name(&name).is_some() {
            files.push(path);
        }
    }
    Ok(())
}
