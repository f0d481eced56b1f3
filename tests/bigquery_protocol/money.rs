//! What a build would cost, what it may cost, and what it has cost.

use serde_json::{Value, json};

use crate::{
    server::{Behaviour, Server},
    small_project::{elt, shop},
};

const MIB: u64 = 1 << 20;

/// A statement that reads so much, by a dry run and when it runs.
fn reads(mib: u64) -> Behaviour {
    let bytes = (mib * MIB).to_string();
    Behaviour {
        more_statistics: json!({"totalBytesProcessed": bytes, "totalSlotMs": (mib * 10).to_string()}),
        statistics: json!({
            "statementType": "SELECT",
            "totalBytesProcessed": bytes,
            "totalBytesBilled": (mib.div_ceil(10) * 10 * MIB).to_string(),
        }),
        ..Behaviour::default()
    }
}

fn table(mib: u64) -> Value {
    json!({
        "numBytes": (mib * MIB).to_string(),
        "schema": {"fields": [{"name": "id", "type": "INTEGER"}, {"name": "n", "type": "INTEGER"}]},
    })
}

const FILES: [(&str, &str); 7] = [
    ("models/_sources.yml", "sources:\n  - name: raw\n    tables: [{name: orders}]\n"),
    (
        "models/orders.sql",
        "{{ config(materialized='table', pre_hook='select \"a hook\"') }}\n\
         select id, n as o from {{ source('raw', 'orders') }}\n",
    ),
    (
        "models/merged.sql",
        "{{ config(materialized='incremental', unique_key='id', incremental_predicates=['DBT_INTERNAL_DEST.n > 1']) }}\n\
         select id, n as m from {{ source('raw', 'orders') }}\n",
    ),
    (
        "models/audited.sql",
        "{{ config(materialized='incremental', unique_key='id', publish='audited') }}\n\
         select id, n as a from {{ source('raw', 'orders') }}\n",
    ),
    (
        "macros/mine.sql",
        "{% materialization mine, adapter='bigquery' %}\n\
         {% call statement('main') %}create or replace table {{ this }} as {{ sql }}{% endcall %}\n\
         {% do run_query('select \"asked\"') %}\n\
         {{ return({'relations': [this]}) }}\n\
         {% endmaterialization %}\n",
    ),
    (
        "models/own.sql",
        "{{ config(materialized='mine') }}\nselect id, n as w from {{ source('raw', 'orders') }}\n",
    ),
    (
        "models/_models.yml",
        "models:\n  - name: orders\n    columns: [{name: id, data_tests: [not_null]}]\n",
    ),
];

fn server() -> Server {
    let server = Server::start();
    {
        let catalog = &mut server.state().catalog;
        catalog.dataset("shop", "gold");
        catalog.dataset("shop", "raw");
        catalog.table("shop", "raw", "orders", &table(1000));
        catalog.table("shop", "gold", "orders", &table(900));
        catalog.table("shop", "gold", "merged", &table(400));
        catalog.table("shop", "gold", "audited", &table(500));
    }
    server.on("n as o", reads(1000));
    server.on("n as m", reads(100));
    // The predicate leaves all but a part of the table out.
    server.on("DBT_INTERNAL_DEST.n > 1", reads(130));
    server.on("n as a", reads(700));
    server.on("n as w", reads(5));
    server.on("\"a hook\"", reads(1));
    server.on("\"asked\"", reads(2));
    let counts = json!([
        {"name": "failures", "type": "INTEGER"},
        {"name": "should_warn", "type": "BOOLEAN"},
        {"name": "should_error", "type": "BOOLEAN"},
    ]);
    let cached = Behaviour::gives(counts, json!([["0", "false", "false"]]));
    server.on("dbt_internal_test", Behaviour {
        statistics: json!({"totalBytesProcessed": "0", "totalBytesBilled": "0", "cacheHit": true}),
        ..cached
    });
    server
}

