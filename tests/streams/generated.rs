//! `elt ingest generate`.

use crate::project::{Served, count, project, run};

#[test]
fn events_of_every_feed_land_from_a_folder() {
    let feeds: [(&str, &str); 5] = [
        (
            "bikes",
            "{type: files, path: 'made/bikes_*.jsonl', format: ndjson, records: '$.data.stations[*]', key: station_id}",
        ),
        (
            "cars",
            "{type: files, path: 'made/cars_*.jsonl', format: ndjson, records: '$.*', key: vin.val}",
        ),
        ("shop", "{type: files, path: 'made/shop_*.jsonl', format: ndjson, key: $}"),
        ("store", "{type: files, path: 'made/store_*.jsonl', format: ndjson, key: id}"),
        ("web", "{type: files, path: 'made/web_*.jsonl', format: ndjson, key: event_id}"),
    ];
    let folder = project(&feeds);
    let path = folder.path();
    let made = |feed: &str, to: &str| {
        let arguments = ["ingest", "generate", "--feed", feed, "--count", "500", "--seed", "5"];
        let rest = ["--start", "2026-01-01", "--late", "0.1", "--duplicates", "0.1", "--to", to];
        let (ok, said) = run(path, &[], &[&arguments[..], &rest[..]].concat());
        assert!(ok && said.contains("500 taken"), "{feed}: {said}");
    };
    for (feed, _) in feeds {
        made(feed, "made");
        made(feed, "again");
        let read = |folder: &str| {
            std::fs::read(path.join(folder).join(format!("{feed}_000001.jsonl"))).expect("a file")
        };
        assert!(read("made") == read("again"), "{feed}: a seed gives the same events");
    }
    let (ok, said) = run(path, &[], &["ingest"]);
    assert!(ok, "{said}");
    // Those that come again are landed once.
    for (feed, least, most) in [
        ("bikes", 1_000, 10_000),
        ("cars", 800, 1_000),
        ("shop", 400, 480),
        ("store", 300, 500),
        ("web", 400, 480),
    ] {
        let rows = count(path, &format!("select count(*) as n from bronze.{feed}"));
        assert!((least..=most).contains(&rows), "{feed}: {rows}");
    }
}

#[test]
fn events_are_sent_to_an_address() {
    let folder =
        project(&[("events", "{type: push, path: /e, auth: {bearer: {env: T}}, key: event_id}")]);
    let served = Served::start(folder.path(), &[("T", "secret")]);
    let url = format!("{}/e", served.base);
    let arguments = ["ingest", "generate", "--feed", "web", "--count", "300", "--broken", "0.2"];
    let rest = ["--to", url.as_str(), "--token-env", "T"];
    let (ok, said) = run(folder.path(), &[("T", "secret")], &[&arguments[..], &rest[..]].concat());
    assert!(ok && said.contains("0 failed"), "{said}");
    assert_eq!(served.stop(), Some(0));
    let taken: u64 = said.split(' ').next().and_then(|word| word.parse().ok()).expect("a number");
    assert_eq!(count(folder.path(), "select count(*) as n from bronze.events"), taken);
    assert!((180..300).contains(&taken), "{said}");
}

#[test]
fn an_unknown_feed_is_refused() {
    let folder = project(&[]);
    let (ok, said) = run(folder.path(), &[], &["ingest", "generate", "--feed", "stores"]);
    assert!(!ok && said.contains("did you mean `store`"), "{said}");
}
