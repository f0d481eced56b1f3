//! Tells others of landed rows: a CloudEvent each, to a topic of Pub/Sub, in the order of each key.
//!
//! The bronze table is the outbox: what is in it was committed before anything is told of it, and which
//! of its loads have been told is kept beside it. So what cannot be published now is published by the
//! next run, and what a kill leaves unsaid is said again under the same id.

use std::sync::Arc;

use chrono::Utc;
use serde_json::{Value, json};

use super::PubSubClient;
use crate::{
    adapter::Adapter,
    ingest::{
        Feed, FeedMetrics, IngestRequest, Publish, envelope::timestamp, fetch::FetchContext,
        landing,
    },
    plan::{Plan, Rows, Step},
    relation::{Cell, Dialect, Relation},
};

/// The table of what has been published, in the feed's schema.
const PUBLISHED: &str = "elt_published";
/// Its columns with their GoogleSQL types.
const PUBLISHED_COLUMNS: [(&str, &str); 6] = [
    ("table_name", "STRING"),
    ("topic", "STRING"),
    ("load_id", "STRING"),
    // The last row of the load that was published.
    ("seq", "INT64"),
    // Whether the load has no more.
    ("is_whole", "BOOL"),
    ("published_at", "TIMESTAMP"),
];
/// Messages of one request; a thousand are allowed
/// (<https://cloud.google.com/pubsub/quotas#resource_limits>).
const MESSAGES: usize = 500;
/// Bytes of one request, of the ten million that are allowed.
const REQUEST_BYTES: usize = 6_000_000;
/// The longest ordering key that is allowed.
const ORDERING_KEY_BYTES: usize = 1_024;

/// Publishes what has not been published of a feed's table: how many rows.
///
/// # Errors
/// A sentence; what was not published stays in the table, and the next run publishes it.
pub async fn publish(
    feed: &Feed,
    publish: &Publish,
    request: &IngestRequest,
    context: &FetchContext,
) -> Result<u64, String> {
    let metrics = Arc::<FeedMetrics>::default();
    let emulator = (request.env)("PUBSUB_EMULATOR_HOST");
    let client =
        PubSubClient::new(emulator.as_deref(), || (request.google)(), Arc::clone(&metrics))?;
    let outbox = Outbox { feed, topic: &publish.topic, request, context };
    let published = outbox.publish(&client).await;
    metrics.add_to(&context.stats);
    published
}

struct Outbox<'a> {
    feed: &'a Feed,
    topic: &'a str,
    request: &'a IngestRequest,
    context: &'a FetchContext,
}

