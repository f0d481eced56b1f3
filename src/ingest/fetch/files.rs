//! Payloads that are files already: in folders, or in a bucket.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use globset::{GlobBuilder, GlobMatcher};

use super::{
    FetchContext, Fetched, Payload, Payloads,
    bucket::{Buckets, Listed, Place},
    in_order,
};
use crate::ingest::{FileVersion, FilesFeed};

/// A file that a feed reads.
#[derive(Clone, Debug)]
pub enum FoundFile {
    /// One in a folder.
    Local(PathBuf),
    /// One in a bucket, with the version that was listed.
    Object(Place, Option<FileVersion>),
}

/// The files of a feed, in the order of names; of a window those whose names say that they are of it.
///
/// # Errors
/// Where the machine cannot do TLS.
pub fn fetch(feed: &FilesFeed, context: &FetchContext) -> Result<Fetched, String> {
    let buckets = match Place::parse(&feed.path) {
        Some(place) => Some((Buckets::new(context)?, place)),
        None => None,
    };
    let (feed, context) = (feed.clone(), context.clone());
    let task_context = context.clone();
    Ok(Fetched::by(&task_context, |payloads: Payloads| async move {
        if let Err(problem) = give(&feed, &context, buckets, &payloads).await {
            // Nobody takes it where landing has stopped by itself.
            let _ = payloads.send(Err(problem)).await;
        }
    }))
}

async fn give(
    feed: &FilesFeed,
    context: &FetchContext,
    buckets: Option<(Buckets, Place)>,
    payloads: &Payloads,
) -> Result<(), String> {
    let made = std::fs::create_dir_all(&context.spool);
    made.map_err(|error| format!("`{}` cannot be made: {error}", context.spool.display()))?;
    let listed = async {
        match &buckets {
            Some((buckets, pattern)) => objects(buckets, pattern).await,
            None => {
                let (root, pattern) = (context.root.clone(), feed.path.clone());
                let listed =
                    tokio::task::spawn_blocking(move || matching_files(&root, &pattern)).await;
                listed.map_err(|problem| format!("this is a bug in elt: {problem}"))?
            }
        }
    };
    // Windows of one backfill share a listing: a bucket may have hundreds of pages of names.
    let found = match &context.listing {
        Some(shared) => {
            shared.get_or_try_init(|| async { listed.await.map(Arc::new) }).await?.clone()
        }
        None => Arc::new(listed.await?),
    };
    if found.is_empty() {
        let nothing = nothing_matches(feed, context);
        // A window that is remembered as landed would never be looked at again.
        if context.window.is_some() {
            return Err(nothing);
        }
        context.stats.nothing_to_compare();
        if !context.is_watched {
            context.stats.notice(nothing);
        }
    }
    let mut chosen = Vec::new();
    for file in found.iter() {
        if !is_wanted(feed, context, file)? {
            continue;
        }
        // Asked before the file is read: what changes while it is read is news.
        let landed = match &context.known_files {
            None => None,
            Some(known) => {
                let (name, version) = (name_of(context, file), version_of(file));
                if version.as_ref().is_some_and(|version| known.holds(&name, version)) {
                    continue;
                }
                version.map(|version| version.entry(&name))
            }
        };
        chosen.push((file.clone(), landed));
    }
    let buckets = buckets.map(|(buckets, _)| buckets);
    let tasks = chosen.into_iter().map(|(file, landed)| {
        let (context, buckets) = (context.clone(), buckets.clone());
        async move {
            let payload = payload(&context, buckets.as_ref(), file).await?;
            Ok(payload.remembered_as(landed))
        }
    });
    in_order(tasks, feed.parallel, |got| async {
        let goes_on = got.is_ok();
        payloads.send(got).await.is_ok() && goes_on
    })
    .await;
    Ok(())
}

async fn payload(
    context: &FetchContext,
    buckets: Option<&Buckets>,
    file: FoundFile,
) -> Result<Payload, String> {
    let payload = match (file, buckets) {
        (FoundFile::Object(place, _), Some(buckets)) => {
            let uri = format!("gs://{}/{}", place.bucket, place.name);
            let payload = Payload::temporary(uri, context.new_file());
            buckets.fetch(&place, payload.file()).await?;
            payload
        }
        (FoundFile::Object(place, _), None) => return Err(format!("no way to {}", place.bucket)),
        (FoundFile::Local(file), _) => Payload::kept(shown_path(&context.root, &file), file),
    };
    context.stats.payload(std::fs::metadata(payload.file()).map_or(0, |about| about.len()));
    Ok(payload)
}

