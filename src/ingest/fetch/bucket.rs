//! Objects of Cloud Storage over its JSON API
//! (<https://cloud.google.com/storage/docs/json_api/v1>): listed, fetched into files, written once.

use std::{
    io::{Read, Seek, SeekFrom},
    path::Path,
    sync::Arc,
    time::Duration,
};

use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde::Deserialize;
use tokio::sync::OnceCell;

use super::{
    FetchContext,
    http::{Answer, Fault, encoded, host_of, once, words},
    retry::before_the_next,
};
use crate::{
    adapter::bigquery::GoogleAccess, backoff::pause_asked, ingest::FileVersion, project::Secret,
};

/// Where objects are, unless an emulator has them.
const ENDPOINT: &str = "https://storage.googleapis.com";
/// Attempts at one request.
const ATTEMPTS: u32 = 6;
/// How long one request may take: objects may be of gigabytes.
const TIMEOUT: Duration = Duration::from_secs(3_600);
/// Connecting takes milliseconds; where it takes longer, another attempt is quicker.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// The largest object.
const MAX_OBJECT_BYTES: u64 = 1 << 40;
/// Written in pieces of this size, which memory holds one of: a multiple of 256 KiB, as the API wants.
const PIECE_BYTES: usize = 8 * 1024 * 1024;

/// The way to buckets: one connection pool, one token.
#[derive(Clone)]
pub struct Buckets {
    http: reqwest::Client,
    endpoint: String,
    /// None at an emulator, which asks for none.
    access: Option<Arc<OnceCell<GoogleAccess>>>,
    context: FetchContext,
}

/// A place in a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The bucket.
    pub bucket: String,
    /// The object's name, a pattern of names, or what they begin with.
    pub name: String,
}

