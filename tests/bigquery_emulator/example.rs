//! The repository's own project, built on the emulator as it is built on BigQuery: first with some of
//! the payloads, then with all, then with what has changed. Every table and view holds the rows that the
//! embedded engine's has.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    emulator::Emulator,
    example_support::{TIMES_OF_THE_RUN, elt, example},
    steps,
};

/// What is built, with what orders its rows: the store's first, which are built again with a changed
/// cart.
const RELATIONS: [(&str, &str); 55] = [
    ("dim_dates", "1"),
    ("dim_products", "1"),
    ("dim_users", "1"),
    ("fact_cart_items", "1, 2"),
    ("sales_by_category_daily", "1, 2"),
    ("customer_summary", "1"),
    ("cart_items", "1, 2"),
    ("carts_current", "1"),
    ("cart_events", "1"),
    ("products", "product_id, version"),
    ("users", "user_id, version"),
    ("products_history", "1, 2, 3"),
    ("product_categories", "1"),
    ("events", "1"),
    ("events_rejected", "1"),
    ("predictions", "1, 2"),
    ("events_scored", "1"),
    ("event_type_daily", "1, 2"),
    ("device_daily", "1, 2"),
    ("sessions_web", "1"),
    ("conversion_daily", "1"),
    ("order_events", "1, 2, 3"),
    ("orders", "1"),
    ("order_items", "1, 2"),
    ("order_status_history", "1, 2, 3"),
    ("inventory_movements", "1"),
    ("user_activity", "1"),
    ("shop_events_rejected", "1"),
    ("fact_orders", "1"),
    ("fact_order_items", "1, 2"),
    ("dim_customer", "1"),
    ("dim_product", "1"),
    ("inventory_level", "1, 2"),
    ("inventory_daily", "1, 2, 3"),
    ("shop_sessions", "1"),
    ("funnel_daily", "1"),
    ("sales_daily", "1, 2, 3, 4"),
    ("station_status", "1, 2"),
    ("station_interval", "1, 2"),
    ("station_hourly", "1, 2"),
    ("station_daily", "1, 2"),
    ("station_hour_of_week", "1, 2, 3"),
    ("network_minute", "1"),
    ("station_gaps", "1, 2"),
    ("vehicle_status", "1, 2"),
    ("place", "1"),
    ("vehicle_state_intervals", "1, 3"),
    ("fact_drive_segment", "1, 3"),
    ("fact_trip", "1"),
    ("fact_charging_session", "1"),
    ("fact_parking", "1, 3"),
    ("vehicle_daily", "1, 2"),
    ("battery_health_monthly", "1, 2"),
    ("trip_log", "1"),
    ("trip_efficiency", "1, 2, 3, 4"),
];
const OF_THE_STORE: usize = 13;

#[test]
fn the_example_project_builds_as_on_the_embedded_engine() {
    let Some(emulator) = Emulator::get() else { return };
    let (here, there) = (example(), example());
    prepare(here.path(), "method: local\n      path: target/warehouse.duckdb");
    let method = format!(
        "method: oauth-secrets\n      token: any\n      project: example\n      api_endpoint: {}",
        emulator.url
    );
    prepare(there.path(), &method);
    let samples = example();
    let samples = samples.path().join("samples");
    for build in ["first", "later", "changed"] {
        for project in [here.path(), there.path()] {
            // First most of the payloads have come, and do not fit together yet.
            steps::come(&samples, &project.join("samples"), if build == "first" { 1 } else { 3 });
            if build == "changed" {
                change_a_cart(project);
            }
            let commands: &[&[&str]] = match build {
                "first" => &[&["ingest"], &["seed"], &["run"], &["snapshot"]],
                "later" => &[&["build", "--ingest"]],
                _ => &[&["build", "--ingest", "--select", "+tag:store+"]],
            };
            for command in commands {
                let output = elt(project, command);
                let told = String::from_utf8_lossy(&output.stderr);
                assert_eq!(output.status.code(), Some(0), "{build} build: {told}");
            }
        }
        let looked_at = match build {
            "first" => 0,
            "later" => RELATIONS.len(),
            _ => OF_THE_STORE,
        };
        for (name, order) in &RELATIONS[..looked_at] {
            let (here, there) = (rows(here.path(), name, order), rows(there.path(), name, order));
            for (at, (here, there)) in here.iter().zip(&there).enumerate() {
                assert_eq!(here, there, "row {at} of {name} after the {build} build");
            }
            assert_eq!(here.len(), there.len(), "rows of {name} after the {build} build");
        }
    }
}

/// A project with a profile.
fn prepare(project: &Path, method: &str) {
    let profile = format!(
        "example:\n  target: it\n  outputs:\n    it:\n      type: bigquery\n      {method}\n      \
         dataset: medallion\n      threads: 4\n"
    );
    fs::write(project.join("profiles.yml"), profile).expect("the profile");
    edit(&project.join("dbt_project.yml"), "name: medallion", "name: medallion\nprofile: example");
}

fn edit(file: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(file).expect("a file of the example");
    assert!(text.contains(from), "{} has no `{from}`", file.display());
    fs::write(file, text.replacen(from, to, 1)).expect("written");
}

/// Cart 1 loses a product and has more of another.
fn change_a_cart(project: &Path) {
    let carts = project.join("samples/store/carts.json");
    let text = fs::read_to_string(&carts).expect("the carts");
    let mut value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    value[0]["products"] = serde_json::json!([{"productId": 2, "quantity": 9}]);
    fs::write(&carts, value.to_string()).expect("written");
}

/// The rows of a model, seed or snapshot. Times of the run itself do not count.
fn rows(project: &Path, name: &str, order: &str) -> Vec<Value> {
    let sql = format!("select * from {{{{ ref('{name}') }}}} order by {order}");
    let output = elt(project, &["show", "--output", "json", "--limit", "-1", "--inline", &sql]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mut rows: Vec<Value> = serde_json::from_slice(&output.stdout).expect("JSON");
    for row in &mut rows {
        let row = row.as_object_mut().expect("a row");
        for time in TIMES_OF_THE_RUN {
            row.shift_remove(time);
        }
        // Sums of floating point numbers depend on the order of the rows, and the emulator makes
        // decimals of some of them, which are texts.
        for value in row.values_mut() {
            let number = value.as_f64().or_else(|| value.as_str()?.parse().ok());
            if let Some(number) = number {
                *value = Value::String(format!("{number:.6e}"));
            }
        }
        if let Some(valid_to) = row.get_mut("dbt_valid_to") {
            *valid_to = Value::Bool(valid_to.is_null());
        }
    }
    rows
}
