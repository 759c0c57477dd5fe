//! What can be registered: sockets, what wraps them, and on Unix whatever has a
//! descriptor.

use std::io::{self, Write};

use super::queue::event::{Event, Source};
use super::queue::net::{TcpListener, TcpStream, UdpSocket};
use super::queue::{Interest, Registry, Token};
use super::support::*;

const FIRST: Token = Token(1);
const SECOND: Token = Token(2);

/// A user's type around a source, which passes the calls on.
struct Connection {
    stream: TcpStream,
    registered: usize,
}

impl Source for Connection {
    fn register(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.stream.register(registry, token, interest)?;
        self.registered += 1;
        Ok(())
    }

    fn reregister(
        &mut self,
        registry: &Registry,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        self.stream.reregister(registry, token, interest)
    }

    fn deregister(&mut self, registry: &Registry) -> io::Result<()> {
        self.stream.deregister(registry)?;
        self.registered -= 1;
        Ok(())
    }
}

#[test]
fn a_type_of_our_own_can_be_a_source() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (stream, mut peer) = connection()?;
    let mut connection = Connection {
        stream,
        registered: 0,
    };
    poll.registry()
        .register(&mut connection, FIRST, Interest::READABLE)?;
    assert_eq!(connection.registered, 1);
    peer.write_all(b"x")?;
    wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    poll.registry()
        .reregister(&mut connection, SECOND, Interest::READABLE)?;
    wait_for_again(&mut poll, &mut events, SECOND, Event::is_readable)?;
    poll.registry().deregister(&mut connection)?;
    assert_eq!(connection.registered, 0);
    assert_silent(&mut poll, &mut events)
}

#[test]
fn a_source_can_be_a_box_or_a_trait_object() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (stream, _peer) = connection()?;
    let mut sources: Vec<Box<dyn Source>> = vec![
        Box::new(stream),
        Box::new(UdpSocket::bind(localhost())?),
        Box::new(Box::new(UdpSocket::bind(localhost())?)),
    ];
    for (number, source) in sources.iter_mut().enumerate() {
        // The box itself is the source ...
        poll.registry()
            .register(source, Token(number), Interest::WRITABLE)?;
        wait_for(&mut poll, &mut events, Token(number), Event::is_writable)?;

        // ... or what is in it.
        let inside: &mut dyn Source = &mut **source;
        let token = Token(100 + number);
        poll.registry()
            .reregister(inside, token, Interest::WRITABLE)?;
        wait_for_again(&mut poll, &mut events, token, Event::is_writable)?;
        poll.registry().deregister(inside)?;
        assert_error(
            poll.registry().deregister(source),
            io::ErrorKind::NotFound,
        );
    }
    Ok(())
}

#[test]
fn the_methods_of_a_source_do_what_those_of_the_registry_do() -> io::Result<()>
{
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, _peer) = connection()?;
    stream.register(poll.registry(), FIRST, Interest::READABLE)?;
    stream.reregister(poll.registry(), SECOND, Interest::WRITABLE)?;
    wait_for(&mut poll, &mut events, SECOND, Event::is_writable)?;
    stream.deregister(poll.registry())?;
    assert_error(stream.deregister(poll.registry()), io::ErrorKind::NotFound);
    Ok(())
}

#[test]
fn a_stream_of_std_can_be_taken_over() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let listener = std::net::TcpListener::bind(localhost())?;
    listener.set_nonblocking(true)?;
    let mut listener = TcpListener::from_std(listener);
    poll.registry()
        .register(&mut listener, FIRST, Interest::READABLE)?;
    let mut peer = connect_peer(&listener)?;
    wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
    let (mut stream, _) = listener.accept()?;
    poll.registry()
        .register(&mut stream, SECOND, Interest::READABLE)?;
    peer.write_all(b"hello")?;
    expect_to_read(&mut poll, &mut events, SECOND, &stream, b"hello")?;

    let socket = std::net::UdpSocket::bind(localhost())?;
    socket.set_nonblocking(true)?;
    let mut socket = UdpSocket::from_std(socket);
    poll.registry()
        .register(&mut socket, Token(3), Interest::WRITABLE)?;
    wait_for(&mut poll, &mut events, Token(3), Event::is_writable)?;
    Ok(())
}

#[test]
fn a_source_that_is_dropped_is_not_heard_of_again() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut stream, mut peer) = connection()?;
    poll.registry()
        .register(&mut stream, FIRST, Interest::READABLE)?;
    peer.write_all(b"x")?;
    wait_until_arrived(&stream, 1);
    drop(stream);
    assert_silent(&mut poll, &mut events)
}

#[test]
fn the_token_of_a_dropped_source_can_be_used_again() -> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    // Each next socket gets the descriptor of the last one too, most likely.
    for round in 0..50_u8 {
        let (mut stream, mut peer) = connection()?;
        poll.registry()
            .register(&mut stream, FIRST, Interest::READABLE)?;
        peer.write_all(&[round])?;
        expect_to_read(&mut poll, &mut events, FIRST, &stream, &[round])?;
        peer.write_all(b"left over")?;
        about_to_drop(poll.registry(), &mut stream)?;
    }
    assert_silent(&mut poll, &mut events)
}

