//! Lands what a subscription holds, once.

use std::{sync::Arc, time::Duration};

use super::{PubSubClient, Subscriber};
use crate::{
    adapter::Cancel,
    ingest::{
        Feed, IngestRequest, Landed, Metrics, PubSubFeed,
        fetch::FetchContext,
        stream::{Stream, StreamOptions},
    },
};

/// How long a commit waits for more messages: a pull brings many, and the next one waits for them.
const LINGER: Duration = Duration::ZERO;

/// Lands what is there, and returns when nothing more comes.
///
/// # Errors
/// A sentence; what was not acknowledged comes again.
pub async fn drain(
    feed: &Feed,
    pubsub: &PubSubFeed,
    request: &IngestRequest,
    context: &FetchContext,
) -> Result<Landed, String> {
    let metrics = Metrics::of([format!("{}.{}", feed.source, feed.stream)]);
    let counts = metrics.feed(0);
    let emulator = (request.env)("PUBSUB_EMULATOR_HOST");
    let client =
        PubSubClient::new(emulator.as_deref(), || (request.google)(), Arc::clone(&counts))?;
    let feed = Arc::new(feed.clone());
    let options = StreamOptions {
        feeds: vec![Arc::clone(&feed)],
        adapter: Arc::clone(&request.adapter),
        run_id: request.run_id.clone(),
        linger: LINGER,
        window_days: request.window_days,
        metrics,
    };
    // Its own wish to stop: what was pulled is finished.
    let (stream, committer) = Stream::start(options, Cancel::default())
        .await
        .map_err(|error| format!("what is landed cannot be read: {}", error.message))?;
    let pubsub = pubsub.clone();
    let metrics = Arc::clone(&counts);
    let subscriber = Subscriber { client, feed, at: 0, pubsub, stream, metrics };
    let drained = subscriber.drain(&context.cancel).await;
    drop(subscriber);
    committer.await.map_err(|bug| format!("this is a bug in elt: {bug}"))?;
    counts.add_to(&context.stats);
    drained?;
    let count =
        |count: &std::sync::atomic::AtomicU64| count.load(std::sync::atomic::Ordering::Relaxed);
    Ok(Landed {
        rows: vec![count(&counts.rows)],
        unchanged: count(&counts.unchanged) + count(&counts.duplicates),
        dead_letters: count(&counts.dead_letters),
    })
}
