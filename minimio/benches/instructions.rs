//! One job on one queue, a given number of times: a program to count the
//! instructions of. `.ci/instructions` does so.

#[cfg(target_os = "linux")]
mod compare;

fn main() {
    #[cfg(target_os = "linux")]
    linux::main();
    #[cfg(not(target_os = "linux"))]
    println!("Instructions are compared with a raw epoll loop: on Linux only.");
}

#[cfg(target_os = "linux")]
mod linux {
    use std::env;
    use std::io;

    use crate::compare::{
        Connection, Crowd, Minimio, Mio, Polling, Queue, Raw,
    };

    const USAGE: &str = "To count instructions, run .ci/instructions, or this program with: \
        <raw|minimio|mio|polling> <ping-pong|empty-poll|reregister|ready> <rounds>";

    pub fn main() {
        // `cargo bench` adds an argument of its own.
        let arguments: Vec<String> =
            env::args().skip(1).filter(|it| it != "--bench").collect();
        let [queue, job, rounds] = &arguments[..] else {
            return println!("{USAGE}");
        };
        let Ok(rounds) = rounds.parse() else {
            return println!("{USAGE}");
        };
        match queue.as_str() {
            Raw::NAME => repeat::<Raw>(job, rounds),
            Minimio::NAME => repeat::<Minimio>(job, rounds),
            Mio::NAME => repeat::<Mio>(job, rounds),
            Polling::NAME => repeat::<Polling>(job, rounds),
            _ => return println!("{USAGE}"),
        }
        .unwrap();
    }

    fn repeat<Q: Queue>(job: &str, rounds: u32) -> io::Result<()> {
        let mut connection = Connection::<Q>::new()?;
        match job {
            "ping-pong" => (0..rounds).try_for_each(|_| connection.ping_pong()),
            "empty-poll" => {
                (0..rounds).try_for_each(|_| connection.empty_poll())
            }
            "reregister" => {
                (0..rounds).try_for_each(|_| connection.reregister())
            }
            "ready" => {
                let mut crowd = Crowd::<Q>::new()?;
                (0..rounds).try_for_each(|_| {
                    crowd.send()?;
                    crowd.receive()
                })
            }
            _ => {
                println!("{USAGE}");
                Ok(())
            }
        }
    }
}
