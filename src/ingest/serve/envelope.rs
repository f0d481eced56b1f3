//! What a request holds.

use hyper::HeaderMap;

use super::{cloud_events, push_request};
use crate::ingest::{
    Format, PushEnvelope, PushFeed,
    stream::{Message, Refusal},
};

/// The messages of a request, and who is told what is wrong with them.
pub struct Received {
    /// The messages; or one that cannot be read, with why.
    pub messages: Vec<Result<Message, Box<(Message, Refusal)>>>,
    /// Whether a broker sent it, which sends it again until it is taken: what is wrong with a message
    /// goes to the dead letters. Others are told.
    pub by_broker: bool,
}

/// Reads a request.
///
/// # Errors
/// Where its envelope is broken: whoever sent that is told, broker or not.
pub fn read_request(
    feed: &PushFeed,
    format: Format,
    headers: &HeaderMap,
    body: Vec<u8>,
) -> Result<Received, Refusal> {
    let header = headers.get(hyper::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = header.and_then(|text| text.split(';').next()).unwrap_or_default();
    let media_type = media_type.trim().to_ascii_lowercase();
    let auto = feed.envelope == PushEnvelope::Auto;
    if feed.envelope == PushEnvelope::CloudEvents
        || auto && cloud_events::is_cloud_event(headers, &media_type)
    {
        let messages = cloud_events::messages(headers, &media_type, body)?;
        return Ok(Received { messages: messages.into_iter().map(Ok).collect(), by_broker: true });
    }
    if auto || feed.envelope == PushEnvelope::PubSub {
        if push_request::is_unwrapped(headers) {
            let message = push_request::unwrapped(headers, body, format);
            return Ok(Received { messages: vec![Ok(message)], by_broker: true });
        }
        if let Some(wrapper) = push_request::wrapper(&body) {
            let message = push_request::wrapped(&wrapper, format);
            return Ok(Received { messages: vec![message], by_broker: true });
        }
        if feed.envelope == PushEnvelope::PubSub {
            let reason = "the body is no push request of Pub/Sub: `message.messageId` and `subscription` are wanted";
            return Err(Refusal::new("bad-envelope", reason));
        }
    }
    let format = match media_type.as_str() {
        "application/x-ndjson"
        | "application/ndjson"
        | "application/jsonl"
        | "application/jsonlines" => Format::NdJson,
        _ => format,
    };
    // A sender that names its request may send it again.
    let name = headers.get("idempotency-key").and_then(|value| value.to_str().ok());
    let name = name.map(str::trim).filter(|name| !name.is_empty());
    let path = &feed.path;
    let message = Message {
        uri: name.map_or_else(|| format!("push:{path}"), |name| format!("push:{path}#{name}")),
        identified: name.is_some(),
        data: body,
        format,
        published: None,
        context: None,
        attempts: 1,
    };
    Ok(Received { messages: vec![Ok(message)], by_broker: false })
}
