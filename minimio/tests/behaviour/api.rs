//! The whole public API, and nothing beside it: what compiles here on minimio
//! compiles on mio too. Most of this file is kept by the compiler.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Debug;
use std::hash::Hash;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::{self, Shutdown, SocketAddr};
use std::ops::BitOr;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::time::Duration;

use super::queue::event::{self, Event, Iter, Source};
use super::queue::net::{TcpListener, TcpStream, UdpSocket};
use super::queue::{Events, Interest, Poll, Registry, Token, Waker};

/// The auto traits, and `Debug`.
fn plain<T: Debug + Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() {}

#[test]
fn the_queue_is_mios() {
    plain::<Poll>();
    plain::<Registry>();
    plain::<Waker>();

    let _: fn() -> io::Result<Poll> = Poll::new;
    let _: for<'a> fn(&'a Poll) -> &'a Registry = Poll::registry;
    let _: fn(&mut Poll, &mut Events, Option<Duration>) -> io::Result<()> =
        Poll::poll;

    fn of_any_source<S: Source + ?Sized>() {
        type Register<S> =
            fn(&Registry, &mut S, Token, Interest) -> io::Result<()>;
        let _: [Register<S>; 2] =
            [Registry::register::<S>, Registry::reregister::<S>];
        let _: fn(&Registry, &mut S) -> io::Result<()> =
            Registry::deregister::<S>;
    }
    of_any_source::<dyn Source>();
    let _: fn(&Registry) -> io::Result<Registry> = Registry::try_clone;

    let _: fn(&Registry, Token) -> io::Result<Waker> = Waker::new;
    let _: fn(&Waker) -> io::Result<()> = Waker::wake;
}

#[test]
fn the_events_are_mios() {
    plain::<Events>();
    plain::<Event>();
    plain::<Iter<'static>>();
    fn clone<T: Clone>() {}
    clone::<Event>();
    clone::<Iter<'static>>();

    let _: fn(usize) -> Events = event::Events::with_capacity;
    let _: fn(&Events) -> usize = Events::capacity;
    let _: fn(&Events) -> bool = Events::is_empty;
    let _: fn(&mut Events) = Events::clear;
    let _: for<'a> fn(&'a Events) -> Iter<'a> = Events::iter;
    fn items<'a>(
        iter: impl IntoIterator<Item = &'a Event, IntoIter = Iter<'a>>,
    ) {
        let _: Option<&'a Event> = iter.into_iter().next();
    }
    let _: fn(&Events) = |events| items(events);

    let _: fn(&Event) -> Token = Event::token;
    let _: [fn(&Event) -> bool; 5] = [
        Event::is_readable,
        Event::is_writable,
        Event::is_error,
        Event::is_read_closed,
        Event::is_write_closed,
    ];
}

#[test]
fn the_values_are_mios() {
    plain::<Token>();
    plain::<Interest>();
    fn value<T: Copy + Ord>() {}
    value::<Token>();
    value::<Interest>();
    fn key<T: Hash + Into<usize>>() {}
    key::<Token>();
    fn or<T: BitOr<Output = T>>() {}
    or::<Interest>();

    const _: Token = Token(usize::MAX);
    const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);
    const _: () = assert!(BOTH.is_readable() && BOTH.is_writable());
}

/// A source that a program makes of others.
struct Wrapped(Box<dyn Source>);

