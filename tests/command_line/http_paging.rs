//! Feeds of type `http` whose answers have more than one page.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::{
    Said, elt,
    http_feeds::{bronze, feed},
    server::{Answer, Server, answer, ok},
};

/// A parameter of a request's first line.
fn param<'a>(request: &'a str, name: &str) -> Option<&'a str> {
    let line = request.lines().next()?;
    let query = line.split(' ').nth(1)?.split_once('?')?.1;
    query
        .split('&')
        .find_map(|pair| pair.split_once('=').filter(|(key, _)| *key == name))
        .map(|p| p.1)
}

fn number(request: &str, name: &str) -> usize {
    param(request, name).map_or(0, |value| value.parse().expect("a number"))
}

/// Seven things, from one on, that many.
fn things(from: usize, count: usize) -> String {
    let things: Vec<String> =
        (from..8.min(from + count)).map(|id| format!("{{\"id\":{id}}}")).collect();
    format!("[{}]", things.join(","))
}

fn ingest(server: &Server, more: &str) -> (Said, String) {
    let folder = feed(server, more);
    let said = elt(folder.path(), &["ingest"]);
    let landed = match said.code {
        Some(0) => bronze(folder.path()),
        _ => String::new(),
    };
    let left = std::fs::read_dir(folder.path().join("target/ingest")).expect("the folder").count();
    assert_eq!(left, 0, "payloads are left behind");
    (said, landed)
}

fn lands_all(server: &Server, more: &str) {
    let (said, landed) = ingest(server, more);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let expected: Vec<String> = (1..8).map(|id| format!("{id},\"{{\"\"id\"\":{id}}}\"")).collect();
    assert_eq!(landed, expected.join("\n"));
}

fn fails(server: &Server, more: &str, told: &str) {
    let (said, _) = ingest(server, more);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains(told), "expected {told:?} in\n{}", said.err);
}

const PAGE: &str = "              paging: {type: page, param: p, size_param: n, size: 3}\n";

#[test]
fn pages_are_asked_for_until_one_is_empty() {
    let server = Server::answering(|request| {
        assert_eq!(param(request, "token"), Some("in-the-query"), "what is in `url` stays");
        ok(&things(1 + 3 * (number(request, "p") - 1), number(request, "n")))
    });
    lands_all(&server, PAGE);
    assert_eq!(server.requests().len(), 4);
}

/// A server that gives less than it is asked for has not come to its end.
#[test]
fn a_short_page_is_not_the_last_one() {
    let server = Server::answering(|request| ok(&things(1 + number(request, "offset"), 2)));
    let paging = "              paging: {type: offset, size_param: limit, size: 100}\n";
    lands_all(&server, paging);
    let offsets: Vec<String> = server
        .requests()
        .iter()
        .filter_map(|request| param(request, "offset").map(str::to_owned))
        .collect();
    assert_eq!(offsets, ["0", "2", "4", "6", "7"]);
}

