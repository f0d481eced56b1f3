//! Runs feeds: fetch, wrap, land; several at once, each all or nothing.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Instant};

use chrono::Utc;

use super::{
    Batch, BronzeRow, EnvLookup, Envelope, Feed, FeedKind, Landed, Lander, Load, Target,
    TargetRows,
    extract::records,
    feed_result::{Failed, feed_result},
    fetch::{FetchContext, Fetched, GoogleLookup, Hosts, fetch, in_order},
    is_superseded,
    load_options::{LoadOptions, WindowsBy},
    pubsub::{drain, publish},
    read_feed,
};
use crate::{
    adapter::{Adapter, AdapterError, AdapterErrorKind, Cancel},
    diagnostic::Diagnostic,
    manifest::{Manifest, ResourceType, UniqueId},
    run::{Event, EventSink, NodeLabel, NodeResult, Status},
};

/// Tries of a load while other processes land loads of the same feed.
const MAX_TRIES: u32 = 5;
/// Rows of a batch.
const BATCH_ROWS: usize = 4096;
/// Batches that are read ahead of those being landed.
const BATCHES_AHEAD: usize = 2;

/// What feeds are run with.
pub struct IngestRequest {
    /// The feeds.
    pub feeds: Vec<Feed>,
    /// The project's folder: paths are relative to it.
    pub root: PathBuf,
    /// The warehouse.
    pub adapter: Arc<dyn Adapter>,
    /// The environment, for secrets of headers.
    pub env: Arc<EnvLookup>,
    /// The invocation.
    pub run_id: String,
    /// The folder for payloads and rows on their way.
    pub spool: PathBuf,
    /// Who we are to Google's services.
    pub google: Arc<GoogleLookup>,
    /// Whom requests go to.
    pub hosts: Arc<Hosts>,
    /// Feeds landed at once.
    pub at_once: usize,
    /// How many days of a table are looked at for messages that are landed already; all where none.
    pub window_days: Option<u32>,
}

