//! Feeds into bronze: thin, append-only, idempotent by content.
//!
//! A feed is a source table's `config.meta.ingest`. Records are taken out of payloads as they are
//! written, put into envelopes, and landed by a plan that adds only what has changed.

mod changes;
mod contract;
mod csv_records;
mod envelope;
mod extract;
mod feed;
mod feed_result;
mod fetch;
mod json_stream;
mod landing;
mod load_options;
mod pii;
mod raw_json;
mod record_path;
mod runner;
mod spool;

pub use changes::{Change, ChangeEvent, ChangeRules, Detector, Known, Refusal};
pub use contract::{
    Breach, Conformed, Contract, DeclaredColumn, Mode, Schema, TYPED, TableColumn, TypedColumns,
};
pub use envelope::{BRONZE_COLUMNS, Envelope};
pub use feed::{
    AskedWindow, Cadence, CommandFeed, CsvOptions, EnvLookup, Feed, FeedKind, FilesFeed, Format,
    HttpFeed, NameTime, PagedBy, Paging, SecretText, Window, read_feed,
};
pub use fetch::{Fetching, GoogleLookup, Hosts};
pub use landing::{
    Batch, BronzeRow, DEAD_LETTERS, DeadLetter, Dedup, FeedState, Landed, Lander, Load, STATE,
    SharedSchema, StateEntry, Storage, Target, TargetRows,
};
pub use pii::{PiiAction, Redaction};
pub use record_path::RecordPath;
pub use runner::{IngestRequest, feeds_of, run_feeds};
