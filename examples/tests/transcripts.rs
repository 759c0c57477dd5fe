//! Runs the sessions of the book again.
//!
//! `transcripts/NAME.txt` is a terminal session: lines that begin with `$ `
//! are what the reader types, and what follows is what the program prints.
//!
//! ```text
//! $ cargo run -q --example NAME -- ARGUMENTS
//! output
//! ```
//!
//! - The book shows the files, so they hold real values. What differs from run
//!   to run is masked on both sides: see `MASKS` in `session`.
//! - A program that fails has `[exit status: 1]` as its last line; one that
//!   runs until it is interrupted has `^C`.
//! - `NAME.linux.txt` is run on Linux only, and so with the other names that
//!   Rust has for systems (`macos`, `windows`) and families (`unix`).
//! - `NAME.kqueue.txt` is run where there is a kqueue: on macOS and the BSDs,
//!   and with `--cfg minimio_kqueue` on Linux.
//! - `NAME.gdb.txt` and the like need that tool, and are not run here.
//! - After a change, `SNAPSHOTS=overwrite cargo test -p examples` writes those
//!   files anew whose masked text differs.
//!
//! Run this test as a part of `cargo test`, which builds the programs first;
//! `cargo test --test transcripts` takes them as they are.

mod session;

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

const HAS_KQUEUE: bool = cfg!(has_kqueue);

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![Trial::test(
        "every_program_has_a_transcript",
        every_program_has_a_transcript,
    )];
    trials.extend(session::files().into_iter().filter_map(|path| {
        let name = session::file_name(&path);
        let is_for_here = session::is_for_here(&name, HAS_KQUEUE)?;
        let trial = Trial::test(name, move || session::run(&path, program));
        Some(trial.with_ignored_flag(!is_for_here))
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// `cargo run -q --example NAME -- ARGUMENTS`, without building it again.
fn program(line: &str) -> Result<Command, Failed> {
    let (name, arguments) = session::example_and_arguments(line)?;
    let mut command = session::example(name)?;
    command.args(arguments);
    Ok(command)
}

fn every_program_has_a_transcript() -> Result<(), Failed> {
    let manifest: toml::Table = include_str!("../Cargo.toml").parse()?;
    let declared = manifest["example"].as_array().into_iter().flatten();
    let mut missing: BTreeSet<&str> = declared
        .filter_map(|example| example.get("name")?.as_str())
        .collect();

    for path in session::files() {
        let name = session::file_name(&path);
        let suffix = name.split('.').nth(1);
        if path.extension() != Some("txt".as_ref())
            || !suffix.is_none_or(|name| {
                session::SYSTEMS.contains(&name)
                    || session::TOOLS.contains(&name)
            })
        {
            return Err(format!("what kind of file is {name}?").into());
        }
        if suffix.is_some_and(|suffix| session::TOOLS.contains(&suffix)) {
            continue;
        }
        let text = fs::read_to_string(&path)?;
        for step in session::steps(&text)? {
            let (name, _) = session::example_and_arguments(step.line)?;
            missing.remove(name);
        }
    }
    if !missing.is_empty() {
        return Err(format!("no transcript of {missing:?}").into());
    }
    Ok(())
}
