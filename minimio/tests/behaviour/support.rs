//! What the tests share. The one rule: time never decides. What a test waits
//! for has come before it goes on, or the test fails after [`PATIENCE`].

use std::io::{self, Read, Write};
use std::net::{self, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{fs, panic, thread};

use super::queue::event::{Event, Source};
use super::queue::net::{TcpListener, TcpStream, UdpSocket};
use super::queue::{
    Events, IS_LIBKQUEUE, IS_MINIMIO, Interest, Poll, Registry, Token, Waker,
};

/// After this long, what is awaited will not come. It is as long as the
/// slowest machine may need, and has no other meaning.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// How long a queue has to report nothing, to be called silent.
pub const SILENCE: Duration = Duration::from_millis(50);

/// mio looks for misuse in debug builds only; minimio does always.
pub const CHECKS_MISUSE: bool = IS_MINIMIO || cfg!(debug_assertions);

pub fn localhost() -> SocketAddr {
    (Ipv4Addr::LOCALHOST, 0).into()
}

/// A queue with nothing registered, and room for what it will report.
pub fn new_poll() -> io::Result<(Poll, Events)> {
    Ok((Poll::new()?, Events::with_capacity(64)))
}

/// A connection: this end is a stream under test, the other is one of std that
/// blocks (but not for ever).
pub fn connection() -> io::Result<(TcpStream, net::TcpStream)> {
    let listener = net::TcpListener::bind(localhost())?;
    let peer = net::TcpStream::connect(listener.local_addr()?)?;
    let (stream, _) = listener.accept()?;
    stream.set_nonblocking(true)?;
    make_peer(&peer)?;
    Ok((TcpStream::from_std(stream), peer))
}

/// The other end of a connection to a listener under test.
pub fn connect_peer(listener: &TcpListener) -> io::Result<net::TcpStream> {
    let peer = net::TcpStream::connect(listener.local_addr()?)?;
    make_peer(&peer)?;
    Ok(peer)
}

fn make_peer(peer: &net::TcpStream) -> io::Result<()> {
    peer.set_nodelay(true)?;
    peer.set_read_timeout(Some(PATIENCE))?;
    peer.set_write_timeout(Some(PATIENCE))
}

/// An address that refuses connections, for as long as the socket lives: it is
/// bound, so that nobody else gets the port, and does not listen.
pub fn refusing() -> io::Result<(socket2::Socket, SocketAddr)> {
    let socket = socket2::Socket::new(
        socket2::Domain::IPV4,
        socket2::Type::STREAM,
        None,
    )?;
    socket.bind(&localhost().into())?;
    let addr = socket.local_addr()?.as_socket().expect("an IP address");
    Ok((socket, addr))
}

/// Closes the connection so that the other end is told "reset", not "end".
pub fn reset(peer: net::TcpStream) -> io::Result<()> {
    socket2::SockRef::from(&peer).set_linger(Some(Duration::ZERO))
}

/// Whether Windows is Wine, which is not like it in everything.
#[cfg(windows)]
pub fn is_wine() -> bool {
    use windows_sys::Win32::System::LibraryLoader::{
        GetModuleHandleA, GetProcAddress,
    };

    let (library, function) = (c"ntdll.dll", c"wine_get_version");
    // SAFETY: both names end with a zero, and the library stays for as long as
    // the process lives.
    let version = unsafe {
        let ntdll = GetModuleHandleA(library.as_ptr().cast());
        GetProcAddress(ntdll, function.as_ptr().cast())
    };
    version.is_some()
}

/// Whether Windows is Wine, which is not like it in everything.
#[cfg(not(windows))]
pub fn is_wine() -> bool {
    false
}

/// Polls until there is an event of `token` that is what the test looks for.
/// The events of other tokens are dropped, and they are edges: to wait for
/// several, use [`wait_for_each`].
#[track_caller]
pub fn wait_for(
    poll: &mut Poll,
    events: &mut Events,
    token: Token,
    is_it: impl Fn(&Event) -> bool,
) -> io::Result<Event> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        poll.poll(events, Some(PATIENCE))?;
        let mut of_token = events.iter().filter(|event| event.token() == token);
        if let Some(event) = of_token.find(|event| is_it(event)) {
            return Ok(event.clone());
        }
    }
    panic!("no such event of {token:?} came; the last events: {events:?}");
}

