//! The behaviour of an event queue, checked on minimio. `mio.rs` compiles the
//! same tests on mio.

mod queue {
    pub use minimio::*;

    pub const IS_MINIMIO: bool = true;

    /// Whether the kernel's queue behind it is epoll.
    pub const IS_EPOLL: bool = cfg!(all(
        any(target_os = "linux", target_os = "android"),
        not(minimio_kqueue)
    ));

    /// Whether it is kqueue.
    pub const IS_KQUEUE: bool = cfg!(unix) && !IS_EPOLL;

    /// Whether that is a library on Linux, which is not like the kernels in
    /// everything.
    pub const IS_LIBKQUEUE: bool = cfg!(minimio_kqueue);
}

mod behaviour;
