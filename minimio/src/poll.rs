// ANCHOR: head
//! [`Poll`] waits, [`Registry`] decides for what: two handles on one queue
//! (chapter 8).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use std::{fmt, io};

use crate::sys::Selector;
use crate::{Events, Interest, Token, event};
// ANCHOR_END: head

// ANCHOR: poll_docs
/// An event queue, and the right to wait on it.
///
/// One thread waits. Any thread may register, through a [`Registry`], or wake
/// the one that waits, through a [`Waker`](crate::Waker). (Chapter 8. On Linux a
/// queue is an epoll instance, [epoll(7)]; on macOS and the BSDs it is a
/// [kqueue(2)], on Windows an [I/O completion port].)
///
/// ```
/// use std::{io::Write, net};
/// use minimio::{Events, Interest, Poll, Token, net::TcpListener};
///
/// let mut poll = Poll::new()?;
/// let mut listener = TcpListener::bind("127.0.0.1:0".parse().unwrap())?;
/// poll.registry().register(&mut listener, Token(0), Interest::READABLE)?;
///
// ANCHOR_END: poll_docs
// ANCHOR: poll
/// let client = net::TcpStream::connect(listener.local_addr()?)?;
///
/// let mut events = Events::with_capacity(16);
/// poll.poll(&mut events, None)?;
/// for event in &events {
///     assert_eq!(event.token(), Token(0));
///     let (accepted, from) = listener.accept()?;
///     assert_eq!(from, client.local_addr()?);
/// }
/// # std::io::Result::Ok(())
/// ```
///
/// [epoll(7)]: https://man7.org/linux/man-pages/man7/epoll.7.html
/// [kqueue(2)]: https://man.freebsd.org/cgi/man.cgi?query=kqueue&sektion=2
/// [I/O completion port]: https://learn.microsoft.com/windows/win32/fileio/i-o-completion-ports
pub struct Poll {
    registry: Registry,
}
// ANCHOR_END: poll

// ANCHOR: new
impl Poll {
    /// Makes a queue with an empty interest list.
    ///
    /// # Errors
    ///
    /// The system's, when the process has no handle or no memory left for it.
    pub fn new() -> io::Result<Poll> {
        let queue = Queue {
            selector: Selector::new()?,
            has_waker: AtomicBool::new(false),
        };
        Ok(Poll {
            registry: Registry {
                queue: Arc::new(queue),
            },
        })
    }
    // ANCHOR_END: new

    // ANCHOR: registry
    /// The handle to register sources with.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
    // ANCHOR_END: registry

    // ANCHOR: poll_poll_docs
    /// Waits until there is an event or `timeout` has passed, and replaces
    /// what is in `events`. Without a timeout it waits for as long as it takes;
    /// a timeout of zero looks and returns.
    ///
    /// It never returns before the timeout without an event, and the kernel's
    /// clock may add to it: epoll and Windows count in milliseconds, and a
    /// fraction is rounded up. A signal does not end the wait. (mio returns
    /// [`Interrupted`](io::ErrorKind::Interrupted) there.)
    ///
    /// # Edges
    ///
    /// An event says that something changed, once. A source that was read only
    /// in part need not be reported again, on some systems not even when more
    /// arrives, so go on until [`WouldBlock`](io::ErrorKind::WouldBlock). A
    /// source that is ready when it is registered is reported.
    ///
    /// # Errors
    ///
    /// [`InvalidInput`](io::ErrorKind::InvalidInput) when `events` has a
    /// capacity of zero; otherwise the system's.
    #[inline]
    // ANCHOR_END: poll_poll_docs
    // ANCHOR: poll_start
    pub fn poll(
        &mut self,
        events: &mut Events,
        timeout: Option<Duration>,
    ) -> io::Result<()> {
        if events.capacity() == 0 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "an Events of capacity 0 has no room for an event",
            ));
        }
        // Only a wait that has an end needs the clock. A deadline too far
        // away to be represented is none.
        let deadline = match timeout {
            None | Some(Duration::ZERO) => None,
            Some(timeout) => Instant::now().checked_add(timeout),
        };
        let mut left = timeout;
        // ANCHOR_END: poll_start
        // ANCHOR: poll_loop
        loop {
            let selector = self.registry.selector();
            let interrupted = match selector.select(&mut events.inner, left) {
                Ok(()) if !events.is_empty() => return Ok(()),
                Ok(()) => false,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                    true
                }
                Err(error) => return Err(error),
            };
            if let Some(deadline) = deadline {
                left = Some(deadline.saturating_duration_since(Instant::now()));
            }
            // A debugger may have held us beyond the deadline: then what came
            // in the meantime has not been seen, and needs one more look.
            if left == Some(Duration::ZERO) && !interrupted {
                return Ok(());
            }
        }
    }
}
// ANCHOR_END: poll_loop

// ANCHOR: poll_debug
impl fmt::Debug for Poll {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Poll").finish_non_exhaustive()
    }
}
// ANCHOR_END: poll_debug

