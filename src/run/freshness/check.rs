//! Asks every source and says what came out.

use std::{collections::BTreeSet, sync::Arc, time::Instant};

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use tokio::{sync::Semaphore, task::JoinSet};

use super::Criteria;
use crate::{
    adapter::{Adapter, AdapterErrorKind, Cancel},
    diagnostic::{Diagnostic, Severity, WarnOptions, Weight},
    manifest::{Manifest, ResourceType, Source, UniqueId},
    relation::{Cell, Dialect, Table},
    run::{Event, EventSink, NodeLabel, NodeResult, Status},
};

/// The column of every bronze table that says when a row was landed.
const LANDED_AT: &str = "_ingested_at";

/// The code of rows that are too old.
const STALE: &str = "stale-source";

/// Which sources are asked, and where.
pub struct FreshnessRequest {
    /// The project.
    pub manifest: Arc<Manifest>,
    /// What is selected; only sources with rules are asked.
    pub selected: BTreeSet<UniqueId>,
    /// The warehouse.
    pub adapter: Arc<dyn Adapter>,
    /// Sources at a time.
    pub threads: usize,
    /// `profile.target`, as shown.
    pub target: String,
    /// Which warnings fail.
    pub warnings: WarnOptions,
}

/// When a source's newest row was loaded.
#[derive(Clone, Debug, PartialEq)]
pub struct Freshness {
    /// The newest row; the year 1 where there are no rows, as in dbt.
    pub max_loaded_at: DateTime<Utc>,
    /// When the warehouse was asked, by its own clock.
    pub snapshotted_at: DateTime<Utc>,
}

impl Freshness {
    /// The age of the newest row in seconds.
    pub fn age_secs(&self) -> f64 {
        (self.snapshotted_at - self.max_loaded_at).as_seconds_f64()
    }
}

/// One source's outcome.
#[derive(Clone, Debug)]
pub struct SourceFreshness {
    /// The result as reporters see it.
    pub result: Arc<NodeResult>,
    /// The rules.
    pub criteria: Criteria,
    /// What the warehouse said, where it could be asked.
    pub freshness: Option<Freshness>,
}

