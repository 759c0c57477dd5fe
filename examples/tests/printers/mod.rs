//! A value of each type that the debuggers show by names, and what they show.

#![allow(missing_docs, non_camel_case_types, non_snake_case)]
#![allow(clippy::upper_case_acronyms)]

use std::fs;
use std::hint::black_box;
use std::io::Write;
use std::net::TcpStream;
use std::process::Command;
use std::time::Duration;
use std::{env, path::Path};

use libtest_mimic::Failed;
use minimio::net::TcpListener;
use minimio::{Events, Interest, Poll, Token};

use crate::session;

/// With this in the environment the test shows values, and does no more.
pub const SHOW: &str = "SHOW_VALUES_TO_A_DEBUGGER";

// As the raw programs have them.
#[repr(C)]
#[cfg_attr(target_arch = "x86_64", repr(packed))]
struct epoll_event {
    events: u32,
    data: u64,
}

#[repr(C)]
struct kevent {
    ident: usize,
    filter: i16,
    flags: u16,
    fflags: u32,
    data: isize,
    udata: usize,
}

#[repr(C)]
struct AFD_POLL_HANDLE_INFO {
    Handle: u64,
    Events: u32,
    Status: i32,
}

#[repr(C)]
struct IO_STATUS_BLOCK {
    Status: i32,
    Information: usize,
}

#[repr(C)]
struct OVERLAPPED {
    internal: usize,
    internal_high: usize,
    offset: u32,
    offset_high: u32,
    event: *const u8,
}

/// A function to stop at, when all values are there.
#[inline(never)]
fn all_are_there() {
    black_box(());
}

pub fn show() {
    let token = Token(7);
    let interests = [
        Interest::READABLE,
        Interest::WRITABLE,
        Interest::READABLE | Interest::WRITABLE,
    ];
    let edge = epoll_event {
        events: 1 << 31 | 0x2019,
        data: 3,
    };
    let nothing = epoll_event { events: 0, data: 0 };
    let unknown = epoll_event {
        events: 0x4000 | 0x1,
        data: u64::MAX,
    };
    let change = kevent {
        ident: 9,
        filter: -2,
        flags: 0x21,
        fflags: 0,
        data: 0,
        udata: 4,
    };
    let answer = kevent {
        ident: 1,
        filter: -99,
        flags: 0x8000,
        fflags: 0x100,
        data: -1,
        udata: 0,
    };
    let poll_info = [AFD_POLL_HANDLE_INFO {
        Handle: 0x70,
        Events: 0x19,
        Status: 0,
    }];
    let cancelled = IO_STATUS_BLOCK {
        Status: 0xC000_0120_u32 as i32,
        Information: 0,
    };
    let pending = OVERLAPPED {
        internal: 0x103,
        internal_high: 0,
        offset: 0,
        offset_high: 0,
        event: std::ptr::null(),
    };
    let events = one_event().unwrap();
    let event = events.iter().next().unwrap();
    all_are_there();
    black_box((&token, &interests, &edge, &nothing, &unknown, &change));
    black_box((&answer, &poll_info, &cancelled, &pending, &events, event));
}

fn one_event() -> std::io::Result<Events> {
    let mut poll = Poll::new()?;
    let mut listener = TcpListener::bind(([127, 0, 0, 1], 0).into())?;
    let registry = poll.registry();
    registry.register(&mut listener, Token(5), Interest::READABLE)?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    client.write_all(b"hello")?;
    let mut events = Events::with_capacity(4);
    poll.poll(&mut events, Some(Duration::from_secs(60)))?;
    Ok(events)
}

/// What is printed, and how it shows.
const SHOWN: [(&str, &str); 12] = [
    ("token", "Token(7)"),
    ("interests", "[READABLE, WRITABLE, READABLE | WRITABLE]"),
    (
        "edge",
        "epoll_event {events: EPOLLIN | EPOLLERR | EPOLLHUP | EPOLLRDHUP \
         | EPOLLET, data: 3}",
    ),
    ("nothing", "epoll_event {events: 0, data: 0}"),
    (
        "unknown",
        "epoll_event {events: EPOLLIN | 0x4000, data: 18446744073709551615}",
    ),
    (
        "change",
        "kevent {ident: 9, filter: EVFILT_WRITE, flags: EV_ADD | EV_CLEAR, \
         fflags: 0x0, data: 0, udata: 4}",
    ),
    (
        "answer",
        "kevent {ident: 1, filter: -99, flags: EV_EOF, fflags: 0x100, \
         data: -1, udata: 0}",
    ),
    (
        "poll_info",
        "[AFD_POLL_HANDLE_INFO {Handle: 0x70, Events: AFD_POLL_RECEIVE \
         | AFD_POLL_DISCONNECT | AFD_POLL_ABORT, Status: STATUS_SUCCESS}]",
    ),
    (
        "cancelled",
        "IO_STATUS_BLOCK {Status: STATUS_CANCELLED, Information: 0}",
    ),
    (
        "pending",
        "OVERLAPPED {internal: STATUS_PENDING, internal_high: 0, offset: 0, \
         offset_high: 0, event: 0x0}",
    ),
    ("*event", EVENT),
    ("events", EVENTS),
];

