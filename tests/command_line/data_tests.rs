//! Where a data test's configuration comes from, and what a unit test must give.

use crate::{elt, project};

/// <https://docs.getdbt.com/best-practices/writing-custom-generic-tests>: "Generic tests with default
/// config values".
#[test]
fn a_tests_block_has_defaults_that_a_declaration_overrides() {
    let properties = "models:
  - name: orders
    columns:
      - name: id
        data_tests: [small]
      - name: other
        data_tests:
          - small: {config: {severity: error}}
";
    let test = "{% test small(model, column_name) %}
{{ config(severity='warn', where='id > 0') }}
select * from {{ model }} where {{ column_name }} > 1
{% endtest %}
";
    let folder = project(&[
        ("models/orders.sql", "select 2 as id, 2 as other union all select -5, 9"),
        ("models/_models.yml", properties),
        ("macros/small.sql", test),
    ]);
    let said = elt(folder.path(), &["build"]);
    assert_eq!(said.code, Some(1), "{}", said.err);
    // `where` of the block holds for both: one row each.
    assert!(said.err.contains("1 warned"), "{}", said.err);
    assert!(said.err.contains("small_orders_other"), "{}", said.err);
    assert!(!said.err.contains("2 rows"), "{}", said.err);
}

#[test]
fn a_unit_test_of_an_incremental_run_gives_this() {
    let unit_test = "unit_tests:
  - name: adds_new_rows
    model: totals
    overrides: {macros: {is_incremental: true}}
    given: [{input: ref('orders'), rows: [{id: 1}]}]
    expect: {rows: [{id: 1}]}
";
    let model = "{{ config(materialized='incremental') }} select id from {{ ref('orders') }}
{% if is_incremental() %} where id > (select coalesce(max(id), 0) from {{ this }}) {% endif %}";
    let folder = project(&[
        ("models/orders.sql", "select 1 as id"),
        ("models/totals.sql", model),
        ("models/_models.yml", unit_test),
    ]);
    assert_eq!(elt(folder.path(), &["run"]).code, Some(0));
    let said = elt(folder.path(), &["test"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("unit-test-without-this"), "{}", said.err);
}
