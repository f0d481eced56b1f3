//! Errors as BigQuery writes them.

use serde_json::{Value, json};

use super::http::HttpAnswer;

/// An HTTP error with a reason.
pub fn error(status: u16, reason: &str, message: &str) -> HttpAnswer {
    let item = json!({"message": message, "domain": "global", "reason": reason});
    let body = json!({"error": {"code": status, "message": message, "errors": [item]}});
    HttpAnswer::json(status, &body)
}

pub fn not_found(what: &str) -> HttpAnswer {
    error(404, "notFound", &format!("Not found: {what}"))
}

/// `ErrorProto`.
pub fn proto(reason: &str, message: &str) -> Value {
    json!({"reason": reason, "message": message})
}
