// ANCHOR: all
//! Sockets that never block (chapter 9).
//!
//! They are std's sockets, switched to non-blocking: what std would wait for
//! is a [`WouldBlock`](std::io::ErrorKind::WouldBlock) error here. Register
//! them, and try again when an event comes.

mod inner;
mod tcp;
mod udp;

pub use self::tcp::{TcpListener, TcpStream};
pub use self::udp::UdpSocket;
// ANCHOR_END: all
