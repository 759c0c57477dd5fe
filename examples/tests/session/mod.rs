//! Terminal sessions in files: reading one, running it again, comparing.

#![allow(dead_code)] // Each test uses its part of this.

use std::env::consts::{ARCH, FAMILY, OS};
use std::fmt::Write as _;
use std::io::{self, BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

use libtest_mimic::Failed;
use regex::Regex;
use snapbox::assert::Action;
use snapbox::{Assert, Data, IntoData, Redactions};

/// What differs from run to run, on both sides. All else is compared.
const MASKS: [(&str, &str); 12] = [
    // The port that the system chose.
    ("[PORT]", r"(?:127\.0\.0\.1:|htons\()(?<redacted>[0-9]+)"),
    // A duration or an amount of memory with a fraction was measured; one
    // without was asked for. The spaces before it are those of a column.
    ("[TIME]", r"(?<redacted> *[0-9]+\.[0-9]+ (?:ms|µs|KiB))"),
    // What `examples::cost` measures, where it does, and what 01-busy-loop
    // counts.
    (
        "[COST]",
        r"(?:CPU time|sleeps|reads in vain): (?<redacted>[^\n]+)",
    ),
    // In gdb and strace: where the program lies in memory, and its numbers.
    ("[ADDRESS]", r"(?<redacted>0x[0-9a-f]{5,})"),
    (
        "[PID]",
        r"(?:LWP |process |Process |tid = )(?<redacted>[0-9]+)",
    ),
    // In lldb: the compiler's number for a function, and how far into it.
    ("[HASH]", r"::h(?<redacted>[0-9a-f]{16}(?: \+ [0-9]+)?)"),
    // In gdb: where a thread of the table is, which is mostly in the C library,
    // and the number of a frame, which depends on how deep std is.
    (
        "[FRAME]",
        r#"(?:Target Id|LWP [^)]*\) "[^"]*"|\n\#)(?<redacted> +[^\n]+|[0-9]+)"#,
    ),
    // There, and in `thread list`: how far into the C library's function.
    ("[OFFSET]", r"libc\.so\.6`[a-z_]+ \+ (?<redacted>[0-9]+)"),
    // A socket's descriptor: our own delay server opens others at the same
    // time.
    ("[FD]", r"(?:EPOLL_CTL_[A-Z]+,|ident:) (?<redacted>[0-9]+)"),
    // In /proc/PID/fdinfo: the same, for entries that stand in the order of
    // addresses in the kernel.
    (
        "[NUMBER]",
        r"(?:tfd|data|ino|mnt_id|sdev):(?<redacted>[ \t]*[0-9a-f]+)",
    ),
    // In gdb, and in what Wine's server is asked: a handle of Windows, and where
    // an operation lies in memory.
    (
        "[HANDLE]",
        r"(?x)
        (?:
            Handle:\ 0x
            | (?:handle|iosb|apc_context|cvalue)=
            | (?:_completion|_completion_info|recv_socket)\(
        )
        (?<redacted>[0-9a-f]+)[,)}]",
    ),
    // In /proc/PID/net/tcp: sockets, those of other programs too.
    (
        "[SOCKETS]",
        r"local_address tx_queue\n(?<redacted>[^(]*)\(gdb\)",
    ),
];

/// That a thread has ended gdb says some time after, in between what the program
/// prints, or not at all if the process ends meanwhile. When the first thread ends
/// before another is gone, gdb tells of that too, and of the process as a new one.
const END_OF_THREAD: &str =
    r"(?m)^\[(?:Thread .* exited|New process [0-9]+)\]\n";

/// No program takes longer than this, on a machine that is busy with others.
const LONGEST_RUN: Duration = Duration::from_secs(120);

/// One command of a session.
pub struct Step<'a> {
    /// What stands after the `$`.
    pub line: &'a str,
    pub output: Vec<&'a str>,
}

impl Step<'_> {
    /// The program runs until it is interrupted, which is the last line.
    fn lines_before_interrupt(&self) -> Option<usize> {
        let (&last, output) = self.output.split_last()?;
        (last == "^C").then_some(output.len().max(1))
    }
}

/// The commands of a session, and their outputs.
pub fn steps(text: &str) -> Result<Vec<Step<'_>>, Failed> {
    let mut steps: Vec<Step> = Vec::new();
    for text in text.lines() {
        match (text.strip_prefix("$ "), steps.last_mut()) {
            (Some(line), _) => {
                let output = Vec::new();
                steps.push(Step { line, output });
            }
            (None, Some(step)) => step.output.push(text),
            (None, None) => {
                return Err("the first line has to be a command".into());
            }
        }
    }
    if steps.is_empty() {
        return Err("there is no command in it".into());
    }
    Ok(steps)
}

