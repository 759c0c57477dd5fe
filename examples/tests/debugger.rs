//! Runs the sessions of the book with gdb and strace again.
//!
//! It needs both, and is compiled with the feature `tools` only; `.ci/debugger`
//! installs them and runs it. `transcripts/NAME.gdb.txt` is what a reader sees
//! who types the commands of `examples/NAME.gdb`, `transcripts/NAME.strace.txt`
//! is what strace prints.

mod session;

use std::process::{Command, ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    let trials = session::files()
        .into_iter()
        .filter_map(|path| {
            let name = session::file_name(&path);
            let command = match name.split('.').nth(1) {
                Some("gdb") => gdb,
                Some("strace") => strace,
                _ => return None,
            };
            Some(Trial::test(name, move || session::run(&path, command)))
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// `gdb -q target/debug/examples/NAME`, with the commands of the file beside
/// the program, as if they were typed.
fn gdb(line: &str) -> Result<Command, Failed> {
    let prefix = "gdb -q target/debug/examples/";
    let name = line.strip_prefix(prefix).ok_or("not a session of gdb")?;
    let program = session::example_path(name)?;
    // What gdb says at the start depends on how it is set up. A line of its own
    // must be out before the shell that it starts prints one.
    let script = format!(
        "stdbuf -oL gdb -q -nx -batch -iex 'set debuginfod enabled off' \
         -iex 'set auto-load no' -ex 'set trace-commands on' \
         -x examples/{name}.gdb '{}' 2>&1 \
         | sed -e 's/^+/(gdb) /' -e '/^.Thread debugging/d' \
         -e '/^Using host libthread_db/d'",
        program.display(),
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]);
    Ok(command)
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