/// Polls until there were events of `token` that are the one and the other, or
/// one that is both: kqueue has an event for each direction.
#[track_caller]
pub fn wait_for_both(
    poll: &mut Poll,
    events: &mut Events,
    token: Token,
    is_one: impl Fn(&Event) -> bool,
    is_other: impl Fn(&Event) -> bool,
) -> io::Result<()> {
    let (mut one, mut other) = (false, false);
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        poll.poll(events, Some(PATIENCE))?;
        for event in events.iter().filter(|event| event.token() == token) {
            one |= is_one(event);
            other |= is_other(event);
        }
        if one && other {
            return Ok(());
        }
    }
    panic!("not both came of {token:?}; the last events: {events:?}");
}

/// After a `reregister`, waits for what was reported before it and is still so.
///
/// libkqueue: an EV_ADD of what it has stores the token and does not look. There
/// is no event until something changes. (Every kernel asks the filter.)
#[track_caller]
pub fn wait_for_again(
    poll: &mut Poll,
    events: &mut Events,
    token: Token,
    is_it: impl Fn(&Event) -> bool,
) -> io::Result<()> {
    if IS_LIBKQUEUE {
        return assert_silent(poll, events);
    }
    wait_for(poll, events, token, is_it).map(drop)
}

/// Before a source is dropped whose number the next one may get.
///
/// libkqueue: it is not told of a close, and takes the next descriptor of that
/// number for the one it knows. (A kernel ends the registration.)
pub fn about_to_drop(
    registry: &Registry,
    source: &mut impl Source,
) -> io::Result<()> {
    if IS_LIBKQUEUE {
        registry.deregister(source)?;
    }
    Ok(())
}

/// Polls until each token has had an event that is what the test looks for.
#[track_caller]
pub fn wait_for_each(
    poll: &mut Poll,
    events: &mut Events,
    tokens: &[Token],
    is_it: impl Fn(&Event) -> bool,
) -> io::Result<()> {
    let mut missing = tokens.to_vec();
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let timeout = if missing.is_empty() {
            Duration::ZERO
        } else {
            PATIENCE
        };
        poll.poll(events, Some(timeout))?;
        for event in events.iter().filter(|event| is_it(event)) {
            missing.retain(|token| *token != event.token());
        }
        if missing.is_empty() {
            return Ok(());
        }
    }
    panic!("no such event of {missing:?} came; the last events: {events:?}");
}

/// Nothing (more) is reported.
#[track_caller]
pub fn assert_silent(poll: &mut Poll, events: &mut Events) -> io::Result<()> {
    poll.poll(events, Some(SILENCE))?;
    assert!(events.is_empty(), "there should be no event: {events:?}");
    Ok(())
}

/// Waits for what no queue tells.
#[track_caller]
pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < deadline, "never came to be: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}

/// Waits until `count` bytes lie ready to be read.
#[track_caller]
pub fn wait_until_arrived(stream: &TcpStream, count: usize) {
    let mut buffer = vec![0; count];
    wait_until(
        "the bytes are there",
        || matches!(stream.peek(&mut buffer), Ok(n) if n == count),
    );
}

