//! Dates and times
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions> and its
//! neighbours). The session's time zone is UTC.

mod arithmetic;
mod construct;
mod extract;
mod part;
mod text;
mod zone;

pub use part::{DATE_PARTS, TIME_PARTS};
pub(super) use part::{Part, part};
pub(super) use zone::in_zone;
