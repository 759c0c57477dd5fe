//! Setting up: a server whose answers take as long as they are told to take.
//!
//! Something to wait for. The programs that wait start one of their own, unless
//! they are given the address of this one.
//!
//! ```sh
//! cargo run --example delay-server
//! curl http://127.0.0.1:8080/1000/hello    # in another terminal
//! ```

use std::io;
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use examples::DelayServer;

/// Answers GET /<ms>/<text> with <text>, after so many milliseconds
#[derive(Parser)]
struct Args {
    /// Where to listen; port 0 lets the system choose one
    #[arg(long, default_value = "127.0.0.1:8080")]
    addr: SocketAddr,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match serve(args.addr) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("delay-server: cannot serve on {}: {error}", args.addr);
            ExitCode::FAILURE
        }
    }
}

fn serve(addr: SocketAddr) -> io::Result<()> {
    let server = DelayServer::bind(addr)?;
    let addr = server.addr();
    println!("listening on {addr}; try: curl http://{addr}/1000/hello");
    server.run()
}