/// Asks every selected source that has rules, at most `threads` at a time.
///
/// # Errors
/// Rules that cannot be meant; then nothing is asked.
pub async fn check_freshness(
    request: FreshnessRequest,
    cancel: &Cancel,
    events: &EventSink,
) -> Result<Vec<SourceFreshness>, Vec<Diagnostic>> {
    let mut wanted = Vec::new();
    let mut problems = Vec::new();
    for (id, source) in &request.manifest.sources {
        if !request.selected.contains(id) {
            continue;
        }
        match Criteria::of(source) {
            Ok(Some(criteria)) => wanted.push((Arc::clone(source), criteria)),
            Ok(None) => {}
            Err(problem) => problems.push(*problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let clock = Instant::now();
    let threads = request.threads.max(1);
    events(Event::RunStarted { total: wanted.len(), threads, target: request.target });
    let warnings_fail = request.warnings.weight(STALE) == Weight::Error;
    let places = Arc::new(Semaphore::new(threads));
    let mut running = JoinSet::new();
    for (at, (source, criteria)) in wanted.into_iter().enumerate() {
        let (places, adapter) = (Arc::clone(&places), Arc::clone(&request.adapter));
        let (cancel, events) = (cancel.clone(), Arc::clone(events));
        running.spawn(async move {
            let _place = places.acquire_owned().await;
            (at, check(&source, criteria, &*adapter, warnings_fail, (&cancel, &events)).await)
        });
    }
    let mut checked = running.join_all().await;
    checked.sort_by_key(|(at, _)| *at);
    events(Event::RunFinished { elapsed_secs: clock.elapsed().as_secs_f64() });
    Ok(checked.into_iter().map(|(_, checked)| checked).collect())
}

async fn check(
    source: &Source,
    criteria: Criteria,
    adapter: &dyn Adapter,
    warnings_fail: bool,
    (cancel, events): (&Cancel, &EventSink),
) -> SourceFreshness {
    let name = format!("{}.{}", source.source_name, source.name);
    let label = NodeLabel {
        unique_id: source.unique_id.clone(),
        resource_type: ResourceType::Source,
        materialization: "freshness".to_owned(),
        display: name.clone(),
        path: source.original_file_path.clone(),
    };
    events(Event::NodeStarted { node: label.clone() });
    let (began, clock) = (Utc::now(), Instant::now());
    let asked = ask(source, &criteria, adapter, cancel).await;
    let mut result = NodeResult::new(label, Status::Pass);
    result.thread = 1;
    result.execute = Some((began, Utc::now()));
    result.elapsed_secs = clock.elapsed().as_secs_f64();
    result.relation_name = Some(source.relation.to_string());
    let (problem, freshness) = match asked {
        Ok(freshness) => {
            let (mut status, rule) = criteria.judge(freshness.age_secs());
            if status == Status::Warn && warnings_fail {
                status = Status::Fail;
            }
            result.status = status;
            let severity = match status {
                Status::Warn => Severity::Warning,
                _ => Severity::Error,
            };
            let problem = rule.map(|rule| {
                let message = format!("source `{name}` {}, more than {rule}", told(&freshness));
                Diagnostic { severity, ..Diagnostic::error(STALE, message) }
            });
            (problem, Some(freshness))
        }
        Err(problem) => {
            result.status = Status::Error;
            (Some(*problem), None)
        }
    };
    if let Some(problem) = problem {
        result.message = Some(problem.message.clone());
        result.diagnostics = vec![problem.at(source.declared.clone(), "")];
    }
    let result = Arc::new(result);
    events(Event::NodeFinished { result: Arc::clone(&result) });
    SourceFreshness { result, criteria, freshness }
}

/// `was loaded 3.5 hours ago`.
fn told(freshness: &Freshness) -> String {
    if freshness.max_loaded_at == long_ago() {
        return "has no rows".to_owned();
    }
    let secs = freshness.age_secs();
    let (amount, unit) = match secs {
        secs if secs >= 172_800.0 => (secs / 86_400.0, "days"),
        secs if secs >= 7200.0 => (secs / 3600.0, "hours"),
        secs if secs >= 120.0 => (secs / 60.0, "minutes"),
        secs => (secs, "seconds"),
    };
    format!("was loaded {amount:.1} {unit} ago")
}

async fn ask(
    source: &Source,
    criteria: &Criteria,
    adapter: &dyn Adapter,
    cancel: &Cancel,
) -> Result<Freshness, Box<Diagnostic>> {
    let error = |code: &'static str, message: String| Diagnostic::error(code, message);
    let sql = query(source, criteria, adapter.dialect())?;
    let table = adapter.query(&sql, Some(2), cancel).await.map_err(|problem| {
        let message = match problem.kind {
            AdapterErrorKind::Cancelled => "interrupted".to_owned(),
            _ => format!("the freshness of `{}` cannot be asked: {}", source.name, problem.message),
        };
        let asked = sql.lines().map(str::trim).collect::<Vec<_>>().join(" ");
        Box::new(error(problem.code, message).note(asked).maybe_help(problem.help))
    })?;
    read(&table).map_err(|problem| {
        let message = format!("the freshness of `{}` cannot be told: {problem}", source.name);
        let help = "give a TIMESTAMP, for instance `loaded_at_field: timestamp(loaded_on)`";
        Box::new(error("invalid-freshness", message).help(help))
    })
}

fn query(
    source: &Source,
    criteria: &Criteria,
    dialect: Dialect,
) -> Result<String, Box<Diagnostic>> {
    let now = match dialect {
        Dialect::GoogleSql => "current_timestamp()",
        Dialect::DuckDb => "current_timestamp",
    };
    if let Some(query) = &source.loaded_at_query {
        return Ok(format!("select\n(\n{query}\n) as max_loaded_at,\n{now} as snapshotted_at"));
    }
    // What elt has landed says itself when.
    let landed = source.feed().map(|_| LANDED_AT);
    let Some(field) = source.loaded_at_field.as_deref().or(landed) else {
        let message = format!(
            "source `{}` has `freshness` and nothing that says when rows were loaded",
            source.name
        );
        return Err(Box::new(
            Diagnostic::error("no-loaded-at", message)
                .help("name a column: `loaded_at_field`, or write a query: `loaded_at_query`"),
        ));
    };
    let filter = criteria.filter.as_ref().map(|filter| format!("\nwhere {filter}"));
    Ok(format!(
        "select\nmax({field}) as max_loaded_at,\n{now} as snapshotted_at\nfrom {}{}",
        source.relation,
        filter.unwrap_or_default()
    ))
}

fn read(table: &Table) -> Result<Freshness, String> {
    let [row] = table.rows.as_slice() else {
        return Err(format!("expected one row, found {}", table.rows.len()));
    };
    let [loaded, now] = row.as_slice() else {
        return Err(format!("expected one column, found {}", row.len().saturating_sub(1)));
    };
    let at = |cell: &Cell, column: usize| {
        match cell {
            Cell::Null => Some(long_ago()),
            Cell::Text(text) => moment(text),
            _ => None,
        }
        .ok_or_else(|| {
            let kind = table.columns.get(column).map_or("nothing", |column| &column.data_type);
            format!("expected a time, found a value of type {kind}")
        })
    };
    Ok(Freshness { max_loaded_at: at(loaded, 0)?, snapshotted_at: at(now, 1)? })
}

/// A timestamp, or a date and time without a zone, which then is UTC.
fn moment(text: &str) -> Option<DateTime<Utc>> {
    let zoned = ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"];
    let plain = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let zoned = zoned.iter().find_map(|format| DateTime::parse_from_str(text, format).ok());
    let plain = || plain.iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
    zoned.map(|moment| moment.to_utc()).or_else(|| Some(plain()?.and_utc()))
}

/// What dbt takes for the time of a row that does not exist.
fn long_ago() -> DateTime<Utc> {
    let first = NaiveDate::from_ymd_opt(1, 1, 1).and_then(|date| date.and_hms_opt(0, 0, 0));
    first.map_or(DateTime::<Utc>::MIN_UTC, |first| first.and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_with_and_without_a_zone() {
        let read = |text: &str| moment(text).map(|moment| moment.to_rfc3339());
        let noon = Some("2024-01-31T12:00:00+00:00".to_owned());
        assert_eq!(read("2024-01-31 12:00:00+00:00"), noon);
        assert_eq!(read("2024-01-31 14:00:00+02"), noon);
        assert_eq!(read("2024-01-31 12:00:00"), noon);
        assert_eq!(read("2024-01-31"), None);
        assert_eq!(read("noon"), None);
    }
}