/// Runs the session again, with what `command` makes of each line, and
/// compares. With `SNAPSHOTS=overwrite` in the environment a file that differs
/// is written anew.
pub fn run(
    path: &Path,
    command: impl Fn(&str) -> Result<Command, Failed>,
) -> Result<(), Failed> {
    let expected = fs::read_to_string(path)?;
    let actual = play(&expected, command)?;
    let same = compare(path, &expected, &actual);
    match (same, Action::with_env_var("SNAPSHOTS")) {
        (Ok(()), _) => Ok(()),
        (Err(_), Some(Action::Overwrite)) => Ok(fs::write(path, actual)?),
        (Err(difference), _) => Err(difference),
    }
}

/// The session as it goes now.
pub fn play(
    session: &str,
    command: impl Fn(&str) -> Result<Command, Failed>,
) -> Result<String, Failed> {
    let mut actual = String::new();
    for step in steps(session)? {
        let interrupt_after = step.lines_before_interrupt();
        let (lines, status) = output(command(step.line)?, interrupt_after)?;
        writeln!(actual, "$ {}", step.line)?;
        for line in lines {
            writeln!(actual, "{line}")?;
        }
        if interrupt_after.is_some() {
            writeln!(actual, "^C")?;
        } else if !status.success() {
            // Its own words for it differ from system to system.
            match status.code() {
                Some(code) => writeln!(actual, "[exit status: {code}]")?,
                None => writeln!(actual, "[{status}]")?,
            }
        }
    }
    Ok(actual)
}

/// Whether both are the same where nothing is masked.
pub fn compare(
    path: &Path,
    expected: &str,
    actual: &str,
) -> Result<(), Failed> {
    Ok(Assert::new().try_eq(
        Some(&path.display()),
        masked(actual).into_data(),
        Data::text(masked(expected)).raw(),
    )?)
}

/// The text without what differs from run to run.
pub fn masked(text: &str) -> String {
    let end_of_thread = Regex::new(END_OF_THREAD).expect("a pattern is wrong");
    masks().redact(&end_of_thread.replace_all(text, ""))
}

fn masks() -> Redactions {
    let mut masks = Redactions::new();
    for (placeholder, pattern) in MASKS {
        let regex = Regex::new(pattern).expect("a pattern above is wrong");
        masks.insert(placeholder, regex).expect("and a placeholder");
    }
    masks
}

/// Starts it. In Wine a process may die before it has begun, one in some
/// hundreds, which is error 1359 to who started it: then once more.
fn spawn(command: &mut Command) -> io::Result<Child> {
    match command.spawn() {
        Err(error) if cfg!(windows) && error.raw_os_error() == Some(1359) => {
            command.spawn()
        }
        result => result,
    }
}

/// What a command prints, to either stream, and how it ends. It is interrupted
/// when it has printed so many lines, if a number is given.
pub fn output(
    mut command: Command,
    interrupt_after: Option<usize>,
) -> Result<(Vec<String>, ExitStatus), Failed> {
    let (reader, writer) = io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer)
        .current_dir(workspace());
    let mut child = spawn(&mut command)
        .map_err(|error| format!("cannot run {command:?}: {error}"))?;
    // It has the pipe's other end, which would never close.
    drop(command);

    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(reader).lines() {
            let _ = sender.send(line);
        }
    });
    let deadline = Instant::now() + LONGEST_RUN;
    let mut lines = Vec::new();
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match receiver.recv_timeout(left) {
            Ok(line) => lines.push(line?),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                child.kill()?;
                child.wait()?;
                let lines = lines.join("\n");
                return Err(format!("it did not end:\n{lines}").into());
            }
        }
        if interrupt_after == Some(lines.len()) {
            if let Some(status) = child.try_wait()? {
                return Err(format!("it ended by itself: {status}").into());
            }
            child.kill()?;
        }
    }
    Ok((lines, child.wait()?))
}

/// The program of an example, which cargo builds before it runs the tests. It
/// is run by what runs the tests, if the environment says so to cargo, as with
/// `CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER=qemu-aarch64`.
pub fn example(name: &str) -> Result<Command, Failed> {
    Ok(program(&example_path(name)?))
}

