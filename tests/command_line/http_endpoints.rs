//! Feeds of type `http` that ask more than one endpoint, and how the asking is bounded.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    command, elt,
    http_feeds::{bronze, feed},
    project, said,
    server::{Server, answer, ok},
    write,
};

/// Declares the table `api.things` with a feed as written.
fn define(server: &Server, ingest: &str) -> tempfile::TempDir {
    let folder = project(&[]);
    let ingest = ingest.replace("SERVER", &server.address).replace('\n', "\n              ");
    let text = format!(
        "sources:\n  - name: api\n    schema: bronze\n    tables:\n      - name: things\n        config:\n          \
         meta:\n            ingest:\n              type: http\n              key: id\n              {ingest}\n"
    );
    write(folder.path(), "models/_sources.yml", &text);
    folder
}

fn path(request: &str) -> String {
    request.split(' ').nth(1).expect("a path").to_owned()
}

#[test]
fn every_endpoint_is_asked_and_lands_in_order() {
    let server = Server::answering(|request| {
        // The first ones answer last.
        let path = path(request);
        let id: u64 = path.rsplit('/').next().expect("an id")[..1].parse().expect("a number");
        std::thread::sleep(Duration::from_millis(200 / id));
        ok(&format!("{{\"id\":{id},\"path\":\"{path}\"}}"))
    });
    let folder = define(
        &server,
        "url: SERVER/{kind}/{id}\nparams: {kind: '{kind}'}\neach: [{kind: a b, id: 1}, {kind: c, id: 2}, {kind: c, id: 3}]\nparallel: 3",
    );
    let said = elt(folder.path(), &["ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let landed = bronze(folder.path()).replace("\"\"", "'");
    assert_eq!(
        landed,
        "1,\"{'id':1,'path':'/a%20b/1?kind=a+b'}\"\n2,\"{'id':2,'path':'/c/2?kind=c'}\"\n3,\"{'id':3,'path':'/c/3?kind=c'}\""
    );
}

#[test]
fn an_endpoint_that_fails_does_not_stop_the_others() {
    let server = Server::answering(|request| match path(request).as_str() {
        "/b" => answer("404 Not Found", "", ""),
        path => ok(&format!("[{{\"id\":\"{}\"}}]", &path[1..])),
    });
    let folder = define(&server, "urls: [SERVER/a, SERVER/b, SERVER/c]");
    let said = elt(folder.path(), &["ingest"]);
    assert_eq!(said.code, Some(0), "landed in part: {}", said.err);
    assert!(said.err.contains("warning[ingest-partial]"), "{}", said.err);
    assert!(said.err.contains("/b answered 404 Not Found"), "{}", said.err);
    assert!(said.err.contains("models/_sources.yml:5:15"), "{}", said.err);
    assert_eq!(bronze(folder.path()).replace("\"\"", "'"), "a,\"{'id':'a'}\"\nc,\"{'id':'c'}\"");
    // Nothing of it can be had: that is a failure.
    let none = define(&server, "urls: [SERVER/b, SERVER/b]");
    let said = elt(none.path(), &["ingest"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(
        said.err.contains("/b answered 404 Not Found (all 2 endpoints failed)"),
        "{}",
        said.err
    );
}

/// What can be built from a feed that landed in part is built.
#[test]
fn a_build_goes_on_where_a_feed_landed_in_part() {
    let server = Server::answering(|request| match path(request).as_str() {
        "/b" => answer("404 Not Found", "", ""),
        _ => ok("[{\"id\":1}]"),
    });
    let folder = define(&server, "urls: [SERVER/a, SERVER/b]");
    let model = "select count(*) as n from {{ source('api', 'things') }}\n";
    write(folder.path(), "models/below.sql", model);
    let said = elt(folder.path(), &["build", "--ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("1 built"), "{}", said.err);
}

#[test]
fn as_many_are_asked_at_once_as_the_feed_says() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, seen) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::answering(move |request| {
        seen.fetch_max(counted.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        std::thread::sleep(Duration::from_millis(60));
        counted.fetch_sub(1, Ordering::SeqCst);
        ok(&format!("{{\"id\":\"{}\"}}", path(request)))
    });
    let each = (0..9).map(|id| format!("{{id: {id}}}")).collect::<Vec<_>>().join(", ");
    let folder = define(&server, &format!("url: SERVER/x/{{id}}\neach: [{each}]\nparallel: 3"));
    assert_eq!(elt(folder.path(), &["ingest"]).code, Some(0));
    assert_eq!(most.load(Ordering::SeqCst), 3);
    assert_eq!(server.requests().len(), 9);
}

#[test]
fn a_host_is_asked_no_more_often_than_the_feed_says() {
    let server = Server::answering(|request| ok(&format!("{{\"id\":\"{}\"}}", path(request))));
    let each = (0..6).map(|id| format!("{{id: {id}}}")).collect::<Vec<_>>().join(", ");
    let feed = format!("url: SERVER/x/{{id}}\neach: [{each}]\nparallel: 6\nrequests_per_sec: 10");
    let folder = define(&server, &feed);
    let clock = Instant::now();
    assert_eq!(elt(folder.path(), &["ingest"]).code, Some(0));
    assert!(clock.elapsed() >= Duration::from_millis(500), "{:?}", clock.elapsed());
}

/// What one request is told holds for the others to that host.
#[test]
fn a_host_that_wants_a_pause_gets_it_from_all() {
    let asked = Arc::new(AtomicUsize::new(0));
    let server = Server::answering(move |request| match asked.fetch_add(1, Ordering::SeqCst) {
        0 => answer("429 Too Many Requests", "Retry-After: 1\r\n", ""),
        _ => ok(&format!("{{\"id\":\"{}\"}}", path(request))),
    });
    let folder = define(&server, "urls: [SERVER/a, SERVER/b, SERVER/c]\nparallel: 1");
    let clock = Instant::now();
    let said = elt(folder.path(), &["ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(clock.elapsed() >= Duration::from_secs(1), "{:?}", clock.elapsed());
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn a_pause_of_hours_is_not_waited_for() {
    let server = Server::start(vec![answer("429 Too Many Requests", "Retry-After: 7200\r\n", "")]);
    let folder = feed(&server, "");
    let said = elt(folder.path(), &["ingest"]);
    assert_eq!(said.code, Some(1));
    let told = "answered 429 Too Many Requests and wants not to be asked for 7200 s";
    assert!(said.err.contains(told), "{}", said.err);
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn a_body_without_end_is_given_up() {
    let mut big = b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n[".to_vec();
    big.extend(vec![b' '; 3 << 20]);
    let server = Server::start(vec![crate::server::Answer::Bytes(big)]);
    let folder = feed(&server, "              max_body_mb: 2\n");
    let said = elt(folder.path(), &["ingest"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("answered more than 2 MiB (`max_body_mb`)"), "{}", said.err);
}

#[test]
fn secrets_are_in_bodies_by_reference() {
    let server = Server::start(vec![ok("[{\"id\":1}]")]);
    let folder = define(
        &server,
        "url: SERVER/graphql\nmethod: POST\nbody: {key: {env: API_SECRET}, query: '{ things }', options: {env: live, deep: true}}",
    );
    let mut run = command(folder.path(), &["ingest"]);
    let said = said(run.env("API_SECRET", "hush-hush").output().expect("it starts"));
    assert_eq!(said.code, Some(0), "{}", said.err);
    let [request] = server.requests().try_into().expect("one request");
    assert!(request.to_lowercase().contains("content-type: application/json\r\n"), "{request}");
    let body = request.split("\r\n\r\n").nth(1).expect("a body");
    assert_eq!(
        body,
        r#"{"key":"hush-hush","query":"{ things }","options":{"env":"live","deep":true}}"#
    );
}

#[test]
fn a_window_is_asked_for_in_the_feeds_own_format() {
    let server = Server::start(vec![ok("[{\"id\":1}]")]);
    let folder = define(
        &server,
        "url: SERVER/x\nparams: {a: '{from}', b: '{to}'}\nlookback: 1d\ntime_format: '%s'",
    );
    let said = elt(folder.path(), &["ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let [request] = server.requests().try_into().expect("one request");
    let path = path(&request);
    let (a, b) = path.split_once("a=").and_then(|(_, rest)| rest.split_once("&b=")).expect("both");
    let (a, b): (i64, i64) = (a.parse().expect("a number"), b.parse().expect("a number"));
    assert_eq!(b - a, 86_400);
    let none = define(&server, "url: SERVER/x?from={from}");
    let said = elt(none.path(), &["ingest"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("say `lookback: 1d` in the feed"), "{}", said.err);
}
