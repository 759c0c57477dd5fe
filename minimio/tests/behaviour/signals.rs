//! A signal during a poll. Here the two crates differ on purpose: mio hands
//! `Interrupted` to the program, minimio goes on waiting with the time that is
//! left, so that a debugger may attach.

use std::ffi::c_int;
use std::io::{self, ErrorKind};
use std::os::unix::thread::JoinHandleExt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, Once, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{mem, ptr};

use super::queue::{IS_MINIMIO, Token, Waker};
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

/// SIGUSR1 has a handler, and does not restart system calls.
fn install_handler() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let handler: extern "C" fn(c_int) = count;
        // SAFETY: all of its fields are integers, of which zero is one; no
        // flag is set, SA_RESTART not either, and no signal is masked.
        let mut action: libc::sigaction = unsafe { mem::zeroed() };
        action.sa_sigaction = handler as usize;
        // SAFETY: `action` is a whole one, and its handler does only what a
        // signal handler may: it adds to an atomic.
        let result =
            unsafe { libc::sigaction(libc::SIGUSR1, &action, ptr::null_mut()) };
        assert_eq!(result, 0);
    });
}

fn send_signal<T>(thread: &JoinHandle<T>) {
    // SAFETY: the thread has not been joined, so its name is still good.
    let result = unsafe {
        libc::pthread_kill(thread.as_pthread_t() as _, libc::SIGUSR1)
    };
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
    install_handler();
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
            send_signal(&thread);
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

#[test]
fn signals_do_not_end_a_wait_without_a_timeout() -> io::Result<()> {
    let _alone = alone();
    install_handler();
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
            send_signal(&thread);
            HANDLED.load(Ordering::SeqCst) > before || thread.is_finished()
        });
    }
    if IS_MINIMIO {
        assert!(!thread.is_finished());
    } else {
        wait_until("the poll ends, with signals all the time", || {
            send_signal(&thread);
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
