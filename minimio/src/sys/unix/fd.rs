// ANCHOR: head
//! The descriptors behind our types, for other crates and raw calls
//! (chapter 9).

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};

use crate::net::{TcpListener, TcpStream, UdpSocket};
use crate::{Poll, Registry};

impl AsRawFd for Poll {
    fn as_raw_fd(&self) -> RawFd {
        self.registry().as_raw_fd()
    }
}

impl AsFd for Registry {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.selector().as_fd()
    }
}

impl AsRawFd for Registry {
    fn as_raw_fd(&self) -> RawFd {
        self.as_fd().as_raw_fd()
    }
}
// ANCHOR_END: head

// ANCHOR: macro
macro_rules! impl_as_fd {
    ($($socket:ty),*) => {$(
        impl AsFd for $socket {
            fn as_fd(&self) -> BorrowedFd<'_> {
                self.inner.socket().as_fd()
            }
        }

        impl AsRawFd for $socket {
            fn as_raw_fd(&self) -> RawFd {
                self.as_fd().as_raw_fd()
            }
        }
    )*};
}

impl_as_fd!(TcpListener, TcpStream, UdpSocket);
// ANCHOR_END: macro
