//! CloudEvents over HTTP: binary, structured and batched
//! (<https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/bindings/http-protocol-binding.md>).

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::DateTime;
use hyper::HeaderMap;
use serde_json::Value;

use crate::ingest::{
    Format,
    raw_json::{key_text, members},
    stream::{Message, Refusal},
};

/// The media type of an event with its data.
const STRUCTURED: &str = "application/cloudevents+json";
/// The media type of several.
const BATCHED: &str = "application/cloudevents-batch+json";

/// Whether a request holds CloudEvents.
pub fn is_cloud_event(headers: &HeaderMap, media_type: &str) -> bool {
    headers.contains_key("ce-specversion") || media_type.starts_with("application/cloudevents")
}

/// The messages of a request.
///
/// # Errors
/// Where it is no CloudEvent.
pub fn messages(
    headers: &HeaderMap,
    media_type: &str,
    body: Vec<u8>,
) -> Result<Vec<Message>, Refusal> {
    match media_type {
        STRUCTURED => event(text_of(&body)?).map(|message| vec![message]),
        BATCHED => batch(text_of(&body)?),
        _ if media_type.starts_with("application/cloudevents") => Err(broken(format!(
            "`{media_type}` is not supported: send `{STRUCTURED}` or `{BATCHED}`"
        ))),
        _ => binary(headers, media_type, body).map(|message| vec![message]),
    }
}

fn broken(reason: impl Into<String>) -> Refusal {
    Refusal::new("bad-cloud-event", reason)
}

fn text_of(body: &[u8]) -> Result<&str, Refusal> {
    let text = std::str::from_utf8(body).map_err(|error| broken(format!("no UTF-8: {error}")))?;
    // Slicing wants valid JSON.
    serde_json::from_str::<serde::de::IgnoredAny>(text)
        .map_err(|error| broken(format!("the event is no JSON: {error}")))?;
    Ok(text.trim())
}

/// An event whose context is in the headers and whose data is the body.
fn binary(headers: &HeaderMap, media_type: &str, body: Vec<u8>) -> Result<Message, Refusal> {
    let mut context = serde_json::Map::new();
    for (name, value) in headers {
        if let Some(name) = name.as_str().strip_prefix("ce-") {
            let value = value.to_str().map_err(|_| broken(format!("`ce-{name}` is no text")))?;
            context.insert(name.to_owned(), unescaped(value).into());
        }
    }
    let format = match media_type {
        "" => Format::Json,
        kind if is_json(kind) => Format::Json,
        "application/x-ndjson" | "application/jsonl" => Format::NdJson,
        other => return Err(not_json(other)),
    };
    message(context, body, format)
}

/// Header values hold percent-encoded characters.
fn unescaped(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let digits = value.get(at + 1..at + 3).filter(|_| *byte == b'%');
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8(out).unwrap_or_else(|_| value.to_owned())
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type == "text/json" || media_type.ends_with("+json")
}

fn not_json(media_type: &str) -> Refusal {
    broken(format!("the event's data is `{media_type}`: only JSON is landed"))
}

fn batch(text: &str) -> Result<Vec<Message>, Refusal> {
    let mut messages = Vec::new();
    let mut problem = None;
    let read =
        crate::ingest::json_stream::JsonStream::new(text.as_bytes(), 1).records(&[], &mut |one| {
            match event(one) {
                Ok(message) => {
                    messages.push(message);
                    Ok(())
                }
                Err(refusal) => {
                    let reason = format!("event {}: {}", messages.len() + 1, refusal.reason);
                    problem = Some(Refusal { reason: reason.clone(), ..refusal });
                    Err(reason)
                }
            }
        });
    match (read, problem) {
        (_, Some(refusal)) => Err(refusal),
        (Err(error), None) => Err(broken(error.message)),
        (Ok(()), None) if !text.starts_with('[') => Err(broken("a batch is an array of events")),
        (Ok(()), None) => Ok(messages),
    }
}

