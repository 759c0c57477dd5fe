// ANCHOR: head
//! A connect that does not wait (chapter 7): the one thing about sockets that
//! std cannot do.

use std::ffi::c_void;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream, UdpSocket};
use std::os::windows::io::{AsRawSocket, FromRawSocket, RawSocket};
use std::ptr;
use std::sync::Once;
// ANCHOR_END: head

// ANCHOR: calls
#[allow(non_snake_case)]
#[link(name = "ws2_32")]
unsafe extern "system" {
    /// <https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-wsasocketw>
    fn WSASocketW(
        af: i32,
        r#type: i32,
        protocol: i32,
        lpProtocolInfo: *const c_void,
        g: u32,
        dwFlags: u32,
    ) -> RawSocket;

    /// <https://learn.microsoft.com/windows/win32/api/winsock2/nf-winsock2-connect>
    #[link_name = "connect"]
    fn start_connect(
        s: RawSocket,
        name: *const SocketAddress,
        namelen: i32,
    ) -> i32;
}

// ANCHOR_END: calls

// ANCHOR: constants
const AF_INET: u16 = 2;
const AF_INET6: u16 = 23;
const SOCK_STREAM: i32 = 1;
const INVALID_SOCKET: RawSocket = !0;
const WSA_FLAG_OVERLAPPED: u32 = 0x01;
const WSA_FLAG_NO_HANDLE_INHERIT: u32 = 0x80;
// ANCHOR_END: constants

// ANCHOR: address
/// <https://learn.microsoft.com/windows/win32/api/ws2def/ns-ws2def-sockaddr_in>
#[allow(non_camel_case_types)]
#[derive(Clone, Copy)]
#[repr(C)]
struct sockaddr_in {
    sin_family: u16,
    sin_port: [u8; 2],
    sin_addr: [u8; 4],
    sin_zero: [u8; 8],
}

/// <https://learn.microsoft.com/windows/win32/api/ws2ipdef/ns-ws2ipdef-sockaddr_in6_lh>
#[allow(non_camel_case_types)]
#[derive(Clone, Copy)]
#[repr(C)]
struct sockaddr_in6 {
    sin6_family: u16,
    sin6_port: [u8; 2],
    sin6_flowinfo: u32,
    sin6_addr: [u8; 16],
    sin6_scope_id: u32,
}

// ANCHOR_END: address

// ANCHOR: union
/// An address in the two forms that C has for it. The system tells them apart
/// by the family, which is the first field of both.
#[repr(C)]
union SocketAddress {
    v4: sockaddr_in,
    v6: sockaddr_in6,
}
// ANCHOR_END: union

// ANCHOR: same
#[cfg(test)]
const _: () = {
    use std::mem::offset_of;
    use windows_sys::Win32::Networking::WinSock as ws;

    macro_rules! same {
        ($ours:ident, $theirs:ident: $($field:ident = $its:ident),*) => {
            assert!(size_of::<$ours>() == size_of::<ws::$theirs>());
            $(assert!(
                offset_of!($ours, $field) == offset_of!(ws::$theirs, $its)
            );)*
        };
    }
    // ANCHOR_END: same
    // ANCHOR: checks
    same!(
        sockaddr_in, SOCKADDR_IN: sin_family = sin_family,
        sin_port = sin_port, sin_addr = sin_addr
    );
    same!(
        sockaddr_in6, SOCKADDR_IN6: sin6_family = sin6_family,
        sin6_port = sin6_port, sin6_flowinfo = sin6_flowinfo,
        sin6_addr = sin6_addr, sin6_scope_id = Anonymous
    );
    assert!(align_of::<SocketAddress>() >= align_of::<ws::SOCKADDR_IN6>());

    assert!(AF_INET == ws::AF_INET);
    assert!(AF_INET6 == ws::AF_INET6);
    assert!(SOCK_STREAM == ws::SOCK_STREAM);
    assert!(INVALID_SOCKET as usize == ws::INVALID_SOCKET);
    assert!(WSA_FLAG_OVERLAPPED == ws::WSA_FLAG_OVERLAPPED);
    assert!(WSA_FLAG_NO_HANDLE_INHERIT == ws::WSA_FLAG_NO_HANDLE_INHERIT);
};
// ANCHOR_END: checks

// ANCHOR: connect
pub(crate) fn connect(addr: SocketAddr) -> io::Result<TcpStream> {
    let socket = nonblocking_socket(&addr)?;
    let (raw, length) = SocketAddress::new(&addr);
    // SAFETY: `raw` holds an address of `length` bytes until the call returns,
    // and the system does not keep the pointer.
    let result = unsafe { start_connect(socket.as_raw_socket(), &raw, length) };
    if result != 0 {
        let error = io::Error::last_os_error();
        // What Unix calls EINPROGRESS.
        if error.kind() != io::ErrorKind::WouldBlock {
            return Err(error);
        }
    }
    Ok(socket)
}

// ANCHOR_END: connect

// ANCHOR: socket
fn nonblocking_socket(addr: &SocketAddr) -> io::Result<TcpStream> {
    // Sockets want WSAStartup first. std calls it with its own first socket.
    static STARTED: Once = Once::new();
    STARTED.call_once(|| drop(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))));
    let family = if addr.is_ipv4() { AF_INET } else { AF_INET6 };
    let flags = WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT;
    // SAFETY: there are no pointers to follow.
    let socket = unsafe {
        WSASocketW(i32::from(family), SOCK_STREAM, 0, ptr::null(), 0, flags)
    };
    if socket == INVALID_SOCKET {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the system has just given us this socket; nothing else owns it.
    let socket = unsafe { TcpStream::from_raw_socket(socket) };
    socket.set_nonblocking(true)?;
    Ok(socket)
}
// ANCHOR_END: socket

// ANCHOR: new_address
impl SocketAddress {
    fn new(addr: &SocketAddr) -> (SocketAddress, i32) {
        match addr {
            SocketAddr::V4(addr) => {
                let v4 = sockaddr_in {
                    sin_family: AF_INET,
                    sin_port: addr.port().to_be_bytes(),
                    sin_addr: addr.ip().octets(),
                    sin_zero: [0; 8],
                };
                (SocketAddress { v4 }, size_of::<sockaddr_in>() as i32)
            }
            SocketAddr::V6(addr) => {
                let v6 = sockaddr_in6 {
                    sin6_family: AF_INET6,
                    sin6_port: addr.port().to_be_bytes(),
                    sin6_flowinfo: addr.flowinfo(),
                    sin6_addr: addr.ip().octets(),
                    sin6_scope_id: addr.scope_id(),
                };
                (SocketAddress { v6 }, size_of::<sockaddr_in6>() as i32)
            }
        }
    }
}
// ANCHOR_END: new_address
