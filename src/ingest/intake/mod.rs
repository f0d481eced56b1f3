//! From payloads to what is landed: each record goes to the tables that take it, as a row, as a change,
//! or to the dead letters with the reason.

mod batches;
mod known_letters;
mod open;
mod read;
mod replayed;
mod table;
mod taking;

pub use batches::{Reading, batches};
pub use known_letters::KnownLetters;
pub use open::{OpenError, open_load};
pub use read::read_payload;
pub use replayed::{Letter, replayed};
pub use table::{IntakeTable, SnapshotState};
pub use taking::{Intake, Origin};
