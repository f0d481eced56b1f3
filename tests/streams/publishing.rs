//! Landed rows are told of: each as a CloudEvent, in the order of its key.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;

use crate::{
    broker::{Broker, Faults},
    project::{project, run, write},
};

const FEED: &str = "{type: files, path: 'events_*.jsonl', format: ndjson, key: id, publish: {topic: projects/p/topics/t}}";

fn told(broker: &Broker) -> Vec<(String, String, Value)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |message: &Value| {
        let data = STANDARD.decode(text(&message["data"])).expect("base 64");
        let payload = serde_json::from_slice(&data).expect("JSON");
        (text(&message["attributes"]["ce-id"]), text(&message["orderingKey"]), payload)
    };
    broker.published().iter().map(one).collect()
}

#[test]
fn each_row_once_and_what_failed_with_the_next_run() {
    let broker = Broker::start(Faults { refused: 100, ..Faults::default() });
    let folder = project(&[("events", FEED)]);
    let path = folder.path();
    let ingest = || run(path, &[("PUBSUB_EMULATOR_HOST", &broker.host)], &["ingest"]);
    write(
        path,
        "events_1.jsonl",
        "{\"id\":\"a\",\"n\":1}\n{\"id\":\"b\",\"n\":2}\n{\"id\":\"a\",\"n\":3}\n",
    );
    // The rows are landed; that nobody could be told is said.
    let (ok, said) = ingest();
    assert!(ok && said.contains("not all rows are published"), "{said}");
    assert!(told(&broker).is_empty());
    broker.errs(Faults::default());
    let (ok, said) = ingest();
    assert!(ok && !said.contains("not all rows"), "{said}");
    let first = told(&broker);
    let keys: Vec<&str> = first.iter().map(|(_, key, _)| key.as_str()).collect();
    assert_eq!(keys, ["a", "b", "a"]);
    assert_eq!(first[2].2["n"], 3);
    // Nothing new, nothing told.
    let (ok, said) = ingest();
    assert!(ok, "{said}");
    assert_eq!(told(&broker).len(), 3);
    let lines: String =
        (0..1_200).map(|n| format!("{{\"id\":\"k{n}\",\"event_id\":\"e{n}\"}}\n")).collect();
    write(path, "events_2.jsonl", &lines);
    let (ok, said) = ingest();
    assert!(ok, "{said}");
    let all = told(&broker);
    assert_eq!(all.len(), 1_203);
    assert_eq!(all[3].0, "e0");
    let ids: std::collections::HashSet<&String> = all.iter().map(|(id, ..)| id).collect();
    assert_eq!(ids.len(), all.len());
}

#[test]
fn a_topic_is_wanted() {
    for (feed, wanted) in [
        ("{type: files, path: x, key: id, publish: {topic: t}}", "is no topic"),
        (
            "{type: push, auth: none, key: id, publish: {topic: projects/p/topics/t}}",
            "no effect on a feed of type `push`",
        ),
        ("{type: push, auth: none, key: id, archive: raw}", "no effect on a feed of type `push`"),
        ("{type: push, auth: none, key: id, format: csv}", "messages are JSON"),
    ] {
        let folder = project(&[("events", feed)]);
        let (ok, said) = run(folder.path(), &[], &["ingest"]);
        assert!(!ok && said.contains(wanted), "{feed}: {said}");
    }
}
