//! Sending rows with a load job
//! (<https://cloud.google.com/bigquery/docs/reference/api-uploads>).

use std::{
    path::Path,
    time::{Duration, Instant},
};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

use super::{
    LoadSource,
    submit::{Found, Submitted, read_job},
};
use crate::adapter::{
    Cancel,
    bigquery::{
        client::BigQueryClient,
        error::{BigQueryError, BigQueryErrorKind},
        http::{Address, Answer, Fault, Request, Stop},
        resource::JobRef,
    },
};

/// Rows up to this size are sent with the job, in one request; what is larger, in pieces.
const MAX_MULTIPART_BYTES: u64 = 4 * 1024 * 1024;
/// A piece: a multiple of 256 KiB, as is asked for; large enough that the answers do not count, small
/// enough to be held in memory by each thread.
const PIECE_BYTES: u64 = 16 * 1024 * 1024;
/// How long one attempt at sending a piece may take: 16 MiB at 0.5 Mbit/s.
const PIECE_TIMEOUT: Duration = Duration::from_secs(300);
/// Uploads that are begun anew because BigQuery forgot them.
const MAX_SESSIONS: u32 = 5;
/// "Resume incomplete".
const RESUME: u16 = 308;

/// What is sent.
enum Rows {
    Bytes(std::sync::Arc<[u8]>),
    File(File, u64),
}

impl Rows {
    async fn open(source: &LoadSource) -> Result<Self, BigQueryError> {
        match source {
            LoadSource::Bytes(bytes) => Ok(Self::Bytes(bytes.clone())),
            LoadSource::File(path) => {
                let file = File::open(path).await.map_err(|error| unreadable(path, &error))?;
                let length = file.metadata().await.map_err(|error| unreadable(path, &error))?.len();
                Ok(Self::File(file, length))
            }
            LoadSource::Uris(_) => Ok(Self::Bytes(std::sync::Arc::default())),
        }
    }

    fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::File(_, length) => *length,
        }
    }

    /// At most `length` bytes from `offset`, which is not behind the end.
    async fn piece(&mut self, offset: u64, length: u64) -> Result<Vec<u8>, BigQueryError> {
        let length = length.min(self.len().saturating_sub(offset));
        match self {
            Self::Bytes(bytes) => {
                let (from, to) = (offset as usize, (offset + length) as usize);
                Ok(bytes.get(from..to).unwrap_or_default().to_vec())
            }
            Self::File(file, _) => {
                let mut piece = vec![0; length as usize];
                let changed = |error: std::io::Error| {
                    let message =
                        format!("the file that is loaded cannot be read to its end: {error}");
                    BigQueryError::new(BigQueryErrorKind::Invalid, message)
                };
                file.seek(std::io::SeekFrom::Start(offset)).await.map_err(changed)?;
                file.read_exact(&mut piece).await.map_err(changed)?;
                Ok(piece)
            }
        }
    }
}

fn unreadable(path: &Path, error: &std::io::Error) -> BigQueryError {
    let message = format!("`{}` cannot be read: {error}", path.display());
    BigQueryError::new(BigQueryErrorKind::Invalid, message)
}

/// What became of an upload.
enum Session {
    /// The job exists.
    Done(Answer),
    /// BigQuery forgot the upload.
    Lost,
}

impl BigQueryClient {
    /// Inserts a load job with its rows.
    pub(super) async fn insert_with_rows(
        &self,
        reference: &JobRef,
        configuration: &Value,
        source: &LoadSource,
        cancel: &Cancel,
    ) -> Result<Submitted, Fault> {
        let mut rows = Rows::open(source).await.map_err(Fault::lasting)?;
        let body = json!({"jobReference": reference, "configuration": configuration});
        let answer = match rows.len() {
            0..=MAX_MULTIPART_BYTES => {
                self.send_with_job(reference, &body, &mut rows, cancel).await
            }
            _ => self.send_in_pieces(reference, &body, &mut rows, cancel).await,
        };
        match answer {
            Ok(answer) => {
                // An answer that cannot be read says that the job may be there.
                let job = read_job(&answer).map_err(|error| Fault::lasting(error).after(true))?;
                Ok(Submitted { job, found: Found::New })
            }
            Err(fault) => self.attach(reference, fault).await,
        }
    }

    /// One request with two parts (<https://www.rfc-editor.org/rfc/rfc2387>).
    async fn send_with_job(
        &self,
        reference: &JobRef,
        job: &Value,
        rows: &mut Rows,
        cancel: &Cancel,
    ) -> Result<Answer, Fault> {
        let rows = rows.piece(0, MAX_MULTIPART_BYTES).await.map_err(Fault::lasting)?;
        // Random, so that no row holds it.
        let boundary = format!("elt-part-{}", uuid::Uuid::new_v4().simple());
        let mut body = format!(
            "--{boundary}\r\ncontent-type: application/json; charset=UTF-8\r\n\r\n{job}\r\n\
             --{boundary}\r\ncontent-type: application/octet-stream\r\n\r\n"
        )
        .into_bytes();
        body.extend_from_slice(&rows);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        let mut request = Request::new(Method::POST, upload(reference, "multipart"));
        request.content_type = Some(format!("multipart/related; boundary={boundary}"));
        request.body = body.into();
        let request = request.of_job(PIECE_TIMEOUT.max(self.settings().creation_timeout));
        self.transport().send(&request, Stop::WithAnswer(cancel)).await
    }

