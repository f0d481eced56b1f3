//! The kinds of feeds: one file reads the keys of each.

use serde_json::{Map, Value};

use super::{
    CommandFeed, FilesFeed, HttpFeed, PubSubFeed, PushFeed, command, files, http, pubsub, push,
    reader::Reader,
};

/// Where payloads come from.
#[derive(Clone, Debug)]
pub enum FeedKind {
    /// Files.
    Files(FilesFeed),
    /// What programs print.
    Command(CommandFeed),
    /// Answers of servers.
    Http(Box<HttpFeed>),
    /// Messages of a Pub/Sub subscription.
    PubSub(PubSubFeed),
    /// What is sent to an endpoint of `elt ingest serve`.
    Push(PushFeed),
}

impl FeedKind {
    /// The payload's field that keeps what a message's envelope says.
    pub fn message_field(&self) -> Option<&str> {
        match self {
            Self::PubSub(feed) => feed.message_field.as_deref(),
            Self::Push(feed) => feed.message_field.as_deref(),
            _ => None,
        }
    }
}

/// A kind's name, the keys of its own, and what reads them.
pub(super) struct KindReader {
    pub name: &'static str,
    pub keys: &'static [&'static str],
    /// Keys of every feed that mean nothing to this kind.
    pub refused: &'static [&'static str],
    pub read: fn(&mut Reader<'_>, &Map<String, Value>) -> Option<FeedKind>,
}

/// The kinds there are.
pub(super) const KINDS: &[KindReader] = &[
    KindReader {
        name: "files",
        keys: files::KEYS,
        refused: &[],
        read: |reader, map| files::read(reader, map).map(FeedKind::Files),
    },
    KindReader {
        name: "command",
        keys: command::KEYS,
        refused: &[],
        read: |reader, map| command::read(reader, map).map(FeedKind::Command),
    },
    KindReader {
        name: "http",
        keys: http::KEYS,
        refused: &[],
        read: |reader, map| http::read(reader, map).map(|feed| FeedKind::Http(Box::new(feed))),
    },
    KindReader {
        name: "pubsub",
        keys: pubsub::KEYS,
        refused: &["csv", "archive"],
        read: |reader, map| pubsub::read(reader, map).map(FeedKind::PubSub),
    },
    KindReader {
        name: "push",
        keys: push::KEYS,
        refused: &["csv", "archive", "every", "jitter", "time_zone", "publish"],
        read: |reader, map| push::read(reader, map).map(FeedKind::Push),
    },
];
