//! Fetches a feed's payloads, whatever its kind.

use super::{FetchContext, Fetched, archive::archived, command, files, http};
use crate::ingest::{Feed, FeedKind};

/// The payloads of a feed.
///
/// # Errors
/// A sentence saying why nothing can be asked for: a secret that is missing, a file that is not there.
pub fn fetch(feed: &Feed, context: &FetchContext) -> Result<Fetched, String> {
    let fetched = match &feed.kind {
        FeedKind::Files(files) => files::fetch(files, context),
        FeedKind::Command(feed) => command::fetch(feed, context),
        FeedKind::Http(http) => http::fetch(feed, http, context),
        FeedKind::Push(_) => Err("what is sent to it is landed by `elt ingest serve`".to_owned()),
        FeedKind::PubSub(_) => Err("a subscription is drained, not fetched".to_owned()),
    }?;
    archived(fetched, feed, context)
}
