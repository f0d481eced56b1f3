//! Messages into bronze as they come: many share one transaction, each is landed once.
//!
//! A [`Message`] is read into [`Record`]s for the [`Tables`] of its stream ([`read_records`]) where it
//! arrives, and offered to the [`Stream`]. One task takes what waits, asks which of it is landed already
//! ([`Known`]), and commits the rest; only then does whoever sent it hear of it.

mod commit;
mod draft;
mod filled;
mod filter;
mod known;
mod ledger;
mod mark;
mod message;
mod queue;
mod recent;
mod record;
mod tables;

pub use commit::{Entry, Outcome};
pub use known::Known;
pub use mark::Mark;
pub use message::{Message, Refusal};
pub use queue::{MESSAGE_WINDOW_DAYS, Stream, StreamOptions};
pub use record::{Record, Taken, read_records};
pub use tables::Tables;
