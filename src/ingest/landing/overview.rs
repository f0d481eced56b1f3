//! What is known of a feed, for people.

use serde_json::{Value, json};

use super::{
    Batch, FeedState, Lander, Load, StateEntry, Target,
    state::{FILE, LOAD, RESET, literal},
    tables::{STATE, beside},
};
use crate::{
    adapter::{Adapter, AdapterError, Cancel},
    ingest::{Envelope, Feed, FeedKind},
    relation::{Cell, Relation},
};

/// What is known of a feed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FeedOverview {
    /// Loads that were committed.
    pub commits: u64,
    /// What the last one said of itself.
    pub last_load: Option<Value>,
    /// Rows of the feed's own table.
    pub rows: u64,
    /// Rows that the last load added to it.
    pub rows_of_last_load: u64,
    /// Files that are not read again.
    pub files: u64,
    /// What else is remembered: kind, name and value.
    pub remembered: Vec<(String, String, Value)>,
}

/// What is known of a feed. What tables of one stream have in common is remembered under the first of
/// them, `first`; a feed of its own is its first.
///
/// # Errors
/// What the warehouse says.
pub async fn overview(
    adapter: &dyn Adapter,
    feed: &Feed,
    first: &Feed,
    cancel: &Cancel,
) -> Result<FeedOverview, AdapterError> {
    let main = &feed.relation;
    if matches!(feed.kind, FeedKind::Push(_) | FeedKind::PubSub(_)) {
        return of_messages(adapter, main, cancel).await;
    }
    let state = FeedState::read(adapter, main, &first.unique_id, cancel).await?;
    if state.commit_number == 0 {
        return Ok(FeedOverview::default());
    }
    let count = async |sql: String| {
        let table = adapter.query(&sql, None, cancel).await?;
        Ok::<u64, AdapterError>(match table.rows.first().and_then(|row| row.first()) {
            Some(Cell::Int(count)) => u64::try_from(*count).unwrap_or(0),
            _ => 0,
        })
    };
    let last_load = state.get(LOAD, "").cloned();
    let part = |key: &str| last_load.as_ref().and_then(|last| last.get(key)?.as_str());
    let of_last = match (part("load_id"), part("ingested_at")) {
        (Some(id), Some(at)) => {
            let (id, at) = (literal(id), literal(at));
            let sql = format!(
                "select count(*) as n from {main} where _load_id = '{id}' and _ingested_at = timestamp '{at}'"
            );
            count(sql).await?
        }
        _ => 0,
    };
    let table = beside(main, STATE);
    let name = literal(first.unique_id.as_str());
    let files = format!(
        "select count(distinct name) as n from {table} where feed = '{name}' and kind = '{FILE}' and \
         commit_number > (select coalesce(max(commit_number), 0) from {table} where feed = '{name}' \
         and kind = '{RESET}')"
    );
    let rows = format!(
        "select count(*) as n from {main} where _ingested_at >= timestamp '1970-01-01 00:00:00+00:00'"
    );
    Ok(FeedOverview {
        commits: state.commit_number,
        rows: count(rows).await?,
        rows_of_last_load: of_last,
        files: count(files).await?,
        remembered: state.others(LOAD),
        last_load,
    })
}

/// What a table says of itself that messages are landed in: of those nothing else is remembered.
async fn of_messages(
    adapter: &dyn Adapter,
    table: &Relation,
    cancel: &Cancel,
) -> Result<FeedOverview, AdapterError> {
    if adapter.columns(table).await?.is_none() {
        return Ok(FeedOverview::default());
    }
    let all = "_ingested_at >= timestamp '1970-01-01 00:00:00+00:00'";
    let sql = format!(
        "select _load_id, max(_run_id) as run_id, cast(max(_ingested_at) as string) as ingested_at,
  count(*) as n, sum(count(*)) over () as all_rows, count(*) over () as loads
from {table}
where {all}
group by _load_id
order by max(_ingested_at) desc
limit 1"
    );
    let found = adapter.query(&sql, None, cancel).await?;
    let Some(last) = found.rows.into_iter().next() else { return Ok(FeedOverview::default()) };
    let mut cells = last.into_iter().map(|cell| cell.as_text().unwrap_or_default());
    let mut text = || cells.next().unwrap_or_default();
    let (load_id, run_id) = (text(), text());
    // As the state of other feeds has it.
    let at = text().replacen(' ', "T", 1);
    let at = at.strip_suffix("+00").map_or(at.clone(), |bare| format!("{bare}+00:00"));
    let last = json!({"load_id": load_id, "run_id": run_id, "ingested_at": at});
    let mut number = || text().parse().unwrap_or(0);
    Ok(FeedOverview {
        rows_of_last_load: number(),
        rows: number(),
        commits: number(),
        last_load: Some(last),
        ..FeedOverview::default()
    })
}

/// Takes back what is remembered of a feed: all of it is read again, and what is there already is not
/// landed again.
///
/// # Errors
/// What the warehouse says.
pub async fn reset(
    lander: &Lander,
    feed: &Feed,
    run_id: &str,
    cancel: &Cancel,
) -> Result<(), AdapterError> {
    let envelope = Envelope {
        ingested_at: chrono::Utc::now(),
        run_id: run_id.to_owned(),
        load_id: uuid::Uuid::new_v4().simple().to_string(),
    };
    let load = Load { feed: feed.unique_id.clone(), envelope, targets: vec![Target::of(feed)] };
    let batch = Batch { state: vec![StateEntry::forget(RESET, "")], ..Batch::default() };
    lander.land(&load, batch, cancel).await.map(|_| ())
}
