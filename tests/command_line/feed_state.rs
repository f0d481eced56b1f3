//! What is known of feeds, and what is not read again.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use crate::{elt, project, write};

const SOURCES: &str = "sources:
  - name: shop
    schema: bronze
    tables:
      - name: things
        config:
          meta:
            ingest: {type: files, path: \"things/*.ndjson\", format: ndjson, key: id}
";

fn state(project: &Path) -> serde_json::Value {
    let said = elt(project, &["ingest", "state", "--output", "json"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let all: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    all[0].clone()
}

fn ingest(project: &Path) {
    let said = elt(project, &["ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
}

#[test]
fn files_that_have_landed_are_not_read_again() {
    let folder = project(&[
        ("models/_sources.yml", SOURCES),
        ("things/a.ndjson", "{\"id\":1}\n{\"id\":2}\n"),
        ("things/b.ndjson", "{\"id\":3}\n"),
    ]);
    let path = folder.path();
    assert_eq!(state(path)["commits"], 0);
    aged(path, "things/a.ndjson");
    aged(path, "things/b.ndjson");
    ingest(path);
    let after = state(path);
    let shown = |state: &serde_json::Value| {
        ["commits", "rows", "rows_of_last_load", "files"].map(|key| state[key].clone())
    };
    assert_eq!(shown(&after), [1, 3, 3, 2]);
    // What looks as it did is not read, whatever it holds; nothing is committed.
    let modified = modified(path, "things/a.ndjson");
    write(path, "things/a.ndjson", "{\"id\":1}\n{\"id\":2,\n");
    set_modified(path, "things/a.ndjson", modified);
    ingest(path);
    assert_eq!(shown(&state(path)), [1, 3, 3, 2]);
    // What has changed is read whole, and what is new of it is landed.
    write(path, "things/a.ndjson", "{\"id\":1}\n{\"id\":2}\n");
    write(path, "things/b.ndjson", "{\"id\":3}\n{\"id\":4}\n");
    aged(path, "things/a.ndjson");
    aged(path, "things/b.ndjson");
    ingest(path);
    assert_eq!(shown(&state(path)), [2, 4, 1, 2]);
    ingest(path);
    assert_eq!(shown(&state(path)), [2, 4, 1, 2]);
    // Forgotten, they are read; their rows are there.
    let said = elt(path, &["ingest", "state", "reset", "things"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(state(path)["files"], 0);
    ingest(path);
    assert_eq!(shown(&state(path)), [4, 4, 0, 2]);
    let said = elt(path, &["ingest", "state"]);
    assert!(said.out.starts_with("shop.things\n  last load   20"), "{}", said.out);
    let said = elt(path, &["ingest", "state", "reset", "shop.thing"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("did you mean `shop.things`"), "{}", said.err);
}

/// Tables of one stream are remembered together: each shows the last load, with its own rows of it, and
/// resetting one resets the stream.
#[test]
fn tables_of_a_stream_have_their_last_load_in_common() {
    let folder = project(&[
        (
            "models/_sources.yml",
            "sources:
  - name: shop
    schema: bronze
    config: {meta: {streams: {events: {type: files, path: in.ndjson, format: ndjson, key: id, route: $.type}}}}
    tables:
      - name: orders
        config: {meta: {ingest: {stream: events, when: order}}}
      - name: refunds
        config: {meta: {ingest: {stream: events, when: refund}}}
",
        ),
        (
            "in.ndjson",
            "{\"id\":1,\"type\":\"order\"}\n{\"id\":2,\"type\":\"refund\"}\n{\"id\":3,\"type\":\"refund\"}\n",
        ),
    ]);
    let path = folder.path();
    let shown = |select: &[&str]| -> Vec<serde_json::Value> {
        let said = elt(path, &[&["ingest", "state", "--output", "json"], select].concat());
        assert_eq!(said.code, Some(0), "{}", said.err);
        serde_json::from_str(&said.out).expect("JSON")
    };
    aged(path, "in.ndjson");
    ingest(path);
    let all = shown(&[]);
    let of = |at: usize| {
        ["table", "commits", "rows", "rows_of_last_load", "files"].map(|key| all[at][key].clone())
    };
    assert_eq!(serde_json::json!(of(0)), serde_json::json!(["orders", 1, 1, 1, 1]));
    assert_eq!(serde_json::json!(of(1)), serde_json::json!(["refunds", 1, 2, 2, 1]));
    assert_eq!(all[0]["last_load"], all[1]["last_load"]);
    assert_eq!(shown(&["--select", "source:shop.refunds"]), all);
    let said = elt(path, &["ingest", "state", "reset", "shop.refunds"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let files: Vec<_> = shown(&[]).iter().map(|one| one["files"].clone()).collect();
    assert_eq!(files, [0, 0]);
}

fn modified(project: &Path, file: &str) -> SystemTime {
    let about = std::fs::metadata(project.join(file)).expect("a file");
    about.modified().expect("a time")
}

fn set_modified(project: &Path, file: &str, time: SystemTime) {
    let opened = std::fs::File::options().write(true).open(project.join(file)).expect("a file");
    opened.set_modified(time).expect("a time");
}

/// Old enough to be remembered: a file changed just now may be changed again without looking otherwise.
fn aged(project: &Path, file: &str) {
    set_modified(project, file, SystemTime::now() - Duration::from_secs(3600));
}
