//! Lands what a subscription holds: a message is acknowledged when it is durable, and not before.

use std::{sync::Arc, time::Duration};

use super::{PubSubClient, Pulled, read_message};
use crate::{
    adapter::Cancel,
    ingest::{
        FeedMetrics, PubSubFeed,
        stream::{Entry, Outcome, Refusal, Stream, Tables, read_records},
    },
};

/// Empty answers in a row after which a subscription is taken to be empty: the service may say so
/// while it has messages.
const EMPTY_ANSWERS: u32 = 3;
/// The pauses between them.
const EMPTY_PAUSE: Duration = Duration::from_millis(300);

/// When what is being landed is extended first.
const FIRST_EXTENSION: Duration = Duration::from_secs(5);

/// Lands one subscription's messages.
pub struct Subscriber {
    /// The service.
    pub client: PubSubClient,
    /// The tables that its messages go to.
    pub tables: Tables,
    /// What is its kind's own.
    pub pubsub: PubSubFeed,
    /// Where messages go.
    pub stream: Stream,
    /// Its counts.
    pub metrics: Arc<FeedMetrics>,
}

impl Subscriber {
    /// Lands what is there, and returns when nothing more comes.
    ///
    /// # Errors
    /// A sentence; what was not acknowledged comes again.
    pub async fn drain(&self, cancel: &Cancel) -> Result<(), String> {
        let mut empty = 0;
        while empty < EMPTY_ANSWERS && !cancel.is_cancelled() {
            let pulled = self.pull(true, cancel).await?;
            if pulled.is_empty() {
                empty += 1;
                tokio::select! {
                    () = tokio::time::sleep(EMPTY_PAUSE) => {}
                    () = cancel.cancelled() => {}
                }
                continue;
            }
            empty = 0;
            self.land(pulled).await?;
        }
        Ok(())
    }

    /// Lands what comes until it is stopped; what was pulled by then is finished.
    ///
    /// # Errors
    /// A sentence; what was not acknowledged comes again.
    pub async fn watch(&self, cancel: &Cancel) -> Result<(), String> {
        while !cancel.is_cancelled() {
            let pulled = self.pull(false, cancel).await?;
            if !pulled.is_empty() {
                self.land(pulled).await?;
            }
        }
        Ok(())
    }

    async fn pull(&self, at_once: bool, cancel: &Cancel) -> Result<Vec<Pulled>, String> {
        let (subscription, max) = (&self.pubsub.subscription, self.pubsub.max_messages);
        tokio::select! {
            pulled = self.client.pull(subscription, max, at_once) => pulled,
            // Messages of an answer that nobody reads come again.
            () = cancel.cancelled() => Ok(Vec::new()),
        }
    }

    /// Lands messages in one transaction, in the order in which they came: those of an ordering key
    /// stay in order.
    async fn land(&self, pulled: Vec<Pulled>) -> Result<(), String> {
        let ids: Vec<String> = pulled.iter().map(|one| one.ack_id.clone()).collect();
        let subscription = &self.pubsub.subscription;
        FeedMetrics::add(&self.metrics.messages, ids.len() as u64);
        let landing = async {
            let entries = pulled.into_iter().map(|one| self.entry(one)).collect();
            let ended = || "this is a bug in elt: nobody lands messages any more".to_owned();
            let receiver = self.stream.submit(entries).await.map_err(|_| ended())?;
            receiver.await.map_err(|_| ended())
        };
        tokio::pin!(landing);
        let secs = self.pubsub.ack_deadline_secs;
        // A subscription grants ten seconds at least; from the first extension on it is `secs`.
        let first = tokio::time::Instant::now() + FIRST_EXTENSION;
        let mut clock = tokio::time::interval_at(first, Duration::from_secs(secs / 3));
        let outcomes = loop {
            tokio::select! {
                biased;
                outcomes = &mut landing => break outcomes?,
                // A failure here at worst brings the messages again.
                _ = clock.tick() => { let _ = self.client.extend(subscription, &ids, secs).await; }
            }
        };
        let mut durable = Vec::new();
        let mut failed = Vec::new();
        let mut problem = None;
        for (id, outcome) in ids.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Failed(message) => {
                    failed.push(id);
                    problem.get_or_insert(message);
                }
                _ => durable.push(id),
            }
        }
        self.client.acknowledge(subscription, &durable).await?;
        match problem {
            None => Ok(()),
            Some(problem) => {
                FeedMetrics::add(&self.metrics.deferred, failed.len() as u64);
                // They come again at once, to whoever can land them.
                let _ = self.client.extend(subscription, &failed, 0).await;
                Err(problem)
            }
        }
    }

    fn entry(&self, pulled: Pulled) -> Entry {
        let attempts = pulled.attempts.unwrap_or(1);
        let (tables, subscription) = (&self.tables, &self.pubsub.subscription);
        let read = read_message(subscription, &pulled.message, tables.first.format, attempts);
        let (message, read) = match read {
            Ok(message) => match self.pubsub.max_deliveries {
                Some(max) if u64::from(attempts) > max => {
                    let reason = format!("the message was delivered {attempts} times");
                    (message, Err(Refusal::new("too-many-deliveries", reason)))
                }
                _ => {
                    let read = read_records(tables, &message);
                    (message, read)
                }
            },
            Err(problem) => {
                let (message, reason) = *problem;
                (message, Err(Refusal::new("bad-base64", reason)))
            }
        };
        FeedMetrics::add(&self.metrics.bytes, message.data.len() as u64);
        message.entry(tables, read)
    }
}
