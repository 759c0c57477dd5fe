//! Runs the sessions of the book with gdb, lldb, strace and Wine again.
//!
//! It needs all of them, and is compiled with the feature `tools` only;
//! `.ci/debugger` installs them and runs it. `transcripts/NAME.gdb.txt` is what
//! a reader sees who types the commands of `examples/NAME.gdb`, as set up in the
//! book's appendix on debuggers, and `transcripts/NAME.lldb.txt` the same with
//! `examples/NAME.lldb`. `transcripts/NAME.strace.txt` is what strace prints, and
//! `transcripts/NAME.wineserver.txt` what Wine's server is asked. To make one,
//! write the file with its first line and let the test fill in the rest, with
//! `SNAPSHOTS=overwrite`.
//!
//! A session of a program that has a transcript for kqueue only, such as
//! `05-kqueue`, is run where there is a kqueue.

mod printers;
mod session;

use std::path::Path;
use std::process::{Command, ExitCode};
use std::{env, fs};

use libtest_mimic::{Arguments, Failed, Trial};

fn main() -> ExitCode {
    if env::var_os(printers::SHOW).is_some() {
        printers::show();
        return ExitCode::SUCCESS;
    }
    let mut trials: Vec<Trial> = session::files()
        .into_iter()
        .filter_map(|path| {
            let name = session::file_name(&path);
            let run: fn(&Path) -> Result<(), Failed> =
                match name.split('.').nth(1) {
                    Some("gdb") => |path| session::run(path, gdb),
                    Some("lldb") => |path| session::run(path, lldb),
                    Some("strace") => |path| session::run(path, strace),
                    Some("wineserver") => run_wineserver,
                    _ => return None,
                };
            let is_for_here = cfg!(has_kqueue) || !is_for_kqueue(&path);
            let trial = Trial::test(name, move || run(&path));
            Some(trial.with_ignored_flag(!is_for_here))
        })
        .collect();
    trials.push(Trial::test("printers_of_gdb", printers::in_gdb));
    trials.push(Trial::test("printers_of_lldb", printers::in_lldb));
    trials.push(Trial::test("each_script_has_a_session", no_script_alone));
    let mut arguments = Arguments::from_args();
    // All programs in Wine have one server, and what the first lets it tell of
    // is what it tells of.
    arguments.test_threads.get_or_insert(1);
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn is_for_kqueue(session: &Path) -> bool {
    let name = session::file_name(session);
    let name = name.split('.').next().unwrap_or_default();
    session
        .with_file_name(format!("{name}.kqueue.txt"))
        .exists()
}

/// A file of commands that no session uses would be run by nobody.
fn no_script_alone() -> Result<(), Failed> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in fs::read_dir(examples)? {
        let path = file?.path();
        let extension = path.extension().unwrap_or_default();
        if extension != "gdb" && extension != "lldb" {
            continue;
        }
        let script = path.file_name().unwrap_or_default().to_string_lossy();
        let session = format!("tests/transcripts/{script}.txt");
        if !examples.join(&session).exists() {
            return Err(format!("there is no {session} of {script}").into());
        }
    }
    Ok(())
}

/// `gdb -q target/debug/examples/NAME`, or `.ci/wine/gdb NAME`, with the
/// commands of the file beside the program, as if they were typed.
fn gdb(line: &str) -> Result<Command, Failed> {
    let (gdb, name) = if let Some(name) = line.strip_prefix(".ci/wine/gdb ") {
        (format!("{line} {QUIET_GDB} -iex 'set auto-load no'"), name)
    } else {
        let prefix = "gdb -q target/debug/examples/";
        let name = line.strip_prefix(prefix).ok_or("not a session of gdb")?;
        (native_gdb(&session::example_path(name)?), name)
    };
    let script = format!(
        "stdbuf -oL {gdb} -ex 'set trace-commands on' \
         -x examples/{name}.gdb 2>&1 | sed {QUIET_START} -e 's/^+/(gdb) /'",
    );
    Ok(shell(&script))
}

/// Whatever the user has set up.
const QUIET_GDB: &str = "-nx -batch -iex 'set debuginfod enabled off'";

/// What gdb says at the start depends on how it is set up: of threads, and of
/// Rust's own printers, which it misses unless `rust-gdb` has started it. What
/// `thread apply` runs is traced like a command that was typed.
const QUIET_START: &str = "-e '/^.Thread debugging/d' \
    -e '/^Using host libthread_db/d' \
    -e '/^warning: Missing auto-load script/,/^Use .info auto-load/d' \
    -e '/^Thread [0-9]* (.*):$/{n;/^+/d}'";

/// It may load what the compiler has put into the program. A line of its own
/// must be out before the shell that it starts prints one.
fn native_gdb(program: &Path) -> String {
    let program = program.display();
    format!(
        "gdb -q '{program}' {QUIET_GDB} -iex 'set auto-load safe-path {program}'"
    )
}

/// `lldb target/debug/examples/NAME`, with the commands of the file beside the
/// program, as if they were typed. What lldb says of itself at the start is left
/// out, and how it starts a second time for the commands. It runs the program by a
/// server of its own, and can lose that when the program ends, before it is told
/// how (3 times in 100, of lldb 19): then it is run again.
fn lldb(line: &str) -> Result<Command, Failed> {
    let prefix = "lldb target/debug/examples/";
    let name = line.strip_prefix(prefix).ok_or("not a session of lldb")?;
    let program = session::example_path(name)?;
    let script = format!(
        "for attempt in 1 2 3 4 5; do
            printed=$({} -s examples/{name}.lldb '{}' 2>&1)
            case $printed in *'lost connection'*) ;; *) break ;; esac
        done
        printf '%s\\n' \"$printed\" {IN_ORDER}",
        quiet_lldb(),
        program.display()
    );
    Ok(shell(&script))
}

/// Of a program that runs lldb first shows the output, in batch mode, and then
/// says that it runs. At a terminal it is the other way round. Which thread has
/// been selected it says after the next command, or before it. The path is that of
/// this machine.
const IN_ORDER: &str = r#"| awk '
    !started { started = /^Executing commands/; next }
    /^\(lldb\)/ {
        all = all printed $0 "\n"
        printed = ""
        if (/thread select/) {
            before = all
            all = ""
        }
        next
    }
    /^Process [0-9]+ (launched|resuming)/ {
        sub(/: .*\/examples\//, ": \x27…/target/debug/examples/")
        all = all $0 "\n"
        next
    }
    /^\* thread #[0-9]+, name = \x27[^\x27]*\x27$/ {
        before = before $0 "\n"
        is_selected = 1
        next
    }
    is_selected {
        before = before $0 "\n"
        is_selected = 0
        next
    }
    { printed = printed $0 "\n" }
    END { printf "%s%s%s", before, all, printed }'"#;

/// Debian has lldb under a name with its version too.
fn quiet_lldb() -> String {
    "$(command -v lldb-19 || command -v lldb) --no-lldbinit --batch \
     -O 'settings set use-color false'"
        .into()
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

/// `strace OPTIONS target/debug/examples/NAME`, after which the output of the
/// program may be sent elsewhere.
fn strace(line: &str) -> Result<Command, Failed> {
    let (strace, program) = line
        .split_once(" target/debug/examples/")
        .ok_or("not a session of strace")?;
    let (name, elsewhere) = program.split_once(' ').unwrap_or((program, ""));
    let path = session::example_path(name)?;
    Ok(shell(&format!("{strace} '{}' {elsewhere}", path.display())))
}
