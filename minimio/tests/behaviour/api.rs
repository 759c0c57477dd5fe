//! The names and the signatures. What compiles here on minimio compiles on mio
//! too: that is the promise, and most of this file is kept by the compiler.

use std::collections::{BTreeSet, HashSet};
use std::fmt::Debug;
use std::io::{self, Read, Write};
use std::net::{self, Shutdown, SocketAddr};
use std::time::Duration;

use super::queue::event::{self, Event, Source};
use super::queue::net::{TcpListener, TcpStream, UdpSocket};
use super::queue::{Events, Interest, Poll, Registry, Token, Waker};

#[test]
fn the_queue_has_the_signatures_of_mio() {
    let _: fn() -> io::Result<Poll> = Poll::new;
    let _: fn(&Poll) -> &Registry = Poll::registry;
    let _: fn(&mut Poll, &mut Events, Option<Duration>) -> io::Result<()> =
        Poll::poll;

    type Register<S> = fn(&Registry, &mut S, Token, Interest) -> io::Result<()>;
    let _: Register<TcpStream> = Registry::register::<TcpStream>;
    let _: Register<Box<dyn Source>> = Registry::reregister::<Box<dyn Source>>;
    let _: fn(&Registry, &mut UdpSocket) -> io::Result<()> =
        Registry::deregister;
    let _: fn(&Registry) -> io::Result<Registry> = Registry::try_clone;

    let _: fn(&Registry, Token) -> io::Result<Waker> = Waker::new;
    let _: fn(&Waker) -> io::Result<()> = Waker::wake;

    let _: fn(usize) -> Events = event::Events::with_capacity;
    let _: fn(&Events) -> usize = Events::capacity;
    let _: fn(&Events) -> bool = Events::is_empty;
    let _: fn(&mut Events) = Events::clear;

    let _: fn(&Event) -> Event = Event::clone;
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
fn the_sockets_have_the_signatures_of_mio() {
    type Address<T> = fn(&T) -> io::Result<SocketAddr>;
    type TakeError<T> = fn(&T) -> io::Result<Option<io::Error>>;

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
    let _: fn(&TcpStream, &mut [u8]) -> io::Result<usize> = TcpStream::peek;
    let _: TakeError<TcpStream> = TcpStream::take_error;

    let _: fn(SocketAddr) -> io::Result<UdpSocket> = UdpSocket::bind;
    let _: fn(net::UdpSocket) -> UdpSocket = UdpSocket::from_std;
    let _: fn(&UdpSocket, SocketAddr) -> io::Result<()> = UdpSocket::connect;
    let _: Address<UdpSocket> = UdpSocket::local_addr;
    let _: fn(&UdpSocket, &[u8]) -> io::Result<usize> = UdpSocket::send;
    type Receive = fn(&UdpSocket, &mut [u8]) -> io::Result<usize>;
    let _: [Receive; 2] = [UdpSocket::recv, UdpSocket::peek];
    let _: fn(&UdpSocket, &[u8], SocketAddr) -> io::Result<usize> =
        UdpSocket::send_to;
    type ReceiveFrom =
        fn(&UdpSocket, &mut [u8]) -> io::Result<(usize, SocketAddr)>;
    let _: [ReceiveFrom; 2] = [UdpSocket::recv_from, UdpSocket::peek_from];
    let _: TakeError<UdpSocket> = UdpSocket::take_error;

    fn stream<T: Read + Write>() {}
    stream::<TcpStream>();
    stream::<&TcpStream>();
}

#[test]
fn everything_can_be_sent_shared_and_shown() {
    fn check<T: Send + Sync + Debug>() {}
    check::<Poll>();
    check::<Registry>();
    check::<Events>();
    check::<Event>();
    check::<Token>();
    check::<Interest>();
    check::<Waker>();
    check::<TcpListener>();
    check::<TcpStream>();
    check::<UdpSocket>();
}

#[cfg(unix)]
#[test]
fn each_kernel_object_shows_its_descriptor() {
    use super::queue::unix::SourceFd;
    use std::os::fd::{AsFd, AsRawFd};

    fn source<T: Source + Send + Sync + Debug>() {}
    source::<SourceFd<'static>>();

    fn raw<T: AsRawFd>() {}
    raw::<Poll>();
    raw::<Registry>();

    fn owned<T: AsFd + AsRawFd>() {}
    owned::<TcpListener>();
    owned::<TcpStream>();
    owned::<UdpSocket>();
}

#[cfg(windows)]
#[test]
fn each_socket_shows_its_handle() {
    use std::os::windows::io::{AsRawSocket, AsSocket};

    fn owned<T: AsSocket + AsRawSocket>() {}
    owned::<TcpListener>();
    owned::<TcpStream>();
    owned::<UdpSocket>();
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
