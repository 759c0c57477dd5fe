// ANCHOR: socket
//! The socket handles behind our types, for other crates and raw calls
//! (chapter 7). What would block through such a handle goes unseen: no
//! event follows.

use std::os::windows::io::{AsRawSocket, AsSocket, BorrowedSocket, RawSocket};

use crate::net::{TcpListener, TcpStream, UdpSocket};

macro_rules! impl_as_socket {
    ($($socket:ty),*) => {$(
        impl AsSocket for $socket {
            fn as_socket(&self) -> BorrowedSocket<'_> {
                self.inner.socket().as_socket()
            }
        }

        impl AsRawSocket for $socket {
            fn as_raw_socket(&self) -> RawSocket {
                self.as_socket().as_raw_socket()
            }
        }
    )*};
}

impl_as_socket!(TcpListener, TcpStream, UdpSocket);
// ANCHOR_END: socket
