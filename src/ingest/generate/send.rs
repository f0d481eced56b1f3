//! Sends events: to a folder, an address, or anywhere as lines.

use std::{
    io::Write,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::Events;
use crate::{
    adapter::Cancel,
    backoff::{Backoff, pause_asked},
};

/// Events of one file.
const FILE_EVENTS: u64 = 10_000;
/// Requests under way at a time.
const REQUESTS: usize = 32;
/// Attempts at one request that is sent away for later.
const MAX_ATTEMPTS: u32 = 8;
/// Pauses between them.
const BACKOFF: Backoff =
    Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(30) };
/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Where events go.
#[derive(Clone, Debug)]
pub enum Destination {
    /// Lines on stdout.
    Stdout,
    /// Files of lines in a folder.
    Folder(PathBuf),
    /// A request each.
    Url {
        /// The address.
        url: String,
        /// A bearer token.
        token: Option<String>,
    },
}

/// How events are sent.
#[derive(Clone, Debug)]
pub struct SendOptions {
    /// The feed's name, which files begin with.
    pub feed: String,
    /// Where to.
    pub destination: Destination,
    /// How many; until it is stopped where none.
    pub count: Option<u64>,
    /// How many a second; as quickly as they are taken where none.
    pub rate: Option<f64>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// Events that were written, or answered with 2xx.
    pub taken: u64,
    /// Those that were refused (4xx).
    pub refused: u64,
    /// Those that could not be delivered.
    pub failed: u64,
    /// Those that were broken on purpose.
    pub broken: u64,
    /// Those that were sent before.
    pub duplicates: u64,
}

