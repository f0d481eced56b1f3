//! One stream of messages, many tables.

use serde_json::{Value, json};

use crate::{
    broker::{Broker, Faults},
    project::{Served, client, count, project, query, run, shared, told, wait, write_shared},
    push::wrapped,
};

const PUSHED: &str =
    "{type: push, path: /e, auth: none, key: id, route: $.type, message_field: _message}";
const PULLED: &str =
    "{type: pubsub, subscription: projects/p/subscriptions/s, key: id, route: $.type}";
const ORDERS: (&str, &str, &str) = ("orders", "when: order, contract: evolve", "");
const REFUNDS: (&str, &str, &str) = ("refunds", "when: [refund, chargeback]", "");

fn landed(rows: u64, dead_letters: u64) -> (u16, Value) {
    let told =
        json!({"landed": rows, "unchanged": 0, "duplicates": 0, "dead_letters": dead_letters});
    (200, told)
}

fn duplicate() -> (u16, Value) {
    (200, json!({"landed": 0, "unchanged": 0, "duplicates": 1, "dead_letters": 0}))
}

#[test]
fn records_go_to_the_tables_that_take_them() {
    let folder = shared(PUSHED, &[ORDERS, REFUNDS]);
    let path = folder.path();
    let served = Served::start(path, &[]);
    let url = format!("{}/e", served.base);
    let post = |body: String| client().post(&url).body(body);
    let refund = wrapped("1", r#"{"type":"refund","id":7}"#);
    let unheard = wrapped("2", r#"{"type":"unheard","id":8}"#);
    wait(async {
        let both = r#"[{"type":"order","id":1,"n":1},{"type":"chargeback","id":1}]"#;
        assert_eq!(told(post(both.to_owned())).await, landed(2, 0));
        // Each table knows what it holds: the same key is another record elsewhere.
        let (status, same) = told(post(both.to_owned())).await;
        assert_eq!((status, &same["unchanged"]), (200, &json!(2)), "{same}");
        assert_eq!(told(post(refund.clone())).await, landed(1, 0));
        assert_eq!(told(post(refund.clone())).await, duplicate());
        // What no table takes is kept, whoever sends it, and the rest of its message lands.
        let partly = r#"[{"type":"order","id":2,"n":2},{"type":"gift","id":3}]"#;
        assert_eq!(told(post(partly.to_owned())).await, landed(1, 1));
        assert_eq!(told(post(unheard.clone())).await, landed(0, 1));
        assert_eq!(told(post(unheard.clone())).await, duplicate());
        // What does not say what it is cannot be taken by any table ever.
        let (status, refused) = told(post(r#"{"id":9}"#.to_owned())).await;
        assert_eq!((status, &refused["error"]), (400, &json!("missing-type")), "{refused}");
        assert_eq!(told(post(wrapped("3", r#"{"id":9}"#))).await, landed(0, 1));
        let metrics = told(client().get(format!("{}/metrics", served.base))).await.1;
        let metrics = metrics.as_str().expect("text").to_owned();
        for line in [
            "elt_ingest_rows_total{feed=\"web.orders\"} 2",
            "elt_ingest_rows_total{feed=\"web.refunds\"} 2",
            "elt_ingest_dead_letters_total{feed=\"web.orders\"} 3",
        ] {
            assert!(metrics.lines().any(|found| found == line), "{line}: {metrics}");
        }
    });
    assert_eq!(served.stop(), Some(0));
    // Another process knows all of it.
    let served = Served::start(path, &[]);
    let url = format!("{}/e", served.base);
    let post = |body: String| client().post(&url).body(body);
    wait(async {
        assert_eq!(told(post(refund)).await, duplicate());
        assert_eq!(told(post(unheard)).await, duplicate());
        // Columns evolve with the records.
        let more = r#"{"type":"order","id":4,"n":2.5,"lines":[{"sku":"a"}]}"#;
        assert_eq!(told(post(more.to_owned())).await, landed(1, 0));
        let text = r#"{"type":"order","id":5,"n":"many"}"#;
        assert_eq!(told(post(text.to_owned())).await, landed(1, 0));
    });
    assert_eq!(served.stop(), Some(0));
    let orders = query(
        path,
        "select id, cast(n as string) as n, n__v_string, lines[safe_offset(0)].sku as sku, to_json_string(payload) as payload from bronze.orders order by id",
    );
    let refunds = query(path, "select _record_key, payload from bronze.refunds order by 1");
    let letters = query(
        path,
        "select _stream, stage, error_class, error, raw, _uri from bronze.dead_letter order by error_class, _uri",
    );
    insta::assert_json_snapshot!(json!({"orders": orders, "refunds": refunds, "letters": letters}));
    // What was unheard of lands once a table takes it.
    let gifts = ("gifts", "when: [gift, unheard]", "");
    write_shared(path, PUSHED, &[ORDERS, REFUNDS, gifts]);
    let (ok, said) = run(path, &[], &["ingest", "replay", "--error-class", "unknown-type"]);
    assert!(ok && said.contains("2 replayed"), "{said}");
    assert_eq!(count(path, "select count(*) as n from bronze.gifts"), 2);
    let (ok, said) = run(path, &[], &["ingest", "state", "--output", "json"]);
    let state: Value = serde_json::from_str(&said).expect("JSON");
    assert!(ok && state[2]["table"] == "refunds", "{said}");
    assert_eq!(
        (&state[2]["rows"], &state[2]["rows_of_last_load"]),
        (&json!(2), &json!(1)),
        "{said}"
    );
}

#[test]
fn a_subscription_fills_many_tables() {
    let broker = Broker::start(Faults { doubled: 10, ..Faults::default() });
    let folder = shared(PULLED, &[ORDERS, REFUNDS]);
    let path = folder.path();
    let ingest = || run(path, &[("PUBSUB_EMULATOR_HOST", &broker.host)], &["ingest"]);
    for number in 0..300 {
        let kind = ["order", "refund", "odd"][number % 3];
        broker.add(&format!("{{\"type\":\"{kind}\",\"id\":{number}}}"), None);
    }
    let (ok, said) = ingest();
    assert!(ok, "{said}");
    assert!(
        said.contains("100 dead letters") && said.contains("bronze.orders, 100 rows ("),
        "{said}"
    );
    assert!(said.contains("bronze.refunds, 100 rows"), "{said}");
    assert_eq!(broker.open(), 0);
    for table in ["orders", "refunds", "dead_letter"] {
        assert_eq!(count(path, &format!("select count(*) as n from bronze.{table}")), 100);
    }
    let letters = "select count(distinct _uri) as n from bronze.dead_letter where error_class = 'unknown-type' and error like 'record 1: no table takes `odd` (%'";
    assert_eq!(count(path, letters), 100);
}

#[test]
fn what_a_stream_is_is_said_once() {
    for (tables, wanted) in [
        ("ingest: {stream: events, when: a, auth: none}", "`auth` is of the stream"),
        ("ingest: {stream: events}", "needs `when`"),
        (
            "ingest: {stream: events, when: a, changes: true}",
            "`changes` is not supported for feeds of type `push`",
        ),
        (
            "ingest: {stream: events, when: a, max_dead_letters: 3}",
            "`max_dead_letters` is not supported",
        ),
    ] {
        let folder = shared(PUSHED, &[]);
        let text = std::fs::read_to_string(folder.path().join("models/_sources.yml"));
        let text = format!(
            "{}      - name: t\n        config: {{meta: {{{tables}}}}}\n",
            text.expect("it is there")
        );
        crate::project::write(folder.path(), "models/_sources.yml", &text);
        let (ok, said) = run(folder.path(), &[], &["ingest", "serve"]);
        assert!(!ok && said.contains(wanted), "{tables}: {said}");
    }
    let feed = "{type: push, path: /e, auth: none, key: id}";
    let folder = project(&[("one", feed), ("two", feed)]);
    let (ok, said) = run(folder.path(), &[], &["ingest", "serve"]);
    assert!(!ok && said.contains("two feeds have the path `/e`"), "{said}");
}
