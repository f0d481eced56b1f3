//! What feeds take and what they do not: dead letters, routing, contracts, changes, replay.

use std::fmt::Write as _;

use tempfile::TempDir;

use crate::{elt, project, write};

fn shop(tables: &str) -> TempDir {
    let folder = project(&[]);
    let head = "sources:\n  - name: shop\n    schema: bronze\n    config:\n      meta:\n        streams:\n          \
                events: {type: files, path: 'in/*.jsonl', format: ndjson, key: $, route: $.type, drop: [secret], hash: [mail]}\n    tables:\n";
    write(folder.path(), "models/_sources.yml", &format!("{head}{tables}"));
    folder
}

fn rows(folder: &TempDir, sql: &str) -> String {
    let said = elt(folder.path(), &["sql", sql, "--output", "csv", "--limit", "-1"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out.lines().skip(1).collect::<Vec<_>>().join("\n")
}

fn ingest(folder: &TempDir, args: &[&str], code: i32) -> String {
    let args: Vec<&str> = ["ingest"].iter().chain(args).copied().collect();
    let said = elt(folder.path(), &args);
    assert_eq!(said.code, Some(code), "{}", said.err);
    said.err
}

#[test]
fn a_stream_goes_to_the_tables_that_take_it_and_the_rest_comes_back_by_replay() {
    let tables = "      - name: orders\n        config: {meta: {ingest: {stream: events, when: order, contract: evolve}}}\n";
    let folder = shop(tables);
    let lines = "{\"type\":\"order\",\"id\":1,\"secret\":\"S3CRET\",\"mail\":\"a@b\",\"lines\":[{\"sku\":\"a\"}]}\n{\"type\":\"order\"\n\
                 {\"type\":\"refund\",\"id\":2,\"secret\":\"S3CRET\",\"mail\":\"a@b\"}\n{\"type\":\"order\",\"id\":\"x\",\"lines\":[{\"sku\":\"b\",\"n\":1}]}\n";
    write(folder.path(), "in/a.jsonl", lines);
    ingest(&folder, &[], 0);
    assert_eq!(
        rows(&folder, "select error_class, stage, _stream from bronze.dead_letter order by 1"),
        "bad-json,parse,orders\nunknown-type,route,events"
    );
    // Of the first load the records say the types: what is of two is JSON.
    assert_eq!(
        rows(
            &folder,
            "select to_json_string(id), lines[offset(0)].sku, lines[offset(0)].n from bronze.orders order by _seq"
        ),
        "1,a,\n\"\"\"x\"\"\",b,1"
    );
    let everything = rows(
        &folder,
        "select raw from bronze.dead_letter union all select to_json_string(payload) from bronze.orders",
    );
    assert!(!everything.contains("S3CRET"), "{everything}");

    let more =
        "      - name: refunds\n        config: {meta: {ingest: {stream: events, when: refund}}}\n";
    let text = std::fs::read_to_string(folder.path().join("models/_sources.yml")).expect("read");
    write(folder.path(), "models/_sources.yml", &format!("{text}{more}"));
    let told = ingest(&folder, &["replay", "--error-class", "unknown-type"], 0);
    assert!(told.contains("1 replayed"), "{told}");
    let told = ingest(&folder, &["replay"], 0);
    assert!(told.contains("0 replayed, 1 without their text"), "{told}");
    assert_eq!(rows(&folder, "select json_value(payload, '$.id') from bronze.refunds"), "2");
    // What is hashed is hashed once: the refund is still of whom the order is of.
    let same = "select count(*) from bronze.refunds as r join bronze.orders as o on json_value(r.payload, '$.mail') = o.mail";
    assert_eq!(rows(&folder, same), "1");
    assert_eq!(
        rows(
            &folder,
            "select status, attempts from bronze.dead_letter where error_class != 'bad-json' order by 2"
        ),
        "open,1\nreplayed,2"
    );
}

#[test]
fn ten_thousand_malformed_messages_of_ten_kinds_are_dead_letters_with_a_reason() {
    let folder = shop(
        "      - name: orders\n        config: {meta: {ingest: {stream: events, when: order, key: id, contract: discard_row}}}\n        columns: [{name: id, data_type: int64}, {name: type, data_type: string}]\n",
    );
    let mut lines: Vec<u8> = Vec::new();
    for number in 0..1_000 {
        let mut text = String::new();
        let _ = writeln!(text, "{{\"type\":\"order\",\"id\":{number}}}");
        let _ = writeln!(text, "{{\"type\":\"order\",\"id\":{number}");
        let _ = writeln!(text, "{{\"type\":\"order\",\"id\":0{number}x}}");
        let _ = writeln!(text, "{{\"type\":\"order\" \"id\":{number}}} behind");
        let _ = writeln!(text, "[{number}]");
        let _ = writeln!(text, "\"text {number}\"");
        let _ = writeln!(text, "{{\"id\":{number}}}");
        let _ = writeln!(text, "{{\"type\":\"unheard {number}\",\"id\":{number}}}");
        let _ = writeln!(text, "{{\"type\":\"order\",\"number\":{number}}}");
        let _ = writeln!(text, "{{\"type\":\"order\",\"id\":\"n{number}\"}}");
        lines.extend(text.as_bytes());
        lines.extend(format!("{{\"type\":\"order\",\"id\":{number},\"x\":\"").as_bytes());
        lines.extend(b"\xff\xfe\"}\n");
    }
    std::fs::create_dir_all(folder.path().join("in")).expect("made");
    std::fs::write(folder.path().join("in/a.jsonl"), lines).expect("written");
    ingest(&folder, &[], 0);
    assert_eq!(rows(&folder, "select count(*) from bronze.orders"), "1000");
    assert_eq!(
        rows(
            &folder,
            "select error_class, count(*), count(distinct _id), countif(error = '' or raw = '') from bronze.dead_letter group by 1 order by 1"
        ),
        "bad-json,3000,3000,0\nmissing-key,1000,1000,0\nmissing-type,1000,1000,0\nnot-an-object,2000,2000,0\n\
         not-utf-8,1000,1000,0\nunknown-type,1000,1000,0\nwrong-type,1000,1000,0"
    );
    // Read again, nothing is told again.
    write(folder.path(), "in/b.jsonl", "");
    ingest(&folder, &["state", "reset", "shop.orders"], 0);
    ingest(&folder, &[], 0);
    assert_eq!(rows(&folder, "select count(*) from bronze.dead_letter"), "10000");
}

#[test]
fn a_frozen_table_and_too_many_dead_letters_fail_the_load() {
    let folder = shop(
        "      - name: orders\n        config: {meta: {ingest: {stream: events, when: order, contract: freeze, max_dead_letters: 1}}}\n        columns: [{name: id, data_type: int64}, {name: type, data_type: string}]\n",
    );
    write(
        folder.path(),
        "in/a.jsonl",
        "{\"type\":\"order\",\"id\":1}\n{\"type\":\"order\",\"id\":2,\"new\":3}\n",
    );
    let told = ingest(&folder, &[], 1);
    assert!(
        told.contains("in/a.jsonl:2: the contract is `freeze`, and `$.new` has no column"),
        "{told}"
    );
    write(folder.path(), "in/a.jsonl", "{\"type\":\"order\",\"id\":1}\n{\n{\n");
    let told = ingest(&folder, &[], 1);
    assert!(told.contains("more than 1 records became dead letters"), "{told}");
}

#[test]
fn dead_letters_are_a_warning_that_may_fail() {
    let table =
        "      - name: orders\n        config: {meta: {ingest: {stream: events, when: order}}}\n";
    let folder = shop(table);
    write(folder.path(), "in/a.jsonl", "{\"type\":\"order\",\"id\":1}\n{\"type\":\"odd\"}\n");
    let told = ingest(&folder, &[], 0);
    assert!(told.contains("warn  ingest bronze.orders, 1 row (1 dead letter, 39 B)"), "{told}");
    assert!(told.contains("1 record is a dead letter and did not land"), "{told}");
    assert!(told.contains("`bronze.dead_letter` holds them with the reason"), "{told}");
    assert!(told.contains("1 warned"), "{told}");
    // Read again, it is told no more.
    ingest(&folder, &["state", "reset", "shop.orders"], 0);
    assert!(!ingest(&folder, &[], 0).contains("warn"), "told twice");
    // The user says what a warning comes to; the good rows land all the same.
    write(folder.path(), "in/b.jsonl", "{\"type\":\"order\",\"id\":2}\n{\"type\":\"other\"}\n");
    let said = elt(folder.path(), &["--warn-error", "ingest"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("1 record is a dead letter and did not land"), "{}", said.err);
    assert_eq!(rows(&folder, "select count(*) from bronze.orders"), "2");
    write(folder.path(), "in/c.jsonl", "{\"type\":\"another\"}\n");
    let silent = "{silence: [dead-letters]}";
    let said = elt(folder.path(), &["--warn-error-options", silent, "ingest"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(!said.err.contains("did not land"), "{}", said.err);
    assert_eq!(rows(&folder, "select count(*) from bronze.dead_letter"), "3");
    // What fails again is one too.
    let told = ingest(&folder, &["replay"], 0);
    assert!(told.contains("0 replayed, 3 fail again"), "{told}");
    assert!(told.contains("3 records are dead letters and did not land"), "{told}");
}

#[test]
fn the_place_of_what_fails_a_load_is_told_once() {
    let feed = |more: &str| {
        let folder = project(&[]);
        let text = format!(
            "sources:\n  - name: shop\n    schema: bronze\n    tables:\n      - name: things\n        config: {{meta: {{ingest: {{type: files, path: in.json, key: id, {more}}}}}}}\n"
        );
        write(folder.path(), "models/_sources.yml", &text);
        folder
    };
    let load = |more: &str, args: &[&str], content: &str| {
        let folder = feed(more);
        write(folder.path(), "in.json", content);
        ingest(&folder, args, 1)
    };
    let backfill = ["backfill", "--from", "2024-01-01", "--to", "2024-01-02"];
    let timed = "source_ts: $.at";
    let told = load(timed, &backfill, "[{\"id\":1,\"at\":\"2024-01-01\"},\n {\"id\":2}]");
    assert!(told.contains(": in.json:2:2: there is no time at `source_ts`"), "{told}");
    let lines = "{\"id\":1,\"at\":\"2024-01-01\"}\n{\"id\":2}\n";
    let told = load(&format!("format: ndjson, {timed}"), &backfill, lines);
    assert!(told.contains(": in.json:2: there is no time at `source_ts`"), "{told}");
    let told = load(&format!("format: csv, {timed}"), &backfill, "id,at\n1,2024-01-01\n2,\n");
    assert!(told.contains(": in.json:3: there is no time at `source_ts`"), "{told}");
    let told = load("max_dead_letters: 1", &[], "[1,\n 2]");
    let wanted = ": in.json:2:2: more than 1 records became dead letters (`max_dead_letters`), the last here: expected an object, found a number";
    assert!(told.contains(wanted), "{told}");
}

#[test]
fn what_changed_between_snapshots_lands() {
    let folder = project(&[]);
    write(
        folder.path(),
        "models/_sources.yml",
        "sources:\n  - name: store\n    schema: bronze\n    tables:\n      - name: cart_changes\n        config: {meta: {ingest: {type: files, path: carts.json, key: id, changes: {unordered: [lines], ignore: [v]}}}}\n",
    );
    let states = [
        ("[{\"id\":1,\"user\":1,\"lines\":[1,2],\"v\":0},{\"id\":2,\"user\":1,\"lines\":[]}]", 0),
        ("[{\"id\":2,\"user\":1,\"lines\":[]},{\"id\":1,\"user\":1,\"lines\":[2,1],\"v\":1}]", 0),
        ("[{\"id\":1,\"user\":2,\"lines\":[1,2]},{\"id\":2,\"user\":1,\"lines\":[]}]", 0),
        ("[{\"id\":1,\"user\":1,\"lines\":[1,2]}]", 0),
        ("[]", 1),
        ("[{\"id\":1,\"user\":1,\"lines\":[1,2]},{\"id\":2,\"user\":1,\"lines\":[]}]", 0),
    ];
    for (state, code) in states {
        write(folder.path(), "carts.json", state);
        ingest(&folder, &[], code);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(
        rows(
            &folder,
            "select json_value(payload, '$.event_id'), json_value(payload, '$.cold_start'), json_query(payload, '$.record') is null or to_json_string(json_query(payload, '$.record')) = 'null' from bronze.cart_changes order by _ingested_at, _seq"
        ),
        "store.cart_changes/1/1/created,true,false\nstore.cart_changes/2/1/created,true,false\n\
         store.cart_changes/1/2/modified,false,false\nstore.cart_changes/1/3/modified,false,false\n\
         store.cart_changes/2/2/deleted,false,true\nstore.cart_changes/2/3/created,false,false"
    );
}
