//! Feeds of type `files`: how files are written, zipped and named.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};
use tempfile::TempDir;

use crate::{Said, elt, http_feeds::bronze, project, write};

fn feed(ingest: &str) -> TempDir {
    let folder = project(&[]);
    let ingest = ingest.replace('\n', "\n              ");
    let text = format!(
        "sources:\n  - name: api\n    schema: bronze\n    tables:\n      - name: things\n        config:\n          \
         meta:\n            ingest:\n              type: files\n              key: id\n              {ingest}\n"
    );
    write(folder.path(), "models/_sources.yml", &text);
    folder
}

fn zipped(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("in memory");
    encoder.finish().expect("in memory")
}

fn lands(folder: &TempDir, expected: &str) {
    let said = elt(folder.path(), &["ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert_eq!(bronze(folder.path()).replace("\"\"", "'"), expected);
}

fn fails(folder: &TempDir, told: &str) -> Said {
    let said = elt(folder.path(), &["ingest"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains(told), "expected {told:?} in\n{}", said.err);
    said
}

#[test]
fn tables_land_with_every_value_as_it_is_written() {
    let folder = feed("path: in/*.csv\nformat: csv\ncsv: {delimiter: ';'}");
    write(folder.path(), "in/a.csv", "id;price\n007;1.10\n8;\"a;\"\"b\"\"\"\n");
    lands(&folder, "007,\"{'id':'007','price':'1.10'}\"\n8,\"{'id':'8','price':'a;\\'b\\''}\"");
    write(folder.path(), "in/b.csv", "id;price\n9\n");
    fails(&folder, "in/b.csv:2: 1 fields, expected 2");
}

/// A name may have any sign in it, and a file may be zipped whatever it is named.
#[test]
fn zipped_files_are_known_by_what_they_begin_with() {
    let folder = feed("path: in/*\nformat: ndjson");
    write(folder.path(), "in/2023-10-20_12:34:56.json", "{\"id\":1}\n");
    let twice = [zipped("{\"id\":2}\n"), zipped("{\"id\":3}\n")].concat();
    std::fs::write(folder.path().join("in/2023-10-20_12:35:56.json.gz"), twice).expect("written");
    std::fs::write(folder.path().join("in/b.json"), zipped("{\"id\":4}")).expect("written");
    write(folder.path(), "in/c.json.gz", "{\"id\":5}");
    write(folder.path(), "in/d.json", "");
    lands(
        &folder,
        "1,\"{'id':1}\"\n2,\"{'id':2}\"\n3,\"{'id':3}\"\n4,\"{'id':4}\"\n5,\"{'id':5}\"",
    );
}

#[test]
fn broken_gzip_lands_nothing_and_is_told() {
    let folder = feed("path: in.json.gz");
    let whole = zipped("[{\"id\":1}]");
    let mut wrong = whole.clone();
    // Its checksum.
    let at = wrong.len() - 6;
    wrong[at] ^= 0xff;
    for bytes in [&whole[..whole.len() - 9], &wrong] {
        std::fs::write(folder.path().join("in.json.gz"), bytes).expect("written");
        fails(&folder, "broken gzip");
    }
    let gone = elt(folder.path(), &["show", "--inline", "select 1 as x from bronze.things"]);
    assert_ne!(gone.code, Some(0), "nothing has landed");
}
