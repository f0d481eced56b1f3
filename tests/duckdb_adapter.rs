//! Plans on the embedded engine.

mod duckdb_adapter_support;

use duckdb_adapter_support::*;
use elt::{
    adapter::{Adapter, AdapterErrorKind, Cancel},
    plan::{RowSource, Rows, Step, TableOptions},
    relation::{Cell, Dialect},
};

#[test]
fn tables_views_and_their_columns_in_both_dialects() {
    for dialect in [Dialect::DuckDb, Dialect::GoogleSql] {
        let warehouse = Warehouse::in_memory(dialect);
        let plan = warehouse.plan(vec![
            warehouse.schema(),
            Step::CreateTable {
                relation: warehouse.relation("t"),
                query: "select 1 as id, 'a' as name -- a comment".to_owned(),
                options: TableOptions::default(),
                temporary: false,
            },
            Step::CreateView {
                relation: warehouse.relation("v"),
                query: format!("select id from {};", warehouse.relation("t")),
                options: TableOptions::default(),
            },
        ]);
        for _ in 0..2 {
            let outcome = warehouse.apply(&plan).expect("the plan is applied");
            assert_eq!(outcome.rows_affected, Some(1), "{dialect:?}");
        }
        let shown = warehouse.listed();
        assert_eq!(shown, "t table, v view", "{dialect:?}");
        let (text, number) = match dialect {
            Dialect::DuckDb => ("VARCHAR", "INTEGER"),
            Dialect::GoogleSql => ("STRING", "INT64"),
        };
        assert_eq!(warehouse.columns("t"), format!("id {number}, name {text}"), "{dialect:?}");
        assert_eq!(warehouse.rows("select * from {v}"), "1", "{dialect:?}");
    }
}

#[test]
fn a_failure_leaves_the_table_as_it_was_and_names_the_step() {
    let warehouse = Warehouse::in_memory(Dialect::DuckDb);
    warehouse.table("t", "select 1 as id");
    let plan = warehouse.plan(vec![
        warehouse.create("t", "select 2 as id"),
        Step::Statement { sql: "select 1;\nselect nothing from nowhere".to_owned() },
    ]);
    let error = warehouse.apply(&plan).expect_err("the statement fails");
    assert_eq!((error.kind, error.step), (AdapterErrorKind::Sql, Some(1)));
    assert_eq!(warehouse.rows("select * from {t}"), "1");
}

#[test]
fn an_error_is_at_the_line_of_the_given_query() {
    let warehouse = Warehouse::in_memory(Dialect::DuckDb);
    let plan = warehouse
        .plan(vec![warehouse.schema(), warehouse.create("t", "select\n  1 as id,\n  wrong")]);
    let error = warehouse.apply(&plan).expect_err("the column does not exist");
    assert_eq!(error.position, Some((3, 3)), "{error:?}");
}

#[test]
fn a_merge_updates_and_inserts() {
    for dialect in [Dialect::DuckDb, Dialect::GoogleSql] {
        let warehouse = Warehouse::in_memory(dialect);
        warehouse.table("t", "select 1 as id, 'a' as name union all select 2, 'b'");
        let merge = |query: &str| {
            warehouse.plan(vec![Step::Merge {
                target: warehouse.relation("t"),
                rows: RowSource::Query(query.to_owned()),
                keys: vec!["id".to_owned()],
                predicates: Vec::new(),
                update: vec!["name".to_owned()],
                insert: vec!["id".to_owned(), "name".to_owned()],
                prune: None,
            }])
        };
        let plan = merge("select 2 as id, 'bb' as name union all select 3, 'c'");
        for _ in 0..2 {
            let outcome = warehouse.apply(&plan).expect("the plan is applied");
            assert!(outcome.rows_affected > Some(0), "{dialect:?}");
            assert_eq!(warehouse.rows("select * from {t} order by 1"), "1 a, 2 bb, 3 c");
        }
        let doubled = merge("select 2 as id, 'x' as name union all select 2, 'y'");
        if dialect == Dialect::GoogleSql {
            let error = warehouse.apply(&doubled).expect_err("two rows match one");
            assert_eq!(error.code, "merge-duplicates");
            assert_eq!(warehouse.rows("select * from {t} order by 1"), "1 a, 2 bb, 3 c");
        }
    }
}

#[test]
fn every_kind_of_value_comes_back() {
    let warehouse = Warehouse::in_memory(Dialect::DuckDb);
    let sql = "select true, 1::tinyint, 170141183460469231731687303715884105727::hugeint, \
        1.50::decimal(5,2), 'x', '\\xAA'::blob, date '2024-01-31', time '10:11:12.5', \
        timestamp '2024-01-31 10:00:00', timestamptz '2024-01-31 12:00:00+02', interval '1 month', \
        [1, null], {'a': 1, 'b': 'y'}, map {'k': 1}, 'e'::enum('e', 'f'), 0.1::double, null, \
        uuid '00000000-0000-0000-0000-000000000001', 18446744073709551615::ubigint, '{\"a\":1}'::json, \
        '101'::bit, [{'x': [1.5]}], -1.5::decimal(38,10), timestamp_ns '2024-01-31 10:00:00.123456789'";
    insta::assert_snapshot!(warehouse.rows(sql));
}

#[test]
fn a_limit_ends_an_endless_query() {
    let warehouse = Warehouse::in_memory(Dialect::DuckDb);
    let table = warehouse
        .wait(warehouse.adapter.query(
            "select * from range(1000000000000)",
            Some(3),
            &Cancel::default(),
        ))
        .expect("three rows come");
    assert_eq!(table.rows.len(), 3);
}