#[cfg(not(has_kqueue))]
const EVENT: &str = "Event {token: Token(5), flags: EPOLLIN}";
#[cfg(not(has_kqueue))]
const EVENTS: &str = "Events [Event {token: Token(5), flags: EPOLLIN}]";
// Kernels differ in which flags of the change they leave in it.
#[cfg(has_kqueue)]
const EVENT: &str = "Event {token: Token(5), filter: EVFILT_READ, \
                     flags: …EV_CLEAR…, fflags: 0, data: 1}";
#[cfg(has_kqueue)]
const EVENTS: &str = "Events [Event {token: Token(5), filter: EVFILT_READ, \
                      flags: …EV_CLEAR…, fflags: 0, data: 1}]";

pub fn in_gdb() -> Result<(), Failed> {
    let mut script =
        String::from("break debugger::printers::all_are_there\nrun\nup\n");
    for (value, _) in SHOWN {
        script += &format!("printf \"{value} \"\noutput {value}\necho \\n\n");
    }
    script += "epoll 0x80000019\nev 0x8020\nafd 0x81\nntstatus 0x103\n";
    script += "kill\n";
    let this = env::current_exe()?;
    let gdb = crate::native_gdb(&this);
    let printed =
        run(&script, |script| format!("{gdb} -x {}", script.display()))?;
    for (value, shown) in SHOWN {
        expect(&printed, &format!("{value} {shown}"))?;
    }
    expect(&printed, "EPOLLIN | EPOLLERR | EPOLLHUP | EPOLLET")?;
    expect(&printed, "EV_CLEAR | EV_EOF")?;
    expect(&printed, "AFD_POLL_RECEIVE | AFD_POLL_ACCEPT")?;
    expect(&printed, "STATUS_PENDING")
}

pub fn in_lldb() -> Result<(), Failed> {
    let mut script = String::from(
        "command script import minimio/debugger/minimio.py\n\
         breakpoint set --name all_are_there\nrun\nup\n",
    );
    for (value, _) in SHOWN {
        script += &format!("frame variable {value}\n");
    }
    let this = env::current_exe()?;
    let printed = run(&script, |script| {
        let lldb = crate::quiet_lldb();
        format!("{lldb} -s {} '{}'", script.display(), this.display())
    })?;
    // An array has a line for each element, and of Events only gdb knows.
    for (value, shown) in SHOWN {
        if !shown.contains('[') {
            expect(&printed, &format!(" {value} = {shown}"))?;
        }
    }
    expect(&printed, " [2] = READABLE | WRITABLE)")
}

fn run(
    script: &str,
    line: impl FnOnce(&Path) -> String,
) -> Result<String, Failed> {
    let file = env::temp_dir().join(format!("shown.{}", std::process::id()));
    fs::write(&file, script)?;
    let mut command = Command::new("sh");
    command.args(["-c", &line(&file)]).env(SHOW, "1");
    let output = session::output(command, None);
    fs::remove_file(file)?;
    Ok(output?.0.join("\n"))
}

/// A line that ends like this, where `…` stands for anything.
fn expect(printed: &str, line: &str) -> Result<(), Failed> {
    match printed.lines().any(|it| ends_like(it, line)) {
        true => Ok(()),
        false => Err(format!("no `{line}` in\n{printed}").into()),
    }
}

fn ends_like(line: &str, pattern: &str) -> bool {
    let mut parts = pattern.rsplit('…');
    let last = parts.next().unwrap_or_default();
    let Some(mut before) = line.strip_suffix(last) else {
        return false;
    };
    parts.all(|part| {
        let at = before.rfind(part);
        before = &before[..at.unwrap_or(0)];
        at.is_some()
    })
}
