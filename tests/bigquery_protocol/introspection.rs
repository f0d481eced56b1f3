//! What is there is asked for once for each dataset, and of single tables only those that are built or
//! written down.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    program::{elt_well, profile, project, write},
    server::Server,
    shop::arrive,
};

const DATASETS: [&str; 4] = ["a", "b", "c", "d"];
/// Models of each dataset; one in ten is a table, the others are views.
const MODELS: usize = 250;
/// What else is in each dataset.
const OTHERS: usize = 2000;
/// Lines of a page.
const PAGE: usize = 1000;

fn thousand_models(server: &Server) -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut project = "name: shop\nprofile: shop\nmodels:\n  shop:\n".to_owned();
    for dataset in DATASETS {
        project += &format!("    {dataset}: {{+schema: {dataset}}}\n");
        for number in 0..MODELS {
            let kind = if number % 10 == 0 { "table" } else { "view" };
            let sql = format!("{{{{ config(materialized='{kind}') }}}}\nselect {number} as a\n");
            write(folder.path(), &format!("models/{dataset}/{dataset}_{number}.sql"), &sql);
        }
    }
    write(folder.path(), "dbt_project.yml", &project);
    write(folder.path(), "profiles.yml", &profile(server, ""));
    folder
}

/// Requests since there were so many: lists of tables, questions for one, all.
fn counted(server: &Server, before: usize) -> (usize, usize, usize) {
    let lines = server.lines_since(before);
    let count = |text: &str| lines.iter().filter(|line| line.contains(text)).count();
    for never in ["__TABLES__", "INFORMATION_SCHEMA", "other_"] {
        assert_eq!(count(never), 0, "{never} is asked for");
    }
    (count("/tables?"), count("/tables/"), lines.len())
}

#[test]
fn a_thousand_nodes_ask_once_for_each_dataset() {
    let server = Server::with_rows("shop");
    let project = thousand_models(&server);
    let build = ["build", "--threads", "32"];
    elt_well(project.path(), &build);
    let (models, tables) = (DATASETS.len() * MODELS, DATASETS.len() * MODELS / 10);
    let (lists, gets, _) = counted(&server, 0);
    // Of a table how many rows it has, where a request is free.
    assert_eq!(lists, DATASETS.len());
    assert!(gets <= tables, "{gets} questions for {tables} tables");
    for dataset in DATASETS {
        let dataset = format!("gold_{dataset}");
        let mut state = server.state();
        for number in 0..OTHERS {
            state.catalog.table("shop", &dataset, &format!("other_{number}"), &json!({}));
        }
    }
    let before = server.requests("");
    elt_well(project.path(), &build);
    let (lists, gets, all) = counted(&server, before);
    let pages = DATASETS.len() * (MODELS + OTHERS).div_ceil(PAGE);
    // How each table that is replaced is kept, too.
    assert_eq!(lists, pages);
    assert!((tables..=2 * tables).contains(&gets), "{gets} questions for {tables} tables");
    // A job and its end for each model; each dataset is known from its list.
    assert!(all <= pages + 2 * tables + 2 * models, "{all} requests");
    // Datasets are listed side by side: the first one's pages are not all read before the next begins.
    let first = server.lines_since(before);
    let of_dataset = |line: &String| line.split("/tables").next().map(str::to_owned);
    let begun: std::collections::BTreeSet<_> = first[..3].iter().map(of_dataset).collect();
    assert!(begun.len() > 1, "{:#?}", &first[..8]);
    let before = server.requests("");
    elt_well(project.path(), &["docs", "generate"]);
    let (lists, gets, all) = counted(&server, before);
    assert_eq!((lists, gets, all), (pages, models, pages + models));
    let catalog = catalog(&project);
    assert_eq!(catalog["nodes"].as_object().map(serde_json::Map::len), Some(models));
    assert_eq!(catalog["errors"], Value::Null);
}

fn catalog(project: &TempDir) -> Value {
    let text = std::fs::read_to_string(project.path().join("target/catalog.json"));
    serde_json::from_str(&text.expect("a catalogue")).expect("JSON")
}

#[test]
fn the_catalogue_tells_what_is_kept_with_a_table() {
    let server = Server::with_rows("shop");
    let project = project("bigquery_shop", &server);
    arrive(project.path(), 0);
    elt_well(project.path(), &["build"]);
    elt_well(project.path(), &["docs", "generate"]);
    let catalog = catalog(&project);
    let cleaned = &catalog["nodes"]["model.shop.cleaned"];
    assert_eq!(cleaned["metadata"]["comment"], "Sales that have an amount.");
    assert_eq!(cleaned["metadata"]["type"], "table");
    let id = json!({"type": "INT64", "index": 1, "name": "id", "comment": "The key."});
    assert_eq!(cleaned["columns"]["id"], id);
    let stats = ["num_rows", "partitioning_type", "clustering_fields"];
    let values: Vec<&Value> = stats.iter().map(|stat| &cleaned["stats"][stat]["value"]).collect();
    assert_eq!(values, [&json!(8), &json!("day"), &json!("customer")]);
    assert_eq!(catalog["nodes"]["model.shop.customers"]["metadata"]["type"], "view");
    assert_eq!(catalog["nodes"]["snapshot.shop.history"]["metadata"]["type"], "table");
}
