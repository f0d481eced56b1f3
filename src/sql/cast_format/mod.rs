//! `CAST(… FORMAT …)`: dates, times and bytes by a format
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/format-elements>).

mod bytes;
mod check;
mod elements;
mod read;
mod translate;
mod write;

pub use bytes::{bytes_of_text, text_of_bytes};
pub use check::check;
pub use elements::Kind;
pub use read::{Read, read};
pub use write::{Civil, write};