#[test]
fn a_plan_tells_bytes_and_money_of_each_step() {
    let server = server();
    let folder = shop(&server, &FILES);
    let said = elt(folder.path(), &["plan"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    insta::assert_snapshot!(said.out, @r"
    node          materialization  why       step                                  reads      cost
    gold.audited  incremental      new rows  clone the table                         0 B        $0
                                             merge                            700.00 MiB   $0.0042
                                             publish                                 0 B        $0
    gold.merged   incremental      new rows  merge                            130.00 MiB   $0.0008
    gold.orders   table            rebuilt   run a hook                         1.00 MiB  <$0.0001
                                             create the table                1000.00 MiB   $0.0060
    gold.own      mine             new       run the materialization `mine`     5.00 MiB  <$0.0001
    1 test        test                       query                                   0 B        $0

    5 nodes: 1.79 GiB, $0.0109
    ");
    let said = elt(folder.path(), &["plan", "--select", "merged", "--price-per-tib", "1000"]);
    insta::assert_snapshot!(said.out, @r"
    node         materialization  why       step        reads     cost
    gold.merged  incremental      new rows  merge  130.00 MiB  $0.1240

    1 node: 130.00 MiB, $0.1240
    ");
    let said = elt(folder.path(), &["plan", "--select", "merged", "--price-per-slot-hour", "0.04"]);
    insta::assert_snapshot!(said.out, @r"
    node         materialization  why       step        reads
    gold.merged  incremental      new rows  merge  130.00 MiB

    1 node: 130.00 MiB, paid by slots, which are known after the run
    ");
    assert_eq!(server.effects(), Vec::<String>::new(), "nothing ran");
}

#[test]
fn what_reads_too_much_is_not_started() {
    let server = server();
    let folder = shop(&server, &FILES);
    let build = |limit: &str| {
        elt(folder.path(), &["build", "--select", "orders", "own", "--max-bytes", limit])
    };
    let said = build("1GB");
    assert_eq!(said.code, Some(2), "{}", said.err);
    insta::assert_snapshot!(said.err, @r"
    error[too-many-bytes]: this would read 1006.00 MiB, and `--max-bytes` allows 953.67 MiB; nothing was run
     |
     = note: gold.orders: 1001.00 MiB
     = note: gold.own: 5.00 MiB
     = help: see each step: elt plan; select less, or allow more

    error: 1 error
    ");
    assert_eq!(server.effects(), Vec::<String>::new(), "nothing ran");
    let changed = server
        .wire()
        .lines()
        .filter(|line| ["PATCH", "DELETE", "PUT"].iter().any(|verb| line.starts_with(verb)))
        .count();
    assert_eq!(changed, 0);
    let said = build("2GB");
    assert_eq!(said.code, Some(0), "{}", said.err);
    let state = server.state();
    let limits: Vec<&Value> = state
        .jobs
        .by_id
        .values()
        .map(|job| &job.configuration["query"]["maximumBytesBilled"])
        .collect();
    assert_eq!(
        limits.len(),
        5,
        "the hook, the table, its test, the model's own macro, what that asks"
    );
    assert!(limits.iter().all(|limit| **limit == "2000000000"), "{limits:?}");
}

#[test]
fn a_macro_may_not_bill_more_either() {
    let server = server();
    let folder = shop(&server, &FILES);
    let args = ["run-operation", "--sql", "select 1", "--max-bytes", "5MB"];
    assert_eq!(elt(folder.path(), &args).code, Some(0));
    let state = server.state();
    let job = state.jobs.by_id.values().next().expect("a job");
    assert_eq!(job.configuration["query"]["maximumBytesBilled"], "5000000");
}

#[test]
fn a_dry_run_finds_what_is_wrong_anywhere_and_changes_nothing() {
    let server = server();
    let wrong = |text: &str, message: &str| {
        server.on(text, Behaviour::fails("invalidQuery", message));
    };
    wrong("\"a hook\"", "Syntax error: Unexpected hook at [1:8]");
    wrong("n as a", "Unrecognized name: a at [1:12]");
    wrong("n as w", "Unrecognized name: w at [1:12]");
    wrong("dbt_internal_test", "Unrecognized name: id at [3:7]");
    let missing = "Not found: Table shop:raw.misspelt was not found in location EU";
    server.on("misspelt", Behaviour::fails("notFound", missing));
    let later = "Not found: Table shop:gold.first was not found in location EU";
    server.on("`gold`.`first`", Behaviour::fails("notFound", later));
    let sources = "sources:\n  - name: raw\n    tables: [{name: orders}, {name: misspelt}]\n";
    let files = [
        ("models/_sources.yml", sources),
        ("models/lost.sql", "select * from {{ source('raw', 'misspelt') }}\n"),
        ("models/first.sql", "select 1 as id\n"),
        ("models/second.sql", "select * from {{ ref('first') }}\n"),
    ];
    let folder = shop(&server, &[&FILES[..], &files].concat());
    let said = elt(folder.path(), &["build", "--dry-run"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    insta::assert_snapshot!(said.err, @r#"
    error[bigquery-not-found]: Not found: Table shop:raw.misspelt was not found in location EU
     --> models/lost.sql:1:1
      |
    1 | select * from {{ source('raw', 'misspelt') }}
      | ^^^^^^
      |
      = note: compiled code: target/compiled/shop/models/lost.sql

    error[bigquery-invalid]: Unrecognized name: a at [1:12]
     --> models/audited.sql:2:1
      |
    2 | select id, n as a from {{ source('raw', 'orders') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: compiled code: target/compiled/shop/models/audited.sql

    error[bigquery-invalid]: Syntax error: Unexpected hook at [1:8]
     --> models/orders.sql:1:1
      |
    1 | {{ config(materialized='table', pre_hook='select "a hook"') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^

    error[bigquery-invalid]: Unrecognized name: w at [1:12]
     --> models/own.sql:2:1
      |
    2 | select id, n as w from {{ source('raw', 'orders') }}
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: compiled code: target/compiled/shop/models/own.sql

    error[bigquery-invalid]: Unrecognized name: id at [3:7]
     --> models/_models.yml:3:5
      |
    3 |     columns: [{name: id, data_tests: [not_null]}]
      |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = note: compiled code: target/compiled/shop/models/_models.yml/not_null_orders_id.sql

    error: 5 errors
    "#);
    assert_eq!(server.effects(), Vec::<String>::new(), "nothing ran");
    assert_eq!(server.requests("PATCH") + server.requests("DELETE"), 0);
}

#[test]
fn a_run_tells_what_was_processed_and_billed() {
    let server = server();
    let folder = shop(&server, &FILES);
    let said = elt(folder.path(), &["build", "--select", "orders", "own", "--threads", "1"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let times = regex::Regex::new("[0-9]+\\.[0-9]+s").expect("it is one");
    let table: Vec<&str> = said.err.lines().skip_while(|line| !line.starts_with("node ")).collect();
    insta::assert_snapshot!(times.replace_all(&table.join("\n"), "0.00s"), @r"
    node         rows    processed       billed  slot-ms  cached     cost   time  status
    gold.orders        1001.00 MiB  1010.00 MiB   10,010          $0.0060  0.00s  success
    gold.own              7.00 MiB    20.00 MiB       70          $0.0001  0.00s  success
    1 test                     0 B          0 B        0       1       $0  0.00s  pass

    1008.00 MiB processed, 1.01 GiB billed, 10,080 slot-ms, 1 query from the cache: $0.0061
    2 built, 1 passed in 0.00s
    ");
    let results = std::fs::read_to_string(folder.path().join("target/run_results.json"));
    let results: Value = serde_json::from_str(&results.expect("written")).expect("JSON");
    let response = |id: &str| {
        let all = results["results"].as_array().expect("a list");
        let one = all
            .iter()
            .find(|one| one["unique_id"].as_str().is_some_and(|name| name.starts_with(id)));
        let response = &one.expect("a result")["adapter_response"];
        ["bytes_processed", "bytes_billed", "slot_ms", "cache_hits", "jobs"]
            .map(|key| response[key].as_u64())
    };
    let numbers = |all: [u64; 5]| all.map(Some);
    assert_eq!(response("model.shop.orders"), numbers([1001 * MIB, 1010 * MIB, 10_010, 0, 2]));
    assert_eq!(response("model.shop.own"), numbers([7 * MIB, 20 * MIB, 70, 0, 2]));
    assert_eq!(response("test.shop.not_null"), numbers([0, 0, 0, 1, 1]));
    let cost = &results["results"][0]["adapter_response"]["cost"];
    assert!(
        (cost.as_f64().expect("money") - 1010.0 / 1024.0 / 1024.0 * 6.25).abs() < 1e-9,
        "{cost}"
    );
    // What the last line of the table says, for programs.
    let total = &results["args"]["elt_total"];
    let number = |key: &str| total[key].as_u64();
    assert_eq!(number("bytes_processed"), Some(1008 * MIB));
    assert_eq!(number("bytes_billed"), Some(1030 * MIB));
    assert_eq!([number("slot_ms"), number("cache_hits")], [Some(10_080), Some(1)]);
    let money = 1030.0 / 1024.0 / 1024.0 * 6.25;
    assert!((total["cost"].as_f64().expect("money") - money).abs() < 1e-9, "{total}");
    // The next run has its own.
    let said = elt(folder.path(), &["build", "--select", "own"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let results = std::fs::read_to_string(folder.path().join("target/run_results.json"));
    let results: Value = serde_json::from_str(&results.expect("written")).expect("JSON");
    assert_eq!(results["args"]["elt_total"]["bytes_processed"], 7 * MIB);
}

#[test]
fn hooks_behind_an_audited_table_are_in_what_it_cost() {
    let server = Server::with_rows("shop");
    server.on("as behind", reads(3));
    let model = "{{ config(materialized='table', publish='audited', post_hook='select 3 as behind') }}\nselect 1 as id\n";
    let folder = shop(&server, &[("models/audited.sql", model)]);
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let results = std::fs::read_to_string(folder.path().join("target/run_results.json"));
    let results: Value = serde_json::from_str(&results.expect("written")).expect("JSON");
    let response = &results["results"][0]["adapter_response"];
    let of_all = response["bytes_processed"].as_u64().expect("a number");
    assert!(of_all >= 3 * MIB, "{response}");
    assert_eq!(response["jobs"], 3, "the table, its copy, the hook: {response}");
    assert!(response["code"].as_str().is_some_and(|code| code.starts_with("CREATE")), "{response}");
}
