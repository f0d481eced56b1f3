//! From feeds to payloads: one file per kind, behind `fetch`.

mod by_kind;
mod fetched;
mod files;
mod http;
mod payload;

pub use by_kind::{FetchContext, fetch};
pub use fetched::Fetched;
pub use payload::Payload;
