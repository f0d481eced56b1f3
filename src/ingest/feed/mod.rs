//! The definition of a feed, read from a source table's `config.meta.ingest`.
//!
//! `definition` holds what a feed is, `common` reads the keys that every feed has, one file per kind
//! reads the keys of that kind, all of them with `reader`, which says where a mistake is.

mod common;
mod definition;
mod files;
mod http;
mod kind;
mod paging;
pub(super) mod placeholder;
mod reader;
mod secret_text;

pub use common::read_feed;
pub use definition::{Feed, Format};
pub use files::FilesFeed;
pub use http::HttpFeed;
pub use kind::FeedKind;
pub use paging::{PagedBy, Paging};
pub use secret_text::{EnvLookup, SecretText};
