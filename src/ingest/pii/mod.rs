//! What a feed leaves out or makes unreadable before anything of a record is kept.

mod redaction;
mod withheld;

pub use redaction::{PiiAction, Redaction};
