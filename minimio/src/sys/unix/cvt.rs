//! From C's `-1` and `errno` to [`io::Result`] (chapter 2).

use std::ffi::c_int;
use std::io;

/// Call it at once: the next call may overwrite `errno`.
#[inline]
pub(crate) fn cvt(result: c_int) -> io::Result<c_int> {
    if result == -1 {
        Err(io::Error::last_os_error())
    } else {
        Ok(result)
    }
}
