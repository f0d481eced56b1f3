//! The repository's own project, built by the real program: what a new user sees.

mod example_support;
#[path = "example_support/steps.rs"]
mod steps;

use std::{
    fs,
    path::{Path, PathBuf},
};

use example_support::{elt, example};

/// Builds with ingestion; the rows written by node.
fn build(project: &Path) -> Vec<(String, i64)> {
    let output = elt(project, &["build", "--ingest"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    written_rows(&told)
}

/// The rows written, by node of the summary.
fn written_rows(told: &str) -> Vec<(String, i64)> {
    told.lines()
        .filter_map(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            match words.as_slice() {
                [node, "ingest" | "incremental", rows, _, "success"] => {
                    Some(((*node).to_owned(), rows.replace(',', "").parse().ok()?))
                }
                _ => None,
            }
        })
        .collect()
}

fn query(project: &Path, sql: &str) -> String {
    let output = elt(project, &["show", "--output", "csv", "--limit", "-1", "--inline", sql]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_second_build_changes_nothing_and_a_changed_cart_its_lines_only() {
    let folder = example();
    let project = folder.path();
    let first = build(project);
    let rows = |built: &[(String, i64)], node: &str| {
        built.iter().find(|(name, _)| name == node).map(|(_, rows)| *rows)
    };
    assert_eq!(rows(&first, "bronze.store_carts"), Some(6));
    assert_eq!(rows(&first, "gold.fact_cart_items"), Some(10));
    // By hand: 64.5 + 57, 159.8 + 498, 69.9, 89.95 + 50 + 42.5, nothing, 129.99 + 28.
    let sold = "select count(distinct cart_id) as carts, count(*) as lines, sum(quantity) as pieces, sum(gross_revenue) as revenue from {{ ref('fact_cart_items') }}";
    assert_eq!(query(project, sold), "carts,lines,pieces,revenue\n5,10,16,1189.64");
    let second = build(project);
    assert!(second.iter().all(|(_, rows)| *rows == 0), "{second:?}");

    // Cart 1 loses product 1 and has more of product 2; the other carts stay as they are.
    let carts = project.join("samples/store/carts.json");
    let text = fs::read_to_string(&carts).expect("the carts");
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    value[0]["products"] = serde_json::json!([{"productId": 2, "quantity": 9}]);
    fs::write(&carts, value.to_string()).expect("written");
    let third = build(project);
    assert_eq!(rows(&third, "bronze.store_carts"), Some(1));
    let lines =
        "select cart_id, product_id, quantity from {{ ref('fact_cart_items') }} where cart_id = 1";
    assert_eq!(query(project, lines), "cart_id,product_id,quantity\n1,2,9");
    let others = "select count(*) as n from {{ ref('fact_cart_items') }} where cart_id != 1";
    assert_eq!(query(project, others), "n\n8");
}

/// What is not to be kept is nowhere: in no table, no state, no dead letter and no file on the way.
#[test]
fn passwords_never_land() {
    let folder = example();
    let project = folder.path();
    build(project);
    let users = fs::read_to_string(project.join("samples/store/users.json")).expect("the users");
    let users: serde_json::Value = serde_json::from_str(&users).expect("JSON");
    let users = users.as_array().expect("users");
    assert_eq!(users.len(), 5);
    let files = steps::files(&project.join("target"));
    let files: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).expect("a file")).collect();
    let is_found = |text: &str| {
        let found = |file: &Vec<u8>| file.windows(text.len()).any(|part| part == text.as_bytes());
        files.iter().any(found)
    };
    for user in users {
        assert!(!is_found(user["password"].as_str().expect("a password")), "{user}");
        // What is kept would be found.
        assert!(is_found(user["username"].as_str().expect("a name")), "{user}");
    }
}

/// Each message of the shop's stream is in the table of its type, or among the dead letters with the reason.
#[test]
fn the_shops_messages_are_routed_and_none_is_lost() {
    let folder = example();
    let project = folder.path();
    build(project);
    let text = fs::read_to_string(project.join("samples/shop/events_1.jsonl")).expect("the stream");
    let lines: std::collections::BTreeSet<&str> = text.lines().collect();
    let landed = "select (select count(*) from {{ source('shop', 'orders') }}) as orders, (select count(*) from {{ source('shop', 'inventory') }}) as inventory, (select count(*) from {{ source('shop', 'user_activity') }}) as activity, (select count(*) from {{ ref('shop_events_rejected') }}) as rejected";
    assert_eq!(query(project, landed), "orders,inventory,activity,rejected\n36,33,19,5");
    assert_eq!(lines.len(), 36 + 33 + 19 + 5);
    let why = "select stream, error_class from {{ ref('shop_events_rejected') }} order by 1, 2";
    assert_eq!(
        query(project, why),
        "stream,error_class\nevents,missing-type\nevents,unknown-type\ninventory,wrong-type\norders,missing-value\norders,wrong-type"
    );
    // What later messages say beyond the declared columns has columns of its own.
    let evolved = "select count(*) as n from {{ source('shop', 'orders') }} where shipping_address.postal_code = '69001' and items[offset(0)].category = 'computers'";
    assert_eq!(query(project, evolved), "n\n1");
}

/// Feeds land side by side, and now one is the faster, now another.
#[test]
fn models_do_not_depend_on_which_feed_lands_first() {
    let (forth, back) = (example(), example());
    let listed = elt(forth.path(), &["ls", "--resource-type", "source", "--output", "name"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let feeds: Vec<String> = listed.lines().map(|name| format!("source:{name}")).collect();
    assert!(feeds.len() > 10, "{listed}");
    let built = |project: &Path, feeds: &mut dyn Iterator<Item = &String>| {
        for feed in feeds {
            let output = elt(project, &["ingest", "--select", feed]);
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(0), "{feed}: {told}");
        }
        land_and_run(project, &[]);
        tables(project)
    };
    let forth = built(forth.path(), &mut feeds.iter());
    let back = built(back.path(), &mut feeds.iter().rev());
    for ((name, forth), (_, back)) in forth.into_iter().zip(back) {
        let without_times = |rows: Vec<String>| {
            let mut rows: Vec<String> =
                rows.iter().map(|row| without_times_of_the_run(row)).collect();
            rows.sort();
            rows
        };
        assert_eq!(without_times(forth), without_times(back), "{name}");
    }
}

/// What tells when it was landed or built, and which of two feeds was the faster.
fn without_times_of_the_run(row: &str) -> String {
    let mut row: serde_json::Value = serde_json::from_str(row).expect("JSON");
    let columns = row.as_object_mut().expect("a row");
    // What has no time of its own is as old as its landing.
    for time in example_support::TIMES_OF_THE_RUN.into_iter().chain(["observed_at"]) {
        columns.shift_remove(time);
    }
    row.to_string()
}

/// Lands and builds, without tests: half of the payloads do not fit together.
fn land_and_run(project: &Path, args: &[&str]) -> Vec<(String, i64)> {
    for args in [&["ingest"], &["seed"]] {
        let output = elt(project, args);
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(0), "{told}");
    }
    let output = elt(project, &[&["run"], args].concat());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    written_rows(&told)
}

/// The incremental models' rows as JSON lines, in order. Times of landing do not count: what is said
/// again is not written again. Sums of floating point numbers depend on the order of the rows.
fn tables(project: &Path) -> Vec<(String, Vec<String>)> {
    let text = fs::read_to_string(project.join("target/manifest.json")).expect("the manifest");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let nodes = manifest["nodes"].as_object().expect("nodes").values();
    let incremental = nodes.filter(|node| node["config"]["materialized"] == "incremental");
    let mut tables = Vec::new();
    for name in incremental.filter_map(|node| node["name"].as_str()) {
        let sql = format!("select * from {{{{ ref('{name}') }}}}");
        let output = elt(project, &["show", "--output", "json", "--limit", "-1", "--inline", &sql]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let mut rows: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        for row in rows.as_array_mut().expect("rows") {
            let row = row.as_object_mut().expect("a row");
            row.shift_remove("loaded_at");
            row.shift_remove("fetched_at");
            for value in row.values_mut().filter(|value| value.is_f64()) {
                *value = format!("{:.9e}", value.as_f64().unwrap_or_default()).into();
            }
        }
        let mut rows: Vec<String> =
            rows.as_array().expect("rows").iter().map(ToString::to_string).collect();
        rows.sort();
        tables.push((name.to_owned(), rows));
    }
    tables
}

#[test]
fn builds_of_payloads_that_come_in_steps_make_what_one_build_makes_of_all() {
    let folder = example();
    let project = folder.path();
    let all = example();
    let all = all.path().join("samples");
    for step in 0..steps::STEPS {
        steps::come(&all, &project.join("samples"), step);
        let written = land_and_run(project, &[]);
        assert!(written.iter().any(|(_, rows)| *rows > 0), "nothing came in step {step}");
    }
    let again = land_and_run(project, &[]);
    assert!(again.iter().all(|(_, rows)| *rows == 0), "{again:?}");
    let later = tables(project);
    assert!(later.len() >= 40, "{}", later.len());
    land_and_run(project, &["--full-refresh"]);
    for ((name, later), (_, whole)) in later.iter().zip(&tables(project)) {
        assert_eq!(later, whole, "{name}");
        assert!(!later.is_empty(), "{name} has no rows");
    }
    // What is right of one build is right of many.
    build(project);
}

/// Files of a folder below `target`, by name.
fn written(project: &Path, folder: &str) -> Vec<(String, String)> {
    let root: PathBuf = project.join("target").join(folder).join("medallion/models");
    let mut files: Vec<(String, String)> = walkdir::WalkDir::new(&root)
        .into_iter()
        .map(|entry| entry.expect("a readable folder"))
        .filter(|entry| entry.file_type().is_file())
        .filter(|entry| !entry.path().to_string_lossy().contains(".yml"))
        .map(|entry| {
            let name = entry.path().file_stem().expect("a file").to_string_lossy().into_owned();
            (name, fs::read_to_string(entry.path()).expect("text"))
        })
        .collect();
    files.sort();
    files
}

#[test]
fn compiled_sql_and_plans_of_every_model() {
    let folder = example();
    let project = folder.path();
    build(project);
    // The second build is the incremental one.
    build(project);
    let compiled = written(project, "compiled");
    let run = written(project, "run");
    let models = walkdir::WalkDir::new(project.join("models")).into_iter().flatten();
    let models = models.filter(|entry| entry.path().extension().is_some_and(|end| end == "sql"));
    assert_eq!(compiled.len(), models.count(), "one file a model");
    // What is ephemeral is in the statements of what reads it.
    assert_eq!(run.len(), compiled.len() - 2, "one plan a model");
    for (name, text) in compiled {
        insta::assert_snapshot!(format!("compiled_{name}"), text);
    }
    for (name, text) in run {
        insta::assert_snapshot!(format!("plan_{name}"), text);
    }
}

#[test]
fn the_manifest_of_a_build_tells_what_was_compiled() {
    let folder = example();
    let project = folder.path();
    build(project);
    let text = fs::read_to_string(project.join("target/manifest.json")).expect("the manifest");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let nodes = manifest["nodes"].as_object().expect("nodes");
    let built = |kind: &&serde_json::Value| {
        matches!(kind["resource_type"].as_str(), Some("model" | "test" | "snapshot"))
    };
    for node in nodes.values().filter(built) {
        let id = &node["unique_id"];
        assert_eq!(node["compiled"], true, "{id}");
        let path = node["compiled_path"].as_str().expect("where it was written");
        let written = fs::read_to_string(project.join(path)).expect("the compiled file");
        assert_eq!(node["compiled_code"], written.as_str(), "{id}");
    }
}

#[test]
fn a_mistake_ends_with_2_and_a_failed_node_with_1() {
    let folder = example();
    let project = folder.path();
    let broken = project.join("models/core/dim_dates.sql");
    fs::write(&broken, "select net.reg_domain('a') as x").expect("written");
    let failed = elt(project, &["run", "--select", "dim_dates"]);
    assert_eq!(failed.status.code(), Some(1));
    let told = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(told.contains("models/core/dim_dates.sql:1:8"), "{told}");
    assert!(told.contains("NET.REG_DOMAIN"), "{told}");
    fs::write(&broken, "select * from {{ ref('dim_date') }}").expect("written");
    let wrong = elt(project, &["run"]);
    assert_eq!(wrong.status.code(), Some(2));
    let told = String::from_utf8_lossy(&wrong.stderr).into_owned();
    assert!(told.contains("did you mean one of `dim_dates`"), "{told}");
}