    /// An upload that is begun, sent in pieces, and goes on where it broke off.
    async fn send_in_pieces(
        &self,
        reference: &JobRef,
        job: &Value,
        rows: &mut Rows,
        cancel: &Cancel,
    ) -> Result<Answer, Fault> {
        for _ in 0..MAX_SESSIONS {
            let mut begin = Request::new(Method::POST, upload(reference, "resumable")).json(job);
            begin.headers = vec![
                ("x-upload-content-type", "application/octet-stream".to_owned()),
                ("x-upload-content-length", rows.len().to_string()),
            ];
            let begin = begin.of_job(self.settings().creation_timeout);
            let answer = self.transport().send(&begin, Stop::AtOnce(cancel)).await?;
            let session = answer.headers.get("location").and_then(|value| value.to_str().ok());
            let Some(session) = session.map(str::to_owned) else {
                let message = "BigQuery began an upload without saying where it goes";
                return Err(Fault::lasting(BigQueryError::protocol(message)));
            };
            match self.send_pieces(&session, rows, cancel).await? {
                Session::Done(answer) => return Ok(answer),
                Session::Lost => {}
            }
        }
        let message = format!("BigQuery forgot the upload {MAX_SESSIONS} times");
        Err(Fault::lasting(BigQueryError::new(BigQueryErrorKind::Service, message)))
    }

    async fn send_pieces(
        &self,
        session: &str,
        rows: &mut Rows,
        cancel: &Cancel,
    ) -> Result<Session, Fault> {
        let total = rows.len();
        let mut offset = 0;
        let mut failures = 0;
        let mut progress = Instant::now();
        let mut maybe_done = false;
        loop {
            let bytes = rows.piece(offset, PIECE_BYTES).await.map_err(Fault::lasting)?;
            let end = offset + bytes.len() as u64;
            let last = end == total;
            let range = format!("bytes {offset}-{}/{total}", end.saturating_sub(1));
            let sent = self.put(session, range, bytes, last, cancel).await;
            let state = match sent {
                // What was sent may have arrived: only BigQuery knows how far.
                Err(fault) if fault.verdict.may_pass() => {
                    failures += 1;
                    maybe_done |= last && fault.maybe_done;
                    if progress.elapsed() > self.settings().retry_deadline {
                        return Err(fault.after(maybe_done));
                    }
                    tokio::time::sleep(self.transport().pause(failures)).await;
                    self.put(session, format!("bytes */{total}"), Vec::new(), true, cancel).await
                }
                state => state,
            };
            match state {
                Ok(answer) if answer.status == RESUME => {
                    let stored = stored(&answer);
                    if stored > offset {
                        (failures, progress) = (0, Instant::now());
                    } else if progress.elapsed() > self.settings().retry_deadline {
                        let message = "BigQuery does not take the rows that are sent";
                        return Err(Fault::lasting(BigQueryError::protocol(message)));
                    }
                    offset = stored.min(total);
                }
                Ok(answer) => return Ok(Session::Done(answer)),
                Err(fault) if matches!(fault.error.status, Some(404 | 410)) => {
                    return Ok(Session::Lost);
                }
                // Asked again at the top of the loop, by the piece itself.
                Err(fault) if fault.verdict.may_pass() => {
                    maybe_done |= fault.maybe_done;
                    if progress.elapsed() > self.settings().retry_deadline {
                        return Err(fault.after(maybe_done));
                    }
                }
                Err(fault) => return Err(fault.after(maybe_done)),
            }
        }
    }

    async fn put(
        &self,
        session: &str,
        range: String,
        bytes: Vec<u8>,
        last: bool,
        cancel: &Cancel,
    ) -> Result<Answer, Fault> {
        let mut request = Request::new(Method::PUT, Address::upload()).of_job(PIECE_TIMEOUT);
        request.headers = vec![("content-range", range)];
        request.body = bytes.into();
        // Before the last piece there is no job.
        let stop = if last { Stop::WithAnswer(cancel) } else { Stop::AtOnce(cancel) };
        self.transport().try_once_to(session, &request, stop).await
    }
}

fn upload(reference: &JobRef, kind: &str) -> Address {
    Address::upload()
        .part("projects")
        .part(&reference.project)
        .part("jobs")
        .with("uploadType", kind)
}

/// How many bytes BigQuery has: `Range: bytes=0-N`, or nothing.
fn stored(answer: &Answer) -> u64 {
    let range = answer.headers.get("range").and_then(|value| value.to_str().ok());
    let last = range.and_then(|range| range.rsplit_once('-')).map(|(_, last)| last.trim());
    last.and_then(|last| last.parse::<u64>().ok()).map_or(0, |last| last + 1)
}
