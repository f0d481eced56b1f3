//! Lands what a subscription holds, once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use super::{PubSubClient, Subscriber};
use crate::{
    adapter::Cancel,
    ingest::{
        Feed, FeedMetrics, IngestRequest, Landed, Metrics, PubSubFeed,
        fetch::FetchContext,
        stream::{Stream, StreamOptions, Tables},
    },
};

/// How long a commit waits for more messages: a pull brings many, and the next one waits for them.
const LINGER: Duration = Duration::ZERO;

/// Lands what is there, and returns when nothing more comes. `feeds` share the subscription.
///
/// # Errors
/// A sentence; what was not acknowledged comes again.
pub async fn drain(
    feeds: &[&Feed],
    pubsub: &PubSubFeed,
    request: &IngestRequest,
    context: &FetchContext,
) -> Result<Landed, String> {
    let names = feeds.iter().map(|feed| format!("{}.{}", feed.source, feed.stream));
    let metrics = Metrics::of(names);
    let counts = metrics.feed(0);
    let emulator = (request.env)("PUBSUB_EMULATOR_HOST");
    let client =
        PubSubClient::new(emulator.as_deref(), || (request.google)(), Arc::clone(&counts))?;
    let mut keyed = Vec::new();
    for feed in feeds {
        keyed.push(Arc::new(feed.keyed(&request.root, &*request.env)?));
    }
    let Some(tables) = Tables::of_all(&keyed).into_iter().next() else {
        return Err("this is a bug in elt: a subscription of no feed".to_owned());
    };
    let options = StreamOptions {
        feeds: keyed,
        adapter: Arc::clone(&request.adapter),
        run_id: request.run_id.clone(),
        linger: LINGER,
        window_days: request.window_days,
        metrics: metrics.clone(),
    };
    // Its own wish to stop: what was pulled is finished.
    let (stream, committer) = Stream::start(options, Cancel::default()).await?;
    let pubsub = pubsub.clone();
    let subscriber = Subscriber { client, tables, pubsub, stream, metrics: Arc::clone(&counts) };
    let drained = subscriber.drain(&context.cancel).await;
    drop(subscriber);
    committer.await.map_err(|bug| format!("this is a bug in elt: {bug}"))?;
    counts.add_to(&context.stats);
    drained?;
    let each = |of: fn(&FeedMetrics) -> &AtomicU64| -> Vec<u64> {
        metrics.feeds().iter().map(|(_, counts)| of(counts).load(Ordering::Relaxed)).collect()
    };
    let (unchanged, duplicates) = (each(|it| &it.unchanged), each(|it| &it.duplicates));
    Ok(Landed {
        rows: each(|it| &it.rows),
        unchanged: unchanged.iter().chain(&duplicates).sum(),
        dead_letters: each(|it| &it.dead_letters).iter().sum(),
    })
}
