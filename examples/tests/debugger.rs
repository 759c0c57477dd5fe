//! Runs the sessions of the book with gdb, strace and Wine again.
//!
//! It needs all three, and is compiled with the feature `tools` only;
//! `.ci/debugger` installs them and runs it. `transcripts/NAME.gdb.txt` is what
//! a reader sees who types the commands of `examples/NAME.gdb`,
//! `transcripts/NAME.strace.txt` is what strace prints, and
//! `transcripts/NAME.wineserver.txt` what Wine's server is asked.

mod session;

use std::path::Path;
use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let trials = session::files()
        .into_iter()
        .filter_map(|path| {
            let name = session::file_name(&path);
            let run: fn(&Path) -> Result<(), Failed> =
                match name.split('.').nth(1) {
                    Some("gdb") => |path| session::run(path, gdb),
                    Some("strace") => |path| session::run(path, strace),
                    Some("wineserver") => run_wineserver,
                    _ => return None,
                };
            Some(Trial::test(name, move || run(&path)))
        })
        .collect();
    let mut arguments = Arguments::from_args();
    // All programs in Wine have one server, and what the first lets it tell of
    // is what it tells of.
    arguments.test_threads.get_or_insert(1);
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// `gdb -q target/debug/examples/NAME`, or `.ci/wine/gdb NAME`, with the
/// commands of the file beside the program, as if they were typed.
fn gdb(line: &str) -> Result<Command, Failed> {
    let (gdb, name) = if let Some(name) = line.strip_prefix(".ci/wine/gdb ") {
        (line.to_owned(), name)
    } else {
        let prefix = "gdb -q target/debug/examples/";
        let name = line.strip_prefix(prefix).ok_or("not a session of gdb")?;
        let program = session::example_path(name)?;
        (format!("gdb -q '{}'", program.display()), name)
    };
    // What gdb says at the start depends on how it is set up. A line of its own
    // must be out before the shell that it starts prints one. And it traces
    // what a `thread apply` applies, which nobody types.
    let script = format!(
        "stdbuf -oL {gdb} -nx -batch -iex 'set debuginfod enabled off' \
         -iex 'set auto-load no' -ex 'set trace-commands on' \
         -x examples/{name}.gdb 2>&1 \
         | sed -e 's/^+/(gdb) /' -e '/^.Thread debugging/d' \
         -e '/^Using host libthread_db/d' -e '/^(gdb) thread apply/{{n;d}}'",
    );
    Ok(shell(&script))
}

/// It takes a while to tell all, and on a machine that is busy with others an
/// answer may overtake the next request: then it is run again.
fn run_wineserver(path: &Path) -> Result<(), Failed> {
    let mut result = session::run(path, wineserver);
    for _ in 0..4 {
        if result.is_ok() {
            break;
        }
        result = session::run(path, wineserver);
    }
    result
}

/// `.ci/wine/trace NAME`, and what is made of the lines.
fn wineserver(line: &str) -> Result<Command, Failed> {
    if !line.starts_with(".ci/wine/trace ") {
        return Err("not a session of Wine's server".into());
    }
    Ok(shell(line))
}

/// A command line, in which cargo says nothing of what it builds.
fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]).env("CARGO_TERM_QUIET", "true");
    command
}

fn strace(line: &str) -> Result<Command, Failed> {
    let (options, name) = line
        .split_once(" target/debug/examples/")
        .ok_or("not a session of strace")?;
    let mut command = Command::new("strace");
    command.args(options.split(' ').skip(1));
    command.arg(session::example_path(name)?);
    Ok(command)
}
