// ANCHOR: head
//! [`Event`] and [`Events`], what the queue reports, and [`Source`], what it
//! reports about (chapter 3).

use std::{fmt, io, slice};

use crate::{Interest, Registry, Token, sys};
// ANCHOR_END: head

// ANCHOR: event_docs
/// One thing that happened to one source.
///
/// It is a hint: by the time the program acts on it, the state may have
/// changed. Read until [`WouldBlock`](io::ErrorKind::WouldBlock) and trust the
/// answer of the read. Several conditions can come in one event. On macOS and
/// the BSDs reading and writing come as two, perhaps of the same poll: a source
/// that is dropped at the first may have another one behind it.
///
/// Its `Debug` form shows the kernel's own flag names. (Chapter 3, and the
/// kernel's chapter: 4 for epoll, 5 for kqueue, 7 for Windows. On Linux the flags
/// are those of [epoll_ctl(2)], on macOS and the BSDs those of [kqueue(2)], on
/// Windows those of an AFD poll.)
///
// ANCHOR_END: event_docs
// ANCHOR: event_example
/// ```
/// use std::io::Write;
/// use minimio::{Events, Interest, Poll, Token, net::TcpListener};
///
/// let mut poll = Poll::new()?;
/// let listener = TcpListener::bind("127.0.0.1:0".parse().unwrap())?;
/// let mut peer = std::net::TcpStream::connect(listener.local_addr()?)?;
/// let (mut stream, _) = listener.accept()?;
/// poll.registry().register(&mut stream, Token(7), Interest::READABLE)?;
///
/// peer.write_all(b"hello")?;
/// let mut events = Events::with_capacity(8);
/// poll.poll(&mut events, None)?;
/// let event = events.iter().next().unwrap();
/// assert_eq!(event.token(), Token(7));
/// assert!(event.is_readable() && !event.is_error());
/// # std::io::Result::Ok(())
/// ```
///
/// [epoll_ctl(2)]: https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
/// [kqueue(2)]: https://man.freebsd.org/cgi/man.cgi?query=kqueue&sektion=2
// ANCHOR_END: event_example
// ANCHOR: event
//
// Transparent, so that a backend may let the kernel write into a `Vec<Event>`.
#[derive(Clone)]
#[repr(transparent)]
pub struct Event {
    pub(crate) inner: sys::Event,
}
// ANCHOR_END: event

// ANCHOR: token
impl Event {
    /// The token that the source was registered with.
    pub fn token(&self) -> Token {
        self.inner.token()
    }
    // ANCHOR_END: token

    // ANCHOR: readable
    /// A read, an accept or a receive may make progress. The end of a stream
    /// counts as progress; an error, or the end of a pipe, may come without
    /// this, as [`is_error`](Event::is_error) or
    /// [`is_read_closed`](Event::is_read_closed).
    pub fn is_readable(&self) -> bool {
        self.inner.is_readable()
    }

    /// A write may make progress, or a connect has ended (well or badly).
    pub fn is_writable(&self) -> bool {
        self.inner.is_writable()
    }

    /// The source is in an error state, which `take_error` tells. (Windows says
    /// so of a connect that has failed, and not of a reset.)
    pub fn is_error(&self) -> bool {
        self.inner.is_error()
    }
    // ANCHOR_END: readable

    // ANCHOR: closed
    /// The peer will send no more than what is already there to be read, or we
    /// have shut down our reading.
    ///
    /// The kernels differ in when they say so. The portable end of a stream is
    /// a read that returns `Ok(0)`.
    pub fn is_read_closed(&self) -> bool {
        self.inner.is_read_closed()
    }

    /// Nothing more can be written. It is meant for streams and pipes; a UDP
    /// socket may say so for a passing error.
    ///
    /// The kernels differ in when they say so. The portable sign is a write
    /// that fails.
    pub fn is_write_closed(&self) -> bool {
        self.inner.is_write_closed()
    }
}
// ANCHOR_END: closed

// ANCHOR: event_debug
impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}
// ANCHOR_END: event_debug