/// A program that is built for the system of the tests.
pub fn program(path: &Path) -> Command {
    let runner = runner().unwrap_or_default();
    let mut words = runner.split_whitespace();
    let Some(runner) = words.next() else {
        return Command::new(path);
    };
    let mut command = Command::new(runner);
    command.args(words).arg(path);
    command
}

fn runner() -> Option<String> {
    // In Wine a program starts another one without help.
    if cfg!(windows) {
        return None;
    }
    let system = format!("_{}", OS.to_uppercase());
    let start = format!("CARGO_TARGET_{}_", ARCH.to_uppercase());
    let mut variables = env::vars();
    let (_, runner) = variables.find(|(name, _)| {
        name.starts_with(&start)
            && name.contains(&system)
            && name.ends_with("_RUNNER")
    })?;
    Some(runner)
}

/// Beside the folder of this test: `target/debug/examples`.
pub fn example_path(name: &str) -> Result<PathBuf, Failed> {
    let this = env::current_exe()?;
    let profile = this.ancestors().nth(2).ok_or("where is this test?")?;
    let program = profile
        .join("examples")
        .join(name)
        .with_extension(env::consts::EXE_EXTENSION);
    if !program.exists() {
        return Err(format!(
            "no {}: `cargo build -p examples --examples` makes it",
            program.display()
        )
        .into());
    }
    Ok(program)
}

/// The files of all sessions, in order.
pub fn files() -> Vec<PathBuf> {
    let folder = workspace().join("examples/tests/transcripts");
    let files = fs::read_dir(folder).expect("there are no transcripts");
    let mut paths: Vec<PathBuf> = files
        .map(|file| file.expect("the folder cannot be read").path())
        .collect();
    paths.sort();
    paths
}

/// Without `.txt`.
pub fn file_name(path: &Path) -> String {
    let name = path.file_stem().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The same, with so few descriptors. What it complains of is not shown.
#[cfg(unix)]
pub fn with_descriptor_limit(limit: u32, command: &Command) -> Command {
    let mut limited = Command::new("sh");
    let script = format!("ulimit -n {limit}; exec \"$@\" 2>/dev/null");
    limited.args(["-c", &script, "sh"]);
    limited.arg(command.get_program()).args(command.get_args());
    limited
}

/// The names of systems and families that a file can be for.
pub const SYSTEMS: [&str; 6] =
    ["linux", "macos", "freebsd", "windows", "unix", "kqueue"];

/// The names of tools that a file can need, which is another test's then.
pub const TOOLS: [&str; 4] = ["gdb", "lldb", "strace", "wineserver"];

/// Whether a file is for this system, and `None` if it needs a tool.
pub fn is_for_here(name: &str, has_kqueue: bool) -> Option<bool> {
    match name.split('.').nth(1) {
        None => Some(true),
        Some(tool) if TOOLS.contains(&tool) => None,
        Some("kqueue") => Some(has_kqueue),
        Some(system) => Some([OS, FAMILY].contains(&system)),
    }
}

/// What a line of a session runs.
pub fn example_and_arguments(line: &str) -> Result<(&str, Vec<&str>), Failed> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    let mut arguments = Vec::new();
    if let Some(end) = words.iter().position(|&word| word == "--") {
        arguments = words.split_off(end).split_off(1);
    }
    // What is built is run: with or without optimization.
    words.retain(|&word| word != "--release");
    match words[..] {
        ["cargo", "run", "-q", "--example", name] => Ok((name, arguments)),
        _ => Err(format!("not a `cargo run -q --example NAME`: {line}").into()),
    }
}

/// Where the reader types the commands.
fn workspace() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = package.ancestors();
    folders
        .find(|folder| folder.join("Cargo.lock").exists())
        .expect("there is no workspace")
}

/// A program that listens, says where, and runs until this is dropped.
pub struct Server {
    program: Child,
    pub addr: SocketAddr,
}

impl Server {
    pub fn start(mut command: Command) -> Server {
        let mut program = spawn(command.stdout(Stdio::piped())).unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(program.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let addr = line.strip_prefix("listening on ").expect(&line);
        let addr = addr.split([';', '\n']).next().unwrap();
        Server {
            program,
            addr: addr.parse().expect(&line),
        }
    }

    pub fn pid(&self) -> u32 {
        self.program.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.program.kill().unwrap();
        self.program.wait().unwrap();
    }
}
