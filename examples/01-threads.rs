//! Chapter 1: one thread for each answer.
//!
//! Every thread makes one request and sleeps in `read` until its answer has
//! come.
//!
//! ```sh
//! cargo run --example 01-threads
//! cargo run --example 01-threads -- --requests 1000
//! ```

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::{panic, thread};

use clap::Parser;
use examples::cost::Cost;
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
    let addr = server.addr();
    let before = Cost::of_this_thread();

    let mut threads = Vec::new();
    for path in job.paths() {
        println!("-> GET {path}");
        let thread = thread::Builder::new()
            .name(path.clone())
            .spawn(move || ask_and_wait(addr, &path))?;
        threads.push(thread);
    }

    let mut costs = Vec::new();
    for thread in threads {
        let cost = thread.join().unwrap_or_else(|p| panic::resume_unwind(p))?;
        costs.push(cost);
    }
    // This thread has started the others, and counts too.
    costs.push(Cost::of_this_thread() - before);
    println!("threads: {}", costs.len());
    println!("{}", costs.into_iter().sum::<Cost>());
    Ok(())
}

fn ask_and_wait(addr: SocketAddr, path: &str) -> io::Result<Cost> {
    let mut stream = TcpStream::connect(addr)?;
    stream.write_all(http::request(path).as_bytes())?;
    let mut response = Vec::new();
    stream.read_to_end(&mut response)?;
    println!("<- {}", http::body(&response));
    Ok(Cost::of_this_thread())
}
