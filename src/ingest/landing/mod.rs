//! What is landed together: rows of several tables, dead letters and a feed's state, all or nothing.
//!
//! A [`Load`] says where to; [`Batch`]es bring the rows. Whoever lands says what was read in the same
//! breath ([`StateEntry`]), so that a kill at any moment leaves both or neither.

mod batch;
mod commit;
mod dead_letter;
mod filter;
mod known_files;
mod lander;
mod load;
mod messages;
mod overview;
mod plan;
mod sorter;
mod state;
mod stream;
mod tables;

pub use batch::{Batch, BronzeRow, TargetRows};
pub(super) use commit::{Commit, commit_id};
pub use dead_letter::{DeadLetter, LetterStatus};
pub use known_files::{FileVersion, KnownFiles};
pub use lander::{Landed, Lander, is_superseded};
pub use load::{Dedup, Load, SharedSchema, Storage, Target};
pub(super) use messages::{MessageLetters, MessageRows, message_plan};
pub use overview::{FeedOverview, overview, reset};
pub use state::{FeedState, StateEntry};
pub(super) use tables::columns_in;
pub use tables::{DEAD_LETTERS, STATE};
