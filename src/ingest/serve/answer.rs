//! Answers.

use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    body::Bytes,
    header::{self, HeaderValue},
};
use serde_json::{Value, json};

/// An answer.
pub type Answer = Response<Full<Bytes>>;

/// An answer with a JSON body.
pub fn json_answer(status: StatusCode, body: &Value) -> Answer {
    with_type(status, "application/json", body.to_string())
}

/// An answer with a body of a type.
pub fn with_type(status: StatusCode, kind: &'static str, body: String) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body)));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    answer
}

/// A refusal: its kind in a word, and a sentence.
pub fn refusal(status: StatusCode, class: &str, reason: &str) -> Answer {
    json_answer(status, &json!({"error": class, "message": reason}))
}

/// A refusal of now: come again after some seconds.
pub fn later(status: StatusCode, class: &str, reason: &str, secs: u64) -> Answer {
    let mut answer = refusal(status, class, reason);
    answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(secs));
    answer
}
