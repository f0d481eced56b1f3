//! elt against a BigQuery emulator over HTTP.

mod copies;
mod emulator;
mod example;
#[path = "../example_support/mod.rs"]
mod example_support;
mod landing;
mod publishing;
mod sandbox;
#[path = "../example_support/steps.rs"]
mod steps;
#[path = "../test_tools/mod.rs"]
mod test_tools;

use emulator::{Emulator, PROJECT};

#[test]
fn the_emulator_answers() {
    let Some(emulator) = Emulator::get() else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let url = format!("{}/bigquery/v2/projects/{PROJECT}/queries", emulator.url);
    let query = serde_json::json!({"query": "select 1 as a", "useLegacySql": false}).to_string();
    let answer = async {
        let client = reqwest::Client::builder().no_proxy().build()?;
        client
            .post(url)
            .header("content-type", "application/json")
            .body(query)
            .send()
            .await?
            .text()
            .await
    };
    let answer = runtime.expect("a runtime").block_on(answer).expect("an answer");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    assert_eq!(answer["rows"], serde_json::json!([{"f": [{"v": "1"}]}]), "{answer}");
}
