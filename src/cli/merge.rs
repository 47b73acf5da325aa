//! `load merge`: the segments of a load run as one.

use std::io::IsTerminal;
use std::path::Path;
use std::sync::PoisonError;
use std::time::Instant;

use super::args::MergeArgs;
use super::exit::{CONFIGURATION, Failure, HARNESS_FAULT, print};
use super::run::{default_folder, make_folder, registry, terminal_width};
use crate::load;
use crate::report::events::{Event, Events, RunStarted, TargetInfo};
use crate::report::{self, ColourChoice, ModelListener, NdjsonListener, TerminalListener};

pub(super) fn run(args: &MergeArgs) -> Result<u8, Failure> {
    let began = Instant::now();
    let out = args.out.clone().unwrap_or_else(|| default_folder("load-merge"));
    make_folder(&out)?;
    let (model_listener, model) = ModelListener::new();
    let events = Events::new(vec![
        Box::new(model_listener),
        Box::new(journal(&out)?),
        Box::new(TerminalListener::new(ColourChoice::Auto, std::io::stderr().is_terminal())),
    ]);
    let run = RunStarted {
        command: "load merge".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        started: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        target: TargetInfo::default(),
    };
    load::merge(&args.segments, &out, run, &events).map_err(|error| {
        Failure::new(CONFIGURATION, &error)
            .advise("each segment is the --out folder of one `load --segment I/N`")
    })?;
    events.send(Event::Registry(super::run::registered(&*registry()?)));
    events.send(Event::RunFinished(u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX)));
    let model = model.lock().unwrap_or_else(PoisonError::into_inner);
    let written = report::write_folder(&out, &model);
    let colour = anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never;
    print(&report::terminal_summary(&model, colour, terminal_width()));
    written.map_err(|error| Failure::new(HARNESS_FAULT, &error))?;
    print(&format!("Report: {}", out.join("report.html").display()));
    Ok(model.exit_code())
}

fn journal(out: &Path) -> Result<NdjsonListener, Failure> {
    NdjsonListener::create(&out.join("events.ndjson")).map_err(|error| Failure::new(CONFIGURATION, &error))
}