// ANCHOR: registry_docs
/// The interest list of a queue: what [`Poll::poll`] waits for.
///
/// It can be used from any thread, also while another one is polling; what is
/// registered then is waited for at once. (Chapter 8. On Linux a
/// registration is one [epoll_ctl(2)], on macOS and the BSDs one [kevent(2)], on
/// Windows one request to AFD, of which chapter 7 tells.)
///
/// ```
/// use minimio::{Interest, Poll, Token, net::UdpSocket};
///
/// let poll = Poll::new()?;
/// let mut socket = UdpSocket::bind("127.0.0.1:0".parse().unwrap())?;
/// let registry = poll.registry();
/// registry.register(&mut socket, Token(1), Interest::READABLE)?;
/// assert!(registry.register(&mut socket, Token(2), Interest::READABLE).is_err());
///
/// registry.reregister(&mut socket, Token(2), Interest::WRITABLE)?;
/// registry.deregister(&mut socket)?;
/// assert!(registry.deregister(&mut socket).is_err());
/// # std::io::Result::Ok(())
/// ```
///
/// [epoll_ctl(2)]: https://man7.org/linux/man-pages/man2/epoll_ctl.2.html
/// [kevent(2)]: https://man.freebsd.org/cgi/man.cgi?query=kevent&sektion=2
// ANCHOR_END: registry_docs
// ANCHOR: registry_type
pub struct Registry {
    queue: Arc<Queue>,
}
// ANCHOR_END: registry_type

// ANCHOR: register
impl Registry {
    /// Adds `source` to the interest list. From now on its events carry
    /// `token`.
    ///
    /// # Errors
    ///
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists) when the source is
    /// registered already, here or (a socket) with another queue that still
    /// lives; otherwise the system's.
    pub fn register<S>(
        &self,
        source: &mut S,
        token: Token,
        interest: Interest,
    ) -> io::Result<()>
    where
        S: event::Source + ?Sized,
    {
        source.register(self, token, interest)
    }
    // ANCHOR_END: register

    // ANCHOR: reregister
    /// Replaces the token and the interest of a registered `source`. If it is
    /// ready for the new interest now, that is reported, even if it was
    /// reported before.
    ///
    /// # Errors
    ///
    /// [`NotFound`](io::ErrorKind::NotFound) when the source is not registered
    /// with this queue; otherwise the system's. (Then, on macOS and the BSDs, it
    /// may be changed by half: deregister it.)
    pub fn reregister<S>(
        &self,
        source: &mut S,
        token: Token,
        interest: Interest,
    ) -> io::Result<()>
    where
        S: event::Source + ?Sized,
    {
        source.reregister(self, token, interest)
    }
    // ANCHOR_END: reregister

    // ANCHOR: deregister
    /// Takes `source` off the interest list. Dropping a socket does so too,
    /// unless its descriptor has been duplicated: then deregister it first.
    ///
    /// An event that is in an [`Events`] stays there, and a poll that is under
    /// way on another thread may still return one that it has taken.
    ///
    /// # Errors
    ///
    /// [`NotFound`](io::ErrorKind::NotFound) when the source is not registered
    /// with this queue; otherwise the system's.
    pub fn deregister<S>(&self, source: &mut S) -> io::Result<()>
    where
        S: event::Source + ?Sized,
    {
        source.deregister(self)
    }
    // ANCHOR_END: deregister

    // ANCHOR: try_clone_docs
    /// Another handle on the same queue, to give to another thread. The queue
    /// lives until the last one and the [`Poll`] are gone.
    ///
    /// ```
    /// use std::thread;
    /// use minimio::{Interest, Poll, Token, net::UdpSocket};
    ///
    /// let poll = Poll::new()?;
    /// let registry = poll.registry().try_clone()?;
    /// thread::spawn(move || {
    ///     let mut socket = UdpSocket::bind("127.0.0.1:0".parse().unwrap())?;
    ///     registry.register(&mut socket, Token(1), Interest::READABLE)
    /// })
    /// .join()
    /// .unwrap()?;
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// # Errors
    ///
    /// None; the `Result` is mio's signature.
    // ANCHOR_END: try_clone_docs
    // ANCHOR: try_clone
    pub fn try_clone(&self) -> io::Result<Registry> {
        Ok(Registry {
            queue: Arc::clone(&self.queue),
        })
    }
    // ANCHOR_END: try_clone

    // ANCHOR: crate_only
    pub(crate) fn selector(&self) -> &Selector {
        &self.queue.selector
    }

    /// What a source keeps to know the queue again. It does not keep the queue
    /// alive.
    pub(crate) fn membership(&self) -> Membership {
        Membership(Arc::downgrade(&self.queue))
    }

    /// Whether the caller is the first to ask for the queue's one waker.
    pub(crate) fn claim_waker(&self) -> bool {
        !self.queue.has_waker.swap(true, Ordering::AcqRel)
    }

    pub(crate) fn release_waker(&self) {
        self.queue.has_waker.store(false, Ordering::Release);
    }
}
// ANCHOR_END: crate_only

// ANCHOR: registry_debug
impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").finish_non_exhaustive()
    }
}
// ANCHOR_END: registry_debug

// ANCHOR: queue
struct Queue {
    selector: Selector,
    has_waker: AtomicBool,
}
// ANCHOR_END: queue

// ANCHOR: membership
/// Which queue a source is registered with, if any that still lives.
#[derive(Default)]
pub(crate) struct Membership(Weak<Queue>);

impl Membership {
    pub(crate) fn is_some(&self) -> bool {
        self.0.strong_count() > 0
    }

    pub(crate) fn is(&self, registry: &Registry) -> bool {
        // A weak reference keeps the address from being used again.
        self.0.as_ptr() == Arc::as_ptr(&registry.queue)
    }
}
// ANCHOR_END: membership
