//! What is sent to an endpoint lands on BigQuery as it does on the embedded engine: in many tables, under
//! contracts, once.

use std::{sync::Arc, time::Duration};

use elt::{
    adapter::{Adapter, Cancel, bigquery::BigQueryAdapter},
    ingest::{MESSAGE_WINDOW_DAYS, Metrics, ServeOptions, feeds_of, serve},
};
use serde_json::{Value, json};

use crate::{
    in_process::Parsed,
    server::Server,
    small_project::shop,
    support::{client, wait},
};

const SOURCES: &str = "sources:
  - name: shop
    schema: bronze
    config:
      meta:
        streams:
          events: {type: push, path: /e, auth: none, key: id, route: $.type}
    tables:
      - name: orders
        config: {meta: {ingest: {stream: events, when: order, contract: evolve}}}
        columns: [{name: id, data_type: int64}]
      - name: refunds
        config: {meta: {ingest: {stream: events, when: refund, contract: discard_row}}}
        columns: [{name: id, data_type: int64}, {name: type, data_type: string}]
";

/// Serves, sends each body when the one before was answered, and stops: the answers.
fn sent(parsed: &Parsed, root: &std::path::Path, server: &Server, bodies: &[&str]) -> Vec<Value> {
    let adapter: Arc<dyn Adapter> = Arc::new(BigQueryAdapter::new(client(server)));
    let manifest = parsed.manifest();
    let all = manifest.sources.keys().cloned().collect();
    let feeds = feeds_of(manifest, &all).expect("good feeds");
    let names = feeds.iter().map(|feed| format!("{}.{}", feed.source, feed.stream));
    let options = ServeOptions {
        metrics: Metrics::of(names),
        feeds: feeds.into_iter().map(Arc::new).collect(),
        root: root.to_owned(),
        env: Arc::new(|_| None),
        adapter,
        run_id: "run".to_owned(),
        listen: "127.0.0.1:0".to_owned(),
        linger: Duration::from_millis(1),
        window_days: Some(MESSAGE_WINDOW_DAYS),
    };
    wait(async {
        let (ready, address) = tokio::sync::oneshot::channel();
        let stop = Cancel::default();
        let serving = serve(options, &stop, |address| {
            let _ = ready.send(address);
        });
        let sending = async {
            let mut answers = Vec::new();
            // Why it does not listen, it says itself.
            let Ok(address) = address.await else { return answers };
            let url = format!("http://{address}/e");
            for body in bodies {
                let answer = reqwest::Client::new().post(&url).body((*body).to_owned()).send();
                let answer = answer.await.expect("an answer comes");
                let (status, text) = (answer.status().as_u16(), answer.text().await);
                let text = text.expect("it is text");
                answers.push(match serde_json::from_str::<Value>(&text) {
                    Ok(told) if status == 200 => {
                        json!([
                            told["landed"],
                            told["unchanged"],
                            told["duplicates"],
                            told["dead_letters"]
                        ])
                    }
                    _ => json!([status, text]),
                });
            }
            stop.cancel();
            answers
        };
        let (served, answers) = tokio::join!(serving, sending);
        served.expect("it serves");
        answers
    })
}

#[test]
fn messages_land_in_many_tables_under_contracts() {
    let nobody = Server::start();
    let folder = shop(&nobody, &[("models/_sources.yml", SOURCES)]);
    let parsed = Parsed::read(folder.path(), "2024-02-01");
    let server = Server::with_rows("shop");
    let wrapped = |id: &str, data: &str| {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let message = json!({"messageId": id, "data": STANDARD.encode(data)});
        json!({"message": message, "subscription": "projects/p/subscriptions/s"}).to_string()
    };
    let (refund, odd) =
        (wrapped("1", r#"{"type":"refund","id":1}"#), wrapped("2", r#"{"type":"odd","id":1}"#));
    let answers = sent(
        &parsed,
        folder.path(),
        &server,
        &[
            r#"[{"type":"order","id":1,"n":1},{"type":"refund","id":2}]"#,
            r#"{"type":"order","id":2,"n":2,"colour":"red"}"#,
            &refund,
            &refund,
            r#"{"type":"refund","id":3,"reason":"none"}"#,
            &odd,
            &odd,
            r#"{"type":"order","id":1,"n":1}"#,
            r#"{"type":"order","id":3,"n":"x"}"#,
        ],
    );
    let landed = [
        [2, 0, 0, 0],
        [1, 0, 0, 0],
        [1, 0, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 1],
        [0, 0, 0, 1],
        [0, 0, 1, 0],
        [0, 1, 0, 0],
        [1, 0, 0, 0],
    ];
    let told = || {
        let state = server.state();
        let database = state.database.as_ref().expect("it has rows");
        database.rows("select error, raw from shop.bronze.dead_letter order by all")
    };
    assert_eq!(json!(answers), json!(landed), "{:?}", told());
    let state = server.state();
    let database = state.database.as_ref().expect("it has rows");
    let rows = |sql: &str| database.rows(sql).unwrap_or_else(|wrong| panic!("{wrong}"));
    // The server's engine has texts of JSON in quotes where BigQuery has them without.
    let plain = |table: &str, columns: &[&str]| {
        let columns: Vec<String> =
            columns.iter().map(|name| format!("trim(cast({name} as varchar), '\"')")).collect();
        rows(&format!("select {} from shop.bronze.{table} order by 1", columns.join(", ")))
    };
    let orders = plain("orders", &["id", "n", "n__v_string", "colour"]);
    let wanted = json!([["1", "1", null, null], ["2", "2", null, "red"], ["3", null, "x", null]]);
    assert_eq!(json!(orders), wanted);
    let refunds = plain("refunds", &["id", "type"]);
    assert_eq!(json!(refunds), json!([["1", "refund"], ["2", "refund"]]));
    let letters =
        rows("select _stream, stage, error_class, raw from shop.bronze.dead_letter order by all");
    let wanted = json!([
        ["events", "route", "unknown-type", r#"{"type":"odd","id":1}"#],
        ["refunds", "contract", "unknown-column", r#"{"type":"refund","id":3,"reason":"none"}"#],
    ]);
    assert_eq!(json!(letters), wanted);
}
