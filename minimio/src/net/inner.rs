// ANCHOR: struct
//! What every socket of this crate is inside (chapter 9).

use std::{fmt, io};

use crate::poll::Membership;
use crate::{Interest, Registry, Token, event, sys};

/// A socket of std, which queue it is registered with, and what the backend
/// has to remember about that.
pub(crate) struct Inner<T> {
    // Dropped first: a backend may have to know before the socket closes.
    registration: sys::Registration,
    socket: T,
    member_of: Membership,
}
// ANCHOR_END: struct

// ANCHOR: new
impl<T: sys::Raw> Inner<T> {
    pub(crate) fn new(socket: T) -> Inner<T> {
        Inner {
            registration: Default::default(),
            socket,
            member_of: Membership::default(),
        }
    }

    /// For what never answers `WouldBlock`.
    pub(crate) fn socket(&self) -> &T {
        &self.socket
    }
    // ANCHOR_END: new

    // ANCHOR: do_io
    /// For what may answer `WouldBlock` for want of data, after which a
    /// readable event must come.
    pub(crate) fn do_read<R>(
        &self,
        operation: impl FnOnce(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration
            .do_io(Interest::READABLE, || operation(&self.socket))
    }

    /// For what may answer `WouldBlock` for want of room, after which a
    /// writable event must come.
    pub(crate) fn do_write<R>(
        &self,
        operation: impl FnOnce(&T) -> io::Result<R>,
    ) -> io::Result<R> {
        self.registration
            .do_io(Interest::WRITABLE, || operation(&self.socket))
    }
    // ANCHOR_END: do_io

    // ANCHOR: check
    fn check(&self, registry: &Registry) -> io::Result<()> {
        let message = if self.member_of.is(registry) {
            return Ok(());
        } else if self.member_of.is_some() {
            "the source is registered with another queue"
        } else {
            "the source is not registered"
        };
        Err(io::Error::new(io::ErrorKind::NotFound, message))
    }
}
// ANCHOR_END: check

// ANCHOR: register
impl<T: sys::Raw> event::Source for Inner<T> {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        if self.member_of.is_some() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "the source is registered already: use reregister, or deregister it first",
            ));
        }
        self.registration.register(
            registry.selector(),
            &self.socket,
            token,
            interest,
        )?;
        self.member_of = registry.membership();
        Ok(())
    }
    // ANCHOR_END: register

    // ANCHOR: reregister
    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.check(registry)?;
        self.registration.reregister(
            registry.selector(),
            &self.socket,
            token,
            interest,
        )
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.check(registry)?;
        // Even if the system refuses: then it is not registered anyway.
        self.member_of = Membership::default();
        self.registration
            .deregister(registry.selector(), &self.socket)
    }
}
// ANCHOR_END: reregister

// ANCHOR: debug
impl<T: fmt::Debug> fmt::Debug for Inner<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.socket.fmt(f)
    }
}
// ANCHOR_END: debug

// ANCHOR: macro_debug
/// Passes the calls of [`event::Source`], and `Debug`, on to the `inner` of a
/// socket.
macro_rules! impl_by_inner {
    ($($socket:ty),*) => {$(
        impl ::std::fmt::Debug for $socket {
            fn fmt(
                &self,
                f: &mut ::std::fmt::Formatter<'_>,
            ) -> ::std::fmt::Result {
                self.inner.fmt(f)
            }
        }
// ANCHOR_END: macro_debug

        // ANCHOR: macro_source
        impl $crate::event::Source for $socket {
            fn register(
                &mut self,
                registry: &$crate::Registry,
                token: $crate::Token,
                interest: $crate::Interest,
            ) -> ::std::io::Result<()> {
                self.inner.register(registry, token, interest)
            }

            fn reregister(
                &mut self,
                registry: &$crate::Registry,
                token: $crate::Token,
                interest: $crate::Interest,
            ) -> ::std::io::Result<()> {
                self.inner.reregister(registry, token, interest)
            }
        // ANCHOR_END: macro_source

            // ANCHOR: macro_end
            fn deregister(&mut self, registry: &$crate::Registry) -> ::std::io::Result<()> {
                self.inner.deregister(registry)
            }
        }
    )*};
}
pub(crate) use impl_by_inner;
// ANCHOR_END: macro_end
