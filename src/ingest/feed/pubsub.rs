//! Feeds that are pulled from a Pub/Sub subscription.

use serde_json::{Map, Value};

use super::{
    push::{field, no_tables},
    reader::Reader,
};

/// Keys of its own.
pub(super) const KEYS: &[&str] =
    &["subscription", "max_messages", "max_deliveries", "ack_deadline_secs", "message_field"];
/// Messages of one request, where the feed does not say.
const DEFAULT_MAX_MESSAGES: u64 = 1_000;
/// Seconds that a message is kept from other subscribers, where the feed does not say.
const DEFAULT_ACK_DEADLINE_SECS: u64 = 60;

/// A subscription.
#[derive(Clone, Debug)]
pub struct PubSubFeed {
    /// `projects/<project>/subscriptions/<name>`.
    pub subscription: String,
    /// Messages of one request at most.
    pub max_messages: u64,
    /// Deliveries of a message after which it is put among the dead letters, unread; the broker counts
    /// them where the subscription has a dead-letter policy.
    pub max_deliveries: Option<u64>,
    /// Seconds that a message is kept from other subscribers; extended while it is being landed.
    pub ack_deadline_secs: u64,
    /// The payload's field that keeps what the envelope says.
    pub message_field: Option<String>,
}

/// Reads the keys of a feed that is pulled from a subscription.
pub(super) fn read(reader: &mut Reader<'_>, map: &Map<String, Value>) -> Option<PubSubFeed> {
    let Some(subscription) = map.get("subscription").and_then(Value::as_str) else {
        reader.problem("ingest", "a feed of type `pubsub` needs a `subscription`", None);
        return None;
    };
    let parts: Vec<&str> = subscription.split('/').collect();
    let named = matches!(parts[..], ["projects", project, "subscriptions", name]
        if !project.is_empty() && !name.is_empty());
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.~+%:".contains(c);
    if !named || !subscription.chars().all(plain) {
        let help = "write `projects/<project>/subscriptions/<name>`".to_owned();
        let message = format!("`{subscription}` is no subscription");
        reader.problem("subscription", &message, Some(help));
        return None;
    }
    no_tables(reader, map)?;
    Some(PubSubFeed {
        subscription: subscription.to_owned(),
        max_messages: number(reader, map, "max_messages", 1..=1_000)?
            .unwrap_or(DEFAULT_MAX_MESSAGES),
        max_deliveries: number(reader, map, "max_deliveries", 1..=1_000)?,
        // The limits are the service's.
        ack_deadline_secs: number(reader, map, "ack_deadline_secs", 10..=600)?
            .unwrap_or(DEFAULT_ACK_DEADLINE_SECS),
        message_field: field(reader, map)?,
    })
}

fn number(
    reader: &mut Reader<'_>,
    map: &Map<String, Value>,
    key: &str,
    range: std::ops::RangeInclusive<u64>,
) -> Option<Option<u64>> {
    let Some(value) = map.get(key) else { return Some(None) };
    let number = value.as_u64().filter(|number| range.contains(number));
    if number.is_none() {
        let message = format!("`{key}` must be from {} to {}", range.start(), range.end());
        reader.problem(key, &message, None);
    }
    number.map(Some)
}
