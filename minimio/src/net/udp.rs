// ANCHOR: head
//! [`UdpSocket`] (chapter 9).

use std::io;
use std::net::{self, SocketAddr};

use super::inner::{Inner, impl_by_inner};

/// A UDP socket: datagrams, each received whole. (Chapter 9; [udp(7)]. One that
/// is longer than the buffer is cut to it on Unix, and an error on Windows:
/// WSAEMSGSIZE, 10040, of no [`io::ErrorKind`] that is stable.)
///
/// ```
// ANCHOR_END: head
// ANCHOR: doc
/// use minimio::net::UdpSocket;
/// use minimio::{Events, Interest, Poll, Token};
///
/// let any = "127.0.0.1:0".parse().unwrap();
/// let sender = UdpSocket::bind(any)?;
/// let mut receiver = UdpSocket::bind(any)?;
/// let mut poll = Poll::new()?;
/// poll.registry().register(&mut receiver, Token(0), Interest::READABLE)?;
///
/// sender.send_to(b"hello", receiver.local_addr()?)?;
///
/// let mut events = Events::with_capacity(1);
/// poll.poll(&mut events, None)?;
/// let mut buffer = [0; 16];
/// let (count, from) = receiver.recv_from(&mut buffer)?;
/// assert_eq!((&buffer[..count], from), (&b"hello"[..], sender.local_addr()?));
/// # std::io::Result::Ok(())
/// ```
///
/// [udp(7)]: https://man7.org/linux/man-pages/man7/udp.7.html
pub struct UdpSocket {
    pub(crate) inner: Inner<net::UdpSocket>,
}
// ANCHOR_END: doc

// ANCHOR: bind
impl UdpSocket {
    /// Binds to `addr`. Port 0 lets the system choose one.
    ///
    /// # Errors
    ///
    /// Those of [`net::UdpSocket::bind`].
    pub fn bind(addr: SocketAddr) -> io::Result<UdpSocket> {
        let socket = net::UdpSocket::bind(addr)?;
        socket.set_nonblocking(true)?;
        Ok(UdpSocket::from_std(socket))
    }

    /// Takes over a socket of std. Set it to non-blocking first.
    pub fn from_std(socket: net::UdpSocket) -> UdpSocket {
        UdpSocket {
            inner: Inner::new(socket),
        }
    }
    // ANCHOR_END: bind

    // ANCHOR: connect
    /// Sets the other end of [`send`](UdpSocket::send) and
    /// [`recv`](UdpSocket::recv). Datagrams from others are no longer received,
    /// except those that have arrived already.
    ///
    /// # Errors
    ///
    /// The system's: there may be no route to `addr`.
    pub fn connect(&self, addr: SocketAddr) -> io::Result<()> {
        self.inner.socket().connect(addr)
    }

    /// The address that it is bound to, with the port that the system chose.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.socket().local_addr()
    }
    // ANCHOR_END: connect

    // ANCHOR: send
    /// Sends a datagram to the connected end.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when there is no room now;
    /// [`ConnectionRefused`](io::ErrorKind::ConnectionRefused), on Windows
    /// [`ConnectionReset`](io::ErrorKind::ConnectionReset), when an earlier one
    /// found no receiver. The socket is as good as before.
    pub fn send(&self, buffer: &[u8]) -> io::Result<usize> {
        self.inner.do_write(|socket| socket.send(buffer))
    }

    /// Receives a datagram from the connected end.
    ///
    /// # Errors
    ///
    /// As of [`send`](UdpSocket::send), with `WouldBlock` when none has
    /// arrived.
    pub fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.do_read(|socket| socket.recv(buffer))
    }
    // ANCHOR_END: send

    // ANCHOR: send_to
    /// Sends a datagram to `target`.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when there is no room for it
    /// now.
    pub fn send_to(
        &self,
        buffer: &[u8],
        target: SocketAddr,
    ) -> io::Result<usize> {
        self.inner.do_write(|socket| socket.send_to(buffer, target))
    }

    /// Receives a datagram, and tells where it came from.
    ///
    /// # Errors
    ///
    /// As of [`recv`](UdpSocket::recv): on Windows without a `connect` too.
    pub fn recv_from(
        &self,
        buffer: &mut [u8],
    ) -> io::Result<(usize, SocketAddr)> {
        self.inner.do_read(|socket| socket.recv_from(buffer))
    }
    // ANCHOR_END: send_to

    // ANCHOR: peek
    /// As [`recv`](UdpSocket::recv), and leaves the datagram there.
    pub fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.do_read(|socket| socket.peek(buffer))
    }

    /// As [`recv_from`](UdpSocket::recv_from), and leaves the datagram there.
    pub fn peek_from(
        &self,
        buffer: &mut [u8],
    ) -> io::Result<(usize, SocketAddr)> {
        self.inner.do_read(|socket| socket.peek_from(buffer))
    }

    /// Takes the error that is pending on the socket (`SO_ERROR`), if any.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.inner.socket().take_error()
    }
}

impl_by_inner!(UdpSocket);
// ANCHOR_END: peek
