//! A message of Pub/Sub, as both its push requests and its pull answers hold it
//! (<https://cloud.google.com/pubsub/docs/reference/rest/v1/PubsubMessage>).

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::DateTime;
use serde_json::{Map, Value, json};

use crate::ingest::{Format, stream::Message};

/// Reads a message; `subscription` says where it came from.
///
/// # Errors
/// The message without its data, and why that cannot be read.
pub fn read_message(
    subscription: &str,
    message: &Map<String, Value>,
    format: Format,
    attempts: u32,
) -> Result<Message, Box<(Message, String)>> {
    // Push requests hold both spellings.
    let text = |one: &str, other: &str| {
        let value = message.get(one).or_else(|| message.get(other));
        value.and_then(Value::as_str).filter(|text| !text.is_empty())
    };
    let id = text("messageId", "message_id");
    let time = text("publishTime", "publish_time");
    let published = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    let context = json!({
        "id": id,
        "publish_time": time,
        "ordering_key": text("orderingKey", "ordering_key"),
        "attributes": message.get("attributes").cloned().unwrap_or_else(|| json!({})),
    });
    let mut read = Message {
        uri: uri(subscription, id.unwrap_or_default()),
        identified: id.is_some(),
        data: Vec::new(),
        format,
        published: published.map(|time| time.to_utc()),
        context: Some(context.to_string()),
        attempts,
    };
    match message.get("data") {
        None | Some(Value::Null) => Ok(read),
        Some(Value::String(text)) => match STANDARD.decode(text.as_bytes()) {
            Ok(data) => {
                read.data = data;
                Ok(read)
            }
            Err(error) => {
                read.data = text.as_bytes().to_vec();
                Err(Box::new((read, format!("`data` is no base 64: {error}"))))
            }
        },
        Some(other) => {
            read.data = other.to_string().into_bytes();
            Err(Box::new((read, "`data` is no text in base 64".to_owned())))
        }
    }
}

/// The address of a message: it names it.
fn uri(subscription: &str, id: &str) -> String {
    format!("pubsub://{subscription}/messages/{id}")
}
