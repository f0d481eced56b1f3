//! The example project's feeds that ask the world, against a server that answers as it does.

use std::{fs, path::Path};

use tempfile::TempDir;

use crate::{
    Said, elt,
    server::{Answer, Server, answer, ok},
};

/// The repository's own project in a folder of its own.
fn example() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::copy(root.join("dbt_project.yml"), folder.path().join("dbt_project.yml")).expect("copied");
    for part in ["models", "macros", "seeds", "snapshots", "samples", "tests/data"] {
        for entry in walkdir::WalkDir::new(root.join(part)) {
            let entry = entry.expect("a readable folder");
            let to = folder.path().join(entry.path().strip_prefix(root).expect("below it"));
            match entry.file_type().is_dir() {
                true => fs::create_dir_all(to).expect("a new folder"),
                false => drop(fs::copy(entry.path(), to).expect("copied")),
            }
        }
    }
    folder
}

/// The samples, at the addresses of the store's API and of GBFS.
fn world() -> Server {
    let sample = |path: &str| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
        fs::read_to_string(root.join(path)).map_or_else(|_| missing(), |text| ok(&text))
    };
    Server::answering(move |request| {
        let path = request.split(' ').nth(1).expect("a path");
        match path {
            "/gbfs/station_status.json" => {
                sample("bikes/gbfs_2.3_station_status_20240331T0106.json")
            }
            "/gbfs/station_information.json" => sample("bikes/gbfs_2.3_station_information.json"),
            _ => sample(&format!("store{path}.json")),
        }
    })
}

fn missing() -> Answer {
    answer("404 Not Found", "", "")
}

fn ingest(project: &Path, source: &str, server: &Server) -> Said {
    let address = &server.address;
    let vars = format!(
        "{{live: true, store_api: '{address}', bikes_gbfs: '{address}/gbfs', cars_command: [head, '-n', '1', samples/cars/polls.jsonl]}}"
    );
    elt(project, &["ingest", "--select", source, "--vars", &vars])
}

#[test]
fn the_store_is_one_command_and_its_models_build_on_it() {
    let (folder, server) = (example(), world());
    let said = ingest(folder.path(), "source:store_live", &server);
    assert_eq!(said.code, Some(0), "{}", said.err);
    for landed in ["store_products, 10 rows", "store_users, 5 rows", "store_carts, 6 rows"] {
        assert!(said.err.contains(landed), "{}", said.err);
    }
    let again = ingest(folder.path(), "source:store_live", &server);
    assert!(again.err.contains("store_carts, 0 rows"), "{}", again.err);
    let built = elt(folder.path(), &["build", "--select", "+tag:store+", "dim_dates"]);
    assert_eq!(built.code, Some(0), "{}", built.err);
    let sql = "select count(*) as n from {{ ref('fact_cart_items') }}";
    let shown = elt(folder.path(), &["show", "--output", "csv", "--inline", sql]);
    assert_eq!(shown.out, "n\n10");
}

#[test]
fn the_bikes_are_one_command() {
    let (folder, server) = (example(), world());
    let said = ingest(folder.path(), "source:bikes_live", &server);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("2 built"), "{}", said.err);
    // The tables that the models read.
    let sql = "select count(distinct _record_key) = (select count(distinct _record_key) from {{ source('bikes', 'gbfs_information') }}) as same from {{ source('bikes', 'gbfs_status') }}";
    let shown = elt(folder.path(), &["show", "--output", "csv", "--inline", sql]);
    assert_eq!(shown.out, "same\ntrue", "{}", shown.err);
}

#[test]
#[cfg(unix)]
fn the_cars_are_a_program() {
    let (folder, server) = (example(), world());
    let said = ingest(folder.path(), "source:cars_live", &server);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("bronze.cars_polls, 1 row"), "{}", said.err);
}

/// Nobody asks the world without being told to.
#[test]
fn the_samples_are_what_is_landed_otherwise() {
    let folder = example();
    let listed = elt(folder.path(), &["ls", "--resource-type", "source", "--output", "name"]);
    assert_eq!(listed.code, Some(0), "{}", listed.err);
    assert!(!listed.out.contains("live"), "{}", listed.out);
}
