//! Contracts of feeds that messages fill.

use serde_json::{Value, json};

use crate::{
    broker::{Broker, Faults},
    project::{Served, client, count, query, run, shared, told, wait},
    push::wrapped,
};

const COLUMNS: &str = "{name: id, data_type: int64, constraints: [{type: not_null}]}, {name: amount, data_type: numeric}, {name: at, data_type: timestamp}";

/// What is sent, and what is wrong with it.
const SENT: [(&str, &str); 7] = [
    ("no JSON", r#"{"k":"broken","#),
    ("good", r#"{"k":"good","id":1,"amount":"12.50","at":"2026-01-01T00:00:00Z"}"#),
    ("a new field", r#"{"k":"new","id":2,"colour":"red"}"#),
    ("another type", r#"{"k":"type","id":3,"amount":"much"}"#),
    ("nothing where something must be", r#"{"k":"null","amount":1}"#),
    ("a good one and a bad one", r#"[{"k":"a","id":5},{"k":"b","id":6,"amount":[1],"x":1}]"#),
    ("good again", r#"{"k":"last","id":7,"amount":3}"#),
];

/// What becomes of all that under a contract: sent plainly and by a broker.
fn under(contract: &str) -> Value {
    let stream = "{type: push, path: /e, auth: none, key: k, message_field: _message}";
    // `k` has a column where columns are not added.
    let columns = format!("{{name: k, data_type: string}}, {COLUMNS}");
    let folder = shared(stream, &[("events", &format!("contract: {contract}"), &columns)]);
    let path = folder.path();
    let served = Served::start(path, &[]);
    let url = format!("{}/e", served.base);
    let answers = wait(async {
        let mut answers = serde_json::Map::new();
        for (number, (what, body)) in SENT.iter().enumerate() {
            let plain = told(client().post(&url).body(*body)).await;
            let body = body.replace("\"k\":\"", "\"k\":\"broker-");
            let wrapped = wrapped(&number.to_string(), &body);
            let by_broker = told(client().post(&url).body(wrapped)).await;
            answers.insert((*what).to_owned(), json!({"plain": plain, "by a broker": by_broker}));
        }
        answers
    });
    assert_eq!(served.stop(), Some(0));
    let rows = query(
        path,
        "select * except (_source, _stream, _ingested_at, _run_id, _load_id, _record_key, _record_hash, _source_ts, _seq, _uri, _schema_version, payload) from bronze.events order by id, k",
    );
    let letters = query(
        path,
        "select stage, error_class, error, raw, _uri from bronze.dead_letter order by _uri, error",
    );
    json!({"answers": answers, "rows": rows, "letters": letters})
}

#[test]
fn columns_evolve() {
    insta::assert_json_snapshot!(under("evolve"));
}

#[test]
fn frozen_ones_refuse_whole_messages() {
    insta::assert_json_snapshot!(under("freeze"));
}

#[test]
fn values_are_discarded() {
    insta::assert_json_snapshot!(under("discard_value"));
}

#[test]
fn rows_are_discarded() {
    insta::assert_json_snapshot!(under("discard_row"));
}

#[test]
fn a_subscription_has_a_contract_and_fields_that_are_hashed() {
    let broker = Broker::start(Faults::default());
    let stream = "{type: pubsub, subscription: projects/p/subscriptions/s, key: id, hash: [phone], hash_key: {env: PII}, drop: [password]}";
    let columns = "{name: id, data_type: int64}, {name: phone, data_type: string}";
    let folder = shared(stream, &[("events", "contract: discard_row", columns)]);
    let path = folder.path();
    for number in 0..1_500 {
        let id = if number % 3 == 0 { format!("\"x{number}\"") } else { number.to_string() };
        let text =
            format!("{{\"id\":{id},\"phone\":\"+49 {}\",\"password\":\"S3CRET\"}}", number % 2);
        broker.add(&text, None);
    }
    let env = [("PUBSUB_EMULATOR_HOST", broker.host.as_str()), ("PII", "pepper")];
    let (ok, said) = run(path, &env, &["ingest"]);
    assert!(ok && said.contains("1,000 rows (500 dead letters"), "{said}");
    assert_eq!(broker.open(), 0);
    assert_eq!(count(path, "select count(distinct phone) as n from bronze.events"), 2);
    let letters = "select stage, error_class, count(*) as n, count(distinct _uri) as messages, countif(error = 'record 1: `$.id` is no INT64, but string') as told from bronze.dead_letter group by 1, 2";
    let wanted = json!([{
        "stage": "contract", "error_class": "wrong-type", "n": 500, "messages": 500, "told": 500,
    }]);
    assert_eq!(json!(query(path, letters)), wanted);
    let all = query(
        path,
        "select to_json_string(payload) as t from bronze.events union all select raw from bronze.dead_letter",
    );
    let all = json!(all).to_string();
    assert!(!all.contains("S3CRET") && !all.contains("+49"), "something is kept that may not be");
    let (ok, said) = run(path, &env[..1], &["ingest"]);
    assert!(!ok && said.contains("`PII` is not set"), "{said}");
}
