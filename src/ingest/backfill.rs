//! Loads of the past: window after window, each remembered with its rows.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::json;
use tokio::sync::OnceCell;

use super::{
    Feed, FeedKind, FeedState, IngestRequest, KnownFiles, Lander, StateEntry, Window,
    fetch::in_order,
    load_options::{LoadOptions, WindowsBy},
    runner::{Ahead, run_stream, streams},
};
use crate::{
    adapter::{Adapter, AdapterError, Cancel},
    diagnostic::Diagnostic,
    run::{EventSink, NodeResult, Status},
};

/// The kind of the entries that say which windows have landed.
const WINDOW: &str = "window";
/// Windows of one feed at most: more of them are a slip of the keyboard.
const MAX_WINDOWS: i64 = 100_000;

/// What of the past is to be landed.
#[derive(Clone, Copy, Debug)]
pub struct Backfill {
    /// From when up to when.
    pub span: Window,
    /// How much of it is one load.
    pub step: Duration,
    /// Whether windows that have landed are landed again.
    pub again: bool,
}

/// A feed, or those that share a stream, with the windows that are left to land.
pub struct FeedWindows {
    feeds: Vec<Feed>,
    windows: Vec<Window>,
    /// The files that have landed so far, where those are not read again.
    known_files: Option<Arc<KnownFiles>>,
    /// Those that an earlier run has landed.
    pub done: usize,
}

impl FeedWindows {
    /// How many windows are left.
    pub fn left(&self) -> usize {
        self.windows.len()
    }

    /// The feeds.
    pub fn feeds(&self) -> &[Feed] {
        &self.feeds
    }
}

impl Backfill {
    /// Feeds that cannot say what belongs to a window, at their place.
    pub fn problems(&self, feeds: &[Feed]) -> Vec<Diagnostic> {
        let cannot = |feed: &&Feed| WindowsBy::of(feed).is_none();
        let told = |feed: &Feed| {
            let message = format!("nothing in `{}` says what belongs to a window", feed.stream);
            let help = "name the time in the files' names (`name_time`), ask for `{from}` and `{to}`, or say where records bear their time (`source_ts`)";
            Diagnostic::error("invalid-feed", message)
                .at(feed.declared.clone(), "in this feed")
                .help(help)
        };
        let mut problems: Vec<Diagnostic> = feeds.iter().filter(cannot).map(told).collect();
        if self.count() > MAX_WINDOWS {
            let message = format!("more than {MAX_WINDOWS} windows");
            let help = "use a longer `--window`";
            problems.push(Diagnostic::error("invalid-time-range", message).help(help));
        }
        problems
    }

    fn step(&self) -> TimeDelta {
        TimeDelta::from_std(self.step).unwrap_or(TimeDelta::MAX).max(TimeDelta::seconds(1))
    }

    fn count(&self) -> i64 {
        (self.span.to - self.span.from).num_seconds() / self.step().num_seconds().max(1)
    }

    /// The windows of a feed. One whose records say themselves what they are of is read once.
    fn windows(&self, feed: &Feed) -> Vec<Window> {
        if WindowsBy::of(feed) == Some(WindowsBy::Records) {
            return vec![self.span];
        }
        let mut windows = Vec::new();
        let mut from = self.span.from;
        while from < self.span.to {
            let to = from.checked_add_signed(self.step()).unwrap_or(self.span.to).min(self.span.to);
            windows.push(Window { from, to });
            from = to;
        }
        windows
    }
}

/// What is left to land of each feed, as is remembered beside the data.
///
/// # Errors
/// What the warehouse says.
pub async fn windows_left(
    request: &IngestRequest,
    backfill: &Backfill,
    cancel: &Cancel,
) -> Result<Vec<FeedWindows>, String> {
    let mut left = Vec::new();
    for stream in streams(&request.feeds) {
        let feeds: Vec<Feed> = stream.iter().map(|at| request.feeds[*at].clone()).collect();
        let Some(feed) = feeds.first() else { continue };
        let adapter = request.adapter.as_ref();
        let state = FeedState::read(adapter, &feed.relation, &feed.unique_id, cancel).await;
        let landed = landed(&state.map_err(|error| error.message)?, feed);
        let mut windows = backfill.windows(feed);
        let all = windows.len();
        if !backfill.again {
            windows.retain(|window| !landed.iter().any(|known| covers(known, window)));
        }
        let known_files = match windows.is_empty() {
            true => None,
            false => known_files(&feeds, adapter, cancel).await.map_err(|error| error.message)?,
        };
        left.push(FeedWindows { done: all - windows.len(), feeds, windows, known_files });
    }
    Ok(left)
}

/// The files of a stream that have landed, where those are not read again: snapshots are compared whole.
async fn known_files(
    feeds: &[Feed],
    adapter: &dyn Adapter,
    cancel: &Cancel,
) -> Result<Option<Arc<KnownFiles>>, AdapterError> {
    let Some(feed) = feeds.first() else { return Ok(None) };
    let is_compared = feeds.iter().any(|feed| feed.rules.changes.is_some());
    if is_compared || !matches!(feed.kind, FeedKind::Files(_)) {
        return Ok(None);
    }
    for feed in feeds {
        // A table that is new, or was dropped, has none of what landed before.
        if adapter.columns(&feed.relation).await?.is_none() {
            return Ok(Some(Arc::default()));
        }
    }
    let known = KnownFiles::of_feed(adapter, &feed.relation, &feed.unique_id, cancel).await?;
    Ok(Some(Arc::new(known)))
}

