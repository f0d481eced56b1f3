//! Feeds of objects in buckets, and payloads archived there and in folders.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use flate2::read::GzDecoder;
use tempfile::TempDir;

use crate::{
    Said, command,
    http_feeds::bronze,
    project, said,
    server::{Answer, Server, answer, ok},
    write,
};

/// An object's name, and its content so far.
type Upload = (String, Vec<u8>);

/// Buckets over Cloud Storage's JSON API: names and contents.
#[derive(Clone, Default)]
struct Store {
    objects: Arc<Mutex<BTreeMap<String, Vec<u8>>>>,
    /// Uploads under way, by session.
    sessions: Arc<Mutex<Vec<Upload>>>,
    /// Requests that are still to be answered with 503.
    faults: Arc<AtomicUsize>,
    is_closed: bool,
}

impl Store {
    fn put(&self, name: &str, content: &[u8]) {
        self.objects.lock().expect("not poisoned").insert(name.to_owned(), content.to_vec());
    }

    fn get(&self, name: &str) -> Vec<u8> {
        self.objects.lock().expect("not poisoned").get(name).cloned().expect("it is there")
    }

    fn names(&self) -> Vec<String> {
        self.objects.lock().expect("not poisoned").keys().cloned().collect()
    }

    /// An object as it is listed, by its content: as often as it changes it is another generation.
    fn described(&self, name: &str) -> serde_json::Value {
        let content = self.get(name);
        let sum: u64 = content.iter().map(|byte| u64::from(*byte)).sum();
        serde_json::json!({
            "name": name,
            "generation": sum.to_string(),
            "size": content.len().to_string(),
            "crc32c": "AAAAAA==",
        })
    }

    fn serve(&self) -> Server {
        let store = self.clone();
        Server::answering_bytes(move |request, body| store.answer(request, body))
    }

    fn answer(&self, head: &str, body: &[u8]) -> Answer {
        let left =
            self.faults.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        if left.is_ok() {
            return answer("503 Service Unavailable", "Retry-After: 0\r\n", "");
        }
        let target = head.split(' ').nth(1).expect("a target");
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let param = |name: &str| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.filter(|(key, _)| *key == name).map(|(_, value)| decoded(value)).next()
        };
        let is_upload = path.starts_with("/upload/");
        if self.is_closed && is_upload {
            return answer("403 Forbidden", "", "");
        }
        if let Some(session) = path.strip_prefix("/session/") {
            let at: usize = session.parse().expect("a session");
            let mut sessions = self.sessions.lock().expect("not poisoned");
            sessions[at].1.extend_from_slice(body);
            let range = head.to_lowercase();
            let range = range.split("content-range: bytes ").nth(1).expect("a range");
            let (span, total) = range.lines().next().and_then(|r| r.split_once('/')).expect("both");
            let end: usize = span.split_once('-').expect("a span").1.parse().expect("a number");
            if end + 1 < total.parse().expect("a number") {
                return answer("308 Resume Incomplete", "", "");
            }
            let (name, content) = sessions[at].clone();
            self.put(&name, &content);
            return ok("{}");
        }
        if is_upload {
            let name = param("name").expect("a name");
            assert_eq!(param("ifGenerationMatch").as_deref(), Some("0"));
            if param("uploadType").as_deref() == Some("media") {
                self.put(&name, body);
                return ok("{}");
            }
            let mut sessions = self.sessions.lock().expect("not poisoned");
            sessions.push((name, Vec::new()));
            let host = head.to_lowercase();
            let host =
                host.split("host: ").nth(1).and_then(|rest| rest.lines().next()).expect("host");
            let location = format!("Location: http://{host}/session/{}\r\n", sessions.len() - 1);
            return answer("200 OK", &location, "");
        }
        let name = path.strip_prefix("/storage/v1/b/lake/o").expect("the bucket");
        if let Some(name) = name.strip_prefix('/') {
            let content = self.objects.lock().expect("not poisoned").get(&decoded(name)).cloned();
            let Some(content) = content else { return answer("404 Not Found", "", "") };
            let head = format!(
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                content.len()
            );
            return Answer::Bytes([head.into_bytes(), content].concat());
        }
        // Two names a page.
        let prefix = param("prefix").unwrap_or_default();
        let after = param("pageToken").unwrap_or_default();
        let mut names = self.names();
        names.retain(|name| name.starts_with(&prefix) && *name > after);
        let next = (names.len() > 2).then(|| names[1].clone());
        let items: Vec<_> = names.iter().take(2).map(|name| self.described(name)).collect();
        ok(&serde_json::json!({ "items": items, "nextPageToken": next }).to_string())
    }
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        match first {
            b'%' => {
                let code = std::str::from_utf8(&rest[..2]).expect("two signs");
                bytes.push(u8::from_str_radix(code, 16).expect("hexadecimal"));
                rest = &rest[2..];
            }
            b'+' => bytes.push(b' '),
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).expect("a text")
}

