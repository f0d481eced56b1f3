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
