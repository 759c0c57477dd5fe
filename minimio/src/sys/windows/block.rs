// ANCHOR: head
//! The block that a registered socket shares with the kernel (chapter 7).

use std::cell::UnsafeCell;
use std::io;
use std::os::windows::io::RawSocket;
use std::panic::RefUnwindSafe;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::afd::{AFD_POLL_LOCAL_CLOSE, ERROR_INVALID_HANDLE, Request};
use super::event::{Event, all_of};
use super::iocp::OVERLAPPED_ENTRY;
use super::selector::Handles;
use crate::{Interest, Token};
// ANCHOR_END: head

// ANCHOR: block
/// A socket's block. Its registration owns one reference to it, and so does
/// each request that the kernel has accepted: that one travels in the packet.
pub(crate) struct Block {
    handles: Weak<Handles>,
    socket: RawSocket,
    state: Mutex<State>,
    /// The kernel's, while there is a request. At other times it belongs to
    /// whoever holds the lock of `state`.
    request: UnsafeCell<Request>,
}

// SAFETY: of its fields only `request` is not `Sync` by itself, and we touch
// that under the lock alone, while the phase is `Idle`.
unsafe impl Sync for Block {}

// Nothing panics while the lock is held, so what it guards is always whole.
impl RefUnwindSafe for Block {}
// ANCHOR_END: block

// ANCHOR: state
struct State {
    token: Token,
    /// What the program wants to hear of, as a set of `AFD_POLL_…`.
    interest: u32,
    /// The part of it that has not been reported since it was last asked for:
    /// by a registration, or by an operation that would have blocked.
    unreported: u32,
    phase: Phase,
}

impl State {
    /// Nothing is to be reported any more.
    fn forget(&mut self) {
        (self.interest, self.unreported) = (0, 0);
    }
}

enum Phase {
    /// The kernel has no request of ours.
    Idle,
    /// It has one, for this set.
    Pending(u32),
    /// It has one that we want no more, and the packet is still to come.
    Cancelled,
}
// ANCHOR_END: state

// ANCHOR: new
impl Block {
    /// A block whose socket is watched from now on.
    pub(crate) fn new(
        handles: &Arc<Handles>,
        socket: RawSocket,
        token: Token,
        interest: Interest,
    ) -> io::Result<Arc<Block>> {
        let interest = all_of(interest);
        let block = Arc::new(Block {
            handles: Arc::downgrade(handles),
            socket,
            state: Mutex::new(State {
                token,
                interest,
                unreported: interest,
                phase: Phase::Idle,
            }),
            request: UnsafeCell::new(Request::new(socket, 0)),
        });
        block.watch(&mut block.lock())?;
        Ok(block)
    }

    // ANCHOR_END: new

    // ANCHOR: lock
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    // ANCHOR_END: lock

    // ANCHOR: watch
    /// Sees to it that the kernel has a request for all that is unreported, or
    /// that a packet is on its way, after which this is called again.
    fn watch(self: &Arc<Block>, state: &mut State) -> io::Result<()> {
        let Some(handles) = self.handles.upgrade() else {
            return Ok(()); // The queue has gone.
        };
        match state.phase {
            Phase::Idle if state.unreported != 0 => {
                // SAFETY: it is ours and idle, and the caller has the lock.
                unsafe { self.ask(&handles, state)? }
            }
            Phase::Pending(asked) if state.unreported & !asked != 0 => {
                handles.afd.cancel(Some(self.request.get()))?;
                state.phase = Phase::Cancelled;
            }
            _ => {}
        }
        Ok(())
    }
    // ANCHOR_END: watch

