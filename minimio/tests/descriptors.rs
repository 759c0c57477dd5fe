//! What the queue does with descriptors, or handles on Windows: how many it
//! holds, and what happens when there are none left. These tests change the
//! limit of the process and count what it has open, so they have a process of
//! their own, in which one of them runs at a time.

#![allow(clippy::duplicate_mod)] // that is the point: the same file on two crates

#[path = "behaviour"]
mod on_minimio {
    mod queue {
        pub use ::minimio::*;

        pub const IS_MINIMIO: bool = true;
        #[cfg(unix)]
        pub const IS_EPOLL: bool = cfg!(all(
            any(target_os = "linux", target_os = "android"),
            not(minimio_kqueue)
        ));
        /// Whether a waker is a filter of the kernel, and no descriptor.
        #[cfg(unix)]
        pub const WAKES_BY_FILTER: bool = cfg!(all(
            any(
                target_vendor = "apple",
                target_os = "dragonfly",
                target_os = "freebsd"
            ),
            not(minimio_waker = "pipe")
        ));
        pub const IS_LIBKQUEUE: bool = cfg!(minimio_kqueue);
    }

    #[cfg(unix)]
    mod descriptors;
    #[cfg(windows)]
    mod handles;
    #[allow(dead_code)] // it serves the other tests too
    mod support;
}

#[path = "behaviour"]
mod on_mio {
    mod queue {
        pub use ::mio::*;

        pub const IS_MINIMIO: bool = false;
        #[cfg(unix)]
        pub const IS_EPOLL: bool =
            cfg!(any(target_os = "linux", target_os = "android"));
        /// It has a duplicate of the queue's.
        #[cfg(unix)]
        pub const WAKES_BY_FILTER: bool = false;
        pub const IS_LIBKQUEUE: bool = false;
    }

    #[cfg(unix)]
    mod descriptors;
    #[cfg(windows)]
    mod handles;
    #[allow(dead_code)] // it serves the other tests too
    mod support;
}

/// Held by the test that runs.
static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
