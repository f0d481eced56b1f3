//! What lands twice and what does not.

use std::path::Path;

use crate::{elt, project, write};

const SOURCES: &str = "sources:
  - name: shop
    schema: bronze
    tables:
      - name: things
        config:
          meta:
            ingest: {type: files, path: things.json, key: id, drop: [secret]}
";

/// Lands the payload; the versions in bronze so far as `id:value`.
fn versions(project: &Path, payload: &str) -> String {
    write(project, "things.json", payload);
    let said = elt(project, &["ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let sql = "select concat(_record_key, ':', json_value(payload, '$.v')) as v from bronze.things order by _ingested_at, _seq";
    let shown = elt(project, &["show", "--output", "csv", "--limit", "-1", "--inline", sql]);
    shown.out.lines().skip(1).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_record_lands_when_its_content_has_changed() {
    let folder = project(&[("models/_sources.yml", SOURCES)]);
    let land = |payload: &str| versions(folder.path(), payload);
    assert_eq!(land(r#"[{"id":1,"v":"a","w":2},{"id":2,"v":"a"}]"#), "1:a 2:a");
    // The same, the keys in another order, a field that is dropped.
    assert_eq!(land(r#"[{"id":1,"v":"a","w":2},{"id":2,"v":"a"}]"#), "1:a 2:a");
    assert_eq!(land(r#"[{"v":"a", "w":2, "id":1, "secret":9},{"id":2,"v":"a"}]"#), "1:a 2:a");
    // One changed; one gone: bronze keeps what was.
    assert_eq!(land(r#"[{"id":1,"v":"b","w":2}]"#), "1:a 2:a 1:b");
    // Back to what it was is news.
    assert_eq!(land(r#"[{"id":1,"v":"a","w":2}]"#), "1:a 2:a 1:b 1:a");
    // Twice in one payload is once; two versions in one payload are two.
    assert_eq!(
        land(
            r#"[{"id":3,"v":"x"},{"id":3,"v":"x"},{"id":4,"v":"x"},{"id":4,"v":"y"},{"id":4,"v":"x"}]"#
        ),
        "1:a 2:a 1:b 1:a 3:x 4:x 4:y 4:x"
    );
    assert_eq!(land("[]"), "1:a 2:a 1:b 1:a 3:x 4:x 4:y 4:x");
}

/// As in a folder with a file a day: what was landed is known again, however often it is read.
#[test]
fn versions_that_are_read_again_are_no_news() {
    let folder = project(&[("models/_sources.yml", SOURCES)]);
    let land = |payload: &str| versions(folder.path(), payload);
    let two = r#"[{"id":1,"v":"a"},{"id":2,"v":"x"},{"id":1,"v":"b"}]"#;
    assert_eq!(land(two), "1:a 2:x 1:b");
    assert_eq!(land(two), "1:a 2:x 1:b");
    // A version more, behind the others.
    let three = r#"[{"id":1,"v":"a"},{"id":2,"v":"x"},{"id":1,"v":"b"},{"id":1,"v":"c"}]"#;
    assert_eq!(land(three), "1:a 2:x 1:b 1:c");
    assert_eq!(land(three), "1:a 2:x 1:b 1:c");
    // The first is no longer there.
    assert_eq!(land(r#"[{"id":1,"v":"b"},{"id":1,"v":"c"}]"#), "1:a 2:x 1:b 1:c");
    assert_eq!(land(r#"[{"id":1,"v":"c"},{"id":1,"v":"a"}]"#), "1:a 2:x 1:b 1:c 1:a");
}

#[test]
fn a_payload_may_be_one_document_a_line() {
    let folder =
        project(&[("models/_sources.yml", &SOURCES.replace("key: id", "format: ndjson, key: id"))]);
    assert_eq!(
        versions(folder.path(), "{\"id\":1,\"v\":\"a\"}\n\n[{\"id\":2,\"v\":\"b\"}]\r\n"),
        "1:a 2:b"
    );
    write(folder.path(), "things.json", "{\"id\":3,\"v\":\"a\"}\n{\"id\":4,\n\"v\":\"b\"}\n");
    let said = elt(folder.path(), &["ingest"]);
    // A line that is broken costs that line.
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("2 dead letters"), "{}", said.err);
}

/// A fresh clone is built by `elt build`: files are landed where their tables are not there yet, and nobody
/// else is asked for anything.
#[test]
fn a_build_lands_the_files_whose_tables_are_not_there() {
    let others = "      - name: others\n        config: {meta: {ingest: {type: http, url: 'http://127.0.0.1:9/x', key: id}}}\n";
    let folder = project(&[
        ("models/_sources.yml", &format!("{SOURCES}{others}")),
        ("models/below.sql", "select _record_key from {{ source('shop', 'things') }}\n"),
        ("models/other.sql", "select _record_key from {{ source('shop', 'others') }}\n"),
        ("things.json", "{\"id\":1}"),
    ]);
    let path = folder.path();
    let first = elt(path, &["build", "--select", "below"]);
    assert_eq!(first.code, Some(0), "{}", first.err);
    assert!(first.err.contains("built ingest bronze.things, 1 row"), "{}", first.err);
    write(path, "things.json", "[{\"id\":1},{\"id\":2}]");
    let second = elt(path, &["build", "--select", "below"]);
    assert!(!second.err.contains("ingest"), "{}", second.err);
    let landed = elt(path, &["build", "--ingest", "--select", "below"]);
    assert!(landed.err.contains("built ingest bronze.things, 1 row"), "{}", landed.err);
    let other = elt(path, &["build", "--select", "other"]);
    assert_eq!(other.code, Some(1), "{}", other.err);
    let told = "bronze.others is filled by a feed: `elt ingest` lands it, and `elt build --ingest`";
    assert!(other.err.contains(told), "{}", other.err);
}
