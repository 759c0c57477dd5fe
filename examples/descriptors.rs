//! How many descriptors the process may have.

use std::io;

/// Raises the soft limit, which is often 1,024 or 256, to the hard one, and
/// returns it.
#[cfg(unix)]
pub fn raise_descriptor_limit() -> io::Result<u64> {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: the kernel writes an `rlimit` there, and keeps no pointer.
    if unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut limit) } == -1 {
        return Err(io::Error::last_os_error());
    }
    limit.rlim_cur = limit.rlim_max;
    // macOS refuses more than this, whatever its hard limit says.
    #[cfg(target_vendor = "apple")]
    {
        limit.rlim_cur = limit.rlim_max.min(libc::OPEN_MAX as libc::rlim_t);
    }
    // SAFETY: the kernel reads an `rlimit` there, and keeps no pointer.
    if unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) } == -1 {
        return Err(io::Error::last_os_error());
    }
    #[allow(clippy::unnecessary_cast)] // It is signed on FreeBSD.
    Ok(limit.rlim_cur as u64)
}

/// There is no such limit here.
#[cfg(not(unix))]
pub fn raise_descriptor_limit() -> io::Result<u64> {
    Ok(u64::MAX)
}