#[test]
fn a_source_can_be_dropped_between_its_event_and_the_next_poll()
-> io::Result<()> {
    let (mut poll, mut events) = new_poll()?;
    let (mut one, mut peer_of_one) = connection()?;
    let (mut other, mut peer_of_other) = connection()?;
    poll.registry()
        .register(&mut one, FIRST, Interest::READABLE)?;
    poll.registry()
        .register(&mut other, SECOND, Interest::READABLE)?;
    peer_of_one.write_all(b"x")?;
    peer_of_other.write_all(b"x")?;
    wait_for_each(&mut poll, &mut events, &[FIRST, SECOND], |_| true)?;
    drop(one);
    assert_eq!(drain(&other)?, b"x");
    peer_of_other.write_all(b"y")?;
    expect_to_read(&mut poll, &mut events, SECOND, &other, b"y")
}

#[cfg(unix)]
mod descriptors {
    use std::fs::File;
    use std::io::{self, ErrorKind, Read, Write};
    use std::os::fd::{AsFd, AsRawFd, RawFd};

    use super::super::queue::event::Event;
    use super::super::queue::unix::SourceFd;
    use super::super::queue::{
        IS_EPOLL, IS_KQUEUE, IS_LIBKQUEUE, Interest, Waker,
    };
    use super::super::support::*;
    use super::{FIRST, SECOND};

    #[test]
    fn the_reading_end_of_a_pipe_can_be_a_source() -> io::Result<()> {
        let (mut poll, mut events) = new_poll()?;
        let (mut reader, mut writer) = io::pipe()?;
        let fd = reader.as_raw_fd();
        let mut source = SourceFd(&fd);
        poll.registry()
            .register(&mut source, FIRST, Interest::READABLE)?;
        assert_silent(&mut poll, &mut events)?;

        writer.write_all(b"hello")?;
        wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
        let mut buffer = [0; 5];
        reader.read_exact(&mut buffer)?;
        assert_eq!(&buffer, b"hello");

        poll.registry()
            .reregister(&mut source, SECOND, Interest::READABLE)?;
        drop(writer);
        let event =
            wait_for(&mut poll, &mut events, SECOND, Event::is_read_closed)?;
        if IS_EPOLL {
            // EPOLLHUP alone: a pipe has no EPOLLRDHUP.
            assert!(
                !event.is_readable() && event.is_write_closed(),
                "{event:?}"
            );
        } else {
            assert!(
                event.is_readable() && !event.is_write_closed(),
                "{event:?}"
            );
        }
        assert_eq!(reader.read(&mut buffer)?, 0);
        poll.registry().deregister(&mut source)
    }

    #[test]
    fn the_writing_end_of_a_pipe_can_be_a_source() -> io::Result<()> {
        let (mut poll, mut events) = new_poll()?;
        let (reader, writer) = io::pipe()?;
        let fd = writer.as_raw_fd();
        poll.registry().register(
            &mut SourceFd(&fd),
            FIRST,
            Interest::WRITABLE,
        )?;
        let event =
            wait_for(&mut poll, &mut events, FIRST, Event::is_writable)?;
        assert!(!event.is_write_closed(), "{event:?}");

        drop(reader);
        wait_for(&mut poll, &mut events, FIRST, Event::is_write_closed)?;
        Ok(())
    }

    #[test]
    fn a_full_pipe_whose_reader_goes_is_closed_and_nothing_else()
    -> io::Result<()> {
        let (mut poll, mut events) = new_poll()?;
        let (reader, mut writer) = io::pipe()?;
        set_nonblocking(writer.as_raw_fd());
        while writer.write(&[0; 4096]).is_ok() {}
        while writer.write(&[0]).is_ok() {}
        let fd = writer.as_raw_fd();
        poll.registry().register(
            &mut SourceFd(&fd),
            FIRST,
            Interest::WRITABLE,
        )?;
        assert_silent(&mut poll, &mut events)?;

        // EPOLLERR comes alone here.
        drop(reader);
        wait_for(&mut poll, &mut events, FIRST, Event::is_write_closed)?;
        Ok(())
    }

    #[test]
    fn a_bad_descriptor_is_an_error_with_its_code() -> io::Result<()> {
        let (poll, _) = new_poll()?;
        let registry = poll.registry();
        // No process may have as many as that.
        let beyond: RawFd = i32::MAX - 7;
        for fd in [-1, beyond] {
            let mut source = SourceFd(&fd);
            let added = [
                registry.register(&mut source, FIRST, Interest::READABLE),
                registry.reregister(&mut source, FIRST, Interest::READABLE),
            ];
            for result in added {
                let code = result.unwrap_err().raw_os_error();
                assert_eq!(code, Some(libc::EBADF));
            }
            assert_bad_to_deregister(registry.deregister(&mut source));
        }
        Ok(())
    }

