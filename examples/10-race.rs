//! Chapter 10: a wake-up that comes between the look at the list and the
//! wait, and what a flag that saves wake-ups may lose.
//!
//! The worker does a step when the main thread asks it to, and the main thread
//! goes on when the step is done. So the threads meet at the worst moment, and
//! they do so each time.
//!
//! ```sh
//! cargo run --example 10-race
//! ```

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Condvar, Mutex};
use std::time::Duration;
use std::{io, mem, thread};

use minimio::{Events, Poll, Token, Waker};

struct Shared {
    jobs: Mutex<VecDeque<&'static str>>,
    changed: Condvar,
    /// Somebody has woken the queue for what is in the list.
    is_woken: AtomicBool,
    waker: Waker,
}

impl Shared {
    fn push(&self, job: &'static str) {
        self.jobs.lock().unwrap().push_back(job);
    }

    fn take(&self) -> VecDeque<&'static str> {
        mem::take(&mut self.jobs.lock().unwrap())
    }

    // ANCHOR: flag
    /// Wakes, unless somebody has done so already.
    fn wake_once(&self) -> io::Result<bool> {
        let was_woken = self.is_woken.swap(true, Ordering::AcqRel);
        if !was_woken {
            self.waker.wake().inspect_err(|_| self.clear_flag())?;
        }
        Ok(!was_woken)
    }

    /// A swap and not a store: it sees what was pushed before the flag was set.
    fn clear_flag(&self) {
        self.is_woken.swap(false, Ordering::AcqRel);
    }
    // ANCHOR_END: flag
}

type Step = fn(&Shared) -> io::Result<()>;

struct Main<'a> {
    poll: Poll,
    events: Events,
    shared: &'a Shared,
    steps: Sender<Step>,
    done: Receiver<io::Result<()>>,
}

impl Main<'_> {
    /// Lets the worker do this, and waits until it has.
    fn let_worker(&self, step: Step) -> io::Result<()> {
        self.steps.send(step).map_err(io::Error::other)?;
        self.done.recv().map_err(io::Error::other)?
    }

    fn poll(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        self.poll.poll(&mut self.events, timeout)?;
        println!("    main: poll, events: {}", self.events.iter().count());
        Ok(())
    }

    fn take(&self) {
        let jobs = self.shared.take();
        println!("    main: takes from the list: {}", jobs.len());
    }

    fn look(&self) {
        let count = self.shared.jobs.lock().unwrap().len();
        println!("    main: looks at the list: {count}");
    }

    fn clear_flag(&self) {
        self.shared.clear_flag();
        println!("    main: clears the flag");
    }

    fn condition_variable(&self) -> io::Result<()> {
        println!("A condition variable, the list looked at without its lock:");
        self.look();
        self.let_worker(|shared| {
            shared.push("a");
            shared.changed.notify_one();
            println!("  worker: pushes, notifies");
            Ok(())
        })?;
        let limit = Duration::from_millis(100);
        let jobs = self.shared.jobs.lock().unwrap();
        let wait = self.shared.changed.wait_timeout(jobs, limit);
        let timed_out = wait.unwrap().1.timed_out();
        println!("    main: waits, in vain: {timed_out}");
        self.take();
        Ok(())
    }

    // ANCHOR: queue
    fn queue(&mut self) -> io::Result<()> {
        println!("A queue:");
        self.look();
        self.let_worker(|shared| {
            shared.push("b");
            shared.waker.wake()?;
            println!("  worker: pushes, wakes");
            Ok(())
        })?;
        self.poll(None)?;
        self.take();
        Ok(())
    }
    // ANCHOR_END: queue

    fn wake_first(&mut self) -> io::Result<()> {
        println!("Wake, then push:");
        self.let_worker(|shared| {
            shared.waker.wake()?;
            println!("  worker: wakes");
            Ok(())
        })?;
        self.poll(None)?;
        self.take();
        self.let_worker(|shared| {
            shared.push("c");
            println!("  worker: pushes");
            Ok(())
        })?;
        self.poll(Some(Duration::ZERO))?;
        self.look();
        self.take_away();
        Ok(())
    }

    /// Before the next experiment.
    fn take_away(&self) {
        self.shared.take();
        self.shared.clear_flag();
    }

    fn let_worker_push_and_wake_once(&self) -> io::Result<()> {
        self.let_worker(|shared| {
            shared.push("d");
            let has_woken = shared.wake_once()?;
            println!("  worker: pushes, wakes: {has_woken}");
            Ok(())
        })
    }

    fn take_then_clear(&mut self) -> io::Result<()> {
        println!("A flag, cleared after the list is taken:");
        self.let_worker_push_and_wake_once()?;
        self.poll(None)?;
        self.take();
        self.let_worker_push_and_wake_once()?;
        self.clear_flag();
        self.poll(Some(Duration::ZERO))?;
        self.look();
        self.take_away();
        Ok(())
    }

    fn clear_then_take(&mut self) -> io::Result<()> {
        println!("A flag, cleared before:");
        self.let_worker_push_and_wake_once()?;
        self.poll(None)?;
        self.clear_flag();
        self.let_worker_push_and_wake_once()?;
        self.take();
        self.poll(Some(Duration::ZERO))?;
        self.look();
        Ok(())
    }
}

fn main() -> io::Result<()> {
    let poll = Poll::new()?;
    let shared = Shared {
        jobs: Mutex::default(),
        changed: Condvar::new(),
        is_woken: AtomicBool::new(false),
        waker: Waker::new(poll.registry(), Token(0))?,
    };
    let (steps, next_step) = mpsc::channel::<Step>();
    let (answer, done) = mpsc::channel();
    thread::scope(|scope| {
        let shared = &shared;
        thread::Builder::new().name("worker".into()).spawn_scoped(
            scope,
            move || {
                for step in next_step {
                    if answer.send(step(shared)).is_err() {
                        break;
                    }
                }
            },
        )?;
        let mut main = Main {
            poll,
            events: Events::with_capacity(8),
            shared,
            steps,
            done,
        };
        main.condition_variable()?;
        main.queue()?;
        main.wake_first()?;
        main.take_then_clear()?;
        main.clear_then_take()
    })
}
