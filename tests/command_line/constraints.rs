//! What a contract's constraints mean, and what is said of those that nothing enforces.

use crate::{elt, project, write};

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

const NESTED: &str = "{{ config(materialized='table') }}
select
  1 as id,
  struct('x' as name, struct(true as paid) as state) as customer,
  [struct(1 as product, 'a' as colour)] as lines,
  struct(1 as x, 2 as y) as place
";

/// Fields of structs are columns with dots, as in dbt-bigquery.
fn nested(product: &str) -> String {
    format!(
        "models:
  - name: orders
    config: {{contract: {{enforced: true}}}}
    columns:
      - {{name: id, data_type: int64}}
      - name: customer.name
        data_type: string
        description: who has bought
        constraints: [{{type: not_null}}]
        data_tests: [not_null]
      - {{name: customer.state.paid, data_type: boolean}}
      - {{name: lines, data_type: array, description: one for each product}}
      - {{name: lines.product, data_type: {product}}}
      - {{name: lines.colour, data_type: string}}
      - {{name: place, data_type: 'struct<x int64, y int64>'}}
      - {{name: place.x, description: to the east}}
"
    )
}

#[test]
fn a_contract_has_fields_of_structs() {
    let folder =
        project(&[("models/orders.sql", NESTED), ("models/orders.yml", &nested("integer"))]);
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(said.err.contains("2 built") || said.err.contains("1 built, 1 passed"), "{}", said.err);
    // The embedded engine refuses NULL in columns, not in fields.
    let told = "nothing enforces the constraint `not_null` of `orders.customer.name`";
    assert!(said.err.contains(told), "{}", said.err);

    write(folder.path(), "models/orders.yml", &nested("string"));
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    let told = "`lines` is ARRAY<STRUCT<product INT64, colour STRING>>, \
                the contract says array<struct<product string, colour string>>";
    assert!(said.err.contains(told), "{}", said.err);

    let wrong = nested("int64").replace("place.x, ", "place.x, data_type: date, ");
    write(folder.path(), "models/orders.yml", &wrong);
    let said = elt(folder.path(), &["build"]);
    let told = "`place.x` is INT64, the contract says date";
    assert!(said.err.contains(told), "{}", said.err);
}

#[test]
fn a_field_without_a_type_is_told() {
    let untyped = nested("int64").replace("lines.product, data_type: int64", "lines.product");
    let folder = project(&[("models/orders.sql", NESTED), ("models/orders.yml", &untyped)]);
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(2), "{}", said.err);
    assert!(said.err.contains("gives no `data_type` for `lines.product`"), "{}", said.err);
}

#[test]
fn lengths_and_digits_of_a_contract_are_kept() {
    let model = |code: &str| {
        format!(
            "{{{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail') }}}}
select numeric '1.255' as price, '{code}' as code, [numeric '1.25'] as prices,
    struct('ab' as sku, numeric '2.25' as price) as line
"
        )
    };
    let properties = "models:
  - name: lines
    config: {contract: {enforced: true}}
    columns:
      - {name: price, data_type: \"numeric(5, 2)\"}
      - {name: code, data_type: string(3)}
      - {name: prices, data_type: \"array<numeric(4, 1)>\"}
      - {name: line, data_type: \"struct<sku string(2), price numeric(4, 1)>\"}
";
    let folder = project(&[("models/lines.sql", &model("abc")), ("models/lines.yml", properties)]);
    let said = elt(folder.path(), &["run"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let rows = elt(
        folder.path(),
        &[
            "sql",
            "--output",
            "csv",
            "select price, prices[0] as first, line.price as of_line from shop.lines",
        ],
    );
    assert_eq!(rows.out, "price,first,of_line\n1.26,1.3,2.3", "{}", rows.err);

    write(folder.path(), "models/lines.sql", &model("abcd"));
    let said = elt(folder.path(), &["run"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("CHECK"), "{}", said.err);

    let inside = properties
        .replace("string(3)", "string")
        .replace("array<numeric(4, 1)>", "array<string(3)>");
    let inside = inside.replace("prices", "words");
    write(folder.path(), "models/lines.yml", &inside);
    write(
        folder.path(),
        "models/lines.sql",
        &model("abc").replace("[numeric '1.25'] as prices", "['abc'] as words"),
    );
    let said = elt(folder.path(), &["run", "--full-refresh"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    assert!(said.err.contains("lengths inside of arrays are not supported"), "{}", said.err);
}
