//! What is sent to an endpoint, and what is answered.

use base64::{Engine, engine::general_purpose::STANDARD};
use elt::ingest::BRONZE_COLUMNS;
use serde_json::{Value, json};

use crate::project::{Served, client, count, project, query, run, told, wait};

const EVENTS: &str = "{type: push, path: /events, auth: none, key: event_id, message_field: _message, max_body_bytes: 100000}";

/// A push request of Pub/Sub.
pub fn wrapped(id: &str, data: &str) -> String {
    let data = STANDARD.encode(data);
    json!({
        "message": {
            "data": data, "messageId": id, "message_id": id, "orderingKey": "o",
            "publishTime": "2026-01-01T00:00:00Z", "attributes": {"origin": "test"},
        },
        "subscription": "projects/p/subscriptions/s",
    })
    .to_string()
}

#[test]
fn every_envelope_lands_its_records() {
    let folder = project(&[("events", EVENTS)]);
    let served = Served::start(folder.path(), &[]);
    let url = format!("{}/events", served.base);
    wait(async {
        let post = |kind: &str, body: &str| {
            client().post(&url).header("content-type", kind).body(body.to_owned())
        };
        let landed = |rows: u64| {
            (200, json!({"landed": rows, "unchanged": 0, "duplicates": 0, "dead_letters": 0}))
        };
        let plain = post("application/json", r#"{"event_id":"plain","n":1.10}"#);
        assert_eq!(told(plain).await, landed(1));
        let array = post("application/json", r#"[{"event_id":"a1"},{"event_id":"a2"}]"#);
        assert_eq!(told(array).await, landed(2));
        let lines =
            post("application/x-ndjson", "{\"event_id\":\"l1\"}\n\n{\"event_id\":\"l2\"}\n");
        assert_eq!(told(lines).await, landed(2));
        let push = post("application/json", &wrapped("77", r#"{"event_id":"p"}"#));
        assert_eq!(told(push).await, landed(1));
        let bare = post("application/json", r#"{"event_id":"unwrapped"}"#)
            .header("x-goog-pubsub-message-id", "78")
            .header("x-goog-pubsub-subscription-name", "projects/p/subscriptions/s");
        assert_eq!(told(bare).await, landed(1));
        let binary = post("application/json", r#"{"event_id":"b"}"#)
            .header("ce-specversion", "1.0")
            .header("ce-type", "t")
            .header("ce-source", "/s")
            .header("ce-id", "1");
        assert_eq!(told(binary).await, landed(1));
        let event = |id: &str| {
            json!({
                "specversion": "1.0", "type": "t", "source": "/s", "id": id,
                "time": "2026-02-03T04:05:06Z", "data": {"event_id": format!("s{id}")},
            })
        };
        let structured =
            post("application/cloudevents+json; charset=utf-8", &event("2").to_string());
        assert_eq!(told(structured).await, landed(1));
        let batch = json!([event("3"), event("4")]).to_string();
        assert_eq!(told(post("application/cloudevents-batch+json", &batch)).await, landed(2));
        // What came before lands once, by its name or by its content.
        let again = json!({"landed": 0, "unchanged": 0, "duplicates": 1, "dead_letters": 0});
        let push = post("application/json", &wrapped("77", r#"{"event_id":"p"}"#));
        assert_eq!(told(push).await, (200, again));
        let same = json!({"landed": 0, "unchanged": 1, "duplicates": 0, "dead_letters": 0});
        let plain = post("application/json", r#"{"n":1.10,"event_id":"plain"}"#);
        assert_eq!(told(plain).await, (200, same));
    });
    assert_eq!(served.stop(), Some(0));
    let rows = query(
        folder.path(),
        "select _record_key, _uri, cast(_source_ts as string) as time, payload from bronze.events order by _ingested_at, _seq",
    );
    insta::assert_json_snapshot!(rows);
}

#[test]
fn what_cannot_be_answered_is_told_why() {
    let folder = project(&[("events", EVENTS), ("other", "{type: push, auth: none, key: id}")]);
    let served = Served::start(folder.path(), &[]);
    let base = served.base.clone();
    let answers = wait(async {
        let url = format!("{base}/events");
        let post = |body: &str| client().post(&url).body(body.to_owned());
        let mut answers: Vec<(&str, u16, Value)> = Vec::new();
        let mut ask = async |what, request| {
            let (status, body) = told(request).await;
            answers.push((what, status, body));
        };
        ask("a path of no feed", client().post(format!("{base}/nothing")).body("{}")).await;
        ask("another method", client().get(&url)).await;
        ask("another method of ours", client().post(format!("{base}/health"))).await;
        ask("a body too long", post(&format!("{{\"event_id\":\"{}\"}}", "x".repeat(100_000))))
            .await;
        ask("no JSON", post("{\"event_id\": }")).await;
        ask("nothing", post("")).await;
        ask("no object", post("[1]")).await;
        ask("no key", post("[{\"event_id\":\"1\"},{\"id\":2}]")).await;
        ask("compressed", post("{}").header("content-encoding", "gzip")).await;
        ask("a broken event", post("{}").header("content-type", "application/cloudevents+json"))
            .await;
        ask("a broker's bad message", post(&wrapped("1", "no JSON"))).await;
        ask("the same again", post(&wrapped("1", "no JSON"))).await;
        ask(
            "a good one of another feed",
            client().post(format!("{base}/web/other")).body("{\"id\":1}"),
        )
        .await;
        ask("alive", client().get(format!("{base}/liveness"))).await;
        ask("ready", client().get(format!("{base}/readiness"))).await;
        answers
    });
    // Nothing of a request that was refused is there.
    assert_eq!(served.stop(), Some(0));
    let path = folder.path();
    assert_eq!(count(path, "select count(*) as n from bronze.events"), 0);
    assert_eq!(count(path, "select count(*) as n from bronze.other"), 1);
    let letters = query(
        folder.path(),
        "select _source, _stream, stage, error_class, error, raw, _uri, attempts from bronze.dead_letter",
    );
    insta::assert_json_snapshot!(json!({"answers": answers, "letters": letters}));
}

#[test]
fn counts_are_for_people_and_for_machines() {
    let folder = project(&[("events", EVENTS)]);
    let served = Served::start(folder.path(), &[]);
    let (metrics, health) = wait(async {
        for body in ["{\"event_id\":1}", "{\"event_id\":2}", "{\"event_id\":2}", "{}"] {
            told(client().post(format!("{}/events", served.base)).body(body)).await;
        }
        let metrics = told(client().get(format!("{}/metrics", served.base))).await.1;
        (metrics, told(client().get(format!("{}/health", served.base))).await.1)
    });
    let metrics = metrics.as_str().expect("text").to_owned();
    for line in [
        "elt_ingest_rows_total{feed=\"web.events\"} 2",
        "elt_ingest_unchanged_total{feed=\"web.events\"} 1",
        "elt_ingest_refused_total{feed=\"web.events\"} 1",
        "elt_ingest_messages_total{feed=\"web.events\"} 3",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line}: {metrics}");
    }
    assert_eq!(health["feeds"]["web.events"]["rows"], 2);
    assert_eq!(served.stop(), Some(0));
}

#[test]
fn many_senders_share_transactions() {
    let folder = project(&[("events", EVENTS)]);
    let served = Served::start(folder.path(), &[]);
    let url = format!("{}/events", served.base);
    wait(async {
        let client = client();
        let mut tasks = tokio::task::JoinSet::new();
        for sender in 0..16 {
            let (client, url) = (client.clone(), url.clone());
            tasks.spawn(async move {
                for number in 0..50 {
                    let body = format!("{{\"event_id\":\"{sender}-{number}\"}}");
                    assert_eq!(told(client.post(&url).body(body)).await.0, 200);
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("no sender fails");
        }
    });
    assert_eq!(served.stop(), Some(0));
    let path = folder.path();
    assert_eq!(count(path, "select count(*) as n from bronze.events"), 800);
    assert_eq!(count(path, "select count(distinct _record_key) as n from bronze.events"), 800);
    let loads = count(path, "select count(distinct _load_id) as n from bronze.events");
    assert!(loads < 400, "{loads} commits for 800 messages");
}

#[test]
fn a_definition_without_authentication_is_refused() {
    for (feed, wanted) in [
        ("{type: push, key: id}", "needs `auth`"),
        (
            "{type: push, key: id, auth: {bearer: secret}}",
            "does not belong into the project's files",
        ),
        ("{type: push, key: id, auth: {oidc: {audience: x}}}", "needs `emails`"),
        ("{type: push, key: id, auth: {bearer: {env: NOT_SET}}}", "`NOT_SET` is not set"),
        ("{type: push, key: id, auth: none, path: /health}", "is not a feed's path"),
        ("{type: push, key: id, auth: none, envelope: pubsup}", "did you mean `pubsub`"),
    ] {
        let folder = project(&[("events", feed)]);
        let (ok, said) = run(folder.path(), &[], &["ingest", "serve", "--listen", "127.0.0.1:0"]);
        assert!(!ok && said.contains(wanted), "{feed}: {said}");
    }
}

/// A table that somebody else has made stricter: the message reads well, and the warehouse refuses it.
#[test]
fn one_message_that_the_warehouse_refuses_stops_no_other() {
    let feed = "{type: push, path: /events, auth: none, key: event_id, source_ts: $.ts}";
    let folder = project(&[("events", feed)]);
    let columns = BRONZE_COLUMNS.map(|(name, kind)| match name {
        "_source_ts" => format!("{name} {kind} not null"),
        _ => format!("{name} {kind}"),
    });
    let strict =
        format!("create schema bronze; create table bronze.events ({})", columns.join(", "));
    let (ok, said) = run(folder.path(), &[], &["sql", &strict]);
    assert!(ok, "{said}");
    let served = Served::start(folder.path(), &[]);
    let url = format!("{}/events", served.base);
    wait(async {
        let client = client();
        let mut tasks = tokio::task::JoinSet::new();
        for number in 0..40 {
            let time = if number == 7 { Value::Null } else { json!(1_700_000_000) };
            let body = json!({"event_id": number, "ts": time}).to_string();
            let request = client.post(&url).body(body);
            tasks.spawn(async move { assert_eq!(told(request).await.0, 200) });
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("each is answered");
        }
    });
    assert_eq!(served.stop(), Some(0));
    let path = folder.path();
    assert_eq!(count(path, "select count(*) as n from bronze.events"), 39);
    let letters = query(path, "select stage, raw from bronze.dead_letter");
    assert_eq!(letters, [json!({"stage": "land", "raw": "{\"event_id\":7,\"ts\":null}"})]);
}
