//! The requests of a Pub/Sub push subscription
//! (<https://cloud.google.com/pubsub/docs/push#receive_push>).

use chrono::DateTime;
use hyper::HeaderMap;
use serde_json::{Value, json};

use crate::ingest::{
    Format,
    pubsub::read_message,
    stream::{Message, Refusal},
};

/// What the headers of a request without a wrapper begin with
/// (<https://cloud.google.com/pubsub/docs/payload-unwrapping>).
const HEADERS: &str = "x-goog-pubsub-";

/// Whether a request has no wrapper and says in its headers what message it holds.
pub fn is_unwrapped(headers: &HeaderMap) -> bool {
    headers.contains_key("x-goog-pubsub-message-id")
}

/// The wrapper, where a body is one.
pub fn wrapper(body: &[u8]) -> Option<serde_json::Map<String, Value>> {
    let Ok(Value::Object(map)) = serde_json::from_slice(body) else { return None };
    let message = map.get("message")?.as_object()?;
    let named = message.contains_key("messageId") || message.contains_key("message_id");
    (named && map.get("subscription")?.is_string()).then_some(map)
}

/// The message of a wrapper.
///
/// # Errors
/// The message without its data, and why that cannot be read.
pub fn wrapped(
    wrapper: &serde_json::Map<String, Value>,
    format: Format,
) -> Result<Message, Box<(Message, Refusal)>> {
    let subscription = wrapper.get("subscription").and_then(Value::as_str).unwrap_or_default();
    let attempts = wrapper.get("deliveryAttempt").and_then(Value::as_u64).unwrap_or(1);
    let attempts = u32::try_from(attempts).unwrap_or(u32::MAX);
    let empty = serde_json::Map::new();
    let message = wrapper.get("message").and_then(Value::as_object).unwrap_or(&empty);
    read_message(subscription, message, format, attempts).map_err(|problem| {
        let (message, reason) = *problem;
        Box::new((message, Refusal::new("bad-base64", reason)))
    })
}

/// The message of a request without a wrapper.
pub fn unwrapped(headers: &HeaderMap, body: Vec<u8>, format: Format) -> Message {
    let text = |name: &str| {
        let value = headers.get(format!("{HEADERS}{name}"))?.to_str().ok();
        value.filter(|text| !text.is_empty())
    };
    let (id, time) = (text("message-id"), text("publish-time"));
    let published = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    let known = ["message-id", "publish-time", "ordering-key", "subscription-name"];
    let attributes: serde_json::Map<String, Value> = headers
        .iter()
        .filter_map(|(name, value)| {
            let name = name.as_str().strip_prefix(HEADERS)?;
            (!known.contains(&name)).then(|| (name.to_owned(), value.to_str().ok().into()))
        })
        .collect();
    let context = json!({
        "id": id, "publish_time": time, "ordering_key": text("ordering-key"),
        "attributes": attributes,
    });
    Message {
        uri: format!(
            "pubsub://{}/messages/{}",
            text("subscription-name").unwrap_or_default(),
            id.unwrap_or_default()
        ),
        identified: true,
        data: body,
        format,
        published: published.map(|time| time.to_utc()),
        context: Some(context.to_string()),
        attempts: 1,
    }
}