impl Place {
    /// Of `gs://bucket/name`; none where it is another address.
    pub fn parse(text: &str) -> Option<Self> {
        let (bucket, name) = text.strip_prefix("gs://")?.split_once('/').unwrap_or_else(|| {
            let bucket = text.trim_start_matches("gs://");
            (bucket, "")
        });
        Some(Self { bucket: bucket.to_owned(), name: name.to_owned() })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Listing {
    #[serde(default)]
    items: Vec<Item>,
    next_page_token: Option<String>,
}

#[derive(Deserialize)]
struct Item {
    name: String,
    generation: Option<String>,
    #[serde(default)]
    size: String,
    #[serde(default)]
    crc32c: String,
}

impl Item {
    fn listed(self) -> Listed {
        let of = |generation: &String| FileVersion::of_object(generation, &self.size, &self.crc32c);
        Listed { version: self.generation.as_ref().map(of), name: self.name }
    }
}

/// An object of a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Which content it has, where the bucket says so.
    pub version: Option<FileVersion>,
}

impl Buckets {
    /// # Errors
    /// Where the machine cannot do TLS.
    pub fn new(context: &FetchContext) -> Result<Self, String> {
        let emulator = (*context.env)("STORAGE_EMULATOR_HOST").filter(|host| !host.is_empty());
        let endpoint = match &emulator {
            None => ENDPOINT.to_owned(),
            Some(host) if host.contains("://") => host.trim_end_matches('/').to_owned(),
            Some(host) => format!("http://{host}"),
        };
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT)
            .user_agent(concat!("elt/", env!("CARGO_PKG_VERSION"), " (gzip)"))
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| format!("no HTTP client: {}", words(&error)))?;
        let access = emulator.is_none().then(Arc::default);
        Ok(Self { http, endpoint, access, context: context.clone() })
    }

    /// A bucket's objects whose names begin like this, in order.
    ///
    /// # Errors
    /// A sentence naming the bucket.
    pub async fn list(&self, place: &Place) -> Result<Vec<Listed>, String> {
        let shown = format!("gs://{}", place.bucket);
        let file = self.context.new_file();
        let (mut objects, mut token) = (Vec::new(), None::<String>);
        loop {
            let url = format!("{}/storage/v1/b/{}/o", self.endpoint, encoded(&place.bucket));
            let mut query = vec![
                ("prefix", place.name.clone()),
                ("fields", "items(name,generation,size,crc32c),nextPageToken".to_owned()),
            ];
            query.extend(token.take().map(|token| ("pageToken", token)));
            let read = async {
                self.get(&url, &query, &shown, &file).await?;
                let text = std::fs::read(&file).map_err(|error| error.to_string())?;
                serde_json::from_slice::<Listing>(&text)
                    .map_err(|error| format!("{shown} is listed in another form: {error}"))
            };
            let page = read.await;
            // A file left behind is in the way of nobody.
            let _ = std::fs::remove_file(&file);
            let page = page?;
            objects.extend(page.items.into_iter().map(Item::listed));
            match page.next_page_token.filter(|token| !token.is_empty()) {
                Some(next) => token = Some(next),
                None => break,
            }
        }
        // Buckets list in this order; emulators may not.
        objects.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(objects)
    }

    /// Fetches an object into a file; its length.
    ///
    /// # Errors
    /// A sentence naming the object.
    pub async fn fetch(&self, place: &Place, into: &Path) -> Result<u64, String> {
        let shown = format!("gs://{}/{}", place.bucket, place.name);
        let url = self.object(place);
        let answer = self.get(&url, &[("alt", "media".to_owned())], &shown, into).await?;
        Ok(answer.bytes)
    }

    fn object(&self, place: &Place) -> String {
        let name = encoded(&place.name).replace(':', "%3A");
        format!("{}/storage/v1/b/{}/o/{name}", self.endpoint, encoded(&place.bucket))
    }

    async fn get(
        &self,
        url: &str,
        query: &[(&str, String)],
        shown: &str,
        into: &Path,
    ) -> Result<Answer, String> {
        let host = host_of(url);
        let mut renewed = false;
        for attempt in 1.. {
            self.context.hosts.turn(&host, None).await;
            self.context.stats.request(attempt > 1);
            let sent = async {
                let (request, token) = self.request(Method::GET, url).await?;
                let got = once(request.query(query), shown, into, MAX_OBJECT_BYTES).await;
                got.map_err(|fault| (fault, token))
            };
            let (fault, token) = match sent.await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            if fault.status == Some(401) && !renewed && self.forget(token).await {
                renewed = true;
                continue;
            }
            before_the_next(&self.context, explained(fault), (attempt, ATTEMPTS), &host).await?;
        }
        unreachable!("the last attempt returns")
    }

    /// Writes a file as an object that is not there yet. One that is there is this one: names are
    /// never given twice, and an answer may have been lost.
    ///
    /// # Errors
    /// A sentence naming the object.
    pub async fn put(&self, file: &Path, place: &Place) -> Result<(), String> {
        let host = host_of(&self.endpoint);
        for attempt in 1.. {
            self.context.hosts.turn(&host, None).await;
            self.context.stats.request(attempt > 1);
            let Err(fault) = self.put_once(file, place).await else { return Ok(()) };
            before_the_next(&self.context, explained(fault), (attempt, ATTEMPTS), &host).await?;
        }
        unreachable!("the last attempt returns")
    }

    async fn put_once(&self, file: &Path, place: &Place) -> Result<(), Fault> {
        let shown = format!("gs://{}/{}", place.bucket, place.name);
        let unreadable = |error: std::io::Error| {
            Fault::lasting(format!("the payload for {shown} cannot be read: {error}"))
        };
        let mut file = std::fs::File::open(file).map_err(unreadable)?;
        let total = file.metadata().map_err(unreadable)?.len();
        let url = format!("{}/upload/storage/v1/b/{}/o", self.endpoint, encoded(&place.bucket));
        let (request, _) = self.request(Method::POST, &url).await.map_err(|(fault, _)| fault)?;
        let kind = if total <= PIECE_BYTES as u64 { "media" } else { "resumable" };
        let query = [("uploadType", kind), ("name", &place.name), ("ifGenerationMatch", "0")];
        let request = request.query(&query).header(header::CONTENT_TYPE, "application/gzip");
        if kind == "media" {
            let mut whole = Vec::new();
            file.read_to_end(&mut whole).map_err(unreadable)?;
            return written(request.body(whole), &shown).await.map(|_| ());
        }
        let request = request.header(header::CONTENT_LENGTH, 0);
        let Some(session) = written(request, &shown).await? else { return Ok(()) };
        let mut sent = 0;
        while sent < total {
            file.seek(SeekFrom::Start(sent)).map_err(unreadable)?;
            let mut piece = Vec::new();
            file.by_ref().take(PIECE_BYTES as u64).read_to_end(&mut piece).map_err(unreadable)?;
            let end = sent + piece.len() as u64;
            let range = format!("bytes {sent}-{}/{total}", end - 1);
            // The session's address is its secret; no token goes with it.
            let request = self.http.put(&session).header(header::CONTENT_RANGE, range).body(piece);
            written(request, &shown).await?;
            sent = end;
        }
        Ok(())
    }

    async fn request(
        &self,
        method: Method,
        url: &str,
    ) -> Result<(RequestBuilder, Option<Secret<String>>), (Fault, Option<Secret<String>>)> {
        let request = self.http.request(method, url);
        let Some(access) = &self.access else { return Ok((request, None)) };
        let google = Arc::clone(&self.context.google);
        let made = access.get_or_try_init(|| async move { (*google)() }).await;
        let access = made.map_err(|problem| (Fault::lasting(problem), None))?;
        match access.token().await {
            Ok(token) => Ok((request.bearer_auth(token.expose()), Some(token))),
            Err((problem, passing)) => Err((Fault { passing, ..Fault::lasting(problem) }, None)),
        }
    }

    /// Told that a token was refused: whether another can be had.
    async fn forget(&self, token: Option<Secret<String>>) -> bool {
        match (self.access.as_ref().and_then(|access| access.get()), token) {
            (Some(access), Some(token)) => access.forget(&token).await,
            _ => false,
        }
    }
}

/// Sends a piece of an upload; the session's address, where it is told.
async fn written(request: RequestBuilder, shown: &str) -> Result<Option<String>, Fault> {
    let sent = request.send().await;
    let response = sent.map_err(|error| Fault {
        passing: true,
        ..Fault::lasting(format!("{shown} cannot be written: {}", words(&error)))
    })?;
    let status = response.status();
    let location = response.headers().get(header::LOCATION);
    let location = location.and_then(|value| value.to_str().ok()).map(str::to_owned);
    // 308: more is to come. 412: it is there already.
    let more =
        status == StatusCode::PERMANENT_REDIRECT || status == StatusCode::PRECONDITION_FAILED;
    if status.is_success() || more {
        return Ok(location);
    }
    Err(Fault {
        pause: pause_asked(response.headers()),
        passing: status.is_server_error() || matches!(status.as_u16(), 401 | 408 | 429),
        status: Some(status.as_u16()),
        ..Fault::lasting(format!("{shown} cannot be written: answered {status}"))
    })
}

/// What lacks where objects are refused.
fn explained(mut fault: Fault) -> Fault {
    let lacks = match fault.status {
        Some(401 | 403) => {
            "; the profile's account needs `storage.objects.list` and \
                            `storage.objects.get` there (to archive, `storage.objects.create`)"
        }
        _ => "",
    };
    fault.problem.push_str(lacks);
    fault
}