/// The feeds among the selected sources.
///
/// # Errors
/// Every mistake in their definitions.
pub fn feeds_of(
    manifest: &Manifest,
    selected: &BTreeSet<UniqueId>,
) -> Result<Vec<Feed>, Vec<Diagnostic>> {
    let mut feeds = Vec::new();
    let mut problems = Vec::new();
    for (id, source) in &manifest.sources {
        if !selected.contains(id) {
            continue;
        }
        match read_feed(source) {
            Ok(feed) => feeds.extend(feed),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(feeds) } else { Err(problems) }
}

/// Lands every feed, several at once; a feed that fails does not stop the others. Results are in the
/// order of the feeds.
pub async fn run_feeds(
    request: IngestRequest,
    cancel: &Cancel,
    events: &EventSink,
) -> Vec<Arc<NodeResult>> {
    let at_once = request.at_once;
    let lander = Arc::new(Lander::new(Arc::clone(&request.adapter)));
    let request = Arc::new(request);
    let tasks: Vec<_> = (0..request.feeds.len())
        .map(|at| {
            let (request, lander) = (Arc::clone(&request), Arc::clone(&lander));
            let (cancel, events) = (cancel.clone(), Arc::clone(events));
            async move {
                let feed = &request.feeds[at];
                run_feed(feed, &request, &lander, &LoadOptions::default(), &cancel, &events).await
            }
        })
        .collect();
    let mut results = Vec::new();
    in_order(tasks, at_once, |result| {
        results.push(result);
        std::future::ready(true)
    })
    .await;
    results
}

/// One load of a feed, told from its begin to its end.
pub(super) async fn run_feed(
    feed: &Feed,
    request: &IngestRequest,
    lander: &Lander,
    options: &LoadOptions,
    cancel: &Cancel,
    events: &EventSink,
) -> Arc<NodeResult> {
    let label = NodeLabel {
        unique_id: feed.unique_id.clone(),
        resource_type: ResourceType::Source,
        materialization: "ingest".to_owned(),
        display: format!("{}.{}{}", feed.relation.schema, feed.relation.identifier, options.shown),
        path: feed.path.clone(),
    };
    events(Event::NodeStarted { node: label.clone() });
    let started = (Utc::now(), Instant::now());
    if let FeedKind::Push(_) = feed.kind {
        let message = Some("filled by `elt ingest serve`".to_owned());
        let result = Arc::new(NodeResult { message, ..NodeResult::new(label, Status::NoOp) });
        events(Event::NodeFinished { result: Arc::clone(&result) });
        return result;
    }
    let context = FetchContext {
        root: request.root.clone(),
        env: Arc::clone(&request.env),
        spool: request.spool.clone(),
        load_id: uuid::Uuid::new_v4().simple().to_string(),
        run_id: request.run_id.clone(),
        began: started.0,
        google: Arc::clone(&request.google),
        hosts: Arc::clone(&request.hosts),
        window: options.window,
        listing: options.listing.clone(),
        known_files: Arc::default(),
        background: Arc::default(),
        cancel: cancel.clone(),
        stats: Arc::default(),
        files: Arc::default(),
    };
    let outcome = match cancel.is_cancelled() {
        true => Err(Failed { status: Status::Skipped, message: "the run was stopped".into() }),
        false => match &feed.kind {
            FeedKind::PubSub(subscription) => {
                drain(feed, subscription, request, &context).await.map_err(error)
            }
            _ => land(feed, &context, lander, options).await,
        },
    };
    let outcome = match (&feed.publish, outcome) {
        (Some(topic), Ok(landed)) => match publish(feed, topic, request, &context).await {
            Ok(_) => Ok(landed),
            Err(problem) => {
                // The rows are landed: they wait in their table for the next run.
                context.stats.problem(format!("not all rows are published: {problem}"));
                Ok(landed)
            }
        },
        (_, outcome) => outcome,
    };
    context.background_ended().await;
    let result = Arc::new(feed_result(label, feed, started, outcome, &context.stats.so_far()));
    events(Event::NodeFinished { result: Arc::clone(&result) });
    result
}

fn error(message: String) -> Failed {
    Failed { status: Status::Error, message }
}

fn interrupted() -> Failed {
    error("interrupted".to_owned())
}

async fn land(
    feed: &Feed,
    context: &FetchContext,
    lander: &Lander,
    options: &LoadOptions,
) -> Result<Landed, Failed> {
    let mut ingested_at = context.began;
    for _ in 0..MAX_TRIES {
        let envelope = Envelope {
            ingested_at,
            run_id: context.run_id.clone(),
            load_id: context.load_id.clone(),
        };
        let load = Load { feed: feed.unique_id.clone(), envelope, targets: vec![Target::of(feed)] };
        match land_once(feed, &load, context, lander, options).await {
            // What comes behind another's load is younger than that.
            Err(Unlanded::Superseded) => ingested_at = Utc::now(),
            Err(Unlanded::Failed(failed)) => return Err(failed),
            Ok(landed) => return Ok(landed),
        }
    }
    Err(error(format!(
        "another process landed loads of this feed meanwhile, {MAX_TRIES} times in a row"
    )))
}

enum Unlanded {
    Failed(Failed),
    /// Another process was faster: what it landed is looked at, and the rest is landed.
    Superseded,
}

async fn land_once(
    feed: &Feed,
    load: &Load,
    context: &FetchContext,
    lander: &Lander,
    options: &LoadOptions,
) -> Result<Landed, Unlanded> {
    let told = |problem: AdapterError| match problem.kind {
        _ if is_superseded(&problem) => Unlanded::Superseded,
        AdapterErrorKind::Cancelled => Unlanded::Failed(interrupted()),
        _ => Unlanded::Failed(error(problem.message)),
    };
    let mut context = context.clone();
    if let FeedKind::Files(_) = &feed.kind {
        let known = lander.known_files(load, &context.cancel).await.map_err(told)?;
        context.known_files = Arc::new(known);
    }
    let fetched = fetch(feed, &context).map_err(|problem| Unlanded::Failed(error(problem)))?;
    let envelope = load.envelope.clone();
    let batches = record_batches(feed.clone(), fetched, envelope, context.clone(), options.clone());
    lander.land_all(load, batches, &context.cancel).await.map_err(told)
}

/// The rows of all payloads in batches, read on a thread of its own as they are asked for.
fn record_batches(
    feed: Feed,
    mut fetched: Fetched,
    envelope: Envelope,
    context: FetchContext,
    options: LoadOptions,
) -> impl Iterator<Item = Result<Batch, String>> + Send + 'static {
    let (sender, receiver) = std::sync::mpsc::sync_channel(BATCHES_AHEAD);
    std::thread::spawn(move || {
        let mut rows = Vec::new();
        let mut seq = 0;
        let by_records =
            options.window.filter(|_| WindowsBy::of(&feed) == Some(WindowsBy::Records));
        let send = |rows: &mut Vec<BronzeRow>| {
            let rows = std::mem::take(rows);
            let batch = Batch { rows: vec![TargetRows { target: 0, rows }], ..Batch::default() };
            // Whoever no longer listens has failed already.
            sender.send(Ok(batch)).map_err(|_| "interrupted".to_owned())
        };
        let mut landed = Vec::new();
        while let Some(payload) = fetched.next_blocking() {
            let mut number = 0u64;
            let read = payload.and_then(|payload| {
                // Of a window by records only a part of it lands.
                landed.extend(payload.landed().filter(|_| by_records.is_none()));
                let uri: Arc<str> = payload.uri.as_str().into();
                records(&feed, &payload, &mut |record| {
                    if context.cancel.is_cancelled() {
                        return Err("interrupted".to_owned());
                    }
                    number += 1;
                    let row = envelope.row(&feed, record, seq, &uri);
                    let row = row.map_err(|problem| format!("record {number}: {problem}"))?;
                    if let Some(moment) = row.source_ts {
                        context.stats.record_of(moment);
                    }
                    match (by_records, row.source_ts) {
                        (Some(window), Some(moment)) if !window.holds(moment) => return Ok(()),
                        (Some(_), None) => {
                            return Err(format!(
                                "record {number}: there is no time at `source_ts`"
                            ));
                        }
                        _ => {}
                    }
                    rows.push(row);
                    seq += 1;
                    if rows.len() < BATCH_ROWS { Ok(()) } else { send(&mut rows) }
                })
            });
            if let Err(problem) = read {
                let _ = sender.send(Err(problem));
                return;
            }
        }
        if send(&mut rows).is_ok() {
            if context.stats.so_far().problems.is_empty() {
                landed.extend(options.when_whole);
            }
            let batch = Batch { state: landed, ..Batch::default() };
            // Whoever no longer listens has failed already.
            let _ = sender.send(Ok(batch));
        }
    });
    receiver.into_iter()
}