#[test]
fn a_total_saves_the_last_request() {
    let server = Server::answering(|request| {
        let items = things(1 + number(request, "offset"), 4);
        ok(&format!("{{\"total_count\":7,\"results\":{items}}}"))
    });
    let paging = "              records: $.results\n              paging: {type: offset, total: $.total_count}\n";
    lands_all(&server, paging);
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn the_end_may_be_a_status() {
    let server = Server::answering(|request| match number(request, "page") {
        page @ 1..=4 => ok(&things(2 * page - 1, 2)),
        _ => answer("404 Not Found", "", "no such page"),
    });
    lands_all(&server, "              paging: {type: page, end_status: 404}\n");
}

#[test]
fn a_cursor_is_followed_to_its_end() {
    let server = Server::answering(|request| {
        let (from, next) = match param(request, "after") {
            None => (1, "\"a/b=\""),
            Some("a%2Fb%3D") => (4, "17"),
            Some("17") => (7, "null"),
            Some(other) => unreachable!("{other}"),
        };
        ok(&format!("{{\"next\":{next},\"items\":{}}}", things(from, 3)))
    });
    let paging = "              records: $.items\n              paging: {type: cursor, param: after, next: $.next}\n";
    lands_all(&server, paging);
}

#[test]
fn a_cursor_may_be_an_address_and_links_are_in_a_header() {
    let by_cursor = Server::answering(|request| {
        let from = number(request, "from").max(1);
        let next = if from < 7 { format!("\"/things?from={}\"", from + 3) } else { "\"\"".into() };
        ok(&format!("{{\"next\":{next},\"items\":{}}}", things(from, 3)))
    });
    let paging =
        "              records: $.items\n              paging: {type: cursor, next: $.next}\n";
    lands_all(&by_cursor, paging);
    let by_link = Server::answering(|request| {
        let from = number(request, "from").max(1);
        let header = match from {
            7 => "Link: </things?from=1>; rel=\"first\"\r\n".to_owned(),
            _ => format!(
                "Link: </things?from=1>; rel=\"first\", </things?a=1,2&from={}>; rel=\"next\"\r\n",
                from + 3
            ),
        };
        answer("200 OK", &header, &things(from, 3))
    });
    lands_all(&by_link, "              paging: {type: link}\n");
}

#[test]
fn a_post_request_is_paged_in_its_body() {
    let server = Server::answering(|request| {
        assert!(request.starts_with("POST /things?"), "{request}");
        let body = request.split("\r\n\r\n").nth(1).expect("a body");
        let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(body["filter"]["kinds"][0], "all");
        assert_eq!(body["limit"], 3);
        let offset = body["offset"].as_u64().expect("a number");
        ok(&things(1 + usize::try_from(offset).expect("small"), 3))
    });
    let post = "              body: {filter: {kinds: [all]}}\n              paging: {type: offset, size_param: limit, size: 3}\n";
    lands_all(&server, post);
}

/// A server that does not know the parameter gives its first page for ever.
#[test]
fn pages_that_go_in_circles_are_found_out() {
    let clock = AtomicUsize::new(0);
    let same = Server::answering(move |_| {
        let now = clock.fetch_add(1, Ordering::Relaxed);
        ok(&format!("{{\"now\":{now},\"items\":{}}}", things(1, 3)))
    });
    let items = "              records: $.items\n";
    let told = "page 2: the same as the page before: the server does not page by `page`";
    fails(&same, &format!("{items}              paging: {{type: page}}\n"), told);
    let circle = Server::answering(|request| {
        let next = if param(request, "c") == Some("a") { "b" } else { "a" };
        ok(&format!("{{\"next\":\"{next}\",\"items\":[{{\"id\":\"{next}\"}}]}}"))
    });
    let cursor = format!("{items}              paging: {{type: cursor, param: c, next: $.next}}\n");
    fails(&circle, &cursor, "the cursor is one that was followed before: the pages go in circles");
    let link = Server::start(vec![answer("200 OK", "Link: <?x=1>; rel=next\r\n", "[{\"id\":1}]")]);
    fails(&link, "              paging: {type: link}\n", "the pages go in circles");
    let endless =
        Server::answering(|request| ok(&format!("[{{\"id\":{}}}]", number(request, "page"))));
    let limited = "              paging: {type: page, max_pages: 5}\n";
    fails(&endless, limited, "has more than 5 pages (`max_pages`)");
    assert_eq!(endless.requests().len(), 5);
}

/// A page that fails is one too many: what is behind it cannot be told from what is gone.
#[test]
fn a_page_that_fails_lands_none_of_them() {
    let server = Server::answering(|request| match number(request, "p") {
        2 => answer("500 Internal Server Error", "Retry-After: 0\r\n", ""),
        page => ok(&things(page, 1)),
    });
    fails(&server, PAGE, "answered 500 Internal Server Error (5 attempts)");
    let cut = Server::answering(|request| match number(request, "p") {
        2 => ok("[{\"id\":2},"),
        page => ok(&things(page, 1)),
    });
    fails(&cut, PAGE, "/things:1:11: no valid JSON: the document breaks off");
}

#[test]
fn secrets_do_not_follow_pages_to_another_host() {
    let there = Server::start(vec![ok("[]")]);
    let link = format!("Link: <{}/more>; rel=\"next\"\r\n", there.address);
    let here = Server::start(vec![answer("200 OK", &link, "[{\"id\":1}]")]);
    let more = "              paging: {type: link}\n              headers: {X-Key: secret}\n";
    fails(&here, more, "headers may hold secrets and are not sent to another host");
    assert!(there.requests().is_empty());
}

#[test]
fn a_slow_page_is_waited_for_and_a_broken_connection_asked_again() {
    let first = AtomicUsize::new(0);
    let server = Server::answering(move |request| {
        let body = things(1 + 3 * (number(request, "p") - 1), 3);
        let head = format!(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        // The first request's connection ends in the middle of the answer.
        let kept =
            if first.fetch_add(1, Ordering::Relaxed) == 0 { 5.min(body.len()) } else { body.len() };
        let pieces = vec![
            head.into_bytes(),
            body.as_bytes()[..kept / 2].to_vec(),
            body.as_bytes()[kept / 2..kept].to_vec(),
        ];
        Answer::Slowly(pieces, std::time::Duration::from_millis(60))
    });
    lands_all(&server, PAGE);
    assert_eq!(server.requests().len(), 5);
}
