//! The source text of the steps, which travels inside the program so that the steps can describe themselves.

use include_dir::{Dir, include_dir};

use crate::conformance::tags::is_requirement;

static SOURCES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/src/conformance/steps");

/// One file of steps.
#[derive(Clone, Copy)]
pub(super) struct Source {
    text: &'static str,
}

/// What the source says of a step besides its expression.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Described {
    /// The comment above the step.
    pub(super) comment: String,
    /// The names of what it captures.
    pub(super) names: Vec<String>,
    /// The columns that its table may have.
    pub(super) columns: Vec<String>,
    /// Whether it takes a text between two lines of `"""`.
    pub(super) takes_text: bool,
}

impl Source {
    /// The file at a path that a compiler wrote down.
    pub(super) fn of(path: &str) -> Option<Self> {
        let text = SOURCES.get_file(file_name(path))?.contents_utf8()?;
        Some(Self { text })
    }

    /// What the file is about: the first paragraph at its top.
    pub(super) fn about(&self) -> String {
        let lines = self.text.lines().map_while(|line| line.strip_prefix("//!"));
        let paragraph = lines.map(str::trim).take_while(|line| !line.is_empty());
        paragraph.collect::<Vec<_>>().join(" ")
    }

    /// What is said of the step whose attribute stands at this line.
    pub(super) fn step(&self, line: u32) -> Described {
        let lines: Vec<&str> = self.text.lines().collect();
        let at = usize::try_from(line).unwrap_or(usize::MAX).saturating_sub(1).min(lines.len());
        let (above, below) = lines.split_at(at);
        let is_comment = |line: &&&str| line.starts_with("///");
        let is_attribute = |line: &&&str| line.starts_with("#[") || line.starts_with("///");
        // A function may have several expressions; its comment then stands above all of them or below.
        let before = above.iter().rev().take_while(is_attribute).filter(is_comment).count();
        let mut comment: Vec<&str> =
            above.iter().rev().take_while(is_attribute).filter(is_comment).copied().collect();
        comment.reverse();
        let signature = below.iter().position(|line| line.contains("fn ")).unwrap_or(below.len());
        if before == 0 {
            comment.extend(below[..signature].iter().filter(is_comment));
        }
        let words = comment.iter().map(|line| line.trim_start_matches('/').trim());
        let function = below[signature..].join("\n");
        Described {
            comment: words.collect::<Vec<_>>().join(" "),
            names: parameters(&function),
            columns: self.columns(body(&function)),
            takes_text: std::iter::once(body(&function))
                .chain(self.called(body(&function)))
                .any(|function| function.contains("docstring(step)")),
        }
    }

    /// The columns of the table that a function reads, by itself or by a function of the same file.
    fn columns(&self, function: &str) -> Vec<String> {
        self.own_columns(function)
            .or_else(|| self.called(function).find_map(|called| self.own_columns(called)))
            .unwrap_or_default()
    }

    fn own_columns(&self, function: &str) -> Option<Vec<String>> {
        let (_, argument) = function.split_once("rows(step, &")?;
        let argument = argument.trim_start();
        if let Some(list) = argument.strip_prefix('[') {
            return Some(strings(list.split(']').next()?));
        }
        // The first string of each entry of a constant is the name of a column.
        let name: String = argument.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
        let declared = format!("const {name}: ");
        let text = if function.contains(&declared) { function } else { self.text };
        let (_, value) = text.split_once(&declared)?.1.split_once('=')?;
        let list = value.trim_start().strip_prefix('[')?.split("];").next()?;
        let entries: Vec<&str> = list.split('(').skip(1).collect();
        if entries.is_empty() {
            return Some(strings(list));
        }
        Some(entries.iter().filter_map(|entry| strings(entry).into_iter().next()).collect())
    }

    /// The functions of this file that a function calls.
    fn called<'a>(&'a self, function: &'a str) -> impl Iterator<Item = &'a str> {
        let declared = self.text.match_indices("\nfn ").map(|(at, _)| &self.text[at + 4..]);
        let asynchronous = self.text.match_indices("\nasync fn ").map(|(at, _)| &self.text[at + 10..]);
        declared.chain(asynchronous).filter_map(move |text| {
            let name: String = text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect();
            function.contains(&format!("{name}(")).then(|| body(text))
        })
    }
}

/// Every text in the steps that is written like a requirement ID: file, line and ID.
pub(super) fn requirement_ids() -> Vec<(String, usize, String)> {
    let mut ids = Vec::new();
    for file in SOURCES.files() {
        let path = format!("src/conformance/steps/{}", file.path().display());
        for (at, line) in file.contents_utf8().unwrap_or_default().lines().enumerate() {
            let found = strings(line).into_iter().filter(|text| is_requirement(text));
            ids.extend(found.map(|id| (path.clone(), at + 1, id)));
        }
    }
    ids
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// A function to the brace at the beginning of a line that ends it.
fn body(function: &str) -> &str {
    function.find("\n}").map_or(function, |end| &function[..end])
}

/// The parameters of a step that hold what it captures: all but the world and the step itself.
fn parameters(function: &str) -> Vec<String> {
    let Some((_, list)) = function.split_once('(') else { return Vec::new() };
    let list = list.split(')').next().unwrap_or_default();
    let names =
        list.split(',').filter_map(|parameter| parameter.split_once(':')).map(|(name, _)| name.trim());
    names.filter(|name| !matches!(*name, "world" | "_world" | "step" | "_step")).map(str::to_owned).collect()
}

/// What stands between quotes.
fn strings(text: &str) -> Vec<String> {
    text.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"//! What a scenario finds.
//! When it begins.
//!
//! More.

const NAMED: [(&str, u8); 2] = [
    ("item", 1),
    ("version", 2),
];

/// Maps line items.
#[given(regex = r"^line items:$")]
async fn line_items(world: &mut World, step: &Step) -> Stepped {
    const COLUMNS: [&str; 2] =
        ["line item", "tokens"];
    for row in rows(step, &COLUMNS)? {}
}

#[given(regex = r"^a table "([^"]*)" of (\d+):$")]
/// Makes it.
async fn table(
    world: &mut World,
    series: String,
    count: usize,
    step: &Step,
) -> Stepped {
    make(world, step).await
}

#[then(regex = r"^the rows are:$")]
async fn are(world: &mut World, step: &Step) -> Stepped {
    table_rows(step, &NAMED.map(|(name, _)| name))
}

async fn make(stage: &mut Stage, step: &Step) -> Stepped {
    for row in rows(step, &["rate"])? {}
}
"#;

    #[test]
    fn a_file_says_what_it_is_about() {
        assert_eq!(Source { text: TEXT }.about(), "What a scenario finds. When it begins.");
    }

    #[test]
    fn comments_parameters_and_columns_are_found() {
        let source = Source { text: TEXT };
        let line = |wanted: &str| {
            let at = TEXT.lines().position(|line| line.starts_with("#[") && line.contains(wanted)).unwrap();
            source.step(u32::try_from(at + 1).unwrap())
        };
        let items = line("line items");
        assert_eq!(
            (items.comment.as_str(), items.columns.join(",")),
            ("Maps line items.", "line item,tokens".into())
        );
        assert!(items.names.is_empty());
        let table = line("a table");
        assert_eq!((table.comment.as_str(), table.names.join(",")), ("Makes it.", "series,count".into()));
        assert_eq!(table.columns, ["rate"]);
        assert_eq!(line("the rows are").columns, ["item", "version"]);
    }
}