/// An event as one JSON object.
fn event(text: &str) -> Result<Message, Refusal> {
    let members = members(text).ok_or_else(|| broken("an event is a JSON object"))?;
    let mut context = serde_json::Map::new();
    let (mut data, mut bytes) = (None, None);
    for (key, value) in members {
        match key_text(key).as_str() {
            // As it is written: numbers keep every digit.
            "data" => data = Some(value.as_bytes().to_vec()),
            "data_base64" => {
                let text: String = serde_json::from_str(value).unwrap_or_default();
                let decoded = STANDARD.decode(text.as_bytes());
                bytes = Some(
                    decoded
                        .map_err(|_| Refusal::new("bad-base64", "`data_base64` is no base 64"))?,
                );
            }
            name => {
                let value: Value = serde_json::from_str(value).unwrap_or_default();
                context.insert(name.to_owned(), value);
            }
        }
    }
    let kind = context.get("datacontenttype").and_then(Value::as_str).unwrap_or("application/json");
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if !is_json(&kind) {
        return Err(not_json(&kind));
    }
    let data = match (data, bytes) {
        (Some(_), Some(_)) => return Err(broken("an event has `data` or `data_base64`, not both")),
        (Some(data), None) | (None, Some(data)) => data,
        (None, None) => Vec::new(),
    };
    message(context, data, Format::Json)
}

/// The message of an event: source and id name it.
fn message(
    context: serde_json::Map<String, Value>,
    data: Vec<u8>,
    format: Format,
) -> Result<Message, Refusal> {
    let text = |name: &str| {
        let value = context.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        value.ok_or_else(|| broken(format!("a CloudEvent needs `{name}`, a text")))
    };
    let version = text("specversion")?;
    if version != "1.0" && version != "0.3" {
        return Err(broken(format!("version `{version}` of CloudEvents is not supported")));
    }
    text("type")?;
    let uri = format!("cloudevent:{}#{}", text("source")?, text("id")?);
    let time = context.get("time").and_then(Value::as_str);
    let published = time.and_then(|time| DateTime::parse_from_rfc3339(time).ok());
    Ok(Message {
        uri,
        identified: true,
        data,
        format,
        published: published.map(|time| time.to_utc()),
        context: Some(Value::Object(context).to_string()),
        attempts: 1,
    })
}

#[cfg(test)]
mod tests {
    use hyper::header::HeaderValue;

    use super::*;

    #[test]
    fn the_three_modes_say_the_same() {
        let mut headers = HeaderMap::new();
        for (name, value) in
            [("ce-specversion", "1.0"), ("ce-type", "t"), ("ce-source", "/s%20x"), ("ce-id", "7")]
        {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let data = r#"{"n":1.10}"#;
        let binary = messages(&headers, "application/json", data.as_bytes().to_vec());
        let one =
            format!(r#"{{"specversion":"1.0","type":"t","source":"/s x","id":"7","data":{data}}}"#);
        let plain = HeaderMap::new();
        let structured = messages(&plain, STRUCTURED, one.clone().into_bytes());
        let batched = messages(&plain, BATCHED, format!("[{one}]").into_bytes());
        for found in [binary, structured, batched] {
            let found = found.expect("an event");
            assert_eq!(found.len(), 1);
            assert_eq!(found[0].uri, "cloudevent:/s x#7");
            assert_eq!(found[0].data, data.as_bytes());
        }
    }

    #[test]
    fn what_is_no_event_is_refused() {
        let refused = |media_type: &str, body: &str| {
            messages(&HeaderMap::new(), media_type, body.as_bytes().to_vec())
                .expect_err("it is none")
                .reason
        };
        assert!(refused(STRUCTURED, "{").contains("no JSON"));
        assert!(refused(STRUCTURED, "[]").contains("a JSON object"));
        let no_id = r#"{"specversion":"1.0","type":"t","source":"s","data":1}"#;
        assert_eq!(refused(STRUCTURED, no_id), "a CloudEvent needs `id`, a text");
        assert!(refused(BATCHED, &format!("[{no_id}]")).starts_with("event 1: "));
        let both = r#"{"specversion":"1.0","type":"t","source":"s","id":"1","data":1,"data_base64":"MQ=="}"#;
        assert!(refused(STRUCTURED, both).contains("not both"));
        assert!(refused("application/cloudevents+avro", "x").contains("is not supported"));
    }
}
