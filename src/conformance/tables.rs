//! Data tables of steps, read by the names of their columns.

use cucumber::gherkin::Step;
use serde_json::Value;

use super::check::StepError;

/// A row of a data table.
pub(super) struct Row<'a> {
    columns: &'a [String],
    cells: &'a [String],
}

impl<'a> Row<'a> {
    /// The text of a cell; none when the table has no such column.
    pub(super) fn cell(&self, column: &str) -> Option<&'a str> {
        let at = self.columns.iter().position(|name| name == column)?;
        self.cells.get(at).map(String::as_str)
    }

    /// The text of a cell that says something.
    pub(super) fn filled(&self, column: &str) -> Option<&'a str> {
        self.cell(column).filter(|text| !text.is_empty())
    }

    /// The text of a cell that every row must fill.
    pub(super) fn required(&self, column: &str) -> Result<&'a str, StepError> {
        self.filled(column)
            .ok_or_else(|| StepError::fault(format!("a cell of the column {column:?} is empty")))
    }

    /// The row as reports show it: `item PhotoPrint, code 101`.
    pub(super) fn in_words(&self) -> String {
        let filled = self.columns.iter().zip(self.cells).filter(|(_, cell)| !cell.is_empty());
        filled.map(|(column, cell)| format!("{column} {cell}")).collect::<Vec<_>>().join(", ")
    }

    /// A cell that holds JSON; none when it is empty or missing.
    pub(super) fn json(&self, column: &str) -> Result<Option<Value>, StepError> {
        self.filled(column).map(json).transpose()
    }
}

/// The rows below the header; a column that the step does not know is a mistake of the feature file.
pub(super) fn rows<'a>(step: &'a Step, known: &[&str]) -> Result<Vec<Row<'a>>, StepError> {
    let table = step.table.as_ref().ok_or_else(|| StepError::fault("the step needs a table"))?;
    let Some((columns, lines)) = table.rows.split_first() else {
        return Err(StepError::fault("the table has no header"));
    };
    if let Some(unknown) = columns.iter().find(|column| !known.contains(&column.as_str())) {
        return Err(StepError::fault(format!("no column {unknown:?} here; there are {}", known.join(", "))));
    }
    Ok(lines.iter().map(|cells| Row { columns, cells }).collect())
}

/// The text block below a step.
pub(super) fn docstring(step: &Step) -> Result<&str, StepError> {
    let text = step.docstring.as_deref().ok_or_else(|| StepError::fault("the step needs a text block"))?;
    Ok(text.trim())
}

/// A cell that holds JSON, for example a number.
pub(super) fn json(text: &str) -> Result<Value, StepError> {
    serde_json::from_str(text).map_err(|error| StepError::fault(format!("{text:?} is not JSON: {error}")))
}

#[cfg(test)]
mod tests {
    use cucumber::gherkin::{StepType, Table};

    use super::*;

    fn step(lines: &[&[&str]]) -> Step {
        let rows: Vec<Vec<String>> =
            lines.iter().map(|line| line.iter().map(|&cell| cell.to_owned()).collect()).collect();
        Step::builder()
            .keyword("Then ".to_owned())
            .ty(StepType::Then)
            .value("the items are answered:".to_owned())
            .table(Some(Table::builder().rows(rows).build()))
            .build()
    }

    #[test]
    fn cells_are_found_by_column() {
        let step = step(&[&["item", "code"], &["PhotoPrint", "101"], &["CADPrint", ""]]);
        let rows = rows(&step, &["item", "code", "tokens"]).unwrap();
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].required("item").unwrap(), "PhotoPrint");
        assert_eq!(rows[1].cell("code"), Some(""));
        assert_eq!(rows[1].filled("code"), None);
        assert_eq!(rows[0].cell("tokens"), None);
        assert_eq!(rows[0].in_words(), "item PhotoPrint, code 101");
        assert_eq!(rows[1].in_words(), "item CADPrint");
    }

    #[test]
    fn an_unknown_column_is_a_mistake() {
        let step = step(&[&["item", "colour"], &["PhotoPrint", "red"]]);
        assert!(rows(&step, &["item"]).is_err());
    }
}
