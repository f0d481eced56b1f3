//! Files for other tools, written whole or not at all.

mod atomic;

pub use atomic::write_atomically;
