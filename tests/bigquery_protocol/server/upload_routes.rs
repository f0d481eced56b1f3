//! `jobs.insert` with rows: in one request, or in pieces.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    answer::{error, not_found},
    http::{HttpAnswer, HttpRequest},
    job_routes,
    running_server::Shared,
};

/// Uploads that are under way, and what was loaded.
#[derive(Debug, Default)]
pub struct Uploads {
    sessions: BTreeMap<String, Session>,
    begun: usize,
    /// The rows of each load job.
    pub loaded: BTreeMap<String, Vec<u8>>,
    /// Sessions that are forgotten once they hold so many bytes.
    pub forget_at: Vec<usize>,
    /// Bytes of a piece that are kept at most, a multiple of 256 KiB.
    pub keep: Option<usize>,
}

#[derive(Debug)]
struct Session {
    project: String,
    job: Value,
    length: usize,
    rows: Vec<u8>,
    /// The answer to the last piece.
    done: Option<HttpAnswer>,
}

fn job_id(job: &Value) -> String {
    job.pointer("/jobReference/jobId").and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn insert(shared: &Shared, project: &str, job: &Value, rows: Vec<u8>) -> HttpAnswer {
    let id = job_id(job);
    let mut state = shared.state();
    let is_new = !state.jobs.by_id.contains_key(&id);
    if is_new {
        // Before the job, which may end at once.
        state.uploads.loaded.insert(id.clone(), rows);
    }
    drop(state);
    let answer = job_routes::insert(shared, project, job);
    if is_new && answer.status != 200 {
        shared.state().uploads.loaded.remove(&id);
    }
    answer
}

/// Begins an upload, or takes it whole.
pub fn begin(shared: &Shared, request: &HttpRequest, project: &str) -> HttpAnswer {
    match request.param("uploadType") {
        Some("multipart") => {
            let Some((job, rows)) = parts(request) else {
                return error(400, "badRequest", "the parts cannot be read");
            };
            insert(shared, project, &job, rows)
        }
        Some("resumable") => {
            let mut state = shared.state();
            state.uploads.begun += 1;
            let name = format!("session-{}", state.uploads.begun);
            let length = request.header("x-upload-content-length");
            let session = Session {
                project: project.to_owned(),
                job: request.json(),
                length: length.and_then(|length| length.parse().ok()).unwrap_or(0),
                rows: Vec::new(),
                done: None,
            };
            state.uploads.sessions.insert(name.clone(), session);
            drop(state);
            let url = format!("{}/sessions/{name}", shared.url());
            HttpAnswer {
                status: 200,
                headers: vec![("location".to_owned(), url)],
                body: Vec::new(),
            }
        }
        _ => error(400, "badRequest", "no such upload"),
    }
}

/// The two parts of a request: a job, and its rows.
fn parts(request: &HttpRequest) -> Option<(Value, Vec<u8>)> {
    let boundary = request.header("content-type")?.split_once("boundary=")?.1;
    let marker = format!("--{boundary}").into_bytes();
    let body = &request.body;
    let places: Vec<usize> =
        (0..body.len()).filter(|at| body[*at..].starts_with(&marker)).collect();
    let part = |number: usize| {
        let part = &body[places.get(number)? + marker.len()..places.get(number + 1)? - 2];
        let head = part.windows(4).position(|four| four == b"\r\n\r\n")?;
        Some(&part[head + 4..])
    };
    Some((serde_json::from_slice(part(0)?).ok()?, part(1)?.to_vec()))
}

/// Takes a piece, or tells how far an upload is.
pub fn piece(shared: &Shared, request: &HttpRequest, name: &str) -> HttpAnswer {
    if request.header("authorization").is_none() {
        // Sessions are on the server's own address here.
        return error(401, "authError", "no token");
    }
    let mut state = shared.state();
    let uploads = &mut state.uploads;
    let Some(session) = uploads.sessions.get_mut(name) else {
        return not_found("the upload");
    };
    if let Some(done) = &session.done {
        return done.clone();
    }
    let range = request.header("content-range").unwrap_or_default();
    let (place, total) = range.trim_start_matches("bytes ").split_once('/').unwrap_or_default();
    if total.parse().ok() != Some(session.length) {
        return error(400, "badRequest", "another length");
    }
    if let Some((from, to)) = place.split_once('-') {
        let (from, to): (usize, usize) = (from.parse().unwrap_or(0), to.parse().unwrap_or(0));
        if from != session.rows.len() || to + 1 - from != request.body.len() {
            return error(400, "badRequest", "a piece that does not fit");
        }
        let keep = uploads.keep.unwrap_or(usize::MAX).min(request.body.len());
        session.rows.extend_from_slice(&request.body[..keep]);
    }
    let stored = session.rows.len();
    if uploads.forget_at.first().is_some_and(|limit| stored >= *limit) {
        uploads.forget_at.remove(0);
        uploads.sessions.remove(name);
        return error(410, "gone", "the upload is gone");
    }
    if stored < session.length {
        let headers = match stored {
            0 => Vec::new(),
            _ => vec![("range".to_owned(), format!("bytes=0-{}", stored - 1))],
        };
        return HttpAnswer { status: 308, headers, body: Vec::new() };
    }
    let (project, job, rows) = (session.project.clone(), session.job.clone(), session.rows.clone());
    drop(state);
    let answer = insert(shared, &project, &job, rows);
    if let Some(session) = shared.state().uploads.sessions.get_mut(name) {
        session.done = Some(answer.clone());
    }
    answer
}