/// Reads until there is nothing left for now, or at all.
pub fn drain(mut stream: impl Read) -> io::Result<Vec<u8>> {
    let mut all = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return Ok(all),
            Ok(count) => all.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                return Ok(all);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Waits for one message, whole, and leaves nothing behind it.
#[track_caller]
pub fn expect_to_read(
    poll: &mut Poll,
    events: &mut Events,
    token: Token,
    stream: &TcpStream,
    message: &[u8],
) -> io::Result<()> {
    let mut got = Vec::new();
    while got.len() < message.len() {
        wait_for(poll, events, token, Event::is_readable)?;
        got.extend(drain(stream)?);
    }
    assert_eq!(got, message);
    Ok(())
}

/// Writes until the kernel takes no more, and returns how much it took.
/// `token` must be registered as writable.
///
/// One `WouldBlock` is not enough: the peer's kernel goes on emptying our
/// buffer into its own, and on Linux the event waits until a third of it is
/// free, while a small write succeeds before.
#[track_caller]
pub fn fill(
    poll: &mut Poll,
    events: &mut Events,
    token: Token,
    mut stream: &TcpStream,
) -> io::Result<usize> {
    let chunk = [b'x'; 16 * 1024];
    let mut count = 0;
    let mut is_silent = false;
    loop {
        match stream.write(&chunk) {
            Ok(n) => {
                count += n;
                is_silent = false;
            }
            Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
                return Err(error);
            }
            Err(_) if is_silent => return Ok(count),
            Err(_) => {
                poll.poll(events, Some(SILENCE))?;
                is_silent = !events.iter().any(|event| event.token() == token);
            }
        }
    }
}

/// What the kernel says to deregistering a number that is no descriptor.
///
/// libkqueue and macOS look on their list first, where it is not; and that is no
/// error (ENOENT) to who takes it off.
#[cfg(unix)]
#[track_caller]
pub fn assert_bad_to_deregister(result: io::Result<()>) {
    if IS_LIBKQUEUE || cfg!(target_vendor = "apple") {
        assert!(result.is_ok(), "{result:?}");
    } else {
        assert_eq!(result.unwrap_err().raw_os_error(), Some(libc::EBADF));
    }
}

#[track_caller]
pub fn assert_would_block<T: std::fmt::Debug>(result: io::Result<T>) {
    assert_error(result, io::ErrorKind::WouldBlock);
}

#[track_caller]
pub fn assert_error<T: std::fmt::Debug>(
    result: io::Result<T>,
    kind: io::ErrorKind,
) {
    match result {
        Err(error) => {
            assert_eq!(error.kind(), kind, "the wrong error: {error}")
        }
        Ok(value) => {
            panic!("there should be an error, {kind:?}, and there is {value:?}")
        }
    }
}

