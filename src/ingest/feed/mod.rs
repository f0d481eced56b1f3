//! The definition of a feed, read from a source table's `config.meta.ingest`.
//!
//! `definition` holds what a feed is, `common` reads the keys that every feed has, one file per kind
//! reads the keys of that kind, all of them with `reader`, which says where a mistake is.

mod archive;
mod cadence;
mod command;
mod common;
mod csv_options;
mod definition;
mod files;
mod http;
mod kind;
mod name_time;
mod paging;
pub(super) mod placeholder;
mod publish;
mod pubsub;
mod push;
mod reader;
mod rules;
mod secret_text;
mod shared_stream;
mod storage;
mod time_window;

pub use cadence::Cadence;
pub use command::CommandFeed;
pub use common::read_feed;
pub use csv_options::CsvOptions;
pub use definition::{Feed, Format};
pub use files::FilesFeed;
pub use http::HttpFeed;
pub use kind::FeedKind;
pub use name_time::NameTime;
pub use paging::{PagedBy, Paging};
pub use publish::Publish;
pub use pubsub::PubSubFeed;
pub use push::{OidcRule, PushAuth, PushEnvelope, PushFeed};
pub use reader::parse_span;
pub use rules::{DeadLetterLimit, FeedRules};
pub use secret_text::{EnvLookup, SecretText};
pub use shared_stream::stream_name;
pub use time_window::{AskedWindow, Window};
