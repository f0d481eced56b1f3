//! The kinds of feeds: one file reads the keys of each.

use serde_json::{Map, Value};

use super::{CommandFeed, FilesFeed, HttpFeed, command, files, http, reader::Reader};

/// Where payloads come from.
#[derive(Clone, Debug)]
pub enum FeedKind {
    /// Files.
    Files(FilesFeed),
    /// What programs print.
    Command(CommandFeed),
    /// Answers of servers.
    Http(Box<HttpFeed>),
}

/// A kind's name, the keys of its own, and what reads them.
pub(super) struct KindReader {
    pub name: &'static str,
    pub keys: &'static [&'static str],
    pub read: fn(&mut Reader<'_>, &Map<String, Value>) -> Option<FeedKind>,
}

/// The kinds there are.
pub(super) const KINDS: &[KindReader] = &[
    KindReader {
        name: "files",
        keys: files::KEYS,
        read: |reader, map| files::read(reader, map).map(FeedKind::Files),
    },
    KindReader {
        name: "command",
        keys: command::KEYS,
        read: |reader, map| command::read(reader, map).map(FeedKind::Command),
    },
    KindReader {
        name: "http",
        keys: http::KEYS,
        read: |reader, map| http::read(reader, map).map(|feed| FeedKind::Http(Box::new(feed))),
    },
];
/// Kinds that are known and cannot be had yet.
pub(super) const UNSUPPORTED: &[&str] = &["pubsub", "push"];
