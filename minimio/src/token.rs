// ANCHOR: token
//! [`Token`]: which source an event is about (chapter 3).

/// The name that a program gives to a source when it registers it, and that
/// comes back with each of its events.
///
/// It is stored, on Unix by the kernel, and never looked at. An index into a
/// table of connections makes a good token. Two sources may share one: their
/// events cannot be told apart then. (Chapter 3.)
///
/// ```
/// use minimio::Token;
///
/// const LISTENER: Token = Token(0);
/// assert_eq!(usize::from(LISTENER), 0);
/// ```
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(pub usize);
// ANCHOR_END: token

// ANCHOR: usize
impl From<Token> for usize {
    fn from(token: Token) -> usize {
        token.0
    }
}
// ANCHOR_END: usize