/// Lands what is left, several feeds at once, the windows of a feed one after the other: so versions
/// of a record land in their order. Results are in order.
pub async fn run_backfill(
    request: IngestRequest,
    left: Vec<FeedWindows>,
    cancel: &Cancel,
    events: &EventSink,
) -> Vec<Arc<NodeResult>> {
    let at_once = request.at_once;
    let lander = Arc::new(Lander::new(Arc::clone(&request.adapter)));
    let request = Arc::new(request);
    let tasks: Vec<_> = left
        .into_iter()
        .map(|left| {
            let (request, lander) = (Arc::clone(&request), Arc::clone(&lander));
            let (cancel, events) = (cancel.clone(), Arc::clone(events));
            async move { feed_windows(left, &request, &lander, &cancel, &events).await }
        })
        .collect();
    let mut results = Vec::new();
    in_order(tasks, at_once, |of_feed: Vec<Arc<NodeResult>>| {
        results.extend(of_feed);
        std::future::ready(true)
    })
    .await;
    results
}

async fn feed_windows(
    left: FeedWindows,
    request: &IngestRequest,
    lander: &Lander,
    cancel: &Cancel,
    events: &EventSink,
) -> Vec<Arc<NodeResult>> {
    let listing = Arc::new(OnceCell::new());
    let feeds: Vec<&Feed> = left.feeds.iter().collect();
    let Some(feed) = feeds.first() else { return Vec::new() };
    let options = |window: Window| LoadOptions {
        window: Some(window),
        listing: Some(Arc::clone(&listing)),
        when_whole: vec![entry(feed, &window)],
        shown: format!(" {}", shown(&window)),
        is_watched: false,
    };
    let mut results = Vec::new();
    let mut ahead = None;
    let mut windows = left.windows.into_iter().peekable();
    while let Some(window) = windows.next() {
        if cancel.is_cancelled() {
            break;
        }
        let fetched = |window: Window| {
            let known_files = left.known_files.clone();
            Ahead::fetch(feed, request, known_files, &options(window), cancel)
        };
        let now = ahead.take().unwrap_or_else(|| fetched(window));
        // One at most is fetched while the one before it is fetched and landed.
        ahead = windows.peek().map(|next| fetched(*next));
        let (now, window) = (Some(now), options(window));
        let landed = run_stream(&feeds, now, request, lander, &window, cancel, events).await;
        let is_whole =
            |result: &Arc<NodeResult>| matches!(result.status, Status::Success | Status::Warn);
        let all_whole = landed.iter().all(is_whole);
        results.extend(landed);
        // Behind a window that failed, versions would land without those before them.
        if !all_whole {
            break;
        }
    }
    if let Some(ahead) = ahead {
        ahead.give_up().await;
    }
    results
}

fn shown(window: &Window) -> String {
    let midnight = |moment: DateTime<Utc>| moment.timestamp() % 86_400 == 0;
    let short = midnight(window.from) && midnight(window.to);
    let format = if short { "%Y-%m-%d" } else { "%Y-%m-%dT%H:%M:%S" };
    format!("{}..{}", window.from.format(format), window.to.format(format))
}

/// What is remembered of a window. A feed that is defined otherwise may land other rows of it.
fn entry(feed: &Feed, window: &Window) -> StateEntry {
    let text = |moment: DateTime<Utc>| moment.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (from, to) = (text(window.from), text(window.to));
    let name = format!("{from}/{to}/{}", feed.definition);
    StateEntry::new(WINDOW, name, json!({ "from": from, "to": to, "definition": feed.definition }))
}

/// The spans of time that have landed, those that touch as one.
fn landed(state: &FeedState, feed: &Feed) -> Vec<Window> {
    let spans = state.all(WINDOW).filter_map(|(_, value)| {
        let text = |key: &str| value.get(key)?.as_str();
        let moment = |key: &str| Some(DateTime::parse_from_rfc3339(text(key)?).ok()?.to_utc());
        let span = Window { from: moment("from")?, to: moment("to")? };
        (text("definition") == Some(&feed.definition)).then_some(span)
    });
    joined(spans.collect())
}

fn joined(mut spans: Vec<Window>) -> Vec<Window> {
    spans.sort_by_key(|span| span.from);
    let mut joined: Vec<Window> = Vec::new();
    for span in spans {
        match joined.last_mut() {
            Some(last) if span.from <= last.to => last.to = last.to.max(span.to),
            _ => joined.push(span),
        }
    }
    joined
}

fn covers(known: &Window, window: &Window) -> bool {
    known.from <= window.from && window.to <= known.to
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(from: i64, to: i64) -> Window {
        let at = |hours: i64| DateTime::from_timestamp(hours * 3_600, 0).expect("a time");
        Window { from: at(from), to: at(to) }
    }

    #[test]
    fn windows_that_touch_are_one() {
        let known = joined(vec![window(4, 6), window(0, 2), window(2, 3), window(5, 8)]);
        assert_eq!(known, [window(0, 3), window(4, 8)]);
        assert!(known.iter().any(|known| covers(known, &window(1, 3))));
        assert!(!known.iter().any(|known| covers(known, &window(2, 5))));
    }

    #[test]
    fn windows_are_shown_by_day_where_they_are_days() {
        assert_eq!(shown(&window(0, 24)), "1970-01-01..1970-01-02");
        assert_eq!(shown(&window(0, 1)), "1970-01-01T00:00:00..1970-01-01T01:00:00");
    }
}