impl Outbox<'_> {
    async fn publish(&self, client: &PubSubClient) -> Result<u64, String> {
        let adapter = self.request.adapter.as_ref();
        let table = &self.feed.relation;
        if columns(adapter, table).await?.is_none() {
            return Ok(0);
        }
        let mut count = 0;
        for (load, after) in self.open_loads().await? {
            let mut after = after;
            loop {
                if self.context.cancel.is_cancelled() {
                    return Ok(count);
                }
                let rows = self.rows(&load, after).await?;
                let Some(last) = rows.last().map(|row| row.seq) else { break };
                let messages: Vec<Value> =
                    rows.iter().map(|row| self.message(&load, row)).collect();
                for some in requests(&messages) {
                    client.publish(self.topic, some).await?;
                }
                count += rows.len() as u64;
                let is_whole = rows.len() < MESSAGES;
                self.note(&load, last, is_whole).await?;
                if is_whole {
                    break;
                }
                after = last;
            }
        }
        Ok(count)
    }

    /// The loads that have not been published to their end, the earliest first, with the last row that
    /// was.
    async fn open_loads(&self) -> Result<Vec<(String, i64)>, String> {
        let table = &self.feed.relation;
        let published = table.with_identifier(PUBLISHED);
        let adapter = self.request.adapter.as_ref();
        let known = match columns(adapter, &published).await? {
            Some(_) => format!(
                "select load_id, max(seq) as seq, max(case when is_whole then 1 else 0 end) as whole
  from {published} where table_name = '{}' and topic = '{}' group by load_id",
                table.identifier, self.topic
            ),
            None => format!("select '' as load_id, 0 as seq, 0 as whole from {table} limit 0"),
        };
        let sql = format!(
            "select loads._load_id, coalesce(known.seq, -1) as seq
from (
  select _load_id, min(_ingested_at) as began from {table} group by _load_id
) as loads
left join ({known}) as known on known.load_id = loads._load_id
where coalesce(known.whole, 0) = 0
order by loads.began, loads._load_id"
        );
        let found = self.query(&sql).await?;
        Ok(found
            .into_iter()
            .filter_map(|row| Some((text(row.first())?, integer(row.get(1)))))
            .collect())
    }

    async fn rows(&self, load: &str, after: i64) -> Result<Vec<Row>, String> {
        let payload = match self.feed.relation.dialect {
            Dialect::GoogleSql => "to_json_string(payload)",
            Dialect::DuckDb => "cast(payload as varchar)",
        };
        let sql = format!(
            "select _seq, _record_key, cast(_ingested_at as string) as moment, {payload} as payload
from {} where _load_id = '{load}' and _seq > {after} order by _seq limit {MESSAGES}",
            self.feed.relation
        );
        let found = self.query(&sql).await?;
        let row = |row: Vec<Cell>| Row {
            seq: integer(row.first()),
            key: text(row.get(1)).unwrap_or_default(),
            at: rfc_3339(&text(row.get(2)).unwrap_or_default()),
            payload: text(row.get(3)).unwrap_or_default(),
        };
        Ok(found.into_iter().map(row).collect())
    }

    /// A row as a CloudEvent in binary mode
    /// (<https://github.com/google/knative-gcp/blob/main/docs/spec/pubsub-protocol-binding.md>).
    fn message(&self, load: &str, row: &Row) -> Value {
        let payload: Value = serde_json::from_str(&row.payload).unwrap_or_default();
        let named = |key: &str| payload.get(key).and_then(Value::as_str);
        let (source, stream) = (&self.feed.source, &self.feed.stream);
        let id = named("event_id").map_or_else(|| format!("{load}/{}", row.seq), str::to_owned);
        let kind = match named("change").or_else(|| named("event_type")) {
            Some(kind) => format!("{source}.{stream}.{kind}"),
            None => format!("{source}.{stream}"),
        };
        let data = base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            row.payload.as_bytes(),
        );
        let mut message = json!({
            "data": data,
            "attributes": {
                "content-type": "application/json",
                "ce-specversion": "1.0", "ce-id": id, "ce-type": kind,
                "ce-source": format!("/{source}/{stream}"),
                "ce-subject": row.key, "ce-time": row.at,
            },
        });
        if !row.key.is_empty() && row.key.len() <= ORDERING_KEY_BYTES {
            message["orderingKey"] = row.key.as_str().into();
        }
        message
    }

    /// Keeps how far a load is published.
    async fn note(&self, load: &str, seq: i64, is_whole: bool) -> Result<(), String> {
        let table = &self.feed.relation;
        let text = |text: &str| Cell::Text(text.to_owned());
        let row = vec![
            text(&table.identifier),
            text(self.topic),
            text(load),
            Cell::Int(seq),
            Cell::Bool(is_whole),
            text(&timestamp(Utc::now())),
        ];
        let plan = Plan {
            context: Default::default(),
            unique_id: self.feed.unique_id.clone(),
            materialization: "ingest".to_owned(),
            steps: vec![Step::Append {
                relation: table.with_identifier(PUBLISHED),
                columns: landing::columns_in(table.dialect, &PUBLISHED_COLUMNS),
                rows: Rows::Held(Arc::new(vec![row])),
            }],
            relation: None,
        };
        // What was published is noted also when the user wants to stop.
        let done = self.request.adapter.apply(&plan, &crate::adapter::Cancel::default()).await;
        done.map(|_| ()).map_err(|error| error.message)
    }

    async fn query(&self, sql: &str) -> Result<Vec<Vec<Cell>>, String> {
        let found = self.request.adapter.query(sql, None, &self.context.cancel).await;
        found.map(|table| table.rows).map_err(|error| error.message)
    }
}

struct Row {
    seq: i64,
    key: String,
    at: String,
    payload: String,
}

async fn columns(
    adapter: &dyn Adapter,
    relation: &Relation,
) -> Result<Option<Vec<crate::relation::Column>>, String> {
    adapter.columns(relation).await.map_err(|error| error.message)
}

/// Messages in pieces that a request may hold.
fn requests(messages: &[Value]) -> Vec<&[Value]> {
    let (mut pieces, mut from, mut bytes) = (Vec::new(), 0, 0);
    for (at, message) in messages.iter().enumerate() {
        let size = message["data"].as_str().map_or(0, str::len) + 1_024;
        if at > from && bytes + size > REQUEST_BYTES {
            pieces.push(&messages[from..at]);
            (from, bytes) = (at, 0);
        }
        bytes += size;
    }
    if from < messages.len() {
        pieces.push(&messages[from..]);
    }
    pieces
}

/// A time as CloudEvents write it, from one as SQL does.
fn rfc_3339(text: &str) -> String {
    let text = text.replacen(' ', "T", 1);
    match text.strip_suffix("+00") {
        Some(bare) => format!("{bare}Z"),
        None => text,
    }
}

fn text(cell: Option<&Cell>) -> Option<String> {
    match cell {
        Some(Cell::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

fn integer(cell: Option<&Cell>) -> i64 {
    match cell {
        Some(Cell::Int(number)) => *number,
        Some(Cell::Text(text) | Cell::Decimal(text)) => text.parse().unwrap_or(0),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_messages_go_in_requests_of_their_own() {
        let message = |bytes: usize| json!({"data": "x".repeat(bytes)});
        let messages = [message(10), message(5_000_000), message(2_000_000), message(7_000_000)];
        let sizes: Vec<usize> = requests(&messages).iter().map(|piece| piece.len()).collect();
        assert_eq!(sizes, [2, 1, 1]);
        assert!(requests(&[]).is_empty());
        assert_eq!(rfc_3339("2026-01-02 03:04:05.678+00"), "2026-01-02T03:04:05.678Z");
    }
}
