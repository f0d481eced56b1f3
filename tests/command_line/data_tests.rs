//! Where a data test's configuration comes from.

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
