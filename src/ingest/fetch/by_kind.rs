//! Fetches a feed's payloads, whatever its kind.

use std::path::Path;

use super::{Fetched, Payload, files, http};
use crate::ingest::{EnvLookup, Feed, FeedKind};

/// What fetching needs besides the feed.
pub struct FetchContext<'a> {
    /// The project's folder.
    pub root: &'a Path,
    /// The environment, for secrets.
    pub env: &'a EnvLookup,
    /// The folder for payloads on their way.
    pub spool: &'a Path,
    /// What makes the names of files there this load's own.
    pub load_id: &'a str,
}

/// The payloads of a feed.
///
/// # Errors
/// A sentence saying where nothing could be had, and why.
pub async fn fetch(feed: &Feed, context: &FetchContext<'_>) -> Result<Fetched, String> {
    match &feed.kind {
        FeedKind::Files(feed) => Ok(Fetched::of(files::files(context.root, &feed.path)?)),
        FeedKind::Http(request) => {
            let file = context.spool.join(format!("{}.payload", context.load_id));
            let payload = Payload::temporary(request.shown_url(), file);
            http::fetch(request, context.root, context.env, payload.file()).await?;
            Ok(Fetched::of(vec![payload]))
        }
    }
}
