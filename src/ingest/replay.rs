//! Takes dead letters in again, through the feeds as they are now.

use std::{sync::Arc, time::Instant};

use chrono::{DateTime, SecondsFormat, Utc};

use super::{
    DEAD_LETTERS, Envelope, Feed, IngestRequest, Landed, Lander,
    feed_result::{Failed, feed_result},
    intake::{Letter, OpenError, open_load, replayed},
    runner::{label, streams},
};
use crate::{
    adapter::{AdapterError, AdapterErrorKind, Cancel},
    relation::{Cell, Relation},
    run::{Event, EventSink, NodeResult, Status},
};

/// Dead letters of one transaction: each may be a megabyte.
const LETTERS_AT_ONCE: usize = 2_000;

/// Which dead letters are taken in again.
#[derive(Clone, Debug, Default)]
pub struct ReplayFilter {
    /// Those that failed then or later.
    pub since: Option<DateTime<Utc>>,
    /// Those of a class.
    pub error_class: Option<String>,
}

/// Takes the open dead letters of the feeds in again: what lands is marked in the same transaction, what
/// fails again stays with one attempt more.
pub async fn replay_feeds(
    request: &IngestRequest,
    filter: &ReplayFilter,
    cancel: &Cancel,
    events: &EventSink,
) -> Vec<Arc<NodeResult>> {
    let lander = Lander::new(Arc::clone(&request.adapter));
    let mut results = Vec::new();
    for stream in streams(&request.feeds) {
        let feeds: Vec<&Feed> = stream.iter().map(|at| &request.feeds[*at]).collect();
        // Snapshots are compared as a whole: the next one holds what the last one lacked.
        let feeds: Vec<&Feed> =
            feeds.into_iter().filter(|feed| feed.rules.changes.is_none()).collect();
        let Some(first) = feeds.first() else { continue };
        let label = label(first, "");
        events(Event::NodeStarted { node: label.clone() });
        let started = (Utc::now(), Instant::now());
        let outcome = match cancel.is_cancelled() {
            true => Err(Failed { status: Status::Skipped, message: "the run was stopped".into() }),
            false => replay(&feeds, request, filter, &lander, cancel).await,
        };
        let done = outcome.clone().unwrap_or_default();
        let outcome = outcome.map(|done| done.landed);
        let fetching = Default::default();
        let mut result =
            feed_result(label, first, started, outcome.clone(), &fetching, &request.warnings);
        if outcome.is_ok() {
            result.message = Some(done.told());
            result.response.insert("replayed".to_owned(), done.replayed.into());
            result.response.insert("withheld".to_owned(), done.withheld.into());
        }
        let result = Arc::new(result);
        events(Event::NodeFinished { result: Arc::clone(&result) });
        results.push(result);
    }
    results
}

/// What came of the dead letters of a stream.
#[derive(Clone, Debug, Default)]
struct Done {
    landed: Landed,
    replayed: u64,
    withheld: u64,
}

impl Done {
    fn told(&self) -> String {
        let mut parts = vec![format!("{} replayed", self.replayed)];
        match self.landed.dead_letters {
            0 => {}
            1 => parts.push("1 fails again".to_owned()),
            count => parts.push(format!("{count} fail again")),
        }
        match self.withheld {
            0 => {}
            count => parts.push(format!("{count} without their text")),
        }
        parts.join(", ")
    }
}

