//! Where rows come from: JSON Lines in files or on standard input. Sources know nothing of rules.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::errors::UsageError;
use super::forms::Forms;
use super::judge::Judge;
use super::settings::Settings;
use crate::report::events::UsageChecked;

const STANDARD_INPUT: &str = "standard input";
const BUFFER_BYTES: usize = 1 << 16;

/// Judges JSON Lines files in the order given; `-` is standard input. Rows are numbered through all of them.
///
/// # Errors
///
/// When no path is given, or an input is a folder, cannot be read or is not UTF-8. What is wrong with rows is
/// a finding, not an error.
pub fn check_paths(paths: &[PathBuf], settings: Settings) -> Result<(UsageChecked, Forms), UsageError> {
    if paths.is_empty() {
        return Err(UsageError::NoPaths);
    }
    let mut judge = Judge::new(settings);
    for path in paths {
        let name = name_of(path);
        if is_standard_input(path) {
            feed(io::stdin().lock(), &name, &mut judge)?;
        } else {
            feed(open(path)?, &name, &mut judge)?;
        }
    }
    let names: Vec<String> = paths.iter().map(|path| name_of(path)).collect();
    Ok(judge.finish_with_forms(&names.join(", ")))
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == "-"
}

fn name_of(path: &Path) -> String {
    if is_standard_input(path) { STANDARD_INPUT.to_owned() } else { path.display().to_string() }
}

fn open(path: &Path) -> Result<BufReader<File>, UsageError> {
    if path.is_dir() {
        return Err(UsageError::Folder { path: path.to_owned() });
    }
    let file = File::open(path)
        .map_err(|source| UsageError::Unreadable { input: path.display().to_string(), source })?;
    Ok(BufReader::with_capacity(BUFFER_BYTES, file))
}

fn feed(mut reader: impl BufRead, name: &str, judge: &mut Judge) -> Result<(), UsageError> {
    judge.begin_input(name);
    let mut line = Vec::new();
    for number in 1.. {
        line.clear();
        let read = reader
            .read_until(b'\n', &mut line)
            .map_err(|source| UsageError::Unreadable { input: name.to_owned(), source })?;
        if read == 0 {
            break;
        }
        let text = std::str::from_utf8(&line)
            .map_err(|_| UsageError::NotUtf8 { input: name.to_owned(), line: number })?;
        judge.line(text);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::report::events::Severity;

    fn file(bytes: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        file
    }

    fn check(bytes: &[u8]) -> Result<(UsageChecked, Forms), UsageError> {
        check_paths(&[file(bytes).path().to_owned()], Settings::default())
    }

    #[test]
    fn errors_name_the_input_and_what_to_do() {
        assert!(matches!(check_paths(&[], Settings::default()), Err(UsageError::NoPaths)));
        let folder = tempfile::tempdir().unwrap();
        let error = check_paths(&[folder.path().to_owned()], Settings::default()).unwrap_err();
        assert!(error.to_string().contains("is a folder"));
        let error = check_paths(&[folder.path().join("no.jsonl")], Settings::default()).unwrap_err();
        assert!(error.to_string().contains("no.jsonl"));
        let error = check(b"{}\n\xff\xfe\n").unwrap_err();
        assert!(matches!(error, UsageError::NotUtf8 { line: 2, .. }));
    }

    #[test]
    fn an_empty_input_has_no_rows_and_no_findings() {
        let inputs: [&[u8]; 3] = [b"", b"\n\n  \r\n", b"\xef\xbb\xbf"];
        for nothing in inputs {
            let (checked, forms) = check(nothing).unwrap();
            assert_eq!((checked.rows, checked.findings.len(), forms.len()), (0, 0, 0));
        }
    }

    #[test]
    fn records_that_cannot_be_read_are_findings_with_their_line() {
        let inputs: [(&[u8], &str, &str); 4] = [
            (b"\n{\"ITEM\":\"a", "line 2", "ends in the middle"),
            (b"[1]", "line 1", "an array is no JSON object"),
            (b"\n\nnonsense\n", "line 3", "no JSON"),
            (b"{\"ITEM\":1}}", "line 1", "no JSON"),
        ];
        for (bytes, line, words) in inputs {
            let (checked, _) = check(bytes).unwrap();
            let input: Vec<_> = checked.findings.iter().filter(|finding| finding.rule == "INPUT").collect();
            assert_eq!((checked.rows, input[0].count, input[0].level), (1, 1, Severity::E));
            let message = &input[0].examples[0].message;
            assert!(message.contains(line) && message.contains(words), "{message}");
        }
    }

    #[test]
    fn rows_are_numbered_through_all_files() {
        let (first, second) = (file(b"1\n\n2\n"), file(b"3\n"));
        let paths = [first.path().to_owned(), second.path().to_owned()];
        let (checked, _) = check_paths(&paths, Settings::default()).unwrap();
        let rows: Vec<u64> = checked.findings[0].examples.iter().map(|example| example.row).collect();
        assert_eq!((checked.rows, rows), (3, vec![1, 2, 3]));
    }
}
