//! From feeds to payloads: one file or folder per kind, behind `fetch`.

mod archive;
mod bucket;
mod by_kind;
mod command;
mod context;
mod fetched;
mod files;
mod hosts;
mod http;
mod in_order;
mod payload;
mod retry;
mod stats;

pub use by_kind::fetch;
pub use context::{FetchContext, GoogleLookup};
pub use fetched::{Fetched, Payloads};
pub use files::FoundFile;
pub use hosts::Hosts;
pub use http::KnownAnswers;
pub use in_order::in_order;
pub use payload::Payload;
pub use stats::{FetchStats, Fetching};
