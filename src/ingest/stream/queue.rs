//! The way to the committer: bounded, so that senders wait or are sent away and memory does not grow.

use std::{collections::HashSet, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot},
    task::JoinHandle,
    time::Instant,
};

use super::{Entry, Known, Outcome, Tables, commit::Committer, filled::Filled, ledger::Ledger};
use crate::{
    adapter::{Adapter, AdapterError, Cancel},
    ingest::{DEAD_LETTERS, Feed, Metrics},
};

/// Days of a table of BigQuery's that are looked at for messages that are landed already: as long as
/// Pub/Sub keeps one at most
/// (<https://cloud.google.com/pubsub/docs/subscription-properties#message_retention_duration>).
pub const MESSAGE_WINDOW_DAYS: u32 = 31;
/// Messages of one commit at most.
const MAX_MESSAGES: usize = 8_192;
/// Bytes of one commit at most, and of what waits for the next ones.
const MAX_COMMIT_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of all messages that are not durable yet.
const MAX_WAITING_BYTES: usize = 64 * 1024 * 1024;
/// Messages that are not durable yet.
const MAX_WAITING: usize = 32_768;
/// What a message holds in memory beside its bytes: its rows are texts too.
const OVERHEAD_BYTES: usize = 512;

/// What messages are landed with.
pub struct StreamOptions {
    /// The feeds.
    pub feeds: Vec<Arc<Feed>>,
    /// The warehouse.
    pub adapter: Arc<dyn Adapter>,
    /// The invocation.
    pub run_id: String,
    /// How long a commit waits for more messages.
    pub linger: Duration,
    /// How many days of a table are looked at for what is landed already; all where none.
    pub window_days: Option<u32>,
    /// The feeds' counts.
    pub metrics: Metrics,
}

struct Waiting {
    /// Committed together, in this order.
    entries: Vec<Entry>,
    bytes: usize,
    reply: oneshot::Sender<Vec<Outcome>>,
    /// Gives the bytes back when it goes.
    room: OwnedSemaphorePermit,
}

/// Takes messages and makes them durable, many at a time.
#[derive(Clone)]
pub struct Stream {
    sender: mpsc::Sender<Waiting>,
    room: Arc<Semaphore>,
}

