//! Chapter 1: one thread for each answer.
//!
//! Every thread sleeps in `read` until the answer to one request has come.
//!
//! ```sh
//! cargo run --example 01-threads
//! cargo run --example 01-threads -- --requests 1000 --quiet
//! ```

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Instant;
use std::{panic, thread};

use clap::Parser;
use examples::cost::{Cost, milliseconds};
use examples::{JobArgs, http};

/// Waits for answers of a delay server, with one thread for each
#[derive(Parser)]
struct Args {
    #[command(flatten)]
    job: JobArgs,
}

fn main() -> io::Result<()> {
    let Args { job } = Args::parse();
    rlimit::increase_nofile_limit(u64::MAX)?;
    let server = job.server()?;
    let start = Instant::now();
    let before = Cost::of_this_thread();

    // ANCHOR: spawn
    let mut threads = Vec::new();
    for path in job.paths() {
        job.print(format_args!("-> GET {path}"));
        let stream = ask(server.addr(), &path)?;
        let thread = thread::Builder::new()
            .name(path)
            .spawn(move || wait_for_answer(job, stream))?;
        threads.push(thread);
    }
    // ANCHOR_END: spawn

    let mut costs = Vec::new();
    for thread in threads {
        let cost = thread.join().unwrap_or_else(|p| panic::resume_unwind(p))?;
        costs.push(cost);
    }
    // This thread has started the others, and counts too.
    costs.push(Cost::of_this_thread() - before);
    println!("threads: {}", costs.len());
    println!("time: {}", milliseconds(start.elapsed()));
    println!("{}", costs.into_iter().sum::<Cost>());
    Ok(())
}

// ANCHOR: ask
fn ask(addr: SocketAddr, path: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect(addr)?;
    stream.write_all(http::request(path).as_bytes())?;
    Ok(stream)
}

fn wait_for_answer(job: JobArgs, mut stream: TcpStream) -> io::Result<Cost> {
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    job.print(format_args!("<- {}", http::body(&response)));
    Ok(Cost::of_this_thread())
}
// ANCHOR_END: ask
