//! The jobs, each written once over [`Queue`].

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::time::Duration;

use super::Queue;

/// How many sockets of a [`Crowd`] are registered.
const REGISTERED: usize = 1_000;

/// How many of them are ready at a time, and how many events a queue has room
/// for.
const READY: usize = 64;

/// A TCP connection, both ends in one queue.
pub struct Connection<Q: Queue> {
    // Dropped first, as `Queue::add_tcp` asks.
    queue: Q,
    ends: [Q::Tcp; 2],
}

impl<Q: Queue> Connection<Q> {
    /// Connects over the loopback interface.
    pub fn new() -> io::Result<Connection<Q>> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let client = TcpStream::connect(listener.local_addr()?)?;
        let (server, _) = listener.accept()?;
        for end in [&client, &server] {
            end.set_nonblocking(true)?;
            end.set_nodelay(true)?;
        }

        let mut connection = Connection {
            queue: Q::new(READY)?,
            ends: [client, server].map(Q::tcp),
        };
        for (key, end) in connection.ends.iter_mut().enumerate() {
            // SAFETY: the two are fields of one value, the queue first.
            unsafe { connection.queue.add_tcp(end, key)? };
        }
        Ok(connection)
    }

    /// One byte there and back: two writes, two waits, two reads.
    #[inline(always)]
    pub fn ping_pong(&mut self) -> io::Result<()> {
        let Connection { queue, ends } = self;
        ends[0].send_byte();
        let mut back = false;
        while !back {
            queue.poll(None, |key| match (ends[key].receive_byte(), key) {
                (true, 0) => back = true,
                (true, _) => ends[key].send_byte(),
                // An event is a hint. There will be another with the byte.
                (false, _) => {}
            })?;
        }
        Ok(())
    }

    /// Replaces a registration by the same.
    #[inline(always)]
    pub fn reregister(&mut self) -> io::Result<()> {
        self.queue.modify(&mut self.ends[0], 0)
    }

    /// Looks for events where there are none.
    #[inline(always)]
    pub fn empty_poll(&mut self) -> io::Result<()> {
        self.queue.poll(Some(Duration::ZERO), |_| unreachable!())
    }
}

/// What a program does with its streams.
///
/// It goes through `Read` and `Write` of a shared reference, and so ends in the
/// ones of `&std::net::TcpStream` on all four: there minimio and mio, which wrap
/// it, call nothing else.
pub trait Stream {
    /// Writes a byte.
    fn send_byte(&self);

    /// Reads a byte, if there is one.
    fn receive_byte(&self) -> bool;
}

impl<T> Stream for T
where
    for<'a> &'a T: Read + Write,
{
    // Not to be merged with one queue's loop and not with another's.
    #[inline(never)]
    fn send_byte(mut self: &T) {
        let count = self.write(b"x").expect("room for one byte");
        assert_eq!(count, 1);
    }

    #[inline(never)]
    fn receive_byte(mut self: &T) -> bool {
        match self.read(&mut [0]) {
            Ok(count) => count == 1,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => false,
            Err(error) => panic!("{error}"),
        }
    }
}

/// Many sockets in one queue, of which few are ready.
pub struct Crowd<Q: Queue> {
    // Dropped first, as `Queue::add_udp` asks.
    queue: Q,
    sockets: Vec<Q::Udp>,
    sender: UdpSocket,
    targets: Vec<SocketAddr>,
}

impl<Q: Queue> Crowd<Q> {
    /// Binds and registers them all.
    pub fn new() -> io::Result<Crowd<Q>> {
        // The usual limit, 1,024, leaves little room beside so many.
        rlimit::increase_nofile_limit(4_096)?;
        let mut crowd = Crowd {
            queue: Q::new(READY)?,
            sockets: Vec::with_capacity(REGISTERED),
            sender: UdpSocket::bind("127.0.0.1:0")?,
            targets: Vec::with_capacity(READY),
        };
        for key in 0..REGISTERED {
            let socket = UdpSocket::bind("127.0.0.1:0")?;
            socket.set_nonblocking(true)?;
            // Spread over the whole, not the first that were registered.
            if key % (REGISTERED / READY) == 0 && crowd.targets.len() < READY {
                crowd.targets.push(socket.local_addr()?);
            }
            crowd.sockets.push(Q::udp(socket));
            // SAFETY: the two are fields of one value, the queue first.
            unsafe { crowd.queue.add_udp(&mut crowd.sockets[key], key)? };
        }
        Ok(crowd)
    }

    /// Makes some of the sockets ready: a datagram for each.
    pub fn send(&self) -> io::Result<()> {
        for target in &self.targets {
            self.sender.send_to(b"x", target)?;
        }
        Ok(())
    }

    /// Waits for them, and reads each once.
    pub fn receive(&mut self) -> io::Result<()> {
        let Crowd { queue, sockets, .. } = self;
        let mut left = READY;
        while left > 0 {
            queue.poll(None, |key| {
                let count =
                    Q::recv(&sockets[key], &mut [0]).expect("a datagram");
                assert_eq!(count, 1);
                left -= 1;
            })?;
        }
        Ok(())
    }
}
