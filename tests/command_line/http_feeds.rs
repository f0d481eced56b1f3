//! Feeds of type `http` against a real server: what lands, and that a failure lands nothing.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    Said, command, elt, project, said,
    server::{Answer, Server, answer, ok},
    write,
};

/// `[{"id":1,"v":"zipped"}]`, compressed.
const ZIPPED: [u8; 43] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 139, 174, 86, 202, 76, 81, 178, 50, 212, 81, 42, 83, 178, 82,
    170, 202, 44, 40, 72, 77, 81, 170, 141, 5, 0, 203, 110, 14, 211, 23, 0, 0, 0,
];

pub fn feed(server: &Server, more: &str) -> TempDir {
    let folder = project(&[]);
    define(folder.path(), server, more);
    folder
}

/// Declares the table `api.things`, its feed's further keys given.
pub fn define(project: &Path, server: &Server, more: &str) {
    let text = format!(
        "sources:\n  - name: api\n    schema: bronze\n    tables:\n      - name: things\n        config:\n          \
         meta:\n            ingest:\n              type: http\n              url: {}/things?token=in-the-query\n              key: id\n{more}",
        server.address
    );
    write(project, "models/_sources.yml", &text);
}

/// Key, content and order of everything in bronze.
pub fn bronze(project: &Path) -> String {
    let sql = "select _record_key, to_json_string(payload) as payload from bronze.things order by _ingested_at, _seq";
    let said = elt(project, &["show", "--output", "csv", "--limit", "-1", "--inline", sql]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out.lines().skip(1).collect::<Vec<_>>().join("\n")
}

fn ingest(project: &Path) -> Said {
    elt(project, &["ingest"])
}

/// A feed that failed says so at its place, without secrets, and bronze is as it was.
fn fails(answers: Vec<Answer>, more: &str, told: &str) -> (Said, Server) {
    let good = Server::start(vec![ok(r#"[{"id":1}]"#)]);
    let folder = feed(&good, "");
    assert_eq!(ingest(folder.path()).code, Some(0));
    let server = Server::start(answers);
    define(folder.path(), &server, more);
    let mut run = command(folder.path(), &["ingest"]);
    let said = said(run.env("API_SECRET", "hush-hush").output().expect("it starts"));
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains(told), "expected {told:?} in\n{}", said.err);
    assert!(said.err.contains("models/_sources.yml:5:15"), "{}", said.err);
    assert!(said.err.contains("- name: things"), "{}", said.err);
    for secret in ["hush-hush", "in-the-query"] {
        assert!(!said.err.contains(secret), "{}", said.err);
    }
    assert_eq!(bronze(folder.path()), "1,\"{\"\"id\"\":1}\"");
    let left = std::fs::read_dir(folder.path().join("target/ingest")).expect("the folder").count();
    assert_eq!(left, 0, "payloads are left behind");
    (said, server)
}

#[test]
fn records_at_a_path_with_keys_and_a_secret_header() {
    let body = r#"{"meta": {"page": 1}, "data": {"items": [{"at": "2024-01-02T03:04:05Z", "k": {"a": 7}, "b": "x", "n": 1.10}]}}"#;
    let server = Server::start(vec![ok(body)]);
    let folder = feed(
        &server,
        "              records: $.data.items\n              source_ts: at\n              headers:\n                Authorization: {env: API_SECRET}\n                Accept: application/json\n",
    );
    let path = folder.path().join("models/_sources.yml");
    let text = std::fs::read_to_string(&path).expect("written above");
    std::fs::write(&path, text.replace("key: id", "key: [k.a, b]")).expect("written");
    let mut run = command(folder.path(), &["ingest"]);
    let said = said(run.env("API_SECRET", "Bearer hush").output().expect("it starts"));
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(!said.err.contains("hush"), "{}", said.err);
    let sql = "select _source, _stream, replace(_record_key, chr(31), '|') as k, format_timestamp('%F %T', _source_ts) as ts, replace(_uri, '127.0.0.1', 'h') like 'http://h:%/things' as uri, json_value(payload, '$.n') as n from bronze.things";
    let shown = elt(folder.path(), &["show", "--output", "csv", "--inline", sql]);
    assert_eq!(
        shown.out, "_source,_stream,k,ts,uri,n\napi,things,7|x,2024-01-02 03:04:05,true,1.1",
        "{}",
        shown.err
    );
    let [request] = server.requests().try_into().expect("one request");
    let request = request.to_lowercase();
    assert!(request.starts_with("get /things?token=in-the-query http/1.1"), "{request}");
    assert!(request.contains("authorization: bearer hush\r\n"), "{request}");
    assert!(request.contains("accept: application/json\r\n"), "{request}");
}

/// A server that knows its version says only whether there is another one; what it says is remembered with
/// the rows.
#[test]
fn what_a_server_says_has_not_changed_is_not_sent_again() {
    let tagged = |tag: &str, body: &str| answer("200 OK", &format!("ETag: \"{tag}\"\r\n"), body);
    let server = Server::start(vec![
        tagged("a", r#"[{"id":1}]"#),
        answer("304 Not Modified", "ETag: \"a\"\r\n", ""),
        // Broken: nothing of it lands, and its name is not remembered.
        tagged("b", r#"[{"id":2},"#),
        tagged("b", r#"[{"id":2}]"#),
        // A version without a name: the ones before may come again.
        ok(r#"[{"id":3}]"#),
        tagged("b", r#"[{"id":2}]"#),
        answer("304 Not Modified", "", ""),
        tagged("b", r#"[{"id":2}]"#),
    ]);
    let folder = feed(&server, "");
    let codes = [0, 0, 1, 0, 0, 0, 0];
    for (number, code) in codes.into_iter().enumerate() {
        let said = ingest(folder.path());
        assert_eq!(said.code, Some(code), "{number}: {}", said.err);
        if [1, 6].contains(&number) {
            assert!(said.err.contains("things, 0 rows (not modified)"), "{}", said.err);
        }
    }
    let condition = |request: &String| {
        let request = request.to_lowercase();
        let line = request.lines().find(|line| line.starts_with("if-"));
        line.unwrap_or("-").trim().to_owned()
    };
    let asked: Vec<String> = server.requests().iter().map(condition).collect();
    let (a, b) = ("if-none-match: \"a\"", "if-none-match: \"b\"");
    assert_eq!(asked, ["-", a, a, a, b, "-", b]);
    let rows: Vec<String> =
        bronze(folder.path()).lines().map(|row| row.chars().take(1).collect()).collect();
    assert_eq!(rows, ["1", "2", "3"], "and what was landed is no news");

    // Where the table is gone, or the feed another one, all of it is asked for.
    let dropped = elt(folder.path(), &["sql", "drop table bronze.things"]);
    assert_eq!(dropped.code, Some(0), "{}", dropped.err);
    assert_eq!(ingest(folder.path()).code, Some(0));
    assert!(bronze(folder.path()).starts_with("2,"));
    define(folder.path(), &server, "              source_ts: at\n");
    assert_eq!(ingest(folder.path()).code, Some(0));
    let asked: Vec<String> = server.requests().iter().skip(codes.len()).map(condition).collect();
    assert_eq!(asked, ["-", "-"]);
}

#[test]
fn a_snapshot_that_has_not_changed_has_no_changes() {
    let modified =
        "Last-Modified: Wed, 21 Oct 2015 07:28:00 GMT\r\nDate: Wed, 21 Oct 2015 08:00:00 GMT\r\n";
    let server = Server::start(vec![
        answer("200 OK", modified, r#"[{"id":1},{"id":2}]"#),
        answer("304 Not Modified", "", ""),
        answer("200 OK", "", r#"[{"id":1}]"#),
    ]);
    let folder = feed(&server, "              changes: {}\n");
    for _ in 0..3 {
        let said = ingest(folder.path());
        assert_eq!(said.code, Some(0), "{}", said.err);
    }
    let second = server.requests()[1].to_lowercase();
    assert!(second.contains("if-modified-since: wed, 21 oct 2015 07:28:00 gmt"), "{second}");
    let keys: Vec<String> = bronze(folder.path())
        .lines()
        .map(|row| row.split(',').next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(
        keys,
        ["api.things/1/1/created", "api.things/2/1/created", "api.things/2/2/deleted"]
    );
}

#[test]
fn a_passing_fault_is_tried_again_when_the_server_says() {
    let busy = answer("503 Service Unavailable", "Retry-After: 1\r\n", "");
    let server = Server::start(vec![busy.clone(), busy, ok(r#"[{"id":1}]"#)]);
    let folder = feed(&server, "");
    let clock = Instant::now();
    let said = ingest(folder.path());
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(clock.elapsed() >= Duration::from_secs(2), "it did not wait");
    assert!(said.err.contains("2 retries"), "{}", said.err);
    assert_eq!(server.requests().len(), 3);
}

#[test]
fn faults_that_stay_fail() {
    let headers = "              headers:\n                X-Key: {env: API_SECRET}\n";
    let retry = "Retry-After: 0\r\n";
    let (_, server) = fails(
        vec![answer("500 Internal Server Error", retry, "")],
        headers,
        "answered 500 Internal Server Error (5 attempts)",
    );
    assert_eq!(server.requests().len(), 5);
    let (_, server) =
        fails(vec![answer("404 Not Found", "", "")], headers, "answered 404 Not Found");
    assert_eq!(server.requests().len(), 1, "asking again finds nothing either");
    // Nobody asked whether anything has changed.
    fails(vec![answer("304 Not Modified", "", "")], headers, "answered 304 Not Modified");
    fails(
        vec![answer("429 Too Many Requests", retry, "")],
        headers,
        "answered 429 Too Many Requests (5 attempts)",
    );
}

#[test]
fn broken_payloads_land_nothing() {
    fails(
        vec![ok("[{\"id\":2},\n {\"id\":3,}]")],
        "",
        "/things:2:10: no valid JSON: expected a text in quotes",
    );
    fails(
        vec![ok("[{\"id\":2},\n {\"id\":")],
        "",
        "/things:2:8: no valid JSON: the document breaks off",
    );
    fails(vec![ok("<html>")], "", "/things:1:1: no valid JSON: expected value");
    fails(
        vec![ok("{\"rows\":[]}")],
        "              records: $.data\n",
        "the document has no `data`",
    );
    let cut = Answer::Bytes(
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 100\r\n\r\n[{\"id\":2},".to_vec(),
    );
    fails(vec![cut], "", "broke off");
}

#[test]
fn a_server_that_is_too_slow_is_given_up() {
    let (_, server) = fails(
        vec![Answer::Silence(Duration::from_secs(20))],
        "              timeout_secs: 1\n              attempts: 2\n",
        "no complete answer within `timeout_secs` (2 attempts)",
    );
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_missing_secret_is_named() {
    let headers = "              headers:\n                X-Key: {env: NOT_THERE}\n";
    let (_, server) = fails(vec![ok("[]")], headers, "environment variable `NOT_THERE` is not set");
    assert!(server.requests().is_empty());
}

#[test]
fn compressed_answers_and_redirects_are_followed() {
    let mut zipped = format!(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        ZIPPED.len()
    )
    .into_bytes();
    zipped.extend(ZIPPED);
    let there = Server::start(vec![Answer::Bytes(zipped)]);
    let here = Server::start(vec![answer(
        "302 Found",
        &format!("Location: {}/moved\r\n", there.address),
        "",
    )]);
    let folder = feed(&here, "");
    let said = ingest(folder.path());
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(bronze(folder.path()), "1,\"{\"\"id\"\":1,\"\"v\"\":\"\"zipped\"\"}\"");
}

#[test]
fn secrets_do_not_follow_a_redirect_to_another_host() {
    let there = Server::start(vec![ok("[]")]);
    let moved = answer(
        "302 Found",
        &format!("Location: {}/moved?token=in-the-query\r\n", there.address),
        "",
    );
    let headers = "              headers:\n                X-Key: {env: API_SECRET}\n";
    fails(vec![moved], headers, "headers may hold secrets and are not sent to another host");
    assert!(there.requests().is_empty());
}

#[test]
fn a_build_skips_what_is_below_and_a_retry_goes_on() {
    let server = Server::start(vec![answer("404 Not Found", "", ""), ok(r#"[{"id":1}]"#)]);
    let folder = feed(&server, "");
    write(
        folder.path(),
        "models/below.sql",
        "select _record_key from {{ source('api', 'things') }}\n",
    );
    write(folder.path(), "models/beside.sql", "select 1 as x\n");
    let failed = elt(folder.path(), &["build", "--ingest"]);
    assert_eq!(failed.code, Some(1), "{}", failed.err);
    assert!(failed.err.contains("elt ingest --select source:api.things"), "{}", failed.err);
    assert!(failed.err.contains("1 built, 1 broken, 1 skipped"), "{}", failed.err);
    let again = elt(folder.path(), &["retry"]);
    assert_eq!(again.code, Some(0), "{}", again.err);
    assert!(again.err.contains("built ingest bronze.things, 1 row"), "{}", again.err);
    assert!(again.err.contains("2 built"), "{}", again.err);
}