fn feed(ingest: &str) -> TempDir {
    let folder = project(&[]);
    let ingest = ingest.replace('\n', "\n              ");
    let text = format!(
        "sources:\n  - name: api\n    schema: bronze\n    tables:\n      - name: things\n        config:\n          \
         meta:\n            ingest:\n              key: id\n              {ingest}\n"
    );
    write(folder.path(), "models/_sources.yml", &text);
    folder
}

fn ingest(folder: &Path, server: &Server) -> Said {
    let mut run = command(folder, &["ingest"]);
    run.env("STORAGE_EMULATOR_HOST", &server.address);
    said(run.output().expect("it starts"))
}

fn unzipped(bytes: &[u8]) -> String {
    let mut text = String::new();
    GzDecoder::new(bytes).read_to_string(&mut text).expect("gzip");
    text
}

#[test]
fn objects_that_match_a_pattern_land_in_the_order_of_names() {
    let store = Store::default();
    for number in 1..6 {
        let name = format!("raw/day/2023-10-20_12:3{number}:00 é.json");
        store.put(&name, format!("[{{\"id\":{number}}}]").as_bytes());
    }
    store.put("raw/day/readme.txt", b"no JSON");
    store.put("raw/deeper/day/x.json", b"no JSON");
    store.faults.store(2, Ordering::SeqCst);
    let server = store.serve();
    let folder = feed("type: files\npath: gs://lake/raw/*/2023*.json");
    let done = ingest(folder.path(), &server);
    assert_eq!(done.code, Some(0), "{}", done.err);
    let ids: Vec<String> = bronze(folder.path()).lines().map(|line| line[..1].to_owned()).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5"]);
    let uris = "select min(_uri) as u from bronze.things";
    let shown = crate::elt(folder.path(), &["show", "--output", "csv", "--inline", uris]);
    assert_eq!(shown.out, "u\ngs://lake/raw/day/2023-10-20_12:31:00 é.json");
    // A token is for Google's own servers.
    assert!(server.requests().iter().all(|r| !r.to_lowercase().contains("authorization:")));
    // What has landed is not fetched again, but where it is another content.
    let fetched = || server.requests().iter().filter(|r| r.contains("alt=media")).count();
    let before = fetched();
    assert_eq!(ingest(folder.path(), &server).code, Some(0));
    assert_eq!(fetched(), before);
    store.put("raw/day/2023-10-20_12:33:00 é.json", b"[{\"id\":9}]");
    assert_eq!(ingest(folder.path(), &server).code, Some(0));
    assert_eq!(fetched(), before + 1);
    assert!(bronze(folder.path()).ends_with("9,\"{\"\"id\"\":9}\""));
}

#[test]
fn an_object_that_is_not_there_lands_nothing() {
    let server = Store::default().serve();
    for (path, code, told) in [
        ("gs://lake/raw/x.json", 1, "gs://lake/raw/x.json answered 404 Not Found"),
        // There may be one later.
        ("gs://lake/raw/*.json", 0, "no object matches `gs://lake/raw/*.json`"),
    ] {
        let folder = feed(&format!("type: files\npath: {path}"));
        let done = ingest(folder.path(), &server);
        assert_eq!(done.code, Some(code), "{}", done.err);
        assert!(done.err.contains(told), "expected {told:?} in\n{}", done.err);
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            match entry.path() {
                path if path.is_dir() => folders.push(path),
                path => files.push(path),
            }
        }
    }
    files.sort();
    files
}

