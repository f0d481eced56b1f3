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

/// A folder may be filled later: it is said, and what was landed before is built on. One that is not there
/// is a mistake.
#[test]
fn a_folder_without_files_is_no_failure_and_a_folder_that_is_not_there_is() {
    let folder = feed("path: in/*.json");
    fails(&folder, "`in` of `in/*.json` is no folder");
    write(folder.path(), "in/other.csv", "");
    write(
        folder.path(),
        "models/below.sql",
        "select _record_key from {{ source('api', 'things') }}",
    );
    let said = elt(folder.path(), &["build", "--ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(
        said.err.contains("warning[nothing-to-ingest]: no file matches `in/*.json`"),
        "{}",
        said.err
    );
    assert!(said.err.contains("models/_sources.yml:5:15"), "{}", said.err);
    write(folder.path(), "in/a.json", "{\"id\":1}");
    lands(&folder, "1,\"{'id':1}\"");
    // A file that is named is to be there.
    let folder = feed("path: in/a.json");
    fails(&folder, "`in/a.json` is no file");
}

#[test]
#[cfg(unix)]
fn a_folder_that_cannot_be_read_is_not_passed_over() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = feed("path: in/**/*.json");
    write(folder.path(), "in/a.json", "{\"id\":1}");
    write(folder.path(), "in/locked/b.json", "{\"id\":2}");
    std::os::unix::fs::symlink("nowhere", folder.path().join("in/broken")).expect("a link");
    std::os::unix::fs::symlink(".", folder.path().join("in/round")).expect("a link");
    let locked = folder.path().join("in/locked");
    let allow = |mode| {
        std::fs::set_permissions(&locked, std::fs::Permissions::from_mode(mode)).expect("allowed");
    };
    allow(0o000);
    // Whoever may read everything is refused nothing.
    let is_refused = std::fs::read_dir(&locked).is_err();
    if is_refused {
        fails(&folder, "`in/**/*.json` cannot be looked for");
    }
    allow(0o700);
    lands(&folder, "1,\"{'id':1}\"\n2,\"{'id':2}\"");
}

/// A snapshot is all of its files: one that has not changed is read with those that have.
#[test]
fn a_snapshot_of_several_files_is_compared_whole() {
    let folder = feed("path: in/*.json\nchanges: {}");
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    let put = |file: &str, text: &str| {
        write(folder.path(), file, text);
        let file = std::fs::File::options().write(true).open(folder.path().join(file));
        file.expect("a file").set_modified(hour_ago).expect("a time");
    };
    let keys = || {
        let said = elt(folder.path(), &["ingest"]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        let rows = bronze(folder.path());
        let keys: Vec<&str> = rows.lines().filter_map(|row| row.split(',').next()).collect();
        keys.join(" ")
    };
    put("in/a.json", "[{\"id\":1}]");
    put("in/b.json", "[{\"id\":2},{\"id\":3}]");
    let first = "api.things/1/1/created api.things/2/1/created api.things/3/1/created";
    assert_eq!(keys(), first);
    assert_eq!(keys(), first, "nothing has changed");
    put("in/b.json", "[{\"id\":2},{\"id\":3,\"v\":1}]");
    let second = format!("{first} api.things/3/2/modified");
    assert_eq!(keys(), second);
    std::fs::remove_file(folder.path().join("in/a.json")).expect("removed");
    let third = format!("{second} api.things/1/2/deleted");
    assert_eq!(keys(), third);
    // That there is no snapshot says nothing of what was in it.
    std::fs::remove_file(folder.path().join("in/b.json")).expect("removed");
    assert_eq!(keys(), third);
}

#[test]
fn a_table_that_was_dropped_is_filled_again() {
    let folder = feed("path: in/*.json");
    write(folder.path(), "in/a.json", "{\"id\":1}");
    let hour_ago = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    let file = std::fs::File::options().write(true).open(folder.path().join("in/a.json"));
    file.expect("a file").set_modified(hour_ago).expect("a time");
    lands(&folder, "1,\"{'id':1}\"");
    let dropped = elt(folder.path(), &["sql", "drop table bronze.things"]);
    assert_eq!(dropped.code, Some(0), "{}", dropped.err);
    lands(&folder, "1,\"{'id':1}\"");
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
