// ANCHOR: all
//! Sockets that never block (chapter 9).
//!
//! They are std's sockets, switched to non-blocking: what std would wait for
//! is a [`WouldBlock`](std::io::ErrorKind::WouldBlock) error here. Register
//! them, and try again when an event comes.
//!
//! Use the methods here. On Windows a `WouldBlock` that another crate gets from
//! the handle of a socket goes unseen: no event follows it, until a method here
//! answers `WouldBlock` too or the socket is reregistered.

mod inner;
mod tcp;
mod udp;

pub use self::tcp::{TcpListener, TcpStream};
pub use self::udp::UdpSocket;
// ANCHOR_END: all
