//! The behaviour of an event queue, checked on mio. `minimio.rs` compiles the
//! same tests on minimio.

mod queue {
    pub use mio::*;

    pub const IS_MINIMIO: bool = false;

    /// Whether the kernel's queue behind it is epoll.
    pub const IS_EPOLL: bool =
        cfg!(any(target_os = "linux", target_os = "android"));

    /// Whether it is kqueue.
    pub const IS_KQUEUE: bool = cfg!(unix) && !IS_EPOLL;

    /// Whether that is a library on Linux: mio has no use for it.
    pub const IS_LIBKQUEUE: bool = false;
}

mod behaviour;
