//! A signal during a poll. Here the two crates differ on purpose: mio hands
//! `Interrupted` to the program, minimio goes on waiting with the time that is
//! left, so that a debugger may attach.

use std::ffi::c_int;
use std::io::{self, ErrorKind};
use std::os::fd::AsRawFd;
use std::os::unix::thread::JoinHandleExt;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{mem, ptr};

use super::queue::{IS_MINIMIO, Interest, Token, Waker};
use super::support::*;

const WAKER: Token = Token(1);

/// How many signals have been handled.
static HANDLED: AtomicUsize = AtomicUsize::new(0);

/// The tests share that counter, so one of them runs at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(|poison| poison.into_inner())
}

extern "C" fn count(_signal: c_int) {
    HANDLED.fetch_add(1, Ordering::SeqCst);
}

/// Gives a signal a handler, and does not restart system calls.
fn install_handler(signal: c_int, handler: extern "C" fn(c_int)) {
    // SAFETY: all of its fields are integers, of which zero is one; no flag is
    // set, SA_RESTART not either, and no signal is masked.
    let mut action: libc::sigaction = unsafe { mem::zeroed() };
    action.sa_sigaction = handler as usize;
    // SAFETY: `action` is a whole one, and the handlers of this file do only
    // what a signal handler may.
    let result = unsafe { libc::sigaction(signal, &action, ptr::null_mut()) };
    assert_eq!(result, 0);
}

fn send_signal<T>(thread: &JoinHandle<T>, signal: c_int) {
    // SAFETY: the thread has not been joined, so its name is still good.
    let result =
        unsafe { libc::pthread_kill(thread.as_pthread_t() as _, signal) };
    assert!(result == 0 || result == libc::ESRCH, "{result}");
}

#[test]
fn signals_do_not_shorten_the_wait_nor_start_it_over() -> io::Result<()> {
    // mio is to come back at the first signal, so it may have all the time.
    let timeout = if IS_MINIMIO {
        Duration::from_millis(300)
    } else {
        PATIENCE
    };

    let _alone = alone();
    install_handler(libc::SIGUSR1, count);
    let (result, elapsed) = loop {
        let before = HANDLED.load(Ordering::SeqCst);
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let (mut poll, mut events) = new_poll()?;
            let _ = tell.send(Waiting::this_thread());
            let start = Instant::now();
            let result = poll.poll(&mut events, Some(timeout));
            assert!(events.is_empty());
            io::Result::Ok((result, start.elapsed()))
        });
        told.recv().expect("it is about to poll").until_asleep();
        // A wait that starts over at each signal has no end while they come.
        wait_until("the poll ends, with signals all the time", || {
            send_signal(&thread, libc::SIGUSR1);
            thread.is_finished()
        });
        let outcome = thread.join().expect("it does not panic")?;
        if HANDLED.load(Ordering::SeqCst) > before {
            break outcome;
        }
        // On a busy machine it was over before a signal came: once more.
    };

    if IS_MINIMIO {
        result?;
        assert!(elapsed >= timeout, "{elapsed:?} of {timeout:?}");
    } else {
        assert_error(result, ErrorKind::Interrupted);
    }
    Ok(())
}

/// Where [`send_late`] writes to.
static LATE: AtomicI32 = AtomicI32::new(-1);

/// A handler that keeps the thread until its time is over, as a debugger may,
/// while a byte arrives.
extern "C" fn send_late(_signal: c_int) {
    let second = libc::timespec {
        tv_sec: 1,
        tv_nsec: 0,
    };
    HANDLED.fetch_add(1, Ordering::SeqCst);
    // SAFETY: both calls are allowed in a signal handler, and their pointers
    // are good for as long as they run.
    unsafe {
        libc::write(LATE.load(Ordering::SeqCst), c"x".as_ptr().cast(), 1);
        libc::nanosleep(&second, ptr::null_mut());
    }
}

#[test]
fn what_comes_in_an_interruption_past_the_deadline_is_seen() -> io::Result<()> {
    let _alone = alone();
    install_handler(libc::SIGUSR2, send_late);
    let (mut stream, peer) = connection()?;
    LATE.store(peer.as_raw_fd(), Ordering::SeqCst);

    let (mut poll, mut events) = new_poll()?;
    poll.registry()
        .register(&mut stream, WAKER, Interest::READABLE)?;

    let (result, count) = loop {
        let before = HANDLED.load(Ordering::SeqCst);
        let (tell, told) = mpsc::channel();
        let thread = thread::spawn(move || {
            let _ = tell.send(Waiting::this_thread());
            // Longer than it takes to send the signal, mostly, and shorter
            // than the handler takes.
            let timeout = Duration::from_millis(900);
            let result = poll.poll(&mut events, Some(timeout));
            (result, HANDLED.load(Ordering::SeqCst), poll, events)
        });
        told.recv().expect("it is about to poll").until_asleep();
        send_signal(&thread, libc::SIGUSR2);
        let (result, after, its_poll, its_events) =
            thread.join().expect("it does not panic");
        if after > before {
            break (result, its_events.iter().count());
        }
        // On a busy machine it was over before the signal came: once more.
        (poll, events) = (its_poll, its_events);
    };
    if IS_MINIMIO {
        result?;
        assert_eq!(count, 1);
    } else {
        assert_error(result, ErrorKind::Interrupted);
    }
    Ok(())
}

#[test]
fn signals_do_not_end_a_wait_without_a_timeout() -> io::Result<()> {
    let _alone = alone();
    install_handler(libc::SIGUSR1, count);
    let (mut poll, mut events) = new_poll()?;
    let waker = Waker::new(poll.registry(), WAKER)?;
    let (tell, told) = mpsc::channel();
    let thread = thread::spawn(move || {
        let _ = tell.send(Waiting::this_thread());
        let result = poll.poll(&mut events, None);
        let woken = events.iter().any(|event| event.token() == WAKER);
        (result, woken)
    });

    told.recv().expect("it is about to poll").until_asleep();
    // Twenty that were handled, one after the other, or as many as it took to
    // end the poll.
    for _ in 0..20 {
        let before = HANDLED.load(Ordering::SeqCst);
        wait_until("the signal is handled", || {
            send_signal(&thread, libc::SIGUSR1);
            HANDLED.load(Ordering::SeqCst) > before || thread.is_finished()
        });
    }
    if IS_MINIMIO {
        assert!(!thread.is_finished());
    } else {
        wait_until("the poll ends, with signals all the time", || {
            send_signal(&thread, libc::SIGUSR1);
            thread.is_finished()
        });
    }
    waker.wake()?;
    let (result, woken) = thread.join().expect("it does not panic");
    if IS_MINIMIO {
        result?;
        assert!(woken);
    } else {
        assert_error(result, ErrorKind::Interrupted);
    }
    Ok(())
}