/// Sends events.
///
/// # Errors
/// A sentence, where the destination cannot be written at all.
pub async fn send(options: &SendOptions, events: Events, cancel: &Cancel) -> Result<Sent, String> {
    let mut target = Target::open(options)?;
    let mut sent = Sent::default();
    let began = Instant::now();
    let limit = usize::try_from(options.count.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    for (number, event) in events.take(limit).enumerate() {
        if let Some(rate) = options.rate {
            let due = began + Duration::from_secs_f64(number as f64 / rate);
            tokio::select! {
                () = tokio::time::sleep_until(due.into()) => {}
                () = cancel.cancelled() => break,
            }
        }
        if cancel.is_cancelled() {
            break;
        }
        sent.broken += u64::from(event.broken);
        sent.duplicates += u64::from(event.duplicate);
        target.take(event.bytes).await?;
    }
    let counts = target.finish().await?;
    Ok(Sent { taken: counts.taken, refused: counts.refused, failed: counts.failed, ..sent })
}

enum Target {
    Lines { out: Box<dyn Write + Send>, taken: u64 },
    Files { folder: PathBuf, feed: String, open: Option<Open>, files: u64, taken: u64 },
    Requests(Requests),
}

struct Open {
    part: PathBuf,
    file: PathBuf,
    out: std::io::BufWriter<std::fs::File>,
    events: u64,
}

impl Target {
    fn open(options: &SendOptions) -> Result<Self, String> {
        match &options.destination {
            Destination::Stdout => {
                let out = Box::new(std::io::BufWriter::new(std::io::stdout()));
                Ok(Self::Lines { out, taken: 0 })
            }
            Destination::Folder(folder) => {
                std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
                let (folder, feed) = (folder.clone(), options.feed.clone());
                Ok(Self::Files { folder, feed, open: None, files: 0, taken: 0 })
            }
            Destination::Url { url, token } => {
                Requests::open(url, token.clone()).map(Self::Requests)
            }
        }
    }

    async fn take(&mut self, bytes: Vec<u8>) -> Result<(), String> {
        match self {
            Self::Lines { out, taken } => {
                *taken += 1;
                let written = out.write_all(&bytes).and_then(|()| out.write_all(b"\n"));
                written.map_err(|error| format!("stdout cannot be written: {error}"))
            }
            Self::Files { folder, feed, open, files, taken } => {
                *taken += 1;
                if open.is_none() {
                    *files += 1;
                    *open = Some(Open::create(folder, &format!("{feed}_{files:06}.jsonl"))?);
                }
                let Some(file) = open else { return Ok(()) };
                file.line(&bytes)?;
                match file.events >= FILE_EVENTS {
                    true => open.take().map_or(Ok(()), Open::publish),
                    false => Ok(()),
                }
            }
            Self::Requests(requests) => {
                requests.take(bytes).await;
                Ok(())
            }
        }
    }

    async fn finish(self) -> Result<Sent, String> {
        match self {
            Self::Lines { mut out, taken } => {
                out.flush().map_err(|error| format!("stdout cannot be written: {error}"))?;
                Ok(Sent { taken, ..Sent::default() })
            }
            Self::Files { open, taken, .. } => {
                open.map_or(Ok(()), Open::publish)?;
                Ok(Sent { taken, ..Sent::default() })
            }
            Self::Requests(requests) => Ok(requests.finish().await),
        }
    }
}

fn cannot_write(path: &Path, error: &std::io::Error) -> String {
    format!("`{}` cannot be written: {error}", path.display())
}

impl Open {
    fn create(folder: &Path, name: &str) -> Result<Self, String> {
        let part = folder.join(format!(".{name}.part"));
        let file = std::fs::File::create(&part).map_err(|error| cannot_write(&part, &error))?;
        let out = std::io::BufWriter::new(file);
        Ok(Self { part, file: folder.join(name), out, events: 0 })
    }

    fn line(&mut self, bytes: &[u8]) -> Result<(), String> {
        self.events += 1;
        let written = self.out.write_all(bytes).and_then(|()| self.out.write_all(b"\n"));
        written.map_err(|error| cannot_write(&self.part, &error))
    }

    /// A file is there as a whole or not at all.
    fn publish(mut self) -> Result<(), String> {
        self.out.flush().map_err(|error| cannot_write(&self.part, &error))?;
        std::fs::rename(&self.part, &self.file).map_err(|error| cannot_write(&self.file, &error))
    }
}

#[derive(Default)]
struct Counts {
    taken: AtomicU64,
    refused: AtomicU64,
    failed: AtomicU64,
}

struct Requests {
    client: reqwest::Client,
    url: String,
    token: Option<String>,
    tasks: JoinSet<()>,
    counts: Arc<Counts>,
}

impl Requests {
    fn open(url: &str, token: Option<String>) -> Result<Self, String> {
        let client = reqwest::Client::builder().timeout(TIMEOUT).build();
        let client = client.map_err(|error| format!("no HTTP client: {error}"))?;
        let (url, counts) = (url.to_owned(), Arc::default());
        Ok(Self { client, url, token, tasks: JoinSet::new(), counts })
    }

    async fn take(&mut self, bytes: Vec<u8>) {
        while self.tasks.len() >= REQUESTS {
            self.tasks.join_next().await;
        }
        let mut request = self.client.post(&self.url).header("content-type", "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let counts = Arc::clone(&self.counts);
        self.tasks.spawn(async move {
            let count = match deliver(request.body(bytes)).await {
                Some(true) => &counts.taken,
                Some(false) => &counts.refused,
                None => &counts.failed,
            };
            count.fetch_add(1, Ordering::Relaxed);
        });
    }

    async fn finish(mut self) -> Sent {
        while self.tasks.join_next().await.is_some() {}
        Sent {
            taken: self.counts.taken.load(Ordering::Relaxed),
            refused: self.counts.refused.load(Ordering::Relaxed),
            failed: self.counts.failed.load(Ordering::Relaxed),
            ..Sent::default()
        }
    }
}

/// Whether it was taken or refused; none where nobody took it.
async fn deliver(request: reqwest::RequestBuilder) -> Option<bool> {
    for failures in 1..=MAX_ATTEMPTS {
        let answer = request.try_clone()?.send().await.ok();
        match answer.as_ref().map(reqwest::Response::status) {
            Some(status) if status.is_success() => return Some(true),
            Some(status) if status.is_client_error() && status.as_u16() != 429 => {
                return Some(false);
            }
            _ => {}
        }
        let asked = answer.and_then(|answer| pause_asked(answer.headers()));
        tokio::time::sleep(BACKOFF.pause(failures, asked)).await;
    }
    None
}
