//! A debugger that attaches, stops and continues a program breaks nothing.
//!
//! Each program that asks a delay server is given the address of a server that
//! keeps it waiting: its answers come one by one, when this test says so. While
//! the program waits it is stopped and continued, then gdb attaches to it and
//! detaches, then strace does. It has to go on as if nothing had happened, and
//! print what its transcript says. Nothing here depends on how long it takes.
//!
//! It needs gdb, strace and procps, and is compiled with the feature `tools`
//! only; `.ci/debugger` installs them and runs it.

#[cfg(target_os = "linux")]
mod session;

#[cfg(target_os = "linux")]
fn main() -> std::process::ExitCode {
    linux::main()
}

#[cfg(not(target_os = "linux"))]
fn main() {}

#[cfg(target_os = "linux")]
mod linux {
    use std::collections::BTreeMap;
    use std::fs;
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{SocketAddr, TcpListener, TcpStream};
    use std::process::{Child, Command, ExitCode, Stdio};
    use std::sync::mpsc::{self, Receiver};
    use std::thread;
    use std::time::{Duration, Instant};

    use libtest_mimic::{Arguments, Failed, Trial};

    use crate::session::{self, Server};

    /// More than anything here takes, on a machine that is busy with others.
    const TIMEOUT: Duration = Duration::from_secs(60);

    /// Programs that ask a delay server and are not for this test, and why.
    /// (04-interrupted and the other programs without a server are not looked
    /// at: the interruption is what they show, or they do not wait.)
    const NOT_FOR_THIS: [(&str, &str); 0] = [];

    /// Programs that never sleep: they are interrupted while they run.
    const NEVER_SLEEP: [&str; 1] = ["01-busy-loop"];

    const INTERRUPTIONS: [fn(u32) -> Result<(), Failed>; 3] =
        [stop_and_continue, attach_gdb, attach_strace];

    pub fn main() -> ExitCode {
        let arguments = Arguments::from_args();
        let mut trials: Vec<Trial> = programs()
            .into_iter()
            .map(|name| {
                let trial = name.clone();
                Trial::test(trial, move || asks_a_server(&name))
            })
            .collect();
        trials.push(Trial::test("delay-server", || serves("delay-server")));
        trials.push(Trial::test("09-echo", || serves("09-echo")));
        trials.push(Trial::test("10-waker", wakes));
        libtest_mimic::run(&arguments, trials).exit_code()
    }

    /// Those that take the address of a delay server.
    fn programs() -> Vec<String> {
        let manifest: toml::Table = include_str!("../Cargo.toml")
            .parse()
            .expect("the manifest is wrong");
        let names = manifest["example"].as_array().into_iter().flatten();
        let names = names.filter_map(|it| it.get("name")?.as_str());
        let asks = |name: &str| {
            let path = format!("{}/{name}.rs", env!("CARGO_MANIFEST_DIR"));
            let source = fs::read_to_string(path).unwrap_or_default();
            let is_for_here = !source.contains("mod windows {")
                && (!source.contains("has_kqueue") || cfg!(has_kqueue));
            let asks =
                source.contains("ServerArgs") || source.contains("JobArgs");
            is_for_here && asks
        };
        names
            .filter(|name| asks(name))
            .filter(|name| NOT_FOR_THIS.iter().all(|(it, _)| it != name))
            .map(String::from)
            .collect()
    }

    fn asks_a_server(name: &str) -> Result<(), Failed> {
        let expected = transcript(name)?;
        let is_answer = |line: &String| line.starts_with("<- ");
        let requests = expected.iter().filter(|it| is_answer(it)).count();
        let never_sleeps = NEVER_SLEEP.contains(&name);

        let server = SlowServer::start()?;
        let mut program = session::example(name)?;
        program.args(["--addr", &server.addr.to_string()]);
        let program = Program::start(program)?;
        let mut printed = Vec::new();

        let mut waiting = BTreeMap::new();
        while waiting.len() < requests {
            let request = server.requests.recv_timeout(TIMEOUT)?;
            waiting.insert(request.delay, request);
        }
        let mut interruptions = INTERRUPTIONS.iter();
        for (_, request) in waiting {
            if !never_sleeps {
                until_it_sleeps(program.pid)?;
            }
            if let Some(interrupt) = interruptions.next() {
                interrupt(program.pid)?;
            }
            // The next answer leaves when this one has arrived.
            request.answer()?;
            loop {
                let line = program.lines.recv_timeout(TIMEOUT)?;
                printed.push(line);
                if printed.last().is_some_and(is_answer) {
                    break;
                }
            }
        }
        if interruptions.next().is_some() {
            return Err("it has not waited often enough".into());
        }
        program.ends(printed, &expected)
    }