/// For what may hang when it goes wrong: runs it in a thread of its own, and
/// fails when it has not ended after [`PATIENCE`].
pub fn without_hanging<T: Send + 'static>(
    body: impl FnOnce() -> T + Send + 'static,
) -> T {
    let (sender, receiver) = mpsc::channel();
    let thread = thread::spawn(move || {
        // Nobody listens any more when it comes too late.
        let _ = sender.send(body());
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("it hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic::resume_unwind(
            thread.join().expect_err("it sends, or it panics"),
        ),
    }
}

/// A thread, seen by another one that wants to find it waiting.
pub struct Waiting {
    /// What the kernel tells about it, where it does.
    stat: Option<PathBuf>,
}

impl Waiting {
    /// The thread that calls this, and is about to wait.
    pub fn this_thread() -> Waiting {
        Waiting {
            stat: fs::read_link("/proc/thread-self")
                .ok()
                .map(|thread| Path::new("/proc").join(thread).join("stat")),
        }
    }

    /// Returns when the thread sleeps: on Linux for certain, and elsewhere most
    /// likely. A thread that spins where it should wait is found out here.
    #[track_caller]
    pub fn until_asleep(&self) {
        match &self.stat {
            None => thread::sleep(Duration::from_millis(20)),
            Some(stat) => wait_until("the thread sleeps", || {
                // The number, the name in parentheses, the state.
                let stat = fs::read_to_string(stat).unwrap_or_default();
                let state = stat.rsplit(')').next().unwrap_or_default();
                state.trim_start().starts_with('S')
            }),
        }
    }
}

/// Every order of `0..n`.
pub fn permutations(n: usize) -> Vec<Vec<usize>> {
    let Some(last) = n.checked_sub(1) else {
        return vec![vec![]];
    };
    let mut all = Vec::new();
    for shorter in permutations(last) {
        for place in 0..=shorter.len() {
            let mut longer = shorter.clone();
            longer.insert(place, last);
            all.push(longer);
        }
    }
    all
}

/// A queue and one of everything that can be registered with it, to be dropped
/// one by one.
pub struct Parts {
    poll: Option<Poll>,
    registry: Option<Registry>,
    waker: Option<Waker>,
    listener: Option<TcpListener>,
    stream: Option<TcpStream>,
    peer: net::TcpStream,
    events: Events,
}

impl Parts {
    pub const COUNT: usize = 5;

    const WAKER: Token = Token(1);
    const LISTENER: Token = Token(2);
    const STREAM: Token = Token(3);

    /// All of it is registered, and the stream and the waker have an event
    /// that waits to be reported.
    pub fn new() -> io::Result<Parts> {
        let (poll, events) = new_poll()?;
        let registry = poll.registry().try_clone()?;
        let waker = Waker::new(&registry, Self::WAKER)?;
        let mut listener = TcpListener::bind(localhost())?;
        let (mut stream, mut peer) = connection()?;
        registry.register(&mut listener, Self::LISTENER, Interest::READABLE)?;
        registry.register(&mut stream, Self::STREAM, Interest::READABLE)?;
        peer.write_all(b"x")?;
        waker.wake()?;
        Ok(Parts {
            poll: Some(poll),
            registry: Some(registry),
            waker: Some(waker),
            listener: Some(listener),
            stream: Some(stream),
            peer,
            events,
        })
    }

    pub fn drop_one(&mut self, which: usize) {
        match which {
            0 => self.poll = None,
            1 => self.registry = None,
            2 => self.waker = None,
            3 => self.listener = None,
            4 => self.stream = None,
            _ => unreachable!(),
        }
    }

    /// What is left works, and what has gone is not heard of again.
    pub fn check(&mut self) -> io::Result<()> {
        let mut expected = Vec::new();
        let mut client = None;
        if let Some(waker) = &self.waker {
            let woken = waker.wake();
            if self.poll.is_some() {
                woken?;
                expected.push(Self::WAKER);
            }
        }
        if let Some(listener) = &self.listener {
            client = Some(connect_peer(listener)?);
            expected.push(Self::LISTENER);
        }
        if let Some(stream) = &self.stream {
            drain(stream)?;
            self.peer.write_all(b"y")?;
            expected.push(Self::STREAM);
        }

        if let Some(poll) = &mut self.poll {
            let heard_of = |gone: bool, token| {
                move |event: &Event| gone && event.token() == token
            };
            let no_listener = heard_of(self.listener.is_none(), Self::LISTENER);
            let no_stream = heard_of(self.stream.is_none(), Self::STREAM);
            wait_for_each(poll, &mut self.events, &expected, |event| {
                assert!(!no_listener(event) && !no_stream(event), "{event:?}");
                event.is_readable()
            })?;
        }
        if let (Some(listener), Some(client)) = (&self.listener, client) {
            let mut accepted = None;
            wait_until("the connection is accepted", || {
                accepted = listener.accept().ok();
                accepted.is_some()
            });
            assert_eq!(
                accepted.map(|(_, from)| from),
                client.local_addr().ok()
            );
            // Only a `WouldBlock` arms it again everywhere.
            assert_would_block(listener.accept());
        }
        if let Some(stream) = &self.stream {
            wait_until("the byte is read", || {
                matches!(drain(stream).as_deref(), Ok([.., b'y']))
            });
        }
        if let Some(registry) = &self.registry {
            let mut socket = UdpSocket::bind(localhost())?;
            registry.register(&mut socket, Token(4), Interest::READABLE)?;
            registry.deregister(&mut socket)?;
        }
        Ok(())
    }
}
