//! The backend contract (chapter 8): what one kernel has to supply, and the
//! choice of the kernel. No other module names an operating system.

#[cfg(any(target_os = "linux", target_os = "android"))]
mod epoll;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod eventfd;
#[cfg(unix)]
mod unix;

#[cfg(unix)]
pub use self::unix::SourceFd;
#[cfg(unix)]
pub(crate) use self::unix::{Raw, Registration, connect};
#[cfg(any(target_os = "linux", target_os = "android"))]
pub(crate) use self::{
    epoll::{Event, Selector},
    eventfd::Waker,
};

#[cfg(not(any(target_os = "linux", target_os = "android")))]
compile_error!("minimio has no backend for this system");

/// The contract, in a form that the compiler holds each backend to.
const _: () = {
    use crate::{Interest, Token, event};
    use std::{fmt, io, net, time::Duration};

    // A kernel queue. Closing it is its drop.
    let _: fn() -> io::Result<Selector> = Selector::new;

    // Waits once, for `Duration` or for as long as it takes, and replaces the
    // contents of the vector, up to its capacity. It may come back early and
    // empty-handed, with `Ok` or `Interrupted`: `Poll` calls again with the
    // time that is left. With a duration of zero it must have seen everything
    // that was there. Fractions of the kernel's unit are rounded up.
    let _: fn(
        &Selector,
        &mut Vec<event::Event>,
        Option<Duration>,
    ) -> io::Result<()> = Selector::select;

    // What the kernel reports. The vector above holds `event::Event`, which is
    // transparent over this one.
    let _: fn(&Event) -> Token = Event::token;
    let _: [fn(&Event) -> bool; 5] = [
        Event::is_readable,
        Event::is_writable,
        Event::is_error,
        Event::is_read_closed,
        Event::is_write_closed,
    ];
    const fn event<T: fmt::Debug + Clone + Send + Sync>() {}
    event::<Event>();

    // What a source has to remember while it is registered: nothing on Unix.
    // `Raw` is the trait that gives a std socket's descriptor or handle. The
    // callers have ruled out misuse: a source registered twice or not at all.
    type Register<T> =
        fn(&mut Registration, &Selector, &T, Token, Interest) -> io::Result<()>;
    let _: Register<net::TcpStream> = Registration::register;
    let _: Register<net::TcpStream> = Registration::reregister;
    let _: fn(&mut Registration, &Selector, &net::TcpStream) -> io::Result<()> =
        Registration::deregister;
    const fn registration<T: Default + Send + Sync>() {}
    registration::<Registration>();
    const fn socket<T: Raw>() {}
    socket::<net::TcpListener>();
    socket::<net::UdpSocket>();

    // Every operation that may answer `WouldBlock` goes through here, for the
    // backends that must arm a source again when it does.
    type Operation = fn() -> io::Result<usize>;
    let _: fn(&Registration, Operation) -> io::Result<usize> =
        Registration::do_io;

    // Starts to connect and does not wait.
    let _: fn(net::SocketAddr) -> io::Result<net::TcpStream> = connect;

    // One event per wake-up or burst of them, with nothing to drain.
    let _: fn(&Selector, Token) -> io::Result<Waker> = Waker::new;
    let _: fn(&Waker) -> io::Result<()> = Waker::wake;
};