    /// A server is interrupted while it waits for clients, and serves on.
    fn serves(name: &str) -> Result<(), Failed> {
        let mut program = session::example(name)?;
        program.args(["--addr", "127.0.0.1:0"]);
        let server = Server::start(program);
        let pid = server.pid();
        for interrupt in INTERRUPTIONS {
            let mut client = TcpStream::connect(server.addr)?;
            client.set_read_timeout(Some(TIMEOUT))?;
            until_it_sleeps(pid)?;
            interrupt(pid)?;
            let request = b"GET /1/hello HTTP/1.0\r\n\r\n";
            client.write_all(request)?;
            client.shutdown(std::net::Shutdown::Write)?;
            let mut answer = String::new();
            client.read_to_string(&mut answer)?;
            if !answer.contains("hello") {
                return Err(format!("the answer is {answer:?}").into());
            }
        }
        Ok(())
    }

    /// This one waits for a thread of its own, which counts for a while. So
    /// that it does not end too early, it is stopped when it has started, and
    /// interrupted then.
    fn wakes() -> Result<(), Failed> {
        let expected = transcript("10-waker")?;
        for interrupt in INTERRUPTIONS {
            let program = Program::start(session::example("10-waker")?)?;
            send(program.pid, "STOP")?;
            until(|| all_tasks(program.pid, "T"))?;
            interrupt(program.pid)?;
            send(program.pid, "CONT")?;
            program.ends(Vec::new(), &expected)?;
        }
        Ok(())
    }

    /// What the program prints, without the command, masked.
    fn transcript(name: &str) -> Result<Vec<String>, Failed> {
        let path = session::files().into_iter().find(|path| {
            let file = session::file_name(path);
            let systems = ["", ".linux", ".unix"];
            let systems = systems.map(|it| format!("{name}{it}"));
            systems.contains(&file)
                || cfg!(has_kqueue) && file == format!("{name}.kqueue")
        });
        let text = fs::read_to_string(path.ok_or("it has no transcript")?)?;
        let steps = session::steps(&text)?;
        let first = steps.first().ok_or("an empty transcript")?;
        Ok(first.output.iter().map(|&line| line.into()).collect())
    }

    struct Program {
        child: Child,
        pid: u32,
        lines: Receiver<String>,
    }

    impl Program {
        fn start(mut command: Command) -> Result<Program, Failed> {
            let mut child = command
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .spawn()?;
            let (sender, lines) = mpsc::channel();
            let output = child.stdout.take().ok_or("no output")?;
            thread::spawn(move || {
                for line in BufReader::new(output).lines() {
                    let _ = line.map(|line| sender.send(line));
                }
            });
            Ok(Program {
                pid: child.id(),
                child,
                lines,
            })
        }

        /// It ends well, and has printed what it should.
        fn ends(
            mut self,
            mut printed: Vec<String>,
            expected: &[String],
        ) -> Result<(), Failed> {
            while let Ok(line) = self.lines.recv_timeout(TIMEOUT) {
                printed.push(line);
            }
            let status = self.child.wait()?;
            if !status.success() {
                return Err(format!("{status}: {printed:#?}").into());
            }
            let masked = |lines: &[String]| session::masked(&lines.join("\n"));
            let (printed, expected) = (masked(&printed), masked(expected));
            if printed != expected {
                let what =
                    format!("it printed\n{printed}\nand not\n{expected}");
                return Err(what.into());
            }
            Ok(())
        }
    }

    impl Drop for Program {
        fn drop(&mut self) {
            // Nothing is done to one that has been waited for.
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }

    /// Answers when it is told to.
    struct SlowServer {
        addr: SocketAddr,
        requests: Receiver<Request>,
    }

    struct Request {
        stream: TcpStream,
        delay: u64,
        text: String,
    }

