//! What feeds have done, counted while they run: for the summary, the log and Prometheus.

use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The upper bounds of a commit's time, in milliseconds: a commit of the embedded engine takes a few,
/// a load job some thousand.
const COMMIT_BOUNDS_MS: [u64; 10] = [2, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000];

/// Counts of one feed. They only rise, but for the two that say how far behind it is.
#[derive(Debug, Default)]
pub struct FeedMetrics {
    /// Messages or payloads that came.
    pub messages: AtomicU64,
    /// Their bytes.
    pub bytes: AtomicU64,
    /// Rows landed.
    pub rows: AtomicU64,
    /// Records that were not landed since they say what is landed already.
    pub unchanged: AtomicU64,
    /// Messages that had come before.
    pub duplicates: AtomicU64,
    /// Rows written to the table of dead letters.
    pub dead_letters: AtomicU64,
    /// Messages refused: the sender was told.
    pub refused: AtomicU64,
    /// Messages sent away for later.
    pub deferred: AtomicU64,
    /// Attempts behind the first: at fetching, at landing.
    pub retries: AtomicU64,
    /// Commits that failed.
    pub failures: AtomicU64,
    /// When the last row was landed, in milliseconds since 1970; 0 for never.
    landed_at_ms: AtomicI64,
    /// How old the last landed record was then, in milliseconds.
    lag_ms: AtomicI64,
    commits: [AtomicU64; COMMIT_BOUNDS_MS.len() + 1],
    commit_micros: AtomicU64,
}

impl FeedMetrics {
    /// Adds to a count.
    pub fn add(count: &AtomicU64, by: u64) {
        count.fetch_add(by, Ordering::Relaxed);
    }

    /// Notes that rows are durable; `newest` is the latest time among the records, where they have one.
    pub fn landed(&self, at: DateTime<Utc>, newest: Option<DateTime<Utc>>, took: Duration) {
        self.landed_at_ms.store(at.timestamp_millis(), Ordering::Relaxed);
        if let Some(newest) = newest {
            let lag = (at - newest).num_milliseconds().max(0);
            self.lag_ms.store(lag, Ordering::Relaxed);
        }
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let place = COMMIT_BOUNDS_MS.iter().position(|bound| took_ms <= *bound);
        Self::add(&self.commits[place.unwrap_or(COMMIT_BOUNDS_MS.len())], 1);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        Self::add(&self.commit_micros, micros);
    }

    fn counts(&self) -> [(&'static str, &'static str, &AtomicU64); 10] {
        [
            ("messages", "Messages or payloads that came", &self.messages),
            ("bytes", "Their bytes", &self.bytes),
            ("rows", "Rows landed", &self.rows),
            ("unchanged", "Records whose content is landed already", &self.unchanged),
            ("duplicates", "Messages that had come before", &self.duplicates),
            ("dead_letters", "Rows written to the dead letters", &self.dead_letters),
            ("refused", "Messages refused, their sender told", &self.refused),
            ("deferred", "Messages sent away for later", &self.deferred),
            ("retries", "Attempts behind the first", &self.retries),
            ("failures", "Commits that failed", &self.failures),
        ]
    }

    fn landed_at_secs(&self) -> Option<f64> {
        let at = self.landed_at_ms.load(Ordering::Relaxed);
        (at > 0).then_some(at as f64 / 1000.0)
    }

    /// Adds what was fetched, and how often it was tried again.
    pub fn add_to(&self, stats: &super::fetch::FetchStats) {
        let count = |count: &AtomicU64| count.load(Ordering::Relaxed);
        stats.payloads(count(&self.messages), count(&self.bytes));
        (0..count(&self.retries)).for_each(|_| stats.request(true));
    }

    /// The counts as one object.
    pub fn json(&self) -> Value {
        let mut object = serde_json::Map::new();
        for (name, _, count) in self.counts() {
            object.insert(name.to_owned(), count.load(Ordering::Relaxed).into());
        }
        let landed = self.landed_at_secs();
        let lag = landed.map(|_| self.lag_ms.load(Ordering::Relaxed) as f64 / 1000.0);
        object.insert("lag_secs".to_owned(), json!(lag));
        Value::Object(object)
    }

    /// One line for people: what is not nothing.
    pub fn summary(&self) -> String {
        let counts = self.counts().into_iter().filter_map(|(name, _, count)| {
            let count = count.load(Ordering::Relaxed);
            (count > 0).then(|| format!("{count} {}", name.replace('_', " ")))
        });
        let words = counts.collect::<Vec<_>>().join(", ");
        if words.is_empty() { "nothing came".to_owned() } else { words }
    }
}

/// The counts of all feeds of a process, by the names people read.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    feeds: Vec<(String, Arc<FeedMetrics>)>,
}

impl Metrics {
    /// Counts for these feeds, all zero.
    pub fn of(names: impl IntoIterator<Item = String>) -> Self {
        Self { feeds: names.into_iter().map(|name| (name, Arc::default())).collect() }
    }