impl Source for Wrapped {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.0.register(registry, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.0.reregister(registry, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.0.deregister(registry)
    }
}

#[test]
fn the_sources_are_mios() {
    fn source<T: Source>() {}
    source::<Wrapped>();
    source::<Box<Wrapped>>();
    source::<Box<dyn Source>>();
    source::<TcpListener>();
    source::<TcpStream>();
    source::<UdpSocket>();
}

#[test]
fn the_sockets_are_mios() {
    plain::<TcpListener>();
    plain::<TcpStream>();
    plain::<UdpSocket>();

    type Address<T> = fn(&T) -> io::Result<SocketAddr>;
    type TakeError<T> = fn(&T) -> io::Result<Option<io::Error>>;
    type Receive<T> = fn(&T, &mut [u8]) -> io::Result<usize>;

    let _: fn(SocketAddr) -> io::Result<TcpListener> = TcpListener::bind;
    let _: fn(net::TcpListener) -> TcpListener = TcpListener::from_std;
    let _: fn(&TcpListener) -> io::Result<(TcpStream, SocketAddr)> =
        TcpListener::accept;
    let _: Address<TcpListener> = TcpListener::local_addr;
    let _: TakeError<TcpListener> = TcpListener::take_error;

    let _: fn(SocketAddr) -> io::Result<TcpStream> = TcpStream::connect;
    let _: fn(net::TcpStream) -> TcpStream = TcpStream::from_std;
    let _: [Address<TcpStream>; 2] =
        [TcpStream::peer_addr, TcpStream::local_addr];
    let _: fn(&TcpStream, Shutdown) -> io::Result<()> = TcpStream::shutdown;
    let _: Receive<TcpStream> = TcpStream::peek;
    let _: TakeError<TcpStream> = TcpStream::take_error;

    let _: fn(SocketAddr) -> io::Result<UdpSocket> = UdpSocket::bind;
    let _: fn(net::UdpSocket) -> UdpSocket = UdpSocket::from_std;
    let _: fn(&UdpSocket, SocketAddr) -> io::Result<()> = UdpSocket::connect;
    let _: Address<UdpSocket> = UdpSocket::local_addr;
    let _: fn(&UdpSocket, &[u8]) -> io::Result<usize> = UdpSocket::send;
    let _: fn(&UdpSocket, &[u8], SocketAddr) -> io::Result<usize> =
        UdpSocket::send_to;
    let _: [Receive<UdpSocket>; 2] = [UdpSocket::recv, UdpSocket::peek];
    type ReceiveFrom =
        fn(&UdpSocket, &mut [u8]) -> io::Result<(usize, SocketAddr)>;
    let _: [ReceiveFrom; 2] = [UdpSocket::recv_from, UdpSocket::peek_from];
    let _: TakeError<UdpSocket> = UdpSocket::take_error;

    fn stream<T: Read + Write>() {
        let _: fn(&mut T, &mut [IoSliceMut<'_>]) -> io::Result<usize> =
            T::read_vectored;
        let _: fn(&mut T, &[IoSlice<'_>]) -> io::Result<usize> =
            T::write_vectored;
    }
    stream::<TcpStream>();
    stream::<&TcpStream>();
}

#[cfg(unix)]
#[test]
fn the_descriptors_are_mios() {
    use super::queue::unix::SourceFd;
    use std::os::fd::{AsFd, AsRawFd, RawFd};

    plain::<SourceFd<'static>>();
    fn source<T: Source>() {}
    source::<SourceFd<'static>>();
    let _: for<'a> fn(&'a RawFd) -> SourceFd<'a> = |fd| SourceFd(fd);
    let _: for<'a> fn(SourceFd<'a>) -> &'a RawFd = |SourceFd(fd)| fd;

    fn raw<T: AsRawFd>() {}
    raw::<Poll>(); // mio's has no `AsFd`
    fn fd<T: AsFd + AsRawFd>() {}
    fd::<Registry>();
    fd::<TcpListener>();
    fd::<TcpStream>();
    fd::<UdpSocket>();
}

#[cfg(windows)]
#[test]
fn the_handles_are_mios() {
    use std::os::windows::io::{AsRawSocket, AsSocket};

    fn socket<T: AsSocket + AsRawSocket>() {}
    socket::<TcpListener>();
    socket::<TcpStream>();
    socket::<UdpSocket>();
}

#[test]
fn an_interest_is_a_set_of_two() {
    const BOTH: Interest = Interest::READABLE.add(Interest::WRITABLE);

    assert_eq!(BOTH, Interest::READABLE | Interest::WRITABLE);
    assert_eq!(BOTH | Interest::READABLE, BOTH);
    assert_ne!(Interest::READABLE, Interest::WRITABLE);

    assert!(BOTH.is_readable() && BOTH.is_writable());
    assert!(
        Interest::READABLE.is_readable() && !Interest::READABLE.is_writable()
    );
    assert!(
        !Interest::WRITABLE.is_readable() && Interest::WRITABLE.is_writable()
    );

    assert_eq!(format!("{:?}", Interest::READABLE), "READABLE");
    assert_eq!(format!("{:?}", Interest::WRITABLE), "WRITABLE");
    assert_eq!(format!("{BOTH:?}"), "READABLE | WRITABLE");
}

#[test]
fn a_token_is_a_number_that_can_be_compared_and_kept_in_sets() {
    let tokens = [Token(2), Token(0), Token(usize::MAX)];
    assert_eq!(HashSet::from(tokens).len(), 3);
    assert_eq!(BTreeSet::from(tokens).first(), Some(&Token(0)));
    assert_eq!(usize::from(Token(7)), 7);
    assert_eq!(format!("{:?}", Token(7)), "Token(7)");
}

#[test]
fn a_socket_is_shown_as_that_of_std_inside() -> io::Result<()> {
    let socket = net::UdpSocket::bind("127.0.0.1:0")?;
    let shown = format!("{socket:?}");
    assert_eq!(format!("{:?}", UdpSocket::from_std(socket)), shown);
    Ok(())
}
