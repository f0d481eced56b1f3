//! `script/sandbox`, which people run on an account of theirs, on the emulator.

use std::process::Command;

use crate::{emulator::Emulator, test_tools::script};

fn sandbox(emulator: &Emulator, args: &[&str]) -> String {
    let output = Command::new(script("sandbox"))
        .args(args)
        .env("ELT", env!("CARGO_BIN_EXE_elt"))
        .env("BIGQUERY_EMULATOR_HOST", &emulator.url)
        .env("DBT_ENV_SECRET_SANDBOX_TOKEN", "open-sesame")
        .env("YES", "1")
        .env("NO_COLOR", "1")
        .output()
        .expect("bash is everywhere");
    let [out, err] =
        [output.stdout, output.stderr].map(|told| String::from_utf8(told).expect("text"));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(!out.contains("sesame") && !err.contains("sesame"), "{out}\n{err}");
    out
}

fn datasets(emulator: &Emulator) -> Vec<String> {
    let url = format!("{}/bigquery/v2/projects/sandbox/datasets", emulator.url);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let answer = async {
        let client = reqwest::Client::builder().no_proxy().build()?;
        client.get(url).send().await?.text().await
    };
    let answer = runtime.expect("a runtime").block_on(answer).expect("an answer");
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    let all = answer["datasets"].as_array().cloned().unwrap_or_default();
    let name = |dataset: &serde_json::Value| dataset["datasetReference"]["datasetId"].clone();
    let mut names: Vec<String> =
        all.iter().map(name).filter_map(|name| name.as_str().map(str::to_owned)).collect();
    names.sort();
    names
}

#[test]
fn the_sandbox_says_what_it_may_bill_builds_twice_and_goes_away() {
    let Some(emulator) = Emulator::get() else { return };
    let told = sandbox(emulator, &["sandbox", "scratch", "EU"]);
    let place = |text: &str| told.find(text).unwrap_or_else(|| panic!("no `{text}` in: {told}"));
    let order = [
        "a query ran in `sandbox`",
        "scratch_gold.fact_cart_items",
        "is refused, which holds all of it below about",
        "== the first build",
        "== the second build",
        "== done",
    ];
    assert!(order.map(place).is_sorted(), "{told}");
    // Nothing outside of its own datasets.
    let own = ["bronze", "gold", "reference", "silver"].map(|layer| format!("scratch_{layer}"));
    assert_eq!(datasets(emulator), own);
    sandbox(emulator, &["--drop", "sandbox", "scratch", "EU"]);
    assert_eq!(datasets(emulator), Vec::<String>::new());
}
