//! The tutorial's commands, typed in as they stand: each answer is the one that the tutorial prints.

use std::process::Command;

use serde_json::Value;

use crate::support::{Server, TOKEN};

const TUTORIAL: &str = include_str!("../../docs/tutorial.md");
/// Stands for what differs from run to run.
const ANYTHING: &str = "…";

/// The blocks of one language, each with its place in the text.
fn blocks(language: &str) -> Vec<(usize, &'static str)> {
    let opening = format!("\n```{language}\n");
    TUTORIAL
        .match_indices(&opening)
        .map(|(place, _)| {
            let block = &TUTORIAL[place + opening.len()..];
            (place, &block[..block.find("\n```").unwrap()])
        })
        .collect()
}

fn same(printed: &Value, answered: &Value) -> bool {
    match (printed, answered) {
        (Value::String(text), _) if text == ANYTHING => true,
        (Value::Array(printed), Value::Array(answered)) => {
            printed.len() == answered.len() && printed.iter().zip(answered).all(|(a, b)| same(a, b))
        }
        (Value::Object(printed), Value::Object(answered)) => {
            printed.len() == answered.len()
                && printed
                    .iter()
                    .all(|(name, value)| answered.get(name).is_some_and(|other| same(value, other)))
        }
        _ => printed == answered,
    }
}

#[test]
fn every_command_of_the_tutorial_answers_as_printed() {
    let server = Server::start(&["--store", "memory", "--seed-demo"]);
    let exports: Vec<&str> =
        server.lines().iter().map(String::as_str).filter(|l| l.starts_with("export ")).collect();
    assert_eq!(exports.len(), 6, "{exports:?}");
    assert!(exports.concat().contains(TOKEN));
    let (commands, answers) = (blocks("sh"), blocks("json"));
    assert_eq!(commands.len(), answers.len());
    assert!(commands.len() > 15);
    let folder = tempfile::tempdir().unwrap();
    let mut script = exports.join("\n");
    for ((place, command), (_, printed)) in commands.iter().zip(&answers) {
        // Variables that a command exports are there for those after it.
        let exported: String = command.lines().filter(|line| line.starts_with("export ")).collect();
        let run = Command::new("sh")
            .args(["-c", &format!("{script}\n{command}")])
            .current_dir(folder.path())
            .output()
            .unwrap();
        script = format!("{script}\n{exported}");
        let answered = String::from_utf8(run.stdout).unwrap();
        let line = TUTORIAL[..*place].lines().count() + 2;
        let answer: Value = serde_json::from_str(&answered)
            .unwrap_or_else(|error| panic!("docs/tutorial.md:{line} answered {answered:?}: {error}"));
        let printed: Value = serde_json::from_str(printed).unwrap();
        assert!(same(&printed, &answer), "docs/tutorial.md:{line}\nprinted  {printed}\nanswered {answer}");
    }
}