/// There is no room for more messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Stream {
    /// Reads what the feeds' tables hold and starts. The task ends when the last clone of the stream
    /// is gone and all is durable that was taken.
    ///
    /// # Errors
    /// A sentence.
    pub async fn start(
        options: StreamOptions,
        cancel: Cancel,
    ) -> Result<(Self, JoinHandle<()>), String> {
        let adapter = options.adapter.as_ref();
        let told =
            |error: AdapterError| format!("what is landed cannot be read: {}", error.message);
        let streams = Tables::of_all(&options.feeds);
        let mut ledgers = Vec::new();
        if adapter.is_shared() {
            for tables in &streams {
                let mut ledger = Ledger::of(tables);
                // Before the tables are read: what is landed meanwhile is looked at later.
                ledger.look(adapter, &cancel).await.map_err(told)?;
                ledgers.push(ledger);
            }
        }
        let mut feeds = Vec::new();
        let mut dead_tables = HashSet::new();
        for (at, feed) in options.feeds.iter().enumerate() {
            let dead_letters = feed.relation.with_identifier(DEAD_LETTERS);
            if adapter.columns(&dead_letters).await.map_err(told)?.is_some() {
                dead_tables.insert(dead_letters.clone());
            }
            let tables = (feed.relation.clone(), dead_letters);
            let known = Known::read(adapter, tables, options.window_days, &cancel).await;
            let mut filled = Filled {
                feed: Arc::clone(feed),
                known: known.map_err(told)?,
                metrics: options.metrics.feed(at),
                exists: false,
                typed: None,
                is_stale: true,
            };
            let name = || format!("{}.{}", feed.source, feed.stream);
            let refreshed = filled.refresh(adapter).await;
            refreshed.map_err(|problem| format!("feed `{}`: {problem}", name()))?;
            feeds.push(filled);
        }
        let committer = Committer {
            streams,
            ledgers,
            adapter: options.adapter,
            feeds,
            dead_tables,
            run_id: options.run_id,
            last: DateTime::<Utc>::UNIX_EPOCH,
            broken: false,
        };
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        let task = tokio::spawn(run(committer, receiver, options.linger, cancel));
        Ok((Self { sender, room: Arc::new(Semaphore::new(MAX_WAITING_BYTES)) }, task))
    }

    /// Takes messages that are committed together and in order, or says at once that there is no room.
    /// The receiver tells when they are durable.
    ///
    /// # Errors
    /// Where too much waits already.
    pub fn offer(&self, entries: Vec<Entry>) -> Result<oneshot::Receiver<Vec<Outcome>>, Full> {
        let bytes = entries.iter().map(size).sum();
        let room = Arc::clone(&self.room).try_acquire_many_owned(permits(bytes));
        let (reply, receiver) = oneshot::channel();
        let waiting = Waiting { entries, bytes, reply, room: room.map_err(|_| Full)? };
        self.sender.try_send(waiting).map_err(|_| Full)?;
        Ok(receiver)
    }

    /// As [`Stream::offer`], and waits until there is room.
    ///
    /// # Errors
    /// Where the committer has ended.
    pub async fn submit(
        &self,
        entries: Vec<Entry>,
    ) -> Result<oneshot::Receiver<Vec<Outcome>>, Full> {
        let bytes = entries.iter().map(size).sum();
        let room = Arc::clone(&self.room).acquire_many_owned(permits(bytes)).await;
        let (reply, receiver) = oneshot::channel();
        let waiting = Waiting { entries, bytes, reply, room: room.map_err(|_| Full)? };
        self.sender.send(waiting).await.map_err(|_| Full)?;
        Ok(receiver)
    }
}

/// One message larger than all the room takes all of it.
fn permits(bytes: usize) -> u32 {
    u32::try_from(bytes.min(MAX_WAITING_BYTES)).unwrap_or(u32::MAX)
}

fn size(entry: &Entry) -> usize {
    let records = entry.records.len() + entry.letters.len();
    let rows: usize = entry.records.iter().map(|record| record.row.payload.len()).sum();
    // The bytes as they came, and once more as payloads of rows or as letters.
    entry.raw.len() + entry.raw.len().max(rows) + records.max(1) * OVERHEAD_BYTES
}

async fn run(
    mut committer: Committer,
    mut receiver: mpsc::Receiver<Waiting>,
    linger: Duration,
    cancel: Cancel,
) {
    // Where a commit takes seconds, all that waits goes into the next one.
    let (most_messages, most_bytes) = match committer.ledgers.is_empty() {
        true => (MAX_MESSAGES, MAX_COMMIT_BYTES),
        false => (MAX_WAITING, MAX_WAITING_BYTES),
    };
    while let Some(first) = receiver.recv().await {
        let until = Instant::now() + linger;
        let (mut bytes, mut count) = (first.bytes, first.entries.len());
        let mut queue = vec![first];
        while count < most_messages && bytes < most_bytes {
            tokio::select! {
                biased;
                more = receiver.recv() => match more {
                    Some(more) => {
                        bytes += more.bytes;
                        count += more.entries.len();
                        queue.push(more);
                    }
                    None => break,
                },
                () = tokio::time::sleep_until(until) => break,
            }
        }
        let (mut entries, mut replies) = (Vec::with_capacity(count), Vec::new());
        for waiting in queue {
            replies.push((waiting.reply, waiting.entries.len(), waiting.room));
            entries.extend(waiting.entries);
        }
        committer.broken = false;
        let mut outcomes = committer.commit_all(entries, &cancel).await.into_iter();
        for (reply, count, room) in replies {
            // Whoever does not wait any more does not want to know.
            let _ = reply.send(outcomes.by_ref().take(count).collect());
            drop(room);
        }
    }
}
