//! What the jobs ask of a queue, and the four that supply it.

use std::io;
use std::net;
use std::num::NonZeroUsize;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::time::Duration;

use super::Stream;

/// A queue of sockets, each registered for reading, edge-triggered.
///
/// All four come down to the reads and writes of std's sockets: minimio and mio
/// wrap these, the other two use them as they are. What differs is the queue.
pub trait Queue: Sized {
    /// What a table calls it.
    const NAME: &str;

    /// A connection.
    type Tcp: Stream;
    /// A socket for datagrams.
    type Udp;

    /// A queue that reports up to `capacity` events at a time.
    fn new(capacity: usize) -> io::Result<Self>;

    /// The queue's form of a stream that does not block.
    fn tcp(stream: net::TcpStream) -> Self::Tcp;

    /// The queue's form of a socket that does not block.
    fn udp(socket: net::UdpSocket) -> Self::Udp;

    /// Receives a datagram.
    fn recv(socket: &Self::Udp, buffer: &mut [u8]) -> io::Result<usize>;

    /// Registers a stream.
    ///
    /// # Safety
    ///
    /// The stream must not be dropped before the queue.
    unsafe fn add_tcp(
        &self,
        stream: &mut Self::Tcp,
        key: usize,
    ) -> io::Result<()>;

    /// Registers a socket for datagrams.
    ///
    /// # Safety
    ///
    /// The socket must not be dropped before the queue.
    unsafe fn add_udp(
        &self,
        socket: &mut Self::Udp,
        key: usize,
    ) -> io::Result<()>;

    /// Registers a registered stream again.
    fn modify(&self, stream: &mut Self::Tcp, key: usize) -> io::Result<()>;

    /// Waits, and calls `ready` with the key of each readable socket.
    ///
    /// Always inlined: the raw one is to be a loop as written out by hand.
    fn poll(
        &mut self,
        timeout: Option<Duration>,
        ready: impl FnMut(usize),
    ) -> io::Result<()>;
}

/// The system calls, and nothing else.
pub struct Raw {
    epoll: OwnedFd,
    events: Vec<libc::epoll_event>,
}

impl Raw {
    fn control(
        &self,
        op: libc::c_int,
        socket: &impl AsRawFd,
        key: usize,
    ) -> io::Result<()> {
        let mut event = libc::epoll_event {
            events: (libc::EPOLLIN | libc::EPOLLRDHUP | libc::EPOLLET) as u32,
            u64: key as u64,
        };
        // SAFETY: `event` is a whole `epoll_event` until the call returns, and
        // the kernel keeps a copy, not the pointer.
        let result = unsafe {
            libc::epoll_ctl(
                self.epoll.as_raw_fd(),
                op,
                socket.as_raw_fd(),
                &mut event,
            )
        };
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(())
    }
}

impl Queue for Raw {
    const NAME: &str = "raw";

    type Tcp = net::TcpStream;
    type Udp = net::UdpSocket;

    fn new(capacity: usize) -> io::Result<Raw> {
        // SAFETY: no pointers are passed.
        let fd = unsafe { libc::epoll_create1(libc::EPOLL_CLOEXEC) };
        if fd == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(Raw {
            // SAFETY: the kernel has just given us this descriptor; nothing
            // else owns it.
            epoll: unsafe { OwnedFd::from_raw_fd(fd) },
            events: vec![libc::epoll_event { events: 0, u64: 0 }; capacity],
        })
    }

    fn tcp(stream: net::TcpStream) -> net::TcpStream {
        stream
    }

    fn udp(socket: net::UdpSocket) -> net::UdpSocket {
        socket
    }

    fn recv(socket: &net::UdpSocket, buffer: &mut [u8]) -> io::Result<usize> {
        socket.recv(buffer)
    }

    unsafe fn add_tcp(
        &self,
        stream: &mut net::TcpStream,
        key: usize,
    ) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, stream, key)
    }

    unsafe fn add_udp(
        &self,
        socket: &mut net::UdpSocket,
        key: usize,
    ) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_ADD, socket, key)
    }

    fn modify(
        &self,
        stream: &mut net::TcpStream,
        key: usize,
    ) -> io::Result<()> {
        self.control(libc::EPOLL_CTL_MOD, stream, key)
    }

    #[inline(always)]
    fn poll(
        &mut self,
        timeout: Option<Duration>,
        mut ready: impl FnMut(usize),
    ) -> io::Result<()> {
        let timeout =
            timeout.map_or(-1, |timeout| timeout.as_millis() as libc::c_int);
        let room = self.events.len() as libc::c_int;
        // SAFETY: the kernel writes no more than `room` entries, and the
        // vector has as many.
        let count = unsafe {
            libc::epoll_wait(
                self.epoll.as_raw_fd(),
                self.events.as_mut_ptr(),
                room,
                timeout,
            )
        };
        if count == -1 {
            return Err(io::Error::last_os_error());
        }
        for event in &self.events[..count as usize] {
            if event.events & libc::EPOLLIN as u32 != 0 {
                ready(event.u64 as usize);
            }
        }
        Ok(())
    }
}

