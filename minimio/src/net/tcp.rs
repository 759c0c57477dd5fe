// ANCHOR: head
//! [`TcpListener`] and [`TcpStream`] (chapter 9).

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::{self, Shutdown, SocketAddr};

use super::inner::{Inner, impl_by_inner};
use crate::sys;

/// A TCP socket that waits for connections.
///
/// It is readable when one may be accepted. One event can stand for many:
/// accept until [`WouldBlock`](io::ErrorKind::WouldBlock). (Chapter 9;
/// [accept(2)].)
///
/// ```
/// use std::io;
/// use minimio::net::TcpListener;
///
/// let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap())?;
/// let error = listener.accept().unwrap_err();
/// assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
/// # io::Result::Ok(())
/// ```
///
/// [accept(2)]: https://man7.org/linux/man-pages/man2/accept.2.html
// ANCHOR_END: head
// ANCHOR: listener
pub struct TcpListener {
    pub(crate) inner: Inner<net::TcpListener>,
}

impl TcpListener {
    /// Binds to `addr` and listens. Port 0 lets the system choose one.
    ///
    /// # Errors
    ///
    /// [`AddrInUse`](io::ErrorKind::AddrInUse) and the others of
    /// [`net::TcpListener::bind`].
    pub fn bind(addr: SocketAddr) -> io::Result<TcpListener> {
        let listener = net::TcpListener::bind(addr)?;
        listener.set_nonblocking(true)?;
        Ok(TcpListener::from_std(listener))
    }

    /// Takes over a listener of std. Set it to non-blocking first.
    pub fn from_std(listener: net::TcpListener) -> TcpListener {
        TcpListener {
            inner: Inner::new(listener),
        }
    }
    // ANCHOR_END: listener

    // ANCHOR: accept
    /// Accepts a connection that waits, as a stream that does not block.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when none waits. Others may be
    /// about this one connection, or about the process: with no descriptor
    /// left the connection goes on waiting, and no new event tells of it.
    pub fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let (stream, addr) = self.inner.do_read(net::TcpListener::accept)?;
        stream.set_nonblocking(true)?;
        Ok((TcpStream::from_std(stream), addr))
    }
    // ANCHOR_END: accept

    // ANCHOR: listener_rest
    /// The address that it is bound to, with the port that the system chose.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.socket().local_addr()
    }

    /// Takes the error that is pending on the socket (`SO_ERROR`), if any.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.inner.socket().take_error()
    }
}
// ANCHOR_END: listener_rest

// ANCHOR: stream_doc
/// A TCP connection, or one that is being made. (Chapter 9; [connect(2)], of
/// which `EINPROGRESS` is the case here, and [tcp(7)].)
///
/// ```
/// use std::io::{self, Read};
/// use minimio::net::TcpStream;
/// use minimio::{Events, Interest, Poll, Token};
///
/// let server = std::net::TcpListener::bind("127.0.0.1:0")?;
/// let mut stream = TcpStream::connect(server.local_addr()?)?;
///
/// let mut poll = Poll::new()?;
/// poll.registry().register(&mut stream, Token(0), Interest::WRITABLE)?;
/// let mut events = Events::with_capacity(1);
/// poll.poll(&mut events, None)?;
///
/// // Writable: the attempt has ended, as a rule. These two prove it.
/// assert!(stream.take_error()?.is_none());
/// assert_eq!(stream.peer_addr()?, server.local_addr()?);
///
/// let error = stream.read(&mut [0; 16]).unwrap_err();
/// assert_eq!(error.kind(), io::ErrorKind::WouldBlock);
/// # io::Result::Ok(())
/// ```
///
// ANCHOR_END: stream_doc
// ANCHOR: stream
/// [connect(2)]: https://man7.org/linux/man-pages/man2/connect.2.html
/// [tcp(7)]: https://man7.org/linux/man-pages/man7/tcp.7.html
pub struct TcpStream {
    pub(crate) inner: Inner<net::TcpStream>,
}

impl TcpStream {
    /// Starts to connect to `addr`, and returns before it is done.
    ///
    /// The stream becomes writable when the attempt has ended. It has
    /// succeeded if then [`take_error`](TcpStream::take_error) has nothing and
    /// [`peer_addr`](TcpStream::peer_addr) has an address. While that answers
    /// [`NotConnected`](io::ErrorKind::NotConnected) with no error taken, the
    /// event was a hint too early: wait for the next.
    ///
    /// # Errors
    ///
    /// The system's, when it can tell at once. Most failures, a refused port
    /// among them, may come at once or with the event.
    pub fn connect(addr: SocketAddr) -> io::Result<TcpStream> {
        sys::connect(addr).map(TcpStream::from_std)
    }
    // ANCHOR_END: stream

    // ANCHOR: from_std
    /// Takes over a stream of std. Set it to non-blocking first.
    pub fn from_std(stream: net::TcpStream) -> TcpStream {
        TcpStream {
            inner: Inner::new(stream),
        }
    }

    /// The address of the other end, once connected.
    ///
    /// # Errors
    ///
    /// [`NotConnected`](io::ErrorKind::NotConnected) when it is not; on macOS
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) when it is no more.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.socket().peer_addr()
    }

    /// The address of this end.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.socket().local_addr()
    }
    // ANCHOR_END: from_std

    // ANCHOR: shutdown
    /// Closes one direction or both. When it was the writing one, the other end
    /// reads what was written before, and then an end of file.
    ///
    /// # Errors
    ///
    /// [`NotConnected`](io::ErrorKind::NotConnected) when there is no
    /// connection yet, or none any more, as after a reset.
    pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.inner.socket().shutdown(how)
    }

    /// Reads what has arrived, and leaves it there to be read again.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when nothing has.
    pub fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.do_read(|socket| socket.peek(buffer))
    }
    // ANCHOR_END: shutdown

    // ANCHOR: stream_error
    /// Takes the error that is pending on the socket (`SO_ERROR`), if any:
    /// why a connect failed, for one.
    pub fn take_error(&self) -> io::Result<Option<io::Error>> {
        self.inner.socket().take_error()
    }
}
// ANCHOR_END: stream_error

// ANCHOR: read
impl Read for &TcpStream {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.do_read(|mut socket| socket.read(buffer))
    }

    fn read_vectored(
        &mut self,
        buffers: &mut [IoSliceMut<'_>],
    ) -> io::Result<usize> {
        self.inner
            .do_read(|mut socket| socket.read_vectored(buffers))
    }
}
// ANCHOR_END: read

// ANCHOR: write
impl Write for &TcpStream {
    #[inline]
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.inner.do_write(|mut socket| socket.write(buffer))
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        self.inner
            .do_write(|mut socket| socket.write_vectored(buffers))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(()) // There is no buffer of ours.
    }
}
// ANCHOR_END: write

// ANCHOR: owned
impl Read for TcpStream {
    #[inline]
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (&*self).read(buffer)
    }

    fn read_vectored(
        &mut self,
        buffers: &mut [IoSliceMut<'_>],
    ) -> io::Result<usize> {
        (&*self).read_vectored(buffers)
    }
}
// ANCHOR_END: owned

// ANCHOR: owned_write
impl Write for TcpStream {
    #[inline]
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        (&*self).write(buffer)
    }

    fn write_vectored(&mut self, buffers: &[IoSlice<'_>]) -> io::Result<usize> {
        (&*self).write_vectored(buffers)
    }

    fn flush(&mut self) -> io::Result<()> {
        (&*self).flush()
    }
}

impl_by_inner!(TcpListener, TcpStream);
// ANCHOR_END: owned_write
