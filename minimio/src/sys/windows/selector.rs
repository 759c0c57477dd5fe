// ANCHOR: head
//! The selector of Windows (chapter 7): a completion port, and an AFD handle
//! whose polls complete there.

use std::io;
use std::os::windows::io::AsHandle;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::afd::{AFD_POLL_RECEIVE, Afd};
use super::block::Block;
use super::event::Event;
use super::iocp::{CompletionPort, OVERLAPPED_ENTRY};
use super::waker::Wakeup;
use crate::event;
// ANCHOR_END: head

// ANCHOR: handles
/// The kernel's side of a queue. The selector owns it; a block or a waker that
/// outlives the selector finds that it is gone.
pub(crate) struct Handles {
    pub(crate) port: CompletionPort,
    pub(crate) afd: Afd,
    /// How many requests the kernel has: as many packets are to come.
    pub(crate) in_flight: AtomicUsize,
    pub(crate) wakeup: Mutex<Option<Wakeup>>,
}

// ANCHOR_END: handles

// ANCHOR: new_handles
impl Handles {
    fn new() -> io::Result<Handles> {
        let port = CompletionPort::new()?;
        let afd = Afd::open()?;
        port.associate(afd.as_handle(), 0)?;
        Ok(Handles {
            port,
            afd,
            in_flight: AtomicUsize::new(0),
            wakeup: Mutex::new(None),
        })
    }

    pub(crate) fn wakeup(&self) -> MutexGuard<'_, Option<Wakeup>> {
        self.wakeup.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
// ANCHOR_END: new_handles

// ANCHOR: drop
impl Drop for Handles {
    fn drop(&mut self) {
        // Nobody else has us, so no request can be added. Those that are
        // pending come back now, or their blocks would never be freed.
        let mut buffer = [OVERLAPPED_ENTRY::EMPTY; BATCH];
        let mut ended = self.afd.cancel(None);
        while ended.is_ok() && *self.in_flight.get_mut() > 0 {
            ended = self.port.wait(&mut buffer, None).map(|packets| {
                for packet in packets {
                    // SAFETY: it has just been taken from our port.
                    drop(unsafe { Block::from_packet(self, packet) });
                }
            });
        }
    }
}
// ANCHOR_END: drop

// ANCHOR: selector
pub(crate) struct Selector {
    handles: Arc<Handles>,
    /// Blocks whose packet has come: they may have to be watched again.
    idle: Mutex<Vec<Arc<Block>>>,
}

/// The most packets that one wait takes.
const BATCH: usize = 64;

impl Selector {
    pub(crate) fn new() -> io::Result<Selector> {
        Ok(Selector {
            handles: Arc::new(Handles::new()?),
            idle: Mutex::new(Vec::new()),
        })
    }

    pub(crate) fn handles(&self) -> &Arc<Handles> {
        &self.handles
    }
    // ANCHOR_END: selector

    // ANCHOR: select
    pub(crate) fn select(
        &self,
        events: &mut Vec<event::Event>,
        mut timeout: Option<Duration>,
    ) -> io::Result<()> {
        events.clear();
        let mut buffer = [OVERLAPPED_ENTRY::EMPTY; BATCH];
        let room = events.capacity().min(BATCH);
        loop {
            self.rewatch()?;
            let packets =
                self.handles.port.wait(&mut buffer[..room], timeout)?;
            for packet in packets {
                // SAFETY: it has just been taken from our port.
                let event = unsafe { self.complete(packet) };
                events.extend(event.map(|inner| event::Event { inner }));
            }
            if packets.is_empty() || !events.is_empty() {
                return Ok(());
            }
            // They meant nothing to the program, but there may be others
            // behind them.
            timeout = Some(Duration::ZERO);
        }
    }
    // ANCHOR_END: select

    // ANCHOR: complete
    /// From a packet to an event, if it is one.
    ///
    /// # Safety
    ///
    /// The packet is from our port, and this is done once with it.
    unsafe fn complete(&self, packet: &OVERLAPPED_ENTRY) -> Option<Event> {
        // SAFETY: the caller has said so.
        let block = unsafe { Block::from_packet(&self.handles, packet) };
        match block {
            Some(block) => {
                // SAFETY: the packet has just brought it.
                let event = unsafe { block.complete() };
                self.idle().push(block);
                event
            }
            None => self.handles.wakeup().as_mut().map(|wakeup| {
                wakeup.posted = false;
                Event::new(wakeup.token, AFD_POLL_RECEIVE)
            }),
        }
    }

    // ANCHOR_END: complete

    // ANCHOR: rewatch
    /// Has the kernel watch again whatever is idle.
    fn rewatch(&self) -> io::Result<()> {
        let mut idle = self.idle();
        while let Some(block) = idle.pop() {
            if let Err(error) = block.rewatch() {
                idle.push(block); // The next poll tries again.
                return Err(error);
            }
        }
        Ok(())
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Arc<Block>>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
// ANCHOR_END: rewatch
