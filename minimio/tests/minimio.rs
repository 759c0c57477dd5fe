//! The behaviour of an event queue, checked on minimio. `mio.rs` compiles the
//! same tests on mio.

mod queue {
    pub use minimio::*;

    pub const IS_MINIMIO: bool = true;

    /// Whether the kernel's queue behind it is epoll.
    pub const IS_EPOLL: bool =
        cfg!(any(target_os = "linux", target_os = "android"));
}

mod behaviour;
