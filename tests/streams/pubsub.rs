//! Messages pulled from a subscription.

use std::time::Duration;

use crate::{
    broker::{Broker, Faults},
    project::{count, project, query, run},
};

const FEED: &str = "{type: pubsub, subscription: projects/p/subscriptions/s, key: event_id}";

/// A project with a subscription's feed, and what it is run with.
fn ingest(folder: &std::path::Path, broker: &Broker) -> (bool, String) {
    run(folder, &[("PUBSUB_EMULATOR_HOST", &broker.host)], &["ingest"])
}

#[test]
fn what_is_there_is_landed_and_then_acknowledged() {
    let broker = Broker::start(Faults::default());
    for number in 0..2_500 {
        broker.add(&format!("{{\"event_id\":{number}}}"), None);
    }
    broker.add("no JSON", None);
    let folder = project(&[("events", FEED)]);
    let (ok, said) = ingest(folder.path(), &broker);
    assert!(ok, "{said}");
    assert_eq!(broker.open(), 0);
    // What is kept longer is kept for as long as the feed says, and nothing is given back.
    assert!(broker.extended().iter().all(|secs| *secs == 60), "{:?}", broker.extended());
    let path = folder.path();
    assert_eq!(count(path, "select count(distinct _record_key) as n from bronze.events"), 2_500);
    assert_eq!(count(path, "select count(*) as n from bronze.events"), 2_500);
    let letters = query(path, "select error_class, raw, _uri from bronze.dead_letter");
    insta::assert_json_snapshot!(letters);
}

#[test]
fn nothing_is_lost_or_doubled_whatever_the_broker_does() {
    let faults =
        Faults { refused: 10, acks_lost: 30, doubled: 20, lease: Some(Duration::from_millis(300)) };
    let broker = Broker::start(faults);
    let folder = project(&[("events", FEED)]);
    for round in 0..3 {
        for number in 0..400 {
            broker.add(&format!("{{\"event_id\":\"{round}-{number}\"}}"), None);
        }
        // What is left open by a lost acknowledgement comes again.
        for _ in 0..20 {
            ingest(folder.path(), &broker);
            broker.expire();
            if broker.open() == 0 {
                break;
            }
        }
        assert_eq!(broker.open(), 0);
    }
    let path = folder.path();
    assert_eq!(count(path, "select count(*) as n from bronze.events"), 1_200);
    assert_eq!(count(path, "select count(distinct _record_key) as n from bronze.events"), 1_200);
}

#[test]
fn messages_of_an_ordering_key_stay_in_order() {
    let broker = Broker::start(Faults { doubled: 30, refused: 5, ..Faults::default() });
    for version in 0..50 {
        for cart in 0..5 {
            let data = format!("{{\"event_id\":\"cart-{cart}\",\"version\":{version}}}");
            broker.add(&data, Some(&format!("cart-{cart}")));
        }
    }
    let feed =
        "{type: pubsub, subscription: projects/p/subscriptions/s, key: event_id, max_messages: 40}";
    let folder = project(&[("events", feed)]);
    let (ok, said) = ingest(folder.path(), &broker);
    assert!(ok, "{said}");
    let wrong = "select count(*) as n from (
        select _record_key, cast(json_value(payload, '$.version') as int64) as version,
          row_number() over (partition by _record_key order by _ingested_at, _seq) - 1 as place
        from bronze.events
      ) as versions where version <> place";
    assert_eq!(count(folder.path(), wrong), 0);
    assert_eq!(count(folder.path(), "select count(*) as n from bronze.events"), 250);
}

#[test]
fn what_was_delivered_too_often_is_put_aside() {
    let broker = Broker::start(Faults::default());
    broker.add("{\"event_id\":1}", None);
    let feed = "{type: pubsub, subscription: projects/p/subscriptions/s, key: event_id, max_deliveries: 1}";
    let folder = project(&[("events", feed)]);
    // Somebody else has had it.
    let body = serde_json::json!({"maxMessages": 1});
    let url = format!("http://{}/v1/projects/p/subscriptions/s:pull", broker.host);
    crate::project::wait(async {
        let client = crate::project::client();
        crate::project::told(client.post(url).body(body.to_string())).await
    });
    broker.expire();
    let (ok, said) = ingest(folder.path(), &broker);
    assert!(ok, "{said}");
    let letters =
        query(folder.path(), "select error_class, error, attempts, raw from bronze.dead_letter");
    insta::assert_json_snapshot!(letters);
    assert_eq!(broker.open(), 0);
}

#[test]
fn a_subscription_that_cannot_be_read_fails_by_name() {
    let folder = project(&[("events", FEED)]);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let host = nobody.local_addr().expect("it has one").to_string();
    drop(nobody);
    let (ok, said) = run(folder.path(), &[("PUBSUB_EMULATOR_HOST", &host)], &["ingest"]);
    assert!(!ok && said.contains("Pub/Sub cannot be reached"), "{said}");
    for (feed, wanted) in [
        ("{type: pubsub, key: id}", "needs a `subscription`"),
        ("{type: pubsub, key: id, subscription: s}", "is no subscription"),
        (
            "{type: pubsub, key: id, subscription: projects/p/subscriptions/s, ack_deadline_secs: 5}",
            "must be from 10 to 600",
        ),
    ] {
        let folder = project(&[("events", feed)]);
        let (ok, said) = run(folder.path(), &[], &["ingest"]);
        assert!(!ok && said.contains(wanted), "{feed}: {said}");
    }
}