// ANCHOR: events
/// The buffer that [`Poll::poll`](crate::Poll::poll) fills.
///
/// Its capacity is the most that one poll reports. Nothing is lost when more
/// is ready than fits: the rest comes with the next polls.
///
/// ```
/// use minimio::Events;
///
/// let events = Events::with_capacity(64);
/// assert_eq!(events.capacity(), 64);
/// assert!(events.is_empty());
/// ```
pub struct Events {
    pub(crate) inner: Vec<Event>,
}
// ANCHOR_END: events

// ANCHOR: with_capacity
impl Events {
    /// Room for `capacity` events. A poll with no room at all is refused with
    /// [`InvalidInput`](io::ErrorKind::InvalidInput).
    ///
    /// # Panics
    ///
    /// As a `Vec` does, if so many events cannot fit into memory.
    pub fn with_capacity(capacity: usize) -> Events {
        Events {
            inner: Vec::with_capacity(capacity),
        }
    }
    // ANCHOR_END: with_capacity

    // ANCHOR: events_rest
    /// The most events that one poll reports; on Windows never more than 64.
    pub fn capacity(&self) -> usize {
        self.inner.capacity()
    }

    /// Whether there is none: the last poll reported nothing, or they have been
    /// cleared.
    pub fn is_empty(&self) -> bool {
        self.inner.is_empty()
    }

    /// Forgets the events. [`Poll::poll`](crate::Poll::poll) does this itself
    /// before it waits.
    pub fn clear(&mut self) {
        self.inner.clear();
    }

    /// The events of the last poll, in the order in which the kernel gave
    /// them.
    pub fn iter(&self) -> Iter<'_> {
        Iter {
            inner: self.inner.iter(),
        }
    }
}
// ANCHOR_END: events_rest

// ANCHOR: iterator
impl<'a> IntoIterator for &'a Events {
    type Item = &'a Event;
    type IntoIter = Iter<'a>;

    fn into_iter(self) -> Iter<'a> {
        self.iter()
    }
}
// ANCHOR_END: iterator

// ANCHOR: events_debug
impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self).finish()
    }
}
// ANCHOR_END: events_debug

// ANCHOR: iter
/// The iterator over [`Events`].
#[derive(Clone, Debug)]
pub struct Iter<'a> {
    inner: slice::Iter<'a, Event>,
}

impl<'a> Iterator for Iter<'a> {
    type Item = &'a Event;

    fn next(&mut self) -> Option<&'a Event> {
        self.inner.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.size_hint()
    }
}
// ANCHOR_END: iter

// ANCHOR: source_docs
/// Something that can be registered with a queue: a socket of [`net`], or a
/// type of your own that passes the calls on to one.
///
/// Programs call [`Registry::register`] and its siblings; those call these.
///
/// [`net`]: crate::net
///
/// ```
/// use std::io;
/// use minimio::{Interest, Registry, Token, event::Source, net::TcpStream};
///
/// struct Connection {
///     socket: TcpStream,
///     // and a buffer, a state …
/// }
// ANCHOR_END: source_docs
// ANCHOR: source_example
///
/// impl Source for Connection {
///     fn register(&mut self, registry: &Registry, token: Token, interest: Interest) -> io::Result<()> {
///         self.socket.register(registry, token, interest)
///     }
///
///     fn reregister(&mut self, registry: &Registry, token: Token, interest: Interest) -> io::Result<()> {
///         self.socket.reregister(registry, token, interest)
///     }
///
///     fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
///         self.socket.deregister(registry)
///     }
/// }
/// ```
// ANCHOR_END: source_example
// ANCHOR: source
pub trait Source {
    /// Adds the source to the queue's interest list.
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()>;

    /// Changes the token and the interest of a registered source.
    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()>;

    /// Takes the source off the queue's interest list.
    fn deregister(&mut self, registry: &Registry) -> io::Result<()>;
}
// ANCHOR_END: source

// ANCHOR: boxed
impl<T: Source + ?Sized> Source for Box<T> {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        (**self).register(registry, token, interest)
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        (**self).reregister(registry, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        (**self).deregister(registry)
    }
}
// ANCHOR_END: boxed