    #[test]
    fn a_descriptor_that_is_not_registered_is_not_found() -> io::Result<()> {
        let (poll, _) = new_poll()?;
        let (reader, _writer) = io::pipe()?;
        let fd = reader.as_raw_fd();
        let mut source = SourceFd(&fd);
        let deregistered = poll.registry().deregister(&mut source);
        let changed =
            poll.registry()
                .reregister(&mut source, FIRST, Interest::READABLE);
        if IS_KQUEUE {
            // A change is an addition, and who wants no filter and has none is
            // content.
            deregistered?;
            changed?;
        } else {
            assert_error(deregistered, ErrorKind::NotFound);
            assert_error(changed, ErrorKind::NotFound);
        }
        Ok(())
    }

    #[test]
    fn epoll_refuses_a_descriptor_that_it_has_and_kqueue_changes_it()
    -> io::Result<()> {
        let (mut poll, mut events) = new_poll()?;
        let (reader, mut writer) = io::pipe()?;
        let fd = reader.as_raw_fd();
        let mut source = SourceFd(&fd);
        poll.registry()
            .register(&mut source, FIRST, Interest::READABLE)?;
        let twice =
            poll.registry()
                .register(&mut source, SECOND, Interest::READABLE);
        let expected = if IS_EPOLL {
            assert_error(twice, ErrorKind::AlreadyExists);
            FIRST
        } else {
            twice?;
            SECOND
        };
        writer.write_all(b"x")?;
        poll.poll(&mut events, Some(PATIENCE))?;
        let tokens: Vec<_> = events.iter().map(Event::token).collect();
        assert_eq!(tokens, [expected]);
        Ok(())
    }

    #[test]
    fn epoll_refuses_a_regular_file_and_kqueue_takes_it() -> io::Result<()> {
        let (mut poll, mut events) = new_poll()?;
        let file = File::open(std::env::current_exe()?)?;
        let fd = file.as_raw_fd();
        let registered = poll.registry().register(
            &mut SourceFd(&fd),
            FIRST,
            Interest::READABLE,
        );
        if IS_EPOLL {
            assert_error(registered, ErrorKind::PermissionDenied);
        } else {
            registered?;
            wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
        }
        Ok(())
    }

    #[test]
    fn a_queue_can_wait_for_another_queue() -> io::Result<()> {
        let (mut outer, mut outer_events) = new_poll()?;
        let (mut inner, mut inner_events) = new_poll()?;
        let fd = inner.as_raw_fd();
        assert_eq!(fd, inner.registry().as_raw_fd());
        outer.registry().register(
            &mut SourceFd(&fd),
            FIRST,
            Interest::READABLE,
        )?;
        let waker = Waker::new(inner.registry(), SECOND)?;
        assert_silent(&mut outer, &mut outer_events)?;

        waker.wake()?;
        if IS_LIBKQUEUE {
            // Its kqueue is the end of a pipe, which says nothing.
            assert_silent(&mut outer, &mut outer_events)?;
        } else {
            wait_for(&mut outer, &mut outer_events, FIRST, Event::is_readable)?;
        }
        wait_for(&mut inner, &mut inner_events, SECOND, Event::is_readable)?;
        assert_silent(&mut outer, &mut outer_events)
    }

    /// What an epoll has on its list is not the descriptor, but what it stands
    /// for; and that lives for as long as a duplicate does. A kqueue has the
    /// number on its list, and a close takes it off. libkqueue is made of epoll.
    #[test]
    fn epoll_still_reports_a_dropped_source_that_has_a_duplicate()
    -> io::Result<()> {
        let (mut poll, mut events) = new_poll()?;
        let (mut stream, mut peer) = connection()?;
        let duplicate = stream.as_fd().try_clone_to_owned()?;
        poll.registry()
            .register(&mut stream, FIRST, Interest::READABLE)?;
        drop(stream);
        peer.write_all(b"x")?;
        if IS_EPOLL || IS_LIBKQUEUE {
            wait_for(&mut poll, &mut events, FIRST, Event::is_readable)?;
        } else {
            assert_silent(&mut poll, &mut events)?;
        }

        drop(duplicate);
        assert_silent(&mut poll, &mut events)
    }

    #[test]
    fn a_socket_shows_the_descriptor_that_it_owns() -> io::Result<()> {
        let (stream, _peer) = connection()?;
        assert_eq!(stream.as_fd().as_raw_fd(), stream.as_raw_fd());
        // SAFETY: the call takes no pointer, and the descriptor is open.
        let flags = unsafe { libc::fcntl(stream.as_raw_fd(), libc::F_GETFL) };
        assert_ne!(flags & libc::O_NONBLOCK, 0);
        Ok(())
    }

    fn set_nonblocking(fd: RawFd) {
        // SAFETY: the calls take no pointers, and check the descriptor.
        unsafe {
            let flags = libc::fcntl(fd, libc::F_GETFL);
            assert_ne!(
                libc::fcntl(fd, libc::F_SETFL, flags | libc::O_NONBLOCK),
                -1
            );
        }
    }
}
