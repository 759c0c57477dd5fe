//! Chapter 2: the same mistakes on every system, and what each calls them.
//!
//! ```sh
//! cargo run --example 02-errors
//! ```

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};

fn open_what_is_not_there() -> io::Result<()> {
    File::open("no-such-file").map(drop)
}

fn write_to_a_file_for_reading() -> io::Result<()> {
    let mut file = File::open(std::env::current_exe()?)?;
    file.write(b"x").map(drop)
}

fn write_to_a_pipe_that_nobody_reads() -> io::Result<()> {
    let (reader, mut writer) = io::pipe()?;
    drop(reader);
    writer.write(b"x").map(drop)
}

fn read_what_has_not_come() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut stream = TcpStream::connect(listener.local_addr()?)?;
    stream.set_nonblocking(true)?;
    stream.read(&mut [0]).map(drop)
}

fn connect_where_nobody_listens() -> io::Result<()> {
    let addr = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    TcpStream::connect(addr).map(drop)
}

fn bind_an_address_twice() -> io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    TcpListener::bind(listener.local_addr()?).map(drop)
}

type Mistake = fn() -> io::Result<()>;

// ANCHOR: main
fn main() {
    let mistakes: [(&str, Mistake); 6] = [
        ("open what is not there", open_what_is_not_there),
        ("write, open for reading", write_to_a_file_for_reading),
        ("write, nobody reads", write_to_a_pipe_that_nobody_reads),
        ("read, nothing has come", read_what_has_not_come),
        ("connect, nobody listens", connect_where_nobody_listens),
        ("bind an address twice", bind_an_address_twice),
    ];
    for (what, mistake) in mistakes {
        let error = mistake().expect_err("it is a mistake everywhere");
        let code = error.raw_os_error().unwrap_or_default();
        println!("{what:24}{code:>6}  {:?}", error.kind());
    }
}
// ANCHOR_END: main
