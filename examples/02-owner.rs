//! Chapter 2: a number that is closed twice, and whose file that hits.
//!
//! The descriptors here are plain numbers, which nothing owns: that is the
//! mistake, made on purpose. No [`OwnedFd`] holds any of them, so that none
//! is closed behind the back of its owner.
//!
//! ```sh
//! cargo run --example 02-owner
//! ```
//!
//! [`OwnedFd`]: std::os::fd::OwnedFd

#[cfg(unix)]
mod unix {
    use std::ffi::CString;
    use std::io;
    use std::os::fd::RawFd;
    use std::os::unix::ffi::OsStrExt;
    use std::path::Path;
    use std::{env, fs, process};

    use libc::{O_CLOEXEC, O_CREAT, O_TRUNC, O_WRONLY};

    /// What minimio has as `sys::unix::cvt`.
    fn cvt(result: i32) -> io::Result<i32> {
        if result == -1 {
            return Err(io::Error::last_os_error());
        }
        Ok(result)
    }

    fn create(path: &Path) -> io::Result<RawFd> {
        let path = CString::new(path.as_os_str().as_bytes())?;
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
        // SAFETY: the path ends in a zero.
        cvt(unsafe { libc::open(path.as_ptr(), flags, 0o600) })
    }

    fn close(fd: RawFd) -> io::Result<()> {
        // SAFETY: no owner of std's has this number, as said at the top.
        cvt(unsafe { libc::close(fd) }).map(drop)
    }

    fn append(fd: RawFd, text: &str) -> io::Result<()> {
        let (address, count) = (text.as_ptr().cast(), text.len());
        // SAFETY: so many bytes are at that address.
        let result = unsafe { libc::write(fd, address, count) };
        cvt(result as i32).map(drop)
    }

    pub fn main() -> io::Result<()> {
        let folder =
            env::temp_dir().join(format!("02-owner-{}", process::id()));
        fs::create_dir(&folder)?;
        let result = close_twice(&folder);
        fs::remove_dir_all(&folder)?;
        result
    }

    fn close_twice(folder: &Path) -> io::Result<()> {
        // ANCHOR: twice
        let draft = create(&folder.join("draft"))?;
        println!("draft is {draft}");
        close(draft)?;

        let log = create(&folder.join("log"))?;
        println!("log is {log}");
        let again = close(draft);
        println!("draft is closed again: {again:?}");

        let wages = create(&folder.join("wages"))?;
        println!("wages is {wages}");
        append(log, "somebody logged in")?;
        // ANCHOR_END: twice
        for name in ["log", "wages"] {
            let text = fs::read_to_string(folder.join(name))?;
            println!("in {name}: {text:?}");
        }
        close(wages)
    }
}

#[cfg(unix)]
fn main() -> std::io::Result<()> {
    unix::main()
}

#[cfg(not(unix))]
fn main() {
    examples::needs("a Unix");
}
