//! What a contract's constraints mean, and what is said of those that nothing enforces.

use crate::{elt, project};

#[test]
fn constraints_that_nothing_enforces_are_told() {
    let folder = project(&[
        ("models/orders.sql", "{{ config(materialized='table') }}\nselect 1 as id, 2 as amount\n"),
        (
            "models/_models.yml",
            "models:
  - name: orders
    config: {contract: {enforced: true}}
    constraints: [{type: foreign_key, columns: [id], expression: others (id)}]
    columns:
      - {name: id, data_type: int64, constraints: [{type: not_null}, {type: primary_key}]}
      - {name: amount, data_type: int64, constraints: [{type: check, expression: amount > 5, warn_unsupported: false}]}
",
        ),
    ]);
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("nothing enforces the constraint `primary_key` of `orders.id`: check it with the data tests `unique` and `not_null`"), "{}", said.err);
    assert!(
        said.err.contains("nothing enforces the constraint `foreign_key` of `orders`"),
        "{}",
        said.err
    );
    assert!(
        !said.err.contains("`check`") && !said.err.contains("constraint `not_null`"),
        "{}",
        said.err
    );
    assert_eq!(elt(folder.path(), &["build", "--warn-error"]).code, Some(1));
}

#[test]
fn microbatch_is_refused_with_what_to_do_instead() {
    let folder = project(&[(
        "models/events.sql",
        "{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='at', batch_size='day', begin='2024-01-01', partition_by={'field': 'at'}) }}\nselect date '2024-01-01' as at\n",
    )]);
    let said = elt(folder.path(), &["run"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("`microbatch` of `events` is not supported yet"), "{}", said.err);
    assert!(
        said.err.contains("use `insert_overwrite` or `merge` and, where `is_incremental()`"),
        "{}",
        said.err
    );
}

#[test]
fn a_test_that_is_counted_otherwise_is_refused() {
    let folder = project(&[
        ("models/a.sql", "select 1 as id\n"),
        (
            "models/_models.yml",
            "models:\n  - name: a\n    columns: [{name: id, data_tests: [not_null]}]\n",
        ),
        (
            "macros/m.sql",
            "{% macro get_test_sql(main_sql, fail_calc, warn_if, error_if, limit) %}\nselect 1\n{% endmacro %}\n",
        ),
    ]);
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(
        said.err.contains("overriding the macro `get_test_sql` is not supported"),
        "{}",
        said.err
    );
    assert!(said.err.contains("macros/m.sql:1:10"), "{}", said.err);
    assert_eq!(elt(folder.path(), &["run"]).code, Some(0), "no test is run");
}

#[test]
fn a_failing_node_undoes_the_hooks_of_its_transaction_and_fail_fast_stops() {
    let hooks = "pre_hook=\"create table shop.log as select 'in' as s\", post_hook=[{'sql': \"create table shop.after as select 1 as x\", 'transaction': false}]";
    let folder = project(&[
        ("models/first.sql", "select 1 as x\n"),
        (
            "models/second.sql",
            &format!(
                "{{{{ config(materialized='table', {hooks}) }}}}\nselect 1 / (x - 1) as y from {{{{ ref('first') }}}}\n"
            ),
        ),
        ("models/third.sql", "-- depends_on: {{ ref('first') }}\nselect 1 as x\n"),
        ("models/fourth.sql", "select * from {{ ref('second') }}\n"),
    ]);
    let said = elt(folder.path(), &["run", "--fail-fast", "--threads", "1"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("shop.second failed and --fail-fast is on"), "{}", said.err);
    for name in ["log", "after"] {
        let shown =
            elt(folder.path(), &["show", "--inline", &format!("select * from shop.{name}")]);
        assert!(
            shown.err.contains(&format!("table `{name}` does not exist"))
                || shown.err.contains(&format!("table `shop.{name}` does not exist")),
            "{}",
            shown.err
        );
    }
}

/// BigQuery makes no table or view of columns without names of their own.
#[test]
fn columns_need_names_of_their_own() {
    let folder = project(&[
        ("models/twice.sql", "select 1 as x, 2 as X"),
        ("models/unnamed.sql", "{{ config(materialized='table') }} select 1"),
    ]);
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("two columns are named `X`"), "{}", said.err);
    assert!(said.err.contains("column 1 has no name"), "{}", said.err);
}

/// A notebook opens the file under its own name.
#[test]
fn other_programs_read_the_views() {
    let folder = project(&[
        ("models/t.sql", "{{ config(materialized='table') }} select 1 as id"),
        ("models/v.sql", "select id + 1 as id from {{ ref('t') }}"),
    ]);
    assert_eq!(elt(folder.path(), &["build"]).code, Some(0));
    let file = folder.path().join("target/warehouse.duckdb");
    let connection = duckdb::Connection::open(file).expect("the file opens");
    let id: i64 = connection
        .query_row("select id from shop.v", [], |row| row.get(0))
        .expect("the view is read");
    assert_eq!(id, 2);
}