/// minimio's API is a part of mio's: one text serves both.
macro_rules! mio_api {
    ($queue:ident, $library:ident) => {
        #[doc = concat!("The queue of ", stringify!($library), ".")]
        pub struct $queue {
            poll: $library::Poll,
            events: $library::Events,
        }

        impl Queue for $queue {
            const NAME: &str = stringify!($library);

            type Tcp = $library::net::TcpStream;
            type Udp = $library::net::UdpSocket;

            fn new(capacity: usize) -> io::Result<$queue> {
                Ok($queue {
                    poll: $library::Poll::new()?,
                    events: $library::Events::with_capacity(capacity),
                })
            }

            fn tcp(stream: net::TcpStream) -> Self::Tcp {
                Self::Tcp::from_std(stream)
            }

            fn udp(socket: net::UdpSocket) -> Self::Udp {
                Self::Udp::from_std(socket)
            }

            fn recv(
                socket: &Self::Udp,
                buffer: &mut [u8],
            ) -> io::Result<usize> {
                socket.recv(buffer)
            }

            unsafe fn add_tcp(
                &self,
                stream: &mut Self::Tcp,
                key: usize,
            ) -> io::Result<()> {
                let (token, interest) =
                    ($library::Token(key), $library::Interest::READABLE);
                self.poll.registry().register(stream, token, interest)
            }

            unsafe fn add_udp(
                &self,
                socket: &mut Self::Udp,
                key: usize,
            ) -> io::Result<()> {
                let (token, interest) =
                    ($library::Token(key), $library::Interest::READABLE);
                self.poll.registry().register(socket, token, interest)
            }

            fn modify(
                &self,
                stream: &mut Self::Tcp,
                key: usize,
            ) -> io::Result<()> {
                let (token, interest) =
                    ($library::Token(key), $library::Interest::READABLE);
                self.poll.registry().reregister(stream, token, interest)
            }

            #[inline(always)]
            fn poll(
                &mut self,
                timeout: Option<Duration>,
                mut ready: impl FnMut(usize),
            ) -> io::Result<()> {
                self.poll.poll(&mut self.events, timeout)?;
                for event in &self.events {
                    if event.is_readable() {
                        ready(event.token().0);
                    }
                }
                Ok(())
            }
        }
    };
}

mio_api!(Minimio, minimio);
mio_api!(Mio, mio);

/// The queue of polling, in the mode of the others.
pub struct Polling {
    poller: polling::Poller,
    events: polling::Events,
}

impl Queue for Polling {
    const NAME: &str = "polling";

    type Tcp = net::TcpStream;
    type Udp = net::UdpSocket;

    fn new(capacity: usize) -> io::Result<Polling> {
        let capacity = NonZeroUsize::new(capacity).expect("room for an event");
        Ok(Polling {
            poller: polling::Poller::new()?,
            events: polling::Events::with_capacity(capacity),
        })
    }

    fn tcp(stream: net::TcpStream) -> net::TcpStream {
        stream
    }

    fn udp(socket: net::UdpSocket) -> net::UdpSocket {
        socket
    }

    fn recv(socket: &net::UdpSocket, buffer: &mut [u8]) -> io::Result<usize> {
        socket.recv(buffer)
    }

    unsafe fn add_tcp(
        &self,
        stream: &mut net::TcpStream,
        key: usize,
    ) -> io::Result<()> {
        let (event, mode) =
            (polling::Event::readable(key), polling::PollMode::Edge);
        // SAFETY: the caller keeps the stream for longer than the queue.
        unsafe { self.poller.add_with_mode(&*stream, event, mode) }
    }

    unsafe fn add_udp(
        &self,
        socket: &mut net::UdpSocket,
        key: usize,
    ) -> io::Result<()> {
        let (event, mode) =
            (polling::Event::readable(key), polling::PollMode::Edge);
        // SAFETY: the caller keeps the socket for longer than the queue.
        unsafe { self.poller.add_with_mode(&*socket, event, mode) }
    }

    fn modify(
        &self,
        stream: &mut net::TcpStream,
        key: usize,
    ) -> io::Result<()> {
        let (event, mode) =
            (polling::Event::readable(key), polling::PollMode::Edge);
        self.poller.modify_with_mode(stream, event, mode)
    }

    #[inline(always)]
    fn poll(
        &mut self,
        timeout: Option<Duration>,
        mut ready: impl FnMut(usize),
    ) -> io::Result<()> {
        self.events.clear();
        self.poller.wait(&mut self.events, timeout)?;
        for event in self.events.iter() {
            if event.readable {
                ready(event.key);
            }
        }
        Ok(())
    }
}