    // ANCHOR: ask
    /// # Safety
    ///
    /// The state is that of this block, locked, and its phase is `Idle`.
    unsafe fn ask(
        self: &Arc<Block>,
        handles: &Handles,
        state: &mut State,
    ) -> io::Result<()> {
        // The request's own reference.
        let context = Arc::into_raw(Arc::clone(self));
        handles.in_flight.fetch_add(1, Ordering::Relaxed);
        let set = state.unreported | AFD_POLL_LOCAL_CLOSE;
        let request = self.request.get();
        // SAFETY: the kernel has no request. The reference keeps the block
        // alive until the packet has been taken. All others are kept away by
        // the lock, and after it by the phase.
        let asked = unsafe {
            handles.afd.poll(request, self.socket, set, context.cast())
        };
        // ANCHOR_END: ask
        // ANCHOR: asked
        if asked.is_ok() {
            state.phase = Phase::Pending(state.unreported);
        } else {
            handles.in_flight.fetch_sub(1, Ordering::Relaxed);
            // SAFETY: it is from `into_raw` above, and refused: no packet will
            // bring it back.
            drop(unsafe { Arc::from_raw(context) });
        }
        asked
    }
    // ANCHOR_END: asked

    // ANCHOR: from_packet
    /// Takes back the reference that a packet brings: none, if it was posted.
    ///
    /// # Safety
    ///
    /// The packet is from the port of `handles`, and this is done once with it.
    pub(crate) unsafe fn from_packet(
        handles: &Handles,
        packet: &OVERLAPPED_ENTRY,
    ) -> Option<Arc<Block>> {
        let context = packet.lpOverlapped.cast_const().cast::<Block>();
        if context.is_null() {
            return None;
        }
        handles.in_flight.fetch_sub(1, Ordering::Relaxed);
        // SAFETY: only `ask` starts operations whose packets go to this port,
        // each with a reference from `into_raw`, and each ends in one packet.
        Some(unsafe { Arc::from_raw(context) })
    }

    // ANCHOR_END: from_packet

    // ANCHOR: complete
    /// The event, if the packet that has brought this block means one.
    ///
    /// # Safety
    ///
    /// A packet has brought it, and this is done once with it.
    pub(crate) unsafe fn complete(&self) -> Option<Event> {
        let mut state = self.lock();
        state.phase = Phase::Idle;
        // SAFETY: the packet has come, so the request is ours again, and we
        // hold the lock.
        let answer = unsafe { (*self.request.get()).answer() };
        if answer & AFD_POLL_LOCAL_CLOSE != 0 {
            state.forget(); // Somebody has closed the socket under us.
        }
        let set = answer & state.unreported;
        state.unreported &= !set;
        (set != 0).then(|| Event::new(state.token, set))
    }
    // ANCHOR_END: complete

    // ANCHOR: again
    /// Has the kernel watch again, after a packet.
    pub(crate) fn rewatch(self: &Arc<Block>) -> io::Result<()> {
        let mut state = self.lock();
        match self.watch(&mut state) {
            Err(error)
                if error.raw_os_error() == Some(ERROR_INVALID_HANDLE) =>
            {
                state.forget(); // Closed under us, while nobody watched.
                Ok(())
            }
            result => result,
        }
    }

    /// An operation has found nothing: whatever comes from now on is news.
    pub(crate) fn would_block(
        self: &Arc<Block>,
        direction: Interest,
    ) -> io::Result<()> {
        let mut state = self.lock();
        state.unreported |= state.interest & all_of(direction);
        self.watch(&mut state)
    }
    // ANCHOR_END: again

    // ANCHOR: change
    /// Replaces the token and the interest, and forgets what was reported.
    pub(crate) fn change(
        self: &Arc<Block>,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        let mut state = self.lock();
        let before = (state.token, state.interest, state.unreported);
        let interest = all_of(interest);
        (state.token, state.interest, state.unreported) =
            (token, interest, interest);
        let watched = self.watch(&mut state);
        if watched.is_err() {
            (state.token, state.interest, state.unreported) = before;
        }
        watched
    }

    // ANCHOR_END: change

    // ANCHOR: close
    /// Reports nothing any more. The block goes when its last request does.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.forget();
        if let Phase::Pending(_) = state.phase {
            if let Some(handles) = self.handles.upgrade() {
                // If the kernel refuses, the packet comes when the socket is
                // closed.
                let _ = handles.afd.cancel(Some(self.request.get()));
                state.phase = Phase::Cancelled;
            }
        }
    }
}
// ANCHOR_END: close
