//! Buckets at an emulator of Cloud Storage (`gcp-storage-emulator`), a process of its own: objects that
//! match a pattern land, payloads are archived there, and what was archived lands again.
//!
//! Where it does otherwise than Cloud Storage, and what covers that (`bucket_feeds.rs`, a server of ours):
//! - `ifGenerationMatch` is not looked at: an object that is there is written over, and not refused with
//!   412. That an archived payload is sent with it is asserted there.
//! - A list has one page, whatever its length: `nextPageToken` is there.
//! - Nothing is refused, neither for want of a token nor for a while (401, 403, 429, 503 with
//!   `Retry-After`): these are there too.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    Said,
    bucket_feeds::large_payload,
    command, elt, project, said,
    test_tools::{not_run, script},
    write,
};

/// The running emulator, with the bucket `lake`.
struct Emulator {
    url: String,
    /// Holds its stdin, with which it ends.
    _process: Child,
}

impl Emulator {
    /// The one of this test program; none where it is not installed, which is said. Each test takes a
    /// folder of its own.
    fn get() -> Option<&'static Self> {
        static ONE: OnceLock<Result<Emulator, String>> = OnceLock::new();
        match ONE.get_or_init(Self::start) {
            Ok(emulator) => Some(emulator),
            Err(why) => {
                not_run(why);
                None
            }
        }
    }

    fn start() -> Result<Self, String> {
        let mut command = Command::new(script("storage-emulator/run"));
        let command = command.arg("lake").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        let mut answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut first = String::new();
        answers.read_line(&mut first).map_err(|error| error.to_string())?;
        let first: Value = serde_json::from_str(&first)
            .unwrap_or_else(|_| panic!("the emulator does not start: {first:?}"));
        if let Some(way_out) = first["not_installed"].as_str() {
            return Err(format!("the Cloud Storage emulator is not installed: {way_out}"));
        }
        let url = first["url"].as_str().expect("its place").to_owned();
        Ok(Self { url, _process: process })
    }

    /// Sends a request; the body of the answer.
    fn send(&self, request: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder) -> Vec<u8> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let answer = async {
            let answer = request(&client).send().await?.error_for_status()?;
            answer.bytes().await
        };
        runtime.expect("a runtime").block_on(answer).expect("an answer").to_vec()
    }

    fn put(&self, name: &str, content: &[u8]) {
        let url = format!("{}/upload/storage/v1/b/lake/o", self.url);
        let query = [("uploadType", "media"), ("name", name)];
        self.send(|client| client.post(url).query(&query).body(content.to_vec()));
    }

    /// The names of the objects below a folder.
    fn names(&self, folder: &str) -> Vec<String> {
        let url = format!("{}/storage/v1/b/lake/o", self.url);
        let found = self.send(|client| client.get(url).query(&[("prefix", folder)]));
        let found: Value = serde_json::from_slice(&found).expect("JSON");
        let items = found["items"].as_array().cloned().unwrap_or_default();
        let mut names: Vec<String> =
            items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect();
        names.sort();
        names
    }

    /// An object as text, unzipped.
    fn unzipped(&self, name: &str) -> String {
        let name = name.replace('/', "%2F").replace('=', "%3D");
        let url = format!("{}/storage/v1/b/lake/o/{name}?alt=media", self.url);
        let content = self.send(|client| client.get(url));
        let mut text = String::new();
        GzDecoder::new(content.as_slice()).read_to_string(&mut text).expect("gzip");
        text
    }

    /// Lands the feeds of a project.
    fn ingest(&self, folder: &Path) -> Said {
        let mut run = command(folder, &["ingest"]);
        run.env("STORAGE_EMULATOR_HOST", &self.url);
        said(run.output().expect("it starts"))
    }
}

fn feed(ingest: &str) -> TempDir {
    let folder = project(&[]);
    let text = format!(
        "sources:\n  - name: api\n    schema: bronze\n    tables:\n      - name: things\n        config:\n          \
         meta:\n            ingest: {{key: id, {ingest}}}\n"
    );
    write(folder.path(), "models/_sources.yml", &text);
    folder
}

/// Keys and addresses of what has landed.
fn landed(folder: &Path) -> String {
    let sql = "select _record_key as k, _uri from bronze.things order by 1";
    let shown = elt(folder, &["show", "--output", "csv", "--limit", "-1", "--inline", sql]);
    assert_eq!(shown.code, Some(0), "{}", shown.err);
    shown.out
}

fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}

#[test]
fn objects_that_match_a_pattern_land() {
    let Some(emulator) = Emulator::get() else { return };
    emulator.put("one/day=1/a b.ndjson", b"{\"id\":1}\n{\"id\":2}\n");
    emulator.put("one/day=2/c.ndjson.gz", &zipped("{\"id\":3}\n"));
    emulator.put("one/day=2/readme.txt", b"no JSON");
    emulator.put("one/deeper/day=3/d.ndjson", b"{\"id\":4}\n");
    let folder = feed("type: files, path: 'gs://lake/one/day=*/*.ndjson*', format: ndjson");
    let done = emulator.ingest(folder.path());
    assert_eq!(done.code, Some(0), "{}", done.err);
    let first = "k,_uri\n1,gs://lake/one/day=1/a b.ndjson\n2,gs://lake/one/day=1/a b.ndjson\n\
                 3,gs://lake/one/day=2/c.ndjson.gz";
    assert_eq!(landed(folder.path()), first);
    // What has landed does not land again; what is new does.
    emulator.put("one/day=3/e.ndjson", b"{\"id\":1}\n{\"id\":5}\n");
    let done = emulator.ingest(folder.path());
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(landed(folder.path()), format!("{first}\n5,gs://lake/one/day=3/e.ndjson"));
}

#[test]
fn what_is_archived_lands_elsewhere_as_it_came() {
    let Some(emulator) = Emulator::get() else { return };
    let folder = feed("type: files, path: in.json, archive: 'gs://lake/two'");
    write(folder.path(), "in.json", "[{\"id\":1, \"v\":1.10},\n {\"id\":2}]");
    let done = emulator.ingest(folder.path());
    assert_eq!(done.code, Some(0), "{}", done.err);
    let names = emulator.names("two/");
    let [name] = names.as_slice() else { panic!("one payload: {names:?}") };
    assert!(name.starts_with("two/api/things/date=20") && name.contains("/run_id="), "{name}");
    assert_eq!(emulator.unzipped(name), "[{\"id\":1, \"v\":1.10},\n {\"id\":2}]");
    let again = feed("type: files, path: 'gs://lake/two/api/things/date=*/run_id=*/*.json.gz'");
    let done = emulator.ingest(again.path());
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert_eq!(landed(again.path()), format!("k,_uri\n1,gs://lake/{name}\n2,gs://lake/{name}"));
}

/// An object of more than 8 MiB is written in pieces (a resumable upload).
#[test]
fn a_large_payload_is_archived_in_pieces() {
    let Some(emulator) = Emulator::get() else { return };
    let body = large_payload();
    let folder = feed("type: files, path: in.json, archive: 'gs://lake/three'");
    write(folder.path(), "in.json", &body);
    let done = emulator.ingest(folder.path());
    assert_eq!(done.code, Some(0), "{}", done.err);
    assert!(!done.err.contains("not archived"), "{}", done.err);
    let names = emulator.names("three/");
    let [name] = names.as_slice() else { panic!("one payload: {names:?}") };
    assert!(emulator.unzipped(name) == body, "other bytes than came");
}
