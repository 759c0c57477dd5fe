//! What each operation asks of the kernel, as the kernel sees it: the test
//! starts itself once more, as a child, and traces that. (Not where a library
//! stands in for the kernel: it makes several of each.)
#![cfg(all(target_os = "linux", target_env = "gnu", not(minimio_kqueue)))]

use std::io::{self, ErrorKind, Read, Write};
use std::mem::MaybeUninit;
use std::os::unix::process::{ExitStatusExt, parent_id};
use std::process::{self, Command, ExitStatus, Stdio};
use std::time::Duration;
use std::{env, net};

use libc::{c_int, c_long, c_uint, pid_t, ptrace_syscall_info};
use minimio::net::TcpStream;
use minimio::{Events, Interest, Poll, Token, Waker};

/// An operation, the system calls that it takes, and how to do it.
type Step = (&'static str, &'static [&'static str], fn(&mut Program));

const STEPS: [Step; 13] = [
    ("poll", &["epoll_wait"], |it| it.poll(None)),
    ("read", &["read"], |it| assert_eq!(it.read().unwrap(), 1)),
    ("read of nothing", &["read"], |it| {
        assert_eq!(it.read().unwrap_err().kind(), ErrorKind::WouldBlock);
    }),
    ("poll of zero", &["epoll_wait"], |it| it.poll(Some(0))),
    ("poll until a deadline", &["epoll_wait"], |it| {
        it.poll(Some(2))
    }),
    ("reregister", &["epoll_ctl"], |it| it.reregister().unwrap()),
    ("deregister", &["epoll_ctl"], |it| it.deregister().unwrap()),
    ("register", &["epoll_ctl"], |it| it.register().unwrap()),
    ("register twice", &[], |it| {
        assert_eq!(it.register().unwrap_err().kind(), ErrorKind::AlreadyExists);
    }),
    ("write", &["write"], |it| it.stream.write_all(b"x").unwrap()),
    ("wake", &["write"], |it| it.waker.wake().unwrap()),
    ("poll after a wake", &["epoll_wait"], |it| it.poll(None)),
    ("drop of a registered stream", &["close"], |it| {
        it.other = None
    }),
];

/// What the child works with.
struct Program {
    poll: Poll,
    events: Events,
    waker: Waker,
    stream: TcpStream,
    other: Option<TcpStream>,
}

impl Program {
    /// Two registered streams, connected to each other. A byte waits in one.
    fn new() -> io::Result<Program> {
        let listener = net::TcpListener::bind("127.0.0.1:0")?;
        let mut client = net::TcpStream::connect(listener.local_addr()?)?;
        let (server, _) = listener.accept()?;
        client.write_all(b"x")?;
        client.set_nonblocking(true)?;
        server.set_nonblocking(true)?;

        let poll = Poll::new()?;
        let waker = Waker::new(poll.registry(), Token(0))?;
        let [mut stream, mut other] = [server, client].map(TcpStream::from_std);
        for source in [&mut stream, &mut other] {
            let (token, interest) = (Token(1), Interest::READABLE);
            poll.registry().register(source, token, interest)?;
        }
        Ok(Program {
            poll,
            events: Events::with_capacity(8),
            waker,
            stream,
            other: Some(other),
        })
    }

    fn poll(&mut self, milliseconds: Option<u64>) {
        let timeout = milliseconds.map(Duration::from_millis);
        self.poll.poll(&mut self.events, timeout).unwrap();
        assert_eq!(self.events.is_empty(), timeout.is_some());
    }

    fn read(&mut self) -> io::Result<usize> {
        self.stream.read(&mut [0; 8])
    }

    fn register(&mut self) -> io::Result<()> {
        let registry = self.poll.registry();
        registry.register(&mut self.stream, Token(1), Interest::READABLE)
    }

    fn reregister(&mut self) -> io::Result<()> {
        let registry = self.poll.registry();
        registry.reregister(&mut self.stream, Token(2), Interest::READABLE)
    }

    fn deregister(&mut self) -> io::Result<()> {
        self.poll.registry().deregister(&mut self.stream)
    }
}

const TEST: &str = "each_operation_makes_no_system_call_too_many";
const CHILD: &str = "MINIMIO_TRACED_CHILD";
const REFUSED: i32 = 77;

#[test]
fn each_operation_makes_no_system_call_too_many() {
    if env::var_os(CHILD).is_some() {
        return be_traced();
    }
    // We trace nobody yet, and the answer says so, unless nobody may trace: in
    // an emulator or a container, perhaps.
    let probe = ptrace(libc::PTRACE_SETOPTIONS, process::id() as pid_t, 0);
    match probe.unwrap_err() {
        error if error.raw_os_error() == Some(libc::ESRCH) => {}
        error => return report_refusal(&error),
    }
    let Some(calls) = trace_child().unwrap() else {
        return; // The child has said why.
    };
    // Before the first mark is what the child did to get ready.
    let counted: Vec<_> = calls.split(|call| call == MARK).skip(1).collect();
    for ((name, expected, _), counted) in STEPS.iter().zip(&counted) {
        assert_eq!(counted, expected, "{name}");
    }
    assert_eq!(counted.len(), STEPS.len() + 1, "the child did not finish");
}

fn report_refusal(error: &io::Error) {
    // Not by `eprintln`: of a test that passes, the harness keeps that back.
    let mut stderr = io::stderr();
    writeln!(stderr, "{TEST}: NOT CHECKED, ptrace is refused: {error}")
        .unwrap();
}

/// In the child: a step between each two marks.
fn be_traced() {
    if let Err(error) = ptrace(libc::PTRACE_TRACEME, 0, 0) {
        report_refusal(&error);
        process::exit(REFUSED);
    }
    // SAFETY: no pointers are passed. The parent takes the signal away.
    unsafe { libc::raise(libc::SIGSTOP) };

    let mut program = Program::new().unwrap();
    mark();
    for (_, _, step) in STEPS {
        step(&mut program);
        mark();
    }
}

/// A system call that nothing else makes here.
fn mark() {
    let _ = parent_id();
}

const MARK: &str = "getppid";

/// The system calls of the child, in order. None if it cannot be traced.
fn trace_child() -> io::Result<Option<Vec<String>>> {
    let mut child = Command::new(env::current_exe()?)
        .args([TEST, "--exact", "--nocapture"])
        .env(CHILD, "")
        .stdout(Stdio::null())
        .spawn()?;

    // The test harness of the child has threads, and only the test's is traced.
    let (thread, status) = wait(-1)?;
    if status.code() == Some(REFUSED) {
        return Ok(None);
    }
    assert!(status.stopped_signal().is_some(), "the child: {status}");
    let options = libc::PTRACE_O_TRACESYSGOOD | libc::PTRACE_O_EXITKILL;
    ptrace(libc::PTRACE_SETOPTIONS, thread, options)?;

    let mut calls = Vec::new();
    let mut signal = 0;
    loop {
        ptrace(libc::PTRACE_SYSCALL, thread, signal)?;
        signal = match wait(thread)?.1.stopped_signal() {
            Some(SYSCALL) => {
                calls.extend(entered(thread)?.and_then(name));
                0
            }
            Some(signal) => signal,
            None => break, // The thread has ended.
        };
    }
    let _ = child.wait(); // An error if it was that thread, waited for above.
    Ok(Some(calls))
}

/// The signal that stands for a system call, with `PTRACE_O_TRACESYSGOOD`.
const SYSCALL: c_int = libc::SIGTRAP | 0x80;

/// Waits for a child or traced thread of ours; -1 is any. Other tests may have
/// theirs.
fn wait(thread: pid_t) -> io::Result<(pid_t, ExitStatus)> {
    let mut status = 0;
    let flags = libc::__WALL | libc::__WNOTHREAD;
    // SAFETY: `status` lives until the call returns.
    let thread = unsafe { libc::waitpid(thread, &mut status, flags) };
    if thread == -1 {
        return Err(io::Error::last_os_error());
    }
    Ok((thread, ExitStatus::from_raw(status)))
}

fn ptrace(request: c_uint, thread: pid_t, data: c_int) -> io::Result<()> {
    let (address, data) = (0, data as usize);
    // SAFETY: none of the requests made through here takes a pointer.
    match unsafe { libc::ptrace(request, thread, address, data) } {
        -1 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

/// The number of the system call that the stopped thread enters, unless it
/// leaves one.
fn entered(thread: pid_t) -> io::Result<Option<c_long>> {
    let mut info = MaybeUninit::<ptrace_syscall_info>::zeroed();
    // SAFETY: the kernel writes no more than the size that it is told.
    let result = unsafe {
        libc::ptrace(
            libc::PTRACE_GET_SYSCALL_INFO,
            thread,
            size_of_val(&info),
            info.as_mut_ptr(),
        )
    };
    if result == -1 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: zero is a value of all its fields, integers, and so is what the
    // kernel has written over them.
    let info = unsafe { info.assume_init() };
    if info.op != libc::PTRACE_SYSCALL_INFO_ENTRY {
        return Ok(None);
    }
    // SAFETY: every part of the union is integers.
    Ok(Some(unsafe { info.u.entry.nr } as c_long))
}

/// What we call a system call: those that differ in form only are one.
fn name(number: c_long) -> Option<String> {
    let name = match number {
        #[cfg(target_arch = "x86_64")]
        libc::SYS_epoll_wait => "epoll_wait",
        libc::SYS_epoll_pwait => "epoll_wait",
        libc::SYS_epoll_ctl => "epoll_ctl",
        libc::SYS_read | libc::SYS_recvfrom => "read",
        libc::SYS_write | libc::SYS_sendto => "write",
        libc::SYS_close => "close",
        libc::SYS_getppid => MARK,
        // Seen only where the clock cannot be read without the kernel.
        libc::SYS_clock_gettime => return None,
        // A debug build of std looks at a descriptor before it closes it.
        libc::SYS_fcntl if cfg!(debug_assertions) => return None,
        _ => return Some(format!("system call {number}")),
    };
    Some(name.into())
}
