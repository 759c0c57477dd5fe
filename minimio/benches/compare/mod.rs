//! Four ways to wait for sockets on Linux, and the jobs by which they are
//! compared. Each job has one body, so that all four do the same.

mod jobs;
mod queues;

pub use jobs::{Connection, Crowd, Stream};
pub use queues::{Minimio, Mio, Polling, Queue, Raw};
