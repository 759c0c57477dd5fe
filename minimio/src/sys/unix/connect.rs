// ANCHOR: head
//! A connect that does not wait (chapter 9): the one thing about sockets that
//! std cannot do.

use std::net::{SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::{io, mem};

use libc::{
    AF_INET, AF_INET6, c_int, sockaddr, sockaddr_in, sockaddr_in6, socklen_t,
};

use super::cvt;
// ANCHOR_END: head

// ANCHOR: connect
pub(crate) fn connect(addr: SocketAddr) -> io::Result<TcpStream> {
    let family = if addr.is_ipv4() { AF_INET } else { AF_INET6 };
    let socket = nonblocking_socket(family)?;
    let (raw, length) = SocketAddress::new(&addr);
    // SAFETY: `raw` holds an address of `length` bytes until the call returns,
    // and the kernel does not keep the pointer.
    let result =
        cvt(unsafe { libc::connect(socket.as_raw_fd(), raw.as_ptr(), length) });
    match result {
        Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => {
            Err(error)
        }
        _ => Ok(TcpStream::from(socket)),
    }
}
// ANCHOR_END: connect

// ANCHOR: socket
#[cfg(not(target_vendor = "apple"))]
fn nonblocking_socket(family: c_int) -> io::Result<OwnedFd> {
    let kind = libc::SOCK_STREAM | libc::SOCK_NONBLOCK | libc::SOCK_CLOEXEC;
    // SAFETY: no pointers are passed.
    let fd = cvt(unsafe { libc::socket(family, kind, 0) })?;
    // SAFETY: the kernel has just given us this descriptor; nothing else owns
    // it.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}
// ANCHOR_END: socket

// ANCHOR: apple
/// macOS has no flags for this, and sends a signal to whoever writes to a
/// connection that is gone. std turns that off for its sockets, and so do we.
#[cfg(target_vendor = "apple")]
fn nonblocking_socket(family: c_int) -> io::Result<OwnedFd> {
    // SAFETY: no pointers are passed.
    let fd = cvt(unsafe { libc::socket(family, libc::SOCK_STREAM, 0) })?;
    // SAFETY: the kernel has just given us this descriptor; nothing else owns
    // it.
    let socket = unsafe { TcpStream::from_raw_fd(fd) };
    socket.set_nonblocking(true)?;
    // SAFETY: no pointers are passed.
    cvt(unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) })?;
    // ANCHOR_END: apple
    // ANCHOR: apple_signal
    let yes: c_int = 1;
    // SAFETY: `yes` lives until the call returns, and has the size that is
    // said.
    cvt(unsafe {
        libc::setsockopt(
            fd,
            libc::SOL_SOCKET,
            libc::SO_NOSIGPIPE,
            (&raw const yes).cast(),
            size_of::<c_int>() as socklen_t,
        )
    })?;
    Ok(socket.into())
}
// ANCHOR_END: apple_signal

// ANCHOR: union
/// An address in the two forms that C has for it. The kernel tells them apart
/// by the family, which is the first field of both.
#[repr(C)]
union SocketAddress {
    v4: sockaddr_in,
    v6: sockaddr_in6,
}

impl SocketAddress {
    // ANCHOR_END: union
    // ANCHOR: address
    fn new(addr: &SocketAddr) -> (SocketAddress, socklen_t) {
        match addr {
            SocketAddr::V4(addr) => {
                // SAFETY: zero is a value of each of its fields, all integers.
                let mut v4: sockaddr_in = unsafe { mem::zeroed() };
                v4.sin_family = AF_INET as _;
                v4.sin_port = addr.port().to_be();
                v4.sin_addr.s_addr = u32::from_ne_bytes(addr.ip().octets());
                (SocketAddress { v4 }, size_of::<sockaddr_in>() as _)
            }
            // ANCHOR_END: address
            // ANCHOR: v6
            SocketAddr::V6(addr) => {
                // SAFETY: zero is a value of each of its fields, all integers.
                let mut v6: sockaddr_in6 = unsafe { mem::zeroed() };
                v6.sin6_family = AF_INET6 as _;
                v6.sin6_port = addr.port().to_be();
                v6.sin6_addr.s6_addr = addr.ip().octets();
                v6.sin6_flowinfo = addr.flowinfo();
                v6.sin6_scope_id = addr.scope_id();
                (SocketAddress { v6 }, size_of::<sockaddr_in6>() as _)
            }
        }
    }

    fn as_ptr(&self) -> *const sockaddr {
        (&raw const *self).cast()
    }
}
// ANCHOR_END: v6
