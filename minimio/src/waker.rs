// ANCHOR: head
//! [`Waker`]: an event from one of our own threads (chapter 10).

use std::{fmt, io};

use crate::{Registry, Token, sys};
// ANCHOR_END: head

// ANCHOR: promise
/// Ends another thread's [`Poll::poll`](crate::Poll::poll).
///
/// The poll reports a readable event with the waker's token. A wake-up before
/// the poll is not lost, and many before one poll are one event. There is
/// nothing to drain. Dropping the waker unregisters it, and a wake-up that was
/// not yet seen goes with it: keep it for as long as the queue. (Chapter 10. On
/// Linux it is an [eventfd(2)], on macOS and the BSDs an event of [kqueue(2)] or a
/// pipe, on Windows a [posted packet].)
// ANCHOR_END: promise
// ANCHOR: waker
///
/// ```
/// use std::{sync::Arc, thread};
/// use minimio::{Events, Poll, Token, Waker};
///
/// let mut poll = Poll::new()?;
/// let waker = Arc::new(Waker::new(poll.registry(), Token(9))?);
///
/// let other = Arc::clone(&waker);
/// let thread = thread::spawn(move || other.wake());
///
/// let mut events = Events::with_capacity(1);
/// poll.poll(&mut events, None)?;
/// assert_eq!(events.iter().next().unwrap().token(), Token(9));
/// thread.join().unwrap()?;
/// # std::io::Result::Ok(())
/// ```
///
/// [eventfd(2)]: https://man7.org/linux/man-pages/man2/eventfd.2.html
/// [kqueue(2)]: https://man.freebsd.org/cgi/man.cgi?query=kqueue&sektion=2
/// [posted packet]: https://learn.microsoft.com/windows/win32/fileio/postqueuedcompletionstatus
pub struct Waker {
    inner: sys::Waker,
}
// ANCHOR_END: waker

// ANCHOR: new
impl Waker {
    /// Makes the queue's waker.
    ///
    /// # Errors
    ///
    /// The system's, when the process has no handle left for it.
    ///
    /// # Panics
    ///
    /// When the queue has, or had, another one: two tokens would be told apart
    /// on some systems and not on others.
    pub fn new(registry: &Registry, token: Token) -> io::Result<Waker> {
        assert!(
            registry.claim_waker(),
            "a queue can have only one Waker; share it in an Arc"
        );
        match sys::Waker::new(registry.selector(), token) {
            Ok(inner) => Ok(Waker { inner }),
            Err(error) => {
                registry.release_waker();
                Err(error)
            }
        }
    }
    // ANCHOR_END: new

    // ANCHOR: wake
    /// Wakes the thread that polls, or the next one that does. It does not
    /// wait for that thread, and may be called from any.
    ///
    /// # Errors
    ///
    /// The system's.
    pub fn wake(&self) -> io::Result<()> {
        self.inner.wake()
    }
}
// ANCHOR_END: wake

// ANCHOR: debug
impl fmt::Debug for Waker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waker").finish_non_exhaustive()
    }
}
// ANCHOR_END: debug
