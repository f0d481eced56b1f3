//! Feeds into bronze: thin, append-only, idempotent by content.
//!
//! A feed is a source table's `config.meta.ingest`. Records are taken out of payloads as they are
//! written, put into envelopes, and landed by a plan that adds only what has changed.

mod backfill;
mod canonical;
mod changes;
mod contract;
mod csv_records;
mod envelope;
mod extract;
mod feed;
mod feed_result;
mod fetch;
mod generate;
mod intake;
mod json_record;
mod json_stream;
mod landing;
mod load_options;
mod metrics;
mod pii;
mod pubsub;
mod raw_json;
mod record_path;
mod replay;
mod runner;
mod serve;
mod stream;
mod watch;
mod watch_board;

pub use backfill::{Backfill, FeedWindows, run_backfill, windows_left};
pub use changes::{Change, ChangeEvent, ChangeRules, Detector, Known, Refusal};
pub use contract::{
    Breach, Conformed, Contract, DeclaredColumn, Mode, Schema, TYPED, TableColumn, TypedColumns,
};
pub use envelope::{BRONZE_COLUMNS, Envelope};
pub use feed::{
    AskedWindow, Cadence, CommandFeed, CsvOptions, DeadLetterLimit, EnvLookup, Feed, FeedKind,
    FeedRules, FilesFeed, Format, HttpFeed, NameTime, OidcRule, PagedBy, Paging, PubSubFeed,
    Publish, PushAuth, PushEnvelope, PushFeed, SecretText, Window, parse_span, read_feed,
    stream_name,
};
pub use fetch::{Fetching, GoogleLookup, Hosts};
pub use generate::{
    BROKEN_KINDS, Destination, EventOptions, Events, FEEDS, Generated, Random, SendOptions, Sent,
    broken, send,
};
pub use landing::{
    Batch, BronzeRow, DEAD_LETTERS, DeadLetter, Dedup, FeedOverview, FeedState, FileVersion,
    KnownFiles, Landed, Lander, LetterStatus, Load, STATE, SharedSchema, StateEntry, Storage,
    Target, TargetRows, is_superseded, overview, reset,
};
pub use metrics::{FeedMetrics, Metrics};
pub use pii::{PiiAction, Redaction};
pub use pubsub::{PubSubClient, Pulled, Subscriber};
pub use record_path::RecordPath;
pub use replay::{ReplayFilter, replay_feeds};
pub use runner::{IngestRequest, feeds_of, first_of_stream, run_feeds};
pub use serve::{ServeOptions, serve};
pub use stream::{
    Entry, MESSAGE_WINDOW_DAYS, Mark, Outcome, Record, Stream, StreamOptions, Tables,
};
pub use watch::{Health, OpenRequest, TellHealth, Watch, watch};
pub use watch_board::WatchBoard;
