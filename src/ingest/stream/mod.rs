//! Messages into bronze as they come: many share one transaction, each is landed once.
//!
//! A [`Message`] is read into [`Record`]s ([`read_records`]) where it arrives, and offered to the
//! [`Stream`]. One task takes what waits, asks which of it is landed already ([`Known`]), and commits
//! the rest; only then does whoever sent it hear of it.

mod commit;
mod filter;
mod known;
mod mark;
mod message;
mod queue;
mod recent;
mod record;

pub use commit::{Entry, Outcome};
pub use known::Known;
pub use mark::Mark;
pub use message::{Message, Refusal, dead_letter};
pub use queue::{MESSAGE_WINDOW_DAYS, Stream, StreamOptions};
pub use record::{Record, read_records};
