// ANCHOR: head
//! The backend contract (chapter 8): what one kernel has to supply, and the
//! choice of the kernel. Outside this module, only the `unix` of `lib.rs` depends
//! on the operating system.
// ANCHOR_END: head

// ANCHOR: modules
#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    not(minimio_kqueue)
))]
mod epoll;
#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    not(minimio_kqueue)
))]
mod eventfd;
#[cfg(any(
    target_vendor = "apple",
    target_os = "dragonfly",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    minimio_kqueue
))]
mod kqueue;
#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;
// ANCHOR_END: modules

// ANCHOR: uses
#[cfg(any(
    target_vendor = "apple",
    target_os = "dragonfly",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    minimio_kqueue
))]
pub(crate) use self::kqueue::{Event, Selector, Waker};
#[cfg(unix)]
pub use self::unix::SourceFd;
#[cfg(unix)]
pub(crate) use self::unix::{Raw, Registration, connect};
#[cfg(windows)]
pub(crate) use self::windows::{
    Event, Raw, Registration, Selector, Waker, connect,
};
#[cfg(all(
    any(target_os = "linux", target_os = "android"),
    not(minimio_kqueue)
))]
pub(crate) use self::{
    epoll::{Event, Selector},
    eventfd::Waker,
};
// ANCHOR_END: uses

// ANCHOR: refusal
#[cfg(not(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple",
    target_os = "dragonfly",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    windows
)))]
compile_error!("minimio has no backend for this system");
// ANCHOR_END: refusal

// ANCHOR: contract
/// The contract, in a form that the compiler holds each backend to.
///
/// All of it may be used from many threads at once, and dropped in any order.
const _: () = {
    use crate::{Interest, Token, event};
    use std::{fmt, io, net, time::Duration};

    const fn shared<T: Send + Sync>() {}
    shared::<Selector>();
    shared::<Event>();
    shared::<Registration>();
    shared::<Waker>();

    // A kernel queue, closed by its drop. What outlives it, a registration or
    // a waker, must then leave the kernel alone.
    let _: fn() -> io::Result<Selector> = Selector::new;
    // ANCHOR_END: contract

    // ANCHOR: select
    // Waits once, for `Duration` or for as long as it takes, and replaces the
    // contents of the vector, up to its capacity. It may come back early and
    // empty-handed, with `Ok` or `Interrupted`: `Poll` calls again with the
    // time that is left. But where it says `Ok` at the end of the time, it has
    // seen everything that was there. Fractions of the kernel's unit are
    // rounded up.
    let _: fn(
        &Selector,
        &mut Vec<event::Event>,
        Option<Duration>,
    ) -> io::Result<()> = Selector::select;

    // What the kernel reports. The vector above holds `event::Event`, which is
    // transparent over this one.
    const fn reported<T: fmt::Debug + Clone>() {}
    reported::<Event>();
    let _: fn(&Event) -> Token = Event::token;
    let _: [fn(&Event) -> bool; 5] = [
        Event::is_readable,
        Event::is_writable,
        Event::is_error,
        Event::is_read_closed,
        Event::is_write_closed,
    ];
    // ANCHOR_END: select

    // ANCHOR: registration
    // What a socket has to remember while it is registered: nothing on Unix.
    // `Raw` is the trait that gives a std socket's descriptor or handle. The
    // callers rule out that one is registered twice or not at all; but what it
    // remembers may be of a queue that is gone. A `register` that fails leaves
    // nothing behind; a `reregister` may have changed one of kqueue's filters.
    const fn remembered<T: Default>() {}
    remembered::<Registration>();
    const fn socket<T: Raw>() {}
    socket::<net::TcpListener>();
    socket::<net::TcpStream>();
    socket::<net::UdpSocket>();
    type Register =
        fn(&mut Registration, &Selector, &Socket, Token, Interest) -> Done;
    type Socket = net::TcpStream;
    type Done = io::Result<()>;
    let _: [Register; 2] = [Registration::register, Registration::reregister];
    let _: fn(&mut Registration, &Selector, &Socket) -> Done =
        Registration::deregister;
    // ANCHOR_END: registration

    // ANCHOR: operations
    // Every operation that may answer `WouldBlock` goes through here, with the
    // readiness that it then waits for, for the backends that must ask anew.
    type Operation = fn() -> io::Result<usize>;
    let _: fn(&Registration, Interest, Operation) -> io::Result<usize> =
        Registration::do_io;

    // Starts to connect and does not wait.
    let _: fn(net::SocketAddr) -> io::Result<net::TcpStream> = connect;

    // One event per wake-up or burst of them, with nothing to drain. Its drop
    // takes back a wake-up that was not seen.
    let _: fn(&Selector, Token) -> io::Result<Waker> = Waker::new;
    let _: fn(&Waker) -> io::Result<()> = Waker::wake;
};
// ANCHOR_END: operations

// ANCHOR: unix
/// What `unix` needs of a backend besides.
#[cfg(unix)]
const _: () = {
    use crate::{Interest, Token};
    use std::io;
    use std::os::fd::{AsFd, RawFd};

    type Register = fn(&Selector, RawFd, Token, Interest) -> io::Result<()>;
    let _: [Register; 2] = [Selector::register, Selector::reregister];
    let _: fn(&Selector, RawFd) -> io::Result<()> = Selector::deregister;
    const fn descriptor<T: AsFd>() {}
    descriptor::<Selector>();
};
// ANCHOR_END: unix
