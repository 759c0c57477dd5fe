// ANCHOR: interest
//! [`Interest`]: what a program wants to hear about a source (chapter 3).

use std::fmt;
use std::ops::BitOr;

/// What to wait for on a source: that it can be read, written, or both.
///
/// There is no empty interest; a source that should be silent is deregistered.
/// (Chapter 3.)
///
/// ```
/// use minimio::Interest;
///
/// let both = Interest::READABLE | Interest::WRITABLE;
/// assert!(both.is_readable() && both.is_writable());
/// assert_eq!(format!("{both:?}"), "READABLE | WRITABLE");
/// ```
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Interest(u8);
// ANCHOR_END: interest

// ANCHOR: constants
const READABLE: u8 = 0b01;
const WRITABLE: u8 = 0b10;

impl Interest {
    /// A read, an accept or a receive may make progress.
    pub const READABLE: Interest = Interest(READABLE);

    /// A write or a send may make progress, or a connect has ended.
    pub const WRITABLE: Interest = Interest(WRITABLE);
    // ANCHOR_END: constants

    // ANCHOR: add
    /// Both interests in one. The same as `|`, for use in constants.
    #[allow(clippy::should_implement_trait)] // a trait's method cannot be const
    #[must_use]
    pub const fn add(self, other: Interest) -> Interest {
        Interest(self.0 | other.0)
    }
    // ANCHOR_END: add

    // ANCHOR: questions
    /// Whether this includes [`READABLE`](Interest::READABLE).
    #[must_use]
    pub const fn is_readable(self) -> bool {
        self.0 & READABLE != 0
    }

    /// Whether this includes [`WRITABLE`](Interest::WRITABLE).
    #[must_use]
    pub const fn is_writable(self) -> bool {
        self.0 & WRITABLE != 0
    }
}
// ANCHOR_END: questions

// ANCHOR: bit_or
impl BitOr for Interest {
    type Output = Interest;

    fn bitor(self, other: Interest) -> Interest {
        self.add(other)
    }
}
// ANCHOR_END: bit_or

// ANCHOR: debug
impl fmt::Debug for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.is_readable(), self.is_writable()) {
            (true, true) => "READABLE | WRITABLE",
            (true, false) => "READABLE",
            _ => "WRITABLE",
        })
    }
}
// ANCHOR_END: debug
