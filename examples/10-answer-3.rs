//! Chapter 10, exercise 3: a channel whose messages wake a queue.
//!
//! ```sh
//! cargo run --example 10-answer-3
//! ```

use std::sync::Arc;
use std::sync::mpsc::{self, SendError, TryRecvError};
use std::{io, panic, thread};

use minimio::{Events, Poll, Registry, Token, Waker};

// ANCHOR: channel
struct Sender<T> {
    /// Empty while it is dropped.
    sender: Option<mpsc::Sender<T>>,
    waker: Arc<Waker>,
}

struct Receiver<T> {
    receiver: mpsc::Receiver<T>,
    /// The last wake-up says that the senders are gone. It must outlive them.
    _waker: Arc<Waker>,
}

fn channel<T>(
    registry: &Registry,
    token: Token,
) -> io::Result<(Sender<T>, Receiver<T>)> {
    let waker = Arc::new(Waker::new(registry, token)?);
    let _waker = Arc::clone(&waker);
    let (sender, receiver) = mpsc::channel();
    let sender = Some(sender);
    Ok((Sender { sender, waker }, Receiver { receiver, _waker }))
}
// ANCHOR_END: channel

// ANCHOR: send
impl<T> Sender<T> {
    fn send(&self, message: T) -> Result<(), SendError<T>> {
        if let Some(sender) = &self.sender {
            sender.send(message)?; // First the message,
            let _ = self.waker.wake(); // then the wake-up.
        }
        Ok(())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        drop(self.sender.take()); // In the same order.
        let _ = self.waker.wake();
    }
}
// ANCHOR_END: send

impl<T> Receiver<T> {
    fn try_recv(&self) -> Result<T, TryRecvError> {
        self.receiver.try_recv()
    }
}

fn main() -> io::Result<()> {
    let mut poll = Poll::new()?;
    let (sender, receiver) = channel(poll.registry(), Token(0))?;
    let worker =
        thread::Builder::new()
            .name("worker".into())
            .spawn(move || {
                for number in 1..=5 {
                    sender.send(number * number).expect("somebody receives");
                }
            })?;

    // ANCHOR: receive
    let mut events = Events::with_capacity(8);
    'events: loop {
        poll.poll(&mut events, None)?;
        loop {
            match receiver.try_recv() {
                Ok(message) => println!("{message}"),
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => break 'events,
            }
        }
    }
    // ANCHOR_END: receive
    println!("the sender is gone");
    worker.join().unwrap_or_else(|p| panic::resume_unwind(p));
    Ok(())
}
