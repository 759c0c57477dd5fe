//! What the programs share.

use std::net::SocketAddr;
use std::{env, fmt, io, process};

use clap::Parser;

#[cfg(windows)]
pub mod afd;
pub mod cost;
#[cfg(target_os = "linux")]
pub mod epoll;
pub mod http;
#[cfg(windows)]
pub mod iocp;
#[cfg(has_kqueue)]
pub mod kqueue;
pub mod peer;
mod server;

pub use server::DelayServer;

/// Asks a delay server for some answers and prints them as they arrive
#[derive(Clone, Copy, Debug, Parser)]
pub struct ServerArgs {
    /// Address of a running delay-server; without it the program starts its own
    #[arg(long)]
    addr: Option<SocketAddr>,
}

impl ServerArgs {
    /// The server at the address, or one that runs until this is dropped.
    pub fn server(&self) -> io::Result<Server> {
        Ok(match self.addr {
            Some(addr) => Server::Running(addr),
            None => Server::Own(DelayServer::start()?),
        })
    }
}

/// A delay server: one that is running somewhere, or our own.
pub enum Server {
    /// Somebody has started it.
    Running(SocketAddr),
    /// It stops when this is dropped.
    Own(DelayServer),
}

impl Server {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        match self {
            Server::Running(addr) => *addr,
            Server::Own(server) => server.addr(),
        }
    }
}

/// The arguments of the programs of chapter 1.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct JobArgs {
    /// How many answers to ask for: the first request is answered last
    #[arg(long, default_value_t = 5)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1000))]
    requests: u64,

    /// Leave out the requests and the answers
    #[arg(long)]
    quiet: bool,

    #[command(flatten)]
    server: ServerArgs,
}

impl JobArgs {
    /// The server to ask.
    pub fn server(&self) -> io::Result<Server> {
        self.server.server()
    }

    /// Prints a request or an answer, unless told to be quiet.
    pub fn print(&self, line: fmt::Arguments) {
        if !self.quiet {
            println!("{line}");
        }
    }

    /// What to ask for, in this order. The answers are due in the opposite
    /// one: 100 ms apart, or less when there are more than 20.
    pub fn paths(&self) -> impl Iterator<Item = String> {
        let count = self.requests;
        let gap = (2_000 / count).min(100);
        (1..=count).map(move |number| {
            let delay = (count + 1 - number) * gap;
            format!("/{delay}/answer-{number}")
        })
    }
}

/// Raises the limit on open descriptors as far as it goes. An error says what it
/// would have to be.
pub fn allow_descriptors(needed: usize) -> io::Result<()> {
    let limit = rlimit::increase_nofile_limit(u64::MAX)?;
    if limit < needed as u64 {
        return Err(io::Error::other(format!(
            "this needs {needed} descriptors, and ulimit -n allows {limit}"
        )));
    }
    Ok(())
}

/// Ends a program that cannot run here.
pub fn needs(system: &str) -> ! {
    eprintln!("this program needs {system}");
    process::exit(1)
}

/// Ends a program of chapter 5 where there is no kqueue.
pub fn needs_kqueue() -> ! {
    needs("macOS, a BSD, or a kqueue library for Linux (see Setting up)")
}

/// Ends a program of chapters 6 and 7 that was not built for Windows.
pub fn needs_windows() -> ! {
    let program = env::current_exe().unwrap_or_default();
    let name = program.file_stem().unwrap_or_default().display();
    needs(&format!(
        "Windows, or Wine: `.ci/wine/run run --example {name}`"
    ))
}
