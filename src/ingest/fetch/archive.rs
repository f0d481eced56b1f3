//! Payloads kept as they came, beside what is landed of them.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
};

use flate2::{Compression, write::GzEncoder};
use tokio::sync::mpsc::channel;

use super::{
    FetchContext, Fetched, Payload,
    bucket::{Buckets, Place},
    fetched::READY_AHEAD,
};
use crate::ingest::{Feed, Format};

/// Passes payloads on and keeps a copy of each. What is not landed is kept all the same, and what
/// cannot be kept is landed all the same.
///
/// # Errors
/// Where the machine cannot do TLS.
pub fn archived(fetched: Fetched, feed: &Feed, context: &FetchContext) -> Result<Fetched, String> {
    let Some(archive) = Archive::of(feed, context)? else { return Ok(fetched) };
    let (sender, payloads) = channel(READY_AHEAD);
    let context = context.clone();
    let background = Arc::clone(&context.background);
    let task = tokio::spawn(async move {
        let (mut fetched, mut is_taken, mut problem) = (fetched, true, None);
        let mut number = 0;
        while let Some(next) = fetched.next().await {
            let next = match next {
                Ok(payload) => {
                    let (payload, kept) = archive.keep(payload, number).await;
                    number += 1;
                    // What is wrong with the first will be with the others.
                    problem = problem.or(kept.err());
                    Ok(payload)
                }
                Err(failed) => Err(failed),
            };
            is_taken = is_taken && sender.send(next).await.is_ok();
        }
        if let Some(problem) = problem {
            context.stats.problem(format!("payloads are not archived: {problem}"));
        }
    });
    background.lock().unwrap_or_else(PoisonError::into_inner).push(task);
    Ok(Fetched::from_other(payloads))
}

struct Archive {
    place: ArchivePlace,
    /// Below the place: `source/stream/date=…/run_id=…/`, and the load.
    folder: String,
    load: String,
    extension: &'static str,
    context: FetchContext,
}

enum ArchivePlace {
    Folder(PathBuf),
    Bucket(Box<Buckets>, Place),
}

impl Archive {
    fn of(feed: &Feed, context: &FetchContext) -> Result<Option<Self>, String> {
        let Some(archive) = &feed.archive else { return Ok(None) };
        let place = match Place::parse(archive) {
            Some(place) => ArchivePlace::Bucket(Box::new(Buckets::new(context)?), place),
            None => ArchivePlace::Folder(context.root.join(archive)),
        };
        let folder = format!(
            "{}/{}/date={}/run_id={}",
            feed.source,
            feed.stream,
            context.began.format("%Y-%m-%d"),
            context.run_id
        );
        Ok(Some(Self {
            place,
            folder,
            // A run may poll a feed more than once.
            load: context.load_id.chars().take(12).collect(),
            extension: match feed.format {
                Format::Json => "json",
                Format::NdJson => "ndjson",
                Format::Csv => "csv",
            },
            context: context.clone(),
        }))
    }

    async fn keep(&self, payload: Payload, number: u64) -> (Payload, Result<(), String>) {
        let name = format!("{}-{number:06}.{}.gz", self.load, self.extension);
        match &self.place {
            ArchivePlace::Folder(root) => {
                let folder = root.join(&self.folder);
                on_disk(payload, move |payload| {
                    fs::create_dir_all(&folder)?;
                    let part = folder.join(format!(".{name}.part"));
                    let written = zip(payload, &part);
                    let named = written.and_then(|()| fs::rename(&part, folder.join(&name)));
                    if named.is_err() {
                        let _ = fs::remove_file(&part);
                    }
                    named
                })
                .await
            }
            ArchivePlace::Bucket(buckets, place) => {
                let part = self.context.new_file();
                let into = part.clone();
                let (payload, zipped) = on_disk(payload, move |payload| zip(payload, &into)).await;
                let below = place.name.trim_matches('/');
                let parts = [below, &self.folder, &name].into_iter().filter(|p| !p.is_empty());
                let name = parts.collect::<Vec<_>>().join("/");
                let object = Place { bucket: place.bucket.clone(), name };
                let kept = match zipped {
                    Ok(()) => buckets.put(&part, &object).await,
                    Err(problem) => Err(problem),
                };
                // A file left behind is in the way of nobody.
                let _ = fs::remove_file(&part);
                (payload, kept)
            }
        }
    }
}

/// Works on a thread that may block.
async fn on_disk(
    payload: Payload,
    work: impl FnOnce(&Payload) -> io::Result<()> + Send + 'static,
) -> (Payload, Result<(), String>) {
    let done = tokio::task::spawn_blocking(move || {
        let done = work(&payload).map_err(|error| error.to_string());
        (payload, done)
    });
    done.await.expect("copying a file does not panic")
}

/// Writes a payload as gzip; one that is gzip already as it is.
fn zip(payload: &Payload, into: &Path) -> io::Result<()> {
    if let Some(folder) = into.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut input = BufReader::new(File::open(payload.file())?);
    let mut out = BufWriter::new(File::create(into)?);
    if payload.is_zipped()? {
        io::copy(&mut input, &mut out)?;
    } else {
        let mut encoder = GzEncoder::new(&mut out, Compression::default());
        io::copy(&mut input, &mut encoder)?;
        encoder.finish()?;
    }
    out.flush()
}