    impl SlowServer {
        fn start() -> Result<SlowServer, Failed> {
            let listener = TcpListener::bind("127.0.0.1:0")?;
            let addr = listener.local_addr()?;
            let (sender, requests) = mpsc::channel();
            thread::spawn(move || {
                for stream in listener.incoming().flatten() {
                    // The head of a request is one segment here.
                    let request = Request::read(stream);
                    if request.is_none_or(|it| sender.send(it).is_err()) {
                        break;
                    }
                }
            });
            Ok(SlowServer { addr, requests })
        }
    }

    impl Request {
        /// `GET /<ms>/<text> HTTP/1.1`, and other lines.
        fn read(stream: TcpStream) -> Option<Request> {
            let mut lines = BufReader::new(&stream).lines();
            let line = lines.next()?.ok()?;
            lines
                .find(|it| it.as_ref().is_ok_and(String::is_empty))?
                .ok()?;
            let path = line.split(' ').nth(1)?;
            let (delay, text) = path.strip_prefix('/')?.split_once('/')?;
            let (delay, text) = (delay.parse().ok()?, text.to_owned());
            Some(Request {
                stream,
                delay,
                text,
            })
        }

        fn answer(mut self) -> Result<(), Failed> {
            let (text, length) = (&self.text, self.text.len());
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\
                 Content-Type: text/plain; charset=utf-8\r\n\
                 Connection: close\r\n\r\n{text}"
            );
            Ok(self.stream.write_all(answer.as_bytes())?)
        }
    }

    /// As a shell does at Ctrl-Z, and `fg`.
    fn stop_and_continue(pid: u32) -> Result<(), Failed> {
        send(pid, "STOP")?;
        until(|| all_tasks(pid, "T"))?;
        send(pid, "CONT")?;
        until(|| !any_task(pid, "T"))
    }

    fn attach_gdb(pid: u32) -> Result<(), Failed> {
        let output = Command::new("gdb")
            .args(["-q", "-nx", "-batch", "-iex", "set debuginfod enabled off"])
            .args(["-p", &pid.to_string()])
            .args(["-ex", "info threads", "-ex", "detach"])
            .stdin(Stdio::null())
            .output()?;
        let output = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.contains("* 1 ") || !output.contains("detached]") {
            return Err(format!("gdb did not attach:\n{output}").into());
        }
        until(|| tracer(pid) == Some(0))
    }

    fn attach_strace(pid: u32) -> Result<(), Failed> {
        let mut strace = Command::new("strace")
            .args(["-f", "-o", "/dev/null", "-p", &pid.to_string()])
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let result = until(|| tracer(pid) == Some(strace.id()));
        send(strace.id(), "INT")?;
        strace.wait()?;
        result?;
        until(|| tracer(pid) == Some(0))
    }

    fn send(pid: u32, signal: &str) -> Result<(), Failed> {
        let mut kill = Command::new("kill");
        kill.args([&format!("-{signal}"), &pid.to_string()]);
        match kill.status()?.success() {
            true => Ok(()),
            false => Err(format!("cannot send SIG{signal} to {pid}").into()),
        }
    }

    fn until_it_sleeps(pid: u32) -> Result<(), Failed> {
        until(|| all_tasks(pid, "S"))
    }

    fn until(condition: impl Fn() -> bool) -> Result<(), Failed> {
        let deadline = Instant::now() + TIMEOUT;
        while !condition() {
            if Instant::now() > deadline {
                return Err("it did not come to it".into());
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    fn all_tasks(pid: u32, state: &str) -> bool {
        let states = states(pid);
        !states.is_empty() && states.iter().all(|it| it == state)
    }

    fn any_task(pid: u32, state: &str) -> bool {
        states(pid).iter().any(|it| it == state)
    }

    /// Of each thread: S sleeps, R runs, T has been stopped.
    fn states(pid: u32) -> Vec<String> {
        let tasks = fs::read_dir(format!("/proc/{pid}/task"));
        let tasks = tasks.into_iter().flatten().flatten();
        let state = |path| {
            let stat = fs::read_to_string(path).ok()?;
            // After the name, which is in parentheses and may be anything.
            let state = stat.rsplit(") ").next()?.split(' ').next()?;
            Some(state.to_owned())
        };
        tasks
            .filter_map(|task| state(task.path().join("stat")))
            .collect()
    }

    /// The process that traces it, 0 for none.
    fn tracer(pid: u32) -> Option<u32> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        let lines = status.lines();
        let mut lines = lines.filter_map(|it| it.strip_prefix("TracerPid:"));
        lines.next()?.trim().parse().ok()
    }
}
