//! Runs the programs that use minimio on mio, and compares what they print with
//! the same sessions of the book.
//!
//! `build.rs` has made a copy of each, in which `use minimio::` says
//! `use mio::` and nothing else is changed. They are modules of this test: it
//! runs itself once more, with the name of a program in its environment.

// A program that is not for this system has a `main` that returns nothing.
#![allow(clippy::unit_arg)]

#[path = "../../tests/session/mod.rs"]
mod session;

use std::process::{Command, ExitCode};
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};

/// The name of a program, and its `main`.
type Program = (&'static str, fn() -> ExitCode);

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

/// Which program this is, when it is one.
const PROGRAM: &str = "PROGRAM_ON_MIO";

/// Programs that print something else on mio, on purpose, where, and why.
const DIFFERENT: [(&str, bool, &str); 6] = [
    (
        "04-interrupted",
        cfg!(target_os = "linux"),
        "a signal ends a wait of mio, and minimio goes on waiting",
    ),
    (
        "08-answer-1",
        true,
        "a source of mio remembers a queue that has gone",
    ),
    (
        "08-misuse",
        true,
        "mio tells of misuse in words of its own, and less of it",
    ),
    (
        "10-answer-1",
        cfg!(windows),
        "each wake-up of mio is a packet, and an event, of its own",
    ),
    (
        "10-lifetime",
        true,
        "mio tells of a second waker in words of its own",
    ),
    (
        "10-waker",
        cfg!(windows),
        "each wake-up of mio is a packet, and an event, of its own",
    ),
];

fn main() -> ExitCode {
    if let Ok(name) = env::var(PROGRAM) {
        return match find(&name) {
            Some(run) => run(),
            None => ExitCode::FAILURE,
        };
    }
    let mut trials = Vec::new();
    for path in session::files() {
        let name = session::file_name(&path);
        let program = name.split('.').next().unwrap_or_default();
        // mio has no kqueue on Linux.
        let is_for_here = session::is_for_here(&name, false);
        let (Some(is_for_here), Some(_)) = (is_for_here, find(program)) else {
            continue;
        };
        let different = DIFFERENT.iter().find(|it| it.0 == program && it.1);
        let trial = Trial::test(name, move || {
            let expected = fs::read_to_string(&path)?;
            let actual = session::play(&expected, on_mio)?;
            let same = session::compare(&path, &expected, &actual);
            match (different, same) {
                (None, same) => same,
                (Some(_), Err(_)) => Ok(()),
                (Some((_, _, reason)), Ok(())) => {
                    Err(format!("it is the same on mio, not: {reason}").into())
                }
            }
        });
        trials.push(trial.with_ignored_flag(!is_for_here));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn find(name: &str) -> Option<fn() -> ExitCode> {
    let mut programs = PROGRAMS.iter();
    programs.find(|it| it.0 == name).map(|it| it.1)
}

/// `cargo run -q --example NAME -- ARGUMENTS`, but its copy on mio.
fn on_mio(line: &str) -> Result<Command, Failed> {
    let (name, arguments) = session::example_and_arguments(line)?;
    find(name).ok_or_else(|| format!("{name} does not use minimio"))?;
    let mut command = session::program(&env::current_exe()?);
    command.args(arguments).env(PROGRAM, name);
    Ok(command)
}
