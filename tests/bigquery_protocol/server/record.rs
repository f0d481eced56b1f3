//! What was on the wire, as text.

use std::collections::HashMap;

use serde_json::Value;

use super::http::{HttpAnswer, HttpRequest};

/// A request and what became of it.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub request: HttpRequest,
    /// None where it was lost.
    pub answer: Option<HttpAnswer>,
    pub note: Option<String>,
}

impl Exchange {
    /// Method, path and query.
    pub fn line(&self) -> String {
        format!("{} {}", self.request.method, self.request.target)
    }
}

/// Headers that say something; the others are the HTTP client's.
const HEADERS: [&str; 7] = [
    "authorization",
    "content-range",
    "content-type",
    "if-match",
    "x-goog-user-project",
    "x-upload-content-length",
    "x-upload-content-type",
];

/// The exchanges as text: random ids are numbered, tokens hidden.
pub fn text(exchanges: &[Exchange]) -> String {
    let mut text = String::new();
    for exchange in exchanges {
        let Exchange { request, answer, note } = exchange;
        text += &format!("{} {}\n", request.method, request.target);
        for (name, value) in &request.headers {
            if HEADERS.contains(&name.as_str()) {
                text += &format!("  {name}: {value}\n");
            }
        }
        text += &body(&request.body);
        let outcome = answer.as_ref().map(|answer| {
            let mut outcome = answer.status.to_string();
            let body: Value = serde_json::from_slice(&answer.body).unwrap_or(Value::Null);
            if let Some(state) = body.pointer("/status/state").and_then(Value::as_str) {
                outcome += &format!(" {state}");
            }
            if let Some(error) = body.pointer("/status/errorResult/reason").and_then(Value::as_str)
            {
                outcome += &format!(" {error}");
            }
            if let Some(complete) = body.get("jobComplete") {
                outcome += &format!(" jobComplete: {complete}");
            }
            if let Some(error) = body.pointer("/error/errors/0/reason").and_then(Value::as_str) {
                outcome += &format!(" {error}");
            }
            outcome
        });
        let outcome = outcome.unwrap_or_else(|| "no answer".to_owned());
        text += &match note {
            Some(note) => format!("=> {outcome} ({note})\n\n"),
            None => format!("=> {outcome}\n\n"),
        };
    }
    hidden(&text)
}

/// Text with random ids numbered in the order of their appearance.
pub fn hidden(text: &str) -> String {
    Names::default().hide(text)
}

/// Changes and jobs as text, for people: what only looks is a line, what waits is left out.
pub fn brief(exchanges: &[Exchange]) -> String {
    let mut blocks: Vec<String> = Vec::new();
    for Exchange { request, .. } in exchanges {
        let waits = request.target.contains("/queries/") || request.target.contains("/jobs/");
        if waits && request.method == "GET" && !request.target.contains("maxResults=1") {
            continue;
        }
        let target = request.target.trim_start_matches("/bigquery/v2/projects/");
        let mut block = format!("{} {target}\n", request.method);
        if let Some(project) = request.header("x-goog-user-project") {
            block += &format!("  x-goog-user-project: {project}\n");
        }
        if request.method != "GET" {
            block += &brief_body(request);
        }
        blocks.push(block);
    }
    // Datasets are listed side by side with what does not wait for it.
    blocks.sort_by_cached_key(|block| match block.contains("/tables?") {
        true => (0, block.clone()),
        false => (1, String::new()),
    });
    in_a_steady_order(&mut blocks);
    hidden(&blocks.join("\n"))
}

/// What runs side by side, in the order of the texts: copies of partitions, questions for tables.
fn in_a_steady_order(blocks: &mut [String]) {
    let ids = regex::Regex::new("elt-[0-9a-f-]{36}").expect("it is one");
    let kind = |block: &str| match block.starts_with("GET ") && block.contains("/tables/") {
        true => 1,
        false => 2 * i32::from(block.contains("sourceTables")),
    };
    for run in blocks.chunk_by_mut(|a, b| kind(a) > 0 && kind(a) == kind(b)) {
        run.sort_by_cached_key(|block| ids.replace_all(block, "").into_owned());
    }
}

/// A body: the SQL of a job as it is read by people, rows as they are sent.
fn brief_body(request: &HttpRequest) -> String {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default();
    if let Ok(mut value) = serde_json::from_slice::<Value>(&request.body) {
        let sql = value.pointer_mut("/configuration/query/query").map(Value::take);
        let mut text = format!("{}\n", pretty(&value));
        if let Some(sql) = sql.as_ref().and_then(Value::as_str) {
            text = text.replace("\"query\": null,", "\"query\": (below),");
            for line in sql.lines() {
                text += &format!("  | {line}\n");
            }
        }
        return text;
    }
    let text = String::from_utf8_lossy(&request.body).replace('\r', "");
    let mut brief = String::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with("--elt-part")) {
        match serde_json::from_str::<Value>(line) {
            Ok(value) if value.get("configuration").is_some() => {
                brief += &format!("{}\n", pretty(&value));
            }
            _ => brief += &format!("  | {line}\n"),
        }
    }
    brief
}

fn body(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return String::new();
    }
    if let Ok(value) = serde_json::from_slice::<Value>(bytes) {
        return format!("{}\n", serde_json::to_string_pretty(&value).unwrap_or_default());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) if bytes.len() < 2000 => format!("{}\n", text.replace('\r', "")),
        _ => format!("({} bytes)\n", bytes.len()),
    }
}

/// Random ids by the order of their appearance.
#[derive(Default)]
struct Names {
    known: HashMap<String, usize>,
}

impl Names {
    fn hide(&mut self, text: &str) -> String {
        let id =
            regex::Regex::new("elt-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").expect("it is one");
        let port = regex::Regex::new("127\\.0\\.0\\.1:[0-9]+").expect("it is one");
        let boundary = regex::Regex::new("elt-part-[0-9a-f]+").expect("it is one");
        let text = id.replace_all(text, |found: &regex::Captures<'_>| {
            let count = self.known.len() + 1;
            let number = *self.known.entry(found[0].to_owned()).or_insert(count);
            format!("[job {number}]")
        });
        let text = port.replace_all(&text, "[server]");
        boundary.replace_all(&text, "[boundary]").into_owned()
    }
}