    /// The feeds with their counts.
    pub fn feeds(&self) -> &[(String, Arc<FeedMetrics>)] {
        &self.feeds
    }

    /// The counts of a feed by its place.
    pub fn feed(&self, at: usize) -> Arc<FeedMetrics> {
        self.feeds.get(at).map(|(_, metrics)| Arc::clone(metrics)).unwrap_or_default()
    }

    /// Prometheus' text format
    /// (<https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>).
    pub fn prometheus(&self) -> String {
        let mut out = String::new();
        // Writing to a text cannot fail.
        let _ = self.write_prometheus(&mut out);
        out
    }

    fn write_prometheus(&self, out: &mut String) -> std::fmt::Result {
        let label =
            |name: &str| name.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let names = FeedMetrics::default();
        for (at, (name, help, _)) in names.counts().into_iter().enumerate() {
            writeln!(out, "# HELP elt_ingest_{name}_total {help}.")?;
            writeln!(out, "# TYPE elt_ingest_{name}_total counter")?;
            for (feed, metrics) in &self.feeds {
                let count = metrics.counts()[at].2.load(Ordering::Relaxed);
                writeln!(out, "elt_ingest_{name}_total{{feed=\"{}\"}} {count}", label(feed))?;
            }
        }
        let gauge = "elt_ingest_lag_seconds";
        writeln!(out, "# HELP {gauge} How old the newest record was when it was landed.")?;
        writeln!(out, "# TYPE {gauge} gauge")?;
        for (feed, metrics) in self.feeds.iter().filter(|feed| feed.1.landed_at_secs().is_some()) {
            let lag = metrics.lag_ms.load(Ordering::Relaxed) as f64 / 1000.0;
            writeln!(out, "{gauge}{{feed=\"{}\"}} {lag}", label(feed))?;
        }
        let gauge = "elt_ingest_last_landed_timestamp_seconds";
        writeln!(out, "# HELP {gauge} When the last row was landed.")?;
        writeln!(out, "# TYPE {gauge} gauge")?;
        for (feed, metrics) in &self.feeds {
            if let Some(at) = metrics.landed_at_secs() {
                writeln!(out, "{gauge}{{feed=\"{}\"}} {at:.3}", label(feed))?;
            }
        }
        let histogram = "elt_ingest_commit_seconds";
        writeln!(out, "# HELP {histogram} How long commits took.")?;
        writeln!(out, "# TYPE {histogram} histogram")?;
        for (feed, metrics) in &self.feeds {
            let feed = label(feed);
            let mut count = 0;
            for (bound, commits) in COMMIT_BOUNDS_MS.iter().zip(&metrics.commits) {
                count += commits.load(Ordering::Relaxed);
                let bound = *bound as f64 / 1000.0;
                writeln!(out, "{histogram}_bucket{{feed=\"{feed}\",le=\"{bound}\"}} {count}")?;
            }
            count += metrics.commits[COMMIT_BOUNDS_MS.len()].load(Ordering::Relaxed);
            let secs = metrics.commit_micros.load(Ordering::Relaxed) as f64 / 1e6;
            writeln!(out, "{histogram}_bucket{{feed=\"{feed}\",le=\"+Inf\"}} {count}")?;
            writeln!(out, "{histogram}_sum{{feed=\"{feed}\"}} {secs}")?;
            writeln!(out, "{histogram}_count{{feed=\"{feed}\"}} {count}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prometheus_reads_every_count_of_every_feed() {
        let metrics = Metrics::of(["web.events".to_owned(), "a\"b".to_owned()]);
        let feed = metrics.feed(0);
        FeedMetrics::add(&feed.rows, 3);
        let now = DateTime::from_timestamp(1_700_000_000, 0).expect("a time");
        let newest = DateTime::from_timestamp(1_699_999_990, 0);
        feed.landed(now, newest, Duration::from_millis(7));
        let text = metrics.prometheus();
        for line in [
            "# TYPE elt_ingest_rows_total counter",
            "elt_ingest_rows_total{feed=\"web.events\"} 3",
            "elt_ingest_rows_total{feed=\"a\\\"b\"} 0",
            "elt_ingest_lag_seconds{feed=\"web.events\"} 10",
            "elt_ingest_last_landed_timestamp_seconds{feed=\"web.events\"} 1700000000.000",
            "elt_ingest_commit_seconds_bucket{feed=\"web.events\",le=\"0.005\"} 0",
            "elt_ingest_commit_seconds_bucket{feed=\"web.events\",le=\"0.01\"} 1",
            "elt_ingest_commit_seconds_bucket{feed=\"web.events\",le=\"+Inf\"} 1",
            "elt_ingest_commit_seconds_sum{feed=\"web.events\"} 0.007",
        ] {
            assert!(text.lines().any(|found| found == line), "no line `{line}` in:\n{text}");
        }
        assert_eq!(feed.summary(), "3 rows");
        assert_eq!(feed.json()["lag_secs"], 10.0);
    }
}