#[test]
fn cancelling_interrupts_a_running_statement() {
    let warehouse = Warehouse::in_memory(Dialect::DuckDb);
    warehouse.table("t", "select 1 as id");
    let cancel = Cancel::default();
    let raised = cancel.clone();
    std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(200));
        raised.cancel();
    });
    let plan = warehouse.plan(vec![
        warehouse.create("t", "select count(*) as id from range(100000000) a, range(100000000) b"),
    ]);
    let error = warehouse.wait(warehouse.adapter.apply(&plan, &cancel)).expect_err("interrupted");
    assert_eq!(error.kind, AdapterErrorKind::Cancelled);
    assert_eq!(warehouse.rows("select * from {t}"), "1");
}

#[test]
fn appended_rows_are_exact_and_atomic() {
    let warehouse = Warehouse::in_memory(Dialect::GoogleSql);
    let append = |name: &str, value: &str| Step::Append {
        relation: warehouse.relation(name),
        columns: vec![column("price", "NUMERIC"), column("at", "TIMESTAMP"), column("raw", "JSON")],
        rows: Rows::Held(std::sync::Arc::new(vec![
            vec![
                Cell::Text(value.to_owned()),
                Cell::Text("2024-01-31 10:00:00.000001+00".to_owned()),
                Cell::Text("{\"a\": 1}".to_owned()),
            ],
            vec![Cell::Null, Cell::Null, Cell::Null],
        ])),
    };
    let plan =
        warehouse.plan(vec![warehouse.schema(), append("a", "109.95"), append("state", "1")]);
    warehouse.apply(&plan).expect("both are appended");
    warehouse.apply(&plan).expect("both are appended again");
    let broken = warehouse.plan(vec![append("a", "109.95"), append("state", "no number")]);
    warehouse.apply(&broken).expect_err("the second fails");
    assert_eq!(warehouse.rows("select count(*), max(price) from {a}"), "4 109.950000000");
    assert_eq!(warehouse.columns("a"), "price NUMERIC, at TIMESTAMP, raw JSON");
}

#[test]
fn bignumerics_are_appended_and_columns_become_them_and_others() {
    let warehouse = Warehouse::in_memory(Dialect::GoogleSql);
    let digits = "578960446186580977117854925043439539266.34992332820282019728792003956564819967";
    let append = Step::Append {
        relation: warehouse.relation("kept"),
        columns: vec![column("wei", "BIGNUMERIC")],
        rows: Rows::Held(std::sync::Arc::new(vec![
            vec![Cell::Text(digits.to_owned())],
            vec![Cell::Null],
        ])),
    };
    warehouse.apply(&warehouse.plan(vec![warehouse.schema(), append])).expect("rows are appended");
    assert_eq!(warehouse.rows("select max(wei) from {kept}"), digits);
    assert_eq!(warehouse.columns("kept"), "wei BIGNUMERIC");
    warehouse.table("t", "select numeric '1.5' as a, bignumeric '2.25' as b, bignumeric '3' as c");
    let retype = Step::AlterColumns {
        relation: warehouse.relation("t"),
        add: Vec::new(),
        drop: Vec::new(),
        retype: vec![column("a", "BIGNUMERIC"), column("b", "STRING"), column("c", "FLOAT64")],
        extend: Vec::new(),
    };
    warehouse.apply(&warehouse.plan(vec![retype])).expect("the columns have new types");
    assert_eq!(warehouse.columns("t"), "a BIGNUMERIC, b STRING, c FLOAT64");
    assert_eq!(warehouse.rows("select a + 1, b, c from {t}"), "2.5 2.25 3");
}

#[test]
fn many_transactions_at_a_time() {
    let warehouse = Warehouse::in_memory(Dialect::DuckDb);
    let plans: Vec<_> = (0..40)
        .map(|at| {
            let name = format!("t{at}");
            warehouse.plan(vec![warehouse.schema(), warehouse.create(&name, "select 1 as id")])
        })
        .collect();
    warehouse.wait(async {
        let cancel = Cancel::default();
        let mut tasks = Vec::new();
        for plan in plans {
            let (adapter, cancel) = (std::sync::Arc::clone(&warehouse.adapter), cancel.clone());
            tasks
                .push(tokio::spawn(async move { adapter.apply(&plan, &cancel).await.map(|_| ()) }));
        }
        for task in tasks {
            task.await.expect("no panic").expect("every plan is applied");
        }
    });
    assert_eq!(warehouse.listed().split(", ").count(), 40);
}

#[test]
fn a_second_process_waits_and_says_who_holds_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("made/warehouse.duckdb");
    let warehouse = Warehouse::in_file(Dialect::GoogleSql, &path).expect("the file is made");
    warehouse.table("t", "select 1 as id");
    // Another process: this test's own program, told to open the file.
    let program = std::env::current_exe().expect("this program");
    let output = std::process::Command::new(program)
        .args(["opens_the_file_it_is_told", "--exact", "--nocapture"])
        .env("ELT_TEST_DATABASE", &path)
        .output()
        .expect("the other process runs");
    let told = String::from_utf8_lossy(&output.stdout);
    let id = std::process::id();
    assert!(told.contains("database-locked"), "{told}");
    assert!(told.contains(&format!("process id {id}")), "{told}");
    drop(warehouse);
    let warehouse = Warehouse::in_file(Dialect::GoogleSql, &path).expect("the file is free");
    assert_eq!(warehouse.rows("select * from {t}"), "1");
}

#[test]
fn opens_the_file_it_is_told() {
    let Some(path) = std::env::var_os("ELT_TEST_DATABASE") else { return };
    match Warehouse::in_file(Dialect::GoogleSql, std::path::Path::new(&path)) {
        Ok(_) => println!("opened"),
        Err(error) => println!("{}: {error}", error.code),
    }
}
