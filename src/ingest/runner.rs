//! Runs feeds: fetch, wrap, land; several at once, each all or nothing.

use std::{collections::BTreeSet, path::PathBuf, sync::Arc, time::Instant};

use chrono::{DateTime, Utc};

use super::{
    EnvLookup, Envelope, Feed, FeedKind, KnownFiles, Landed, Lander, Load,
    feed_result::{Failed, feed_result},
    fetch::{FetchContext, Fetched, GoogleLookup, Hosts, KnownAnswers, fetch, in_order},
    intake::{OpenError, Reading, batches, open_load},
    is_superseded,
    load_options::LoadOptions,
    pubsub::{drain, publish},
    read_feed, stream_name,
};
use crate::{
    adapter::{Adapter, AdapterError, AdapterErrorKind, Cancel},
    diagnostic::{Diagnostic, WarnOptions},
    manifest::{Manifest, ResourceType, UniqueId},
    run::{Event, EventSink, NodeLabel, NodeResult, Status},
};

/// Tries of a load while other processes land loads of the same feed.
const MAX_TRIES: u32 = 5;

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
    /// Which warnings fail or are not told.
    pub warnings: WarnOptions,
}

/// The feeds among the selected sources. A stream that several tables share is taken whole: what is read
/// of it goes to all of them.
///
/// # Errors
/// Every mistake in their definitions.
pub fn feeds_of(
    manifest: &Manifest,
    selected: &BTreeSet<UniqueId>,
) -> Result<Vec<Feed>, Vec<Diagnostic>> {
    let mut feeds = Vec::new();
    let mut problems = Vec::new();
    let streams: BTreeSet<(&str, &str)> = manifest
        .sources
        .iter()
        .filter(|(id, _)| selected.contains(*id))
        .filter_map(|(_, source)| Some((source.source_name.as_str(), stream_name(source)?)))
        .collect();
    for (id, source) in &manifest.sources {
        let of_stream = stream_name(source)
            .is_some_and(|name| streams.contains(&(source.source_name.as_str(), name)));
        if !selected.contains(id) && !of_stream {
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
    let tasks: Vec<_> = streams(&request.feeds)
        .into_iter()
        .map(|stream| {
            let (request, lander) = (Arc::clone(&request), Arc::clone(&lander));
            let (cancel, events) = (cancel.clone(), Arc::clone(events));
            async move {
                let feeds: Vec<&Feed> = stream.iter().map(|at| &request.feeds[*at]).collect();
                let options = LoadOptions::default();
                run_stream(&feeds, None, &request, &lander, &options, &cancel, &events).await
            }
        })
        .collect();
    let mut results = Vec::new();
    in_order(tasks, at_once, |stream| {
        results.extend(stream);
        std::future::ready(true)
    })
    .await;
    results
}

/// The places of feeds that are one load: those that share a stream; each other one by itself.
pub(super) fn streams(feeds: &[Feed]) -> Vec<Vec<usize>> {
    let mut streams: Vec<Vec<usize>> = Vec::new();
    for (at, feed) in feeds.iter().enumerate() {
        let shares = |other: &&mut Vec<usize>| {
            let other = &feeds[other[0]];
            feed.rules.stream.is_some()
                && (&feed.source, &feed.rules.stream) == (&other.source, &other.rules.stream)
        };
        match streams.iter_mut().find(shares) {
            Some(stream) => stream.push(at),
            None => streams.push(vec![at]),
        }
    }
    streams
}

/// The feed under whose name a stream is remembered that a feed shares with others; its own where it
/// shares none.
pub fn first_of_stream<'a>(feeds: &'a [Feed], feed: &'a Feed) -> &'a Feed {
    let is = |stream: &&Vec<usize>| stream.iter().any(|at| feeds[*at].unique_id == feed.unique_id);
    streams(feeds).iter().find(is).map_or(feed, |stream| &feeds[stream[0]])
}

/// A load whose payloads are on their way before it is its turn.
pub(super) struct Ahead {
    context: FetchContext,
    fetched: Result<Fetched, String>,
}

impl Ahead {
    /// Begins to fetch what a later load of a feed is to land. `known_files` may be older than the load.
    pub fn fetch(
        feed: &Feed,
        request: &IngestRequest,
        known_files: Option<Arc<KnownFiles>>,
        options: &LoadOptions,
        cancel: &Cancel,
    ) -> Self {
        let context = FetchContext { known_files, ..context(request, options, cancel) };
        let fetched = fetch(feed, &context);
        Self { context, fetched }
    }

    /// Gives up what nobody is to land. What is archived is archived to its end.
    pub async fn give_up(self) {
        drop(self.fetched);
        self.context.background_ended().await;
    }
}

/// What the payloads of a new load are fetched with.
fn context(request: &IngestRequest, options: &LoadOptions, cancel: &Cancel) -> FetchContext {
    FetchContext {
        root: request.root.clone(),
        env: Arc::clone(&request.env),
        spool: request.spool.clone(),
        load_id: uuid::Uuid::new_v4().simple().to_string(),
        run_id: request.run_id.clone(),
        began: Utc::now(),
        google: Arc::clone(&request.google),
        hosts: Arc::clone(&request.hosts),
        window: options.window,
        listing: options.listing.clone(),
        known_files: None,
        known_answers: None,
        is_watched: options.is_watched,
        background: Arc::default(),
        cancel: cancel.clone(),
        stats: Arc::default(),
        files: Arc::default(),
    }
}

/// One load of the feeds of a stream, told from its begin to its end: a result for each table.
pub(super) async fn run_stream(
    feeds: &[&Feed],
    ahead: Option<Ahead>,
    request: &IngestRequest,
    lander: &Lander,
    options: &LoadOptions,
    cancel: &Cancel,
    events: &EventSink,
) -> Vec<Arc<NodeResult>> {
    let labels: Vec<NodeLabel> = feeds.iter().map(|feed| label(feed, &options.shown)).collect();
    for label in &labels {
        events(Event::NodeStarted { node: label.clone() });
    }
    let started = (Utc::now(), Instant::now());
    if feeds.iter().any(|feed| matches!(feed.kind, FeedKind::Push(_))) {
        let served = |label: NodeLabel| {
            let message = Some("filled by `elt ingest serve`".to_owned());
            let result = Arc::new(NodeResult { message, ..NodeResult::new(label, Status::NoOp) });
            events(Event::NodeFinished { result: Arc::clone(&result) });
            result
        };
        return labels.into_iter().map(served).collect();
    }
    let (context, fetched) = match ahead {
        Some(ahead) => (ahead.context, Some(ahead.fetched)),
        None => (context(request, options, cancel), None),
    };
    let outcome = match cancel.is_cancelled() {
        true => Err(Failed { status: Status::Skipped, message: "the run was stopped".into() }),
        false => match feeds.first().map(|feed| &feed.kind) {
            Some(FeedKind::PubSub(subscription)) => {
                drain(feeds, subscription, request, &context).await.map_err(error)
            }
            _ => land(feeds, started.0, &context, fetched, lander, options).await,
        },
    };
    if outcome.is_ok() {
        for feed in feeds {
            let Some(topic) = &feed.publish else { continue };
            if let Err(problem) = publish(feed, topic, request, &context).await {
                // The rows are landed: they wait in their table for the next run.
                context.stats.problem(format!("not all rows are published: {problem}"));
            }
        }
    }
    context.background_ended().await;
    let mut results = Vec::new();
    for (at, (label, feed)) in labels.into_iter().zip(feeds).enumerate() {
        let outcome = outcome.clone().map(|landed| landed.of_table(at));
        // What is of the whole load is told once.
        let fetching = if at == 0 { context.stats.so_far() } else { Default::default() };
        let result = feed_result(label, feed, started, outcome, &fetching, &request.warnings);
        let result = Arc::new(result);
        events(Event::NodeFinished { result: Arc::clone(&result) });
        results.push(result);
    }
    results
}

/// What a feed is called while it is landed.
pub(super) fn label(feed: &Feed, shown: &str) -> NodeLabel {
    NodeLabel {
        unique_id: feed.unique_id.clone(),
        resource_type: ResourceType::Source,
        materialization: "ingest".to_owned(),
        display: format!("{}.{}{shown}", feed.relation.schema, feed.relation.identifier),
        path: feed.path.clone(),
    }
}

fn error(message: String) -> Failed {
    Failed { status: Status::Error, message }
}

fn interrupted() -> Failed {
    error("interrupted".to_owned())
}

/// Lands the feeds of one stream, which is fetched as the first of them says. What is fetched ahead was
/// asked for while the load before was landed: its rows are younger than that load's all the same.
async fn land(
    feeds: &[&Feed],
    mut ingested_at: DateTime<Utc>,
    context: &FetchContext,
    mut fetched: Option<Result<Fetched, String>>,
    lander: &Lander,
    options: &LoadOptions,
) -> Result<Landed, Failed> {
    for _ in 0..MAX_TRIES {
        let envelope = Envelope {
            ingested_at,
            run_id: context.run_id.clone(),
            load_id: context.load_id.clone(),
        };
        match land_once(feeds, envelope, context, fetched.take(), lander, options).await {
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
    feeds: &[&Feed],
    envelope: Envelope,
    context: &FetchContext,
    ahead: Option<Result<Fetched, String>>,
    lander: &Lander,
    options: &LoadOptions,
) -> Result<Landed, Unlanded> {
    let told = |problem: AdapterError| match problem.kind {
        _ if is_superseded(&problem) => Unlanded::Superseded,
        AdapterErrorKind::Cancelled => Unlanded::Failed(interrupted()),
        _ => Unlanded::Failed(error(problem.message)),
    };
    let Some(feed) = feeds.first() else { return Ok(Landed::default()) };
    let mut context = context.clone();
    let open = open_load(feeds, &context.root, &*context.env, lander, envelope, &context.cancel);
    let (load, intake) = open.await.map_err(|problem| match problem {
        OpenError::Feed(message) => Unlanded::Failed(error(message)),
        OpenError::Warehouse(problem) => told(problem),
    })?;
    let fetched = match ahead {
        Some(fetched) => fetched,
        None => {
            remember(feeds, &load, &mut context, lander).await.map_err(told)?;
            fetch(feed, &context)
        }
    };
    let fetched = fetched.map_err(|problem| Unlanded::Failed(error(problem)))?;
    let cancel = context.cancel.clone();
    let reading = Reading { feed: (*feed).clone(), fetched, context, options: options.clone() };
    lander.land_all(&load, batches(reading, intake), &cancel).await.map_err(told)
}

/// What has landed and is not read again: files, and answers that a server has a name for.
async fn remember(
    feeds: &[&Feed],
    load: &Load,
    context: &mut FetchContext,
    lander: &Lander,
) -> Result<(), AdapterError> {
    let Some(feed) = feeds.first() else { return Ok(()) };
    // A snapshot is compared whole: what is not read would be missing in it.
    let is_compared = feeds.iter().any(|feed| feed.rules.changes.is_some());
    let remembers = match &feed.kind {
        FeedKind::Files(_) => !is_compared,
        FeedKind::Http(http) => {
            http.asks_for_changes()
                && context.window.is_none()
                && (!is_compared || http.endpoints() == 1)
        }
        _ => false,
    };
    if !remembers {
        return Ok(());
    }
    // A table that is new, or was dropped, has none of what landed before.
    let has_tables = lander.has_tables(load).await?;
    if let FeedKind::Files(_) = &feed.kind {
        let known = match has_tables {
            true => lander.known_files(load, &context.cancel).await?,
            false => KnownFiles::default(),
        };
        context.known_files = Some(Arc::new(known));
    } else {
        let state = lander.state(load, &context.cancel).await?;
        let definitions: Vec<&str> = feeds.iter().map(|feed| feed.definition.as_str()).collect();
        let known = KnownAnswers::new(&state, definitions.join("+"), has_tables);
        context.known_answers = Some(Arc::new(known));
    }
    Ok(())
}
