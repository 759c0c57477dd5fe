// ANCHOR: head
//! The backend of Windows (chapter 7).

mod afd;
mod block;
mod connect;
mod event;
mod iocp;
mod selector;
mod socket;
mod waker;

use std::io;
pub(crate) use std::os::windows::io::AsRawSocket as Raw;
use std::sync::Arc;

use self::block::Block;
pub(crate) use self::{
    connect::connect, event::Event, selector::Selector, waker::Waker,
};
use crate::{Interest, Token};
// ANCHOR_END: head

// ANCHOR: register
/// The block that a socket has while it is registered. Whoever calls this has
/// seen to it that none is registered twice, or changed in the wrong queue.
#[derive(Default)]
pub(crate) struct Registration {
    block: Option<Arc<Block>>,
}

impl Registration {
    pub(crate) fn register<T: Raw>(
        &mut self,
        selector: &Selector,
        socket: &T,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        let socket = socket.as_raw_socket();
        let block = Block::new(selector.handles(), socket, token, interest)?;
        self.block = Some(block);
        Ok(())
    }

    // ANCHOR_END: register

    // ANCHOR: reregister
    pub(crate) fn reregister<T: Raw>(
        &mut self,
        _: &Selector,
        _: &T,
        token: Token,
        interest: Interest,
    ) -> io::Result<()> {
        match &self.block {
            Some(block) => block.change(token, interest),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    pub(crate) fn deregister<T: Raw>(
        &mut self,
        _: &Selector,
        _: &T,
    ) -> io::Result<()> {
        if let Some(block) = self.block.take() {
            block.close();
        }
        Ok(())
    }

    // ANCHOR_END: reregister

    // ANCHOR: do_io
    pub(crate) fn do_io<R, F>(
        &self,
        direction: Interest,
        operation: F,
    ) -> io::Result<R>
    where
        F: FnOnce() -> io::Result<R>,
    {
        let result = operation();
        if let (Some(block), Err(error)) = (&self.block, &result) {
            if error.kind() == io::ErrorKind::WouldBlock {
                block.would_block(direction)?;
            }
        }
        result
    }
}

// ANCHOR_END: do_io

// ANCHOR: drop
impl Drop for Registration {
    fn drop(&mut self) {
        if let Some(block) = &self.block {
            block.close();
        }
    }
}
// ANCHOR_END: drop