/// What tells a file's content without reading it.
fn version_of(file: &FoundFile) -> Option<FileVersion> {
    match file {
        FoundFile::Local(path) => FileVersion::of_file(&std::fs::metadata(path).ok()?),
        FoundFile::Object(_, version) => version.clone(),
    }
}

/// What a file is called in state and messages.
fn name_of(context: &FetchContext, file: &FoundFile) -> String {
    match file {
        FoundFile::Local(file) => shown_path(&context.root, file),
        FoundFile::Object(place, _) => format!("gs://{}/{}", place.bucket, place.name),
    }
}

/// Whether a file is of the window that is asked for.
fn is_wanted(feed: &FilesFeed, context: &FetchContext, file: &FoundFile) -> Result<bool, String> {
    let (Some(window), Some(name_time)) = (&context.window, &feed.name_time) else {
        return Ok(true);
    };
    let name = match file {
        FoundFile::Local(file) => shown_path(&context.root, file),
        FoundFile::Object(place, _) => place.name.clone(),
    };
    // To pass over it would be to lose it in silence.
    let moment = name_time.of(&name).ok_or_else(|| {
        let format = &name_time.format;
        format!("`{name}` does not say when it is of: `name_time` is `{format}`; let `path` match only files that do")
    })?;
    Ok(window.holds(moment))
}

fn shown_path(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/")
}

/// What pattern signs there are.
const SIGNS: [char; 4] = ['*', '?', '[', '{'];

fn matcher(pattern: &str) -> Result<GlobMatcher, String> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    glob.map(|glob| glob.compile_matcher())
        .map_err(|error| format!("`{pattern}` is no pattern: {error}"))
}

async fn objects(buckets: &Buckets, pattern: &Place) -> Result<Vec<FoundFile>, String> {
    // Whoever may read an object may not be allowed to list the others.
    if !pattern.name.contains(SIGNS) {
        return Ok(vec![FoundFile::Object(pattern.clone(), None)]);
    }
    let matcher = matcher(&pattern.name)?;
    let fixed = pattern.name.split(SIGNS).next().unwrap_or_default().to_owned();
    let begin = Place { bucket: pattern.bucket.clone(), name: fixed };
    let listed = buckets.list(&begin).await?;
    let object = |listed: Listed| {
        let place = Place { bucket: pattern.bucket.clone(), name: listed.name };
        FoundFile::Object(place, listed.version)
    };
    let matching = listed.into_iter().filter(|listed| matcher.is_match(&listed.name));
    Ok(matching.map(object).collect())
}

/// What is told where there is nothing to read.
fn nothing_matches(feed: &FilesFeed, context: &FetchContext) -> String {
    match Place::parse(&feed.path) {
        Some(_) => format!("no object matches `{}`", feed.path),
        None => format!("no file matches `{}` (looked in {})", feed.path, context.root.display()),
    }
}

fn matching_files(root: &Path, pattern: &str) -> Result<Vec<FoundFile>, String> {
    if !pattern.contains(SIGNS) {
        let file = root.join(pattern);
        return match file.is_file() {
            true => Ok(vec![FoundFile::Local(file)]),
            false => Err(format!("`{pattern}` is no file (looked in {})", root.display())),
        };
    }
    let matcher = matcher(pattern)?;
    let fixed = pattern.split(SIGNS).next().unwrap_or_default();
    let folder = fixed.rfind('/').map_or("", |at| &fixed[..at]);
    // An empty folder may be filled later; one that is not there is a slip of the keyboard.
    if !root.join(folder).is_dir() {
        return Err(format!(
            "`{folder}` of `{pattern}` is no folder (looked in {})",
            root.display()
        ));
    }
    let below = &pattern[fixed.rfind('/').map_or(0, |at| at + 1)..];
    let depth = match below.contains("**") {
        true => usize::MAX,
        false => below.matches('/').count() + 1,
    };
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(root.join(folder)).follow_links(true).max_depth(depth) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if is_gone(&error) => continue,
            // To pass over what cannot be read would be to lose it in silence.
            Err(error) => return Err(format!("`{pattern}` cannot be looked for: {error}")),
        };
        let file = entry.path();
        if entry.file_type().is_file() && matcher.is_match(file.strip_prefix(root).unwrap_or(file))
        {
            files.push(entry.into_path());
        }
    }
    files.sort();
    Ok(files.into_iter().map(FoundFile::Local).collect())
}

/// Whether something was there and is no more, leads nowhere, or leads back to where one came from.
fn is_gone(error: &walkdir::Error) -> bool {
    let kind = error.io_error().map(std::io::Error::kind);
    error.loop_ancestor().is_some() || kind == Some(std::io::ErrorKind::NotFound)
}
