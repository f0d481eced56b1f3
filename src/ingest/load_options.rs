//! What one load of a feed is asked for besides what the feed says.

use std::sync::Arc;

use tokio::sync::OnceCell;

use super::{Feed, FeedKind, FilesFeed, StateEntry, Window, fetch::FoundFile};

/// What one load of a feed is asked for.
#[derive(Clone, Debug, Default)]
pub struct LoadOptions {
    /// The window it is to be of.
    pub window: Option<Window>,
    /// The feed's files, where several loads share them.
    pub listing: Option<Arc<OnceCell<Arc<Vec<FoundFile>>>>>,
    /// What is remembered of the feed when all of it has landed.
    pub when_whole: Vec<StateEntry>,
    /// What is shown behind the feed's name.
    pub shown: String,
    /// Whether the feed is asked again soon.
    pub is_watched: bool,
}

/// What says to which window something belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WindowsBy {
    /// The names of files.
    Names,
    /// What is asked for.
    Request,
    /// The records' own times.
    Records,
}

impl WindowsBy {
    /// Of a feed; none where nothing in it says.
    pub fn of(feed: &Feed) -> Option<Self> {
        let by_itself = match &feed.kind {
            FeedKind::Files(FilesFeed { name_time: Some(_), .. }) => Some(Self::Names),
            FeedKind::Http(http) if http.has_window() => Some(Self::Request),
            FeedKind::Command(command) if command.has_window() => Some(Self::Request),
            // What is sent or pulled is there once.
            FeedKind::Push(_) | FeedKind::PubSub(_) => return None,
            _ => None,
        };
        by_itself.or_else(|| feed.source_ts.as_ref().map(|_| Self::Records))
    }
}