#[test]
fn every_payload_is_archived_as_it_came() {
    let api = Server::start(vec![ok("[{\"id\":1, \"v\":1.10}]")]);
    let folder = feed(&format!("type: http\nurl: {}/things\narchive: lake/raw", api.address));
    let server = Store::default().serve();
    for _ in 0..2 {
        // What has not changed lands once, and is kept each time.
        let done = ingest(folder.path(), &server);
        assert_eq!(done.code, Some(0), "{}", done.err);
    }
    let files = files_below(&folder.path().join("lake/raw/api/things"));
    let [first, second] = files.as_slice() else { unreachable!("two files: {files:?}") };
    assert_ne!(first.parent(), second.parent(), "each run has a folder");
    for file in [first, second] {
        let shown = file.to_string_lossy();
        assert!(shown.contains("/date=20") && shown.contains("/run_id="), "{shown}");
        assert!(shown.ends_with("-000000.json.gz"), "{shown}");
        assert_eq!(unzipped(&std::fs::read(file).expect("there")), "[{\"id\":1, \"v\":1.10}]");
    }
    assert_eq!(bronze(folder.path()).lines().count(), 1);
}

#[test]
fn what_cannot_be_landed_is_archived_all_the_same() {
    let api = Server::answering(|request| match request.contains("/a ") {
        true => ok("[{\"id\":1}"),
        false => ok("[{\"id\":2}]"),
    });
    let address = &api.address;
    let folder =
        feed(&format!("type: http\nurls: [{address}/a, {address}/b]\narchive: gs://lake/raw"));
    let store = Store::default();
    store.faults.store(1, Ordering::SeqCst);
    let done = ingest(folder.path(), &store.serve());
    assert_eq!(done.code, Some(1), "{}", done.err);
    let names = store.names();
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[0].starts_with("raw/api/things/date=20"), "{names:?}");
    assert_eq!(unzipped(&store.get(&names[0])), "[{\"id\":1}");
    assert_eq!(unzipped(&store.get(&names[1])), "[{\"id\":2}]");
}

#[test]
fn what_cannot_be_archived_is_landed_all_the_same() {
    let api = Server::start(vec![ok("[{\"id\":1}]")]);
    let folder = feed(&format!("type: http\nurl: {}/x\narchive: gs://lake", api.address));
    let store = Store { is_closed: true, ..Store::default() };
    let done = ingest(folder.path(), &store.serve());
    assert_eq!(done.code, Some(0), "in part: {}", done.err);
    let told = "payloads are not archived: gs://lake/api/things/date=";
    assert!(done.err.contains(told), "{}", done.err);
    assert!(done.err.contains("the profile's account needs"), "{}", done.err);
    assert_eq!(bronze(folder.path()).lines().count(), 1);
    // A file where a folder should be.
    let folder = feed(&format!("type: http\nurl: {}/x\narchive: dbt_project.yml", api.address));
    let done = ingest(folder.path(), &store.serve());
    assert_eq!(done.code, Some(0), "in part: {}", done.err);
    assert!(done.err.contains("warning[ingest-partial]"), "{}", done.err);
}

/// What is gone from a snapshot is gone, whether the snapshot could be kept or not.
#[test]
fn a_snapshot_that_cannot_be_archived_is_compared_all_the_same() {
    let api = Server::start(vec![ok("[{\"id\":1},{\"id\":2}]"), ok("[{\"id\":1}]")]);
    let feed_of =
        format!("type: http\nurl: {}/x\narchive: dbt_project.yml\nchanges: {{}}", api.address);
    let folder = feed(&feed_of);
    for _ in 0..2 {
        let done = ingest(folder.path(), &api);
        assert_eq!(done.code, Some(0), "in part: {}", done.err);
        assert!(done.err.contains("payloads are not archived"), "{}", done.err);
    }
    let rows = bronze(folder.path());
    let last = rows.lines().last().unwrap_or_default();
    assert!(last.starts_with("api.things/2/2/deleted,"), "{rows}");
}

/// One that compresses badly: more than a piece of an upload, also when it is zipped.
pub fn large_payload() -> String {
    let mut state = 1u64;
    let noise: String = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        format!("{:08x}", state >> 32)
    })
    .take(2_500_000)
    .collect();
    format!("[{{\"id\":1,\"noise\":\"{noise}\"}}]")
}

/// Objects are written in pieces, of which memory holds one.
#[test]
fn large_payloads_are_archived_in_pieces() {
    let body = large_payload();
    let folder = feed("type: files\npath: in.json\narchive: gs://lake/raw");
    write(folder.path(), "in.json", &body);
    let store = Store::default();
    let done = ingest(folder.path(), &store.serve());
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(!store.sessions.lock().expect("not poisoned").is_empty(), "it went in one piece");
    let [name] = store.names().try_into().expect("one object");
    assert!(unzipped(&store.get(&name)) == body, "other bytes than came");
}