async fn replay(
    feeds: &[&Feed],
    request: &IngestRequest,
    filter: &ReplayFilter,
    lander: &Lander,
    cancel: &Cancel,
) -> Result<Done, Failed> {
    let failed = |problem: AdapterError| match problem.kind {
        AdapterErrorKind::Cancelled => {
            Failed { status: Status::Error, message: "interrupted".into() }
        }
        _ => Failed { status: Status::Error, message: problem.message },
    };
    let mut done = Done::default();
    let feeds: Vec<Feed> = feeds.iter().map(|feed| of_letters(feed)).collect();
    let feeds: Vec<&Feed> = feeds.iter().collect();
    let Some(first) = feeds.first() else { return Ok(done) };
    let table = first.relation.with_identifier(DEAD_LETTERS);
    if request.adapter.columns(&table).await.map_err(failed)?.is_none() {
        return Ok(done);
    }
    let mut behind = String::new();
    loop {
        let sql = letters_query(&table, &feeds, filter, &behind);
        let found = request.adapter.query(&sql, None, cancel).await.map_err(failed)?;
        let letters: Vec<Letter> = found.rows.into_iter().filter_map(letter).collect();
        let Some(last) = letters.last() else { return Ok(done) };
        behind.clone_from(&last.id);
        let envelope = Envelope {
            ingested_at: Utc::now(),
            run_id: request.run_id.clone(),
            load_id: uuid::Uuid::new_v4().simple().to_string(),
        };
        let open = open_load(&feeds, &request.root, &*request.env, lander, envelope, cancel);
        let (load, intake) = match open.await {
            Ok(open) => open,
            Err(OpenError::Feed(message)) => return Err(Failed { status: Status::Error, message }),
            Err(OpenError::Warehouse(problem)) => return Err(failed(problem)),
        };
        let (withheld, letters): (Vec<Letter>, Vec<Letter>) =
            letters.into_iter().partition(Letter::is_withheld);
        done.withheld += withheld.len() as u64;
        if letters.is_empty() {
            continue;
        }
        let replayed = replayed((*first).clone(), intake, letters)
            .map_err(|message| Failed { status: Status::Error, message })?;
        let (again, whole) = (replayed.failed, replayed.landed);
        let batches = std::iter::once(Ok(replayed.batch));
        let landed = lander.land_all(&load, batches, cancel).await.map_err(failed)?;
        done.replayed += whole;
        done.landed.rows.push(landed.total());
        done.landed.unchanged += landed.unchanged;
        done.landed.dead_letters += again;
    }
}

/// The feed as it takes in what it has taken apart before.
fn of_letters(feed: &Feed) -> Feed {
    let mut feed = feed.clone();
    feed.rules.redaction = feed.rules.redaction.of_kept_texts();
    feed
}

/// The open dead letters behind an id.
fn letters_query(table: &Relation, feeds: &[&Feed], filter: &ReplayFilter, behind: &str) -> String {
    let text = |text: &str| -> String {
        let kept = text.chars().filter(|c| !matches!(c, '\'' | '\\') && !c.is_control());
        format!("'{}'", kept.collect::<String>())
    };
    let source = feeds.first().map(|feed| text(&feed.source)).unwrap_or_default();
    let mut streams: Vec<String> = feeds.iter().map(|feed| text(&feed.stream)).collect();
    streams.extend(feeds.iter().filter_map(|feed| feed.rules.stream.as_deref()).map(text));
    streams.sort();
    streams.dedup();
    let mut conditions = vec![format!("_id > {}", text(behind))];
    if let Some(since) = filter.since {
        let since = since.to_rfc3339_opts(SecondsFormat::Micros, true);
        conditions.push(format!("_failed_at >= timestamp '{since}'"));
    }
    if let Some(class) = &filter.error_class {
        conditions.push(format!("error_class = {}", text(class)));
    }
    format!(
        "select _id, stage, raw, _uri, attempts, _stream
from (
  select *, row_number() over (partition by _id order by attempts desc, status desc) as _nth
  from {table}
  where _source = {source} and _stream in ({})
    and _failed_at >= timestamp '1970-01-01 00:00:00+00'
) as letters
where _nth = 1 and status = 'open' and {}
order by _id
limit {LETTERS_AT_ONCE}",
        streams.join(", "),
        conditions.join(" and ")
    )
}

fn letter(row: Vec<Cell>) -> Option<Letter> {
    let mut texts = row.into_iter().map(|cell| cell.as_text().unwrap_or_default());
    Some(Letter {
        id: texts.next()?,
        stage: texts.next()?,
        raw: texts.next()?,
        uri: texts.next()?,
        attempts: texts.next()?.parse().unwrap_or(1),
        stream: texts.next()?,
    })
}
