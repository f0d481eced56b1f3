//! `meta.as_of` of a source: its table as it was.

use std::fs;

use crate::{elt, project};

const SOURCES: &str = "sources:
  - name: shop
    tables:
      - name: orders
        config:
          meta:
            as_of: \"{{ env_var('AS_OF', '') }}\"
      - name: carts
        config: {meta: {as_of: '2024-02-01 06:30:00Z'}}
      - name: customers
";

const MODEL: &str = "select o.id from {{ source('shop', 'carts') }} as o
join {{ source('shop', 'orders') }} using (id)
join {{ source('shop', 'customers') }} using (id)
-- {{ source('shop', 'carts').render() }}
";

const ON_BIGQUERY: &str = "shop:
  target: prod
  outputs:
    prod: {type: bigquery, method: oauth, project: p, dataset: d}
    local: {type: bigquery, method: local, dataset: d}
";

fn files(sources: &'static str) -> Vec<(&'static str, &'static str)> {
    vec![
        ("dbt_project.yml", "name: shop\nprofile: shop\n"),
        ("profiles.yml", ON_BIGQUERY),
        ("models/_sources.yml", sources),
        ("models/m.sql", MODEL),
    ]
}

#[test]
fn a_table_is_read_as_it_was() {
    let folder = project(&files(SOURCES));
    let said = elt(folder.path(), &["compile", "--select", "m"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let path = folder.path().join("target/compiled/shop/models/m.sql");
    let text = fs::read_to_string(path).expect("compiled");
    assert_eq!(
        text.trim_end(),
        "select o.id from (select * from `p`.`shop`.`carts` for system_time as of timestamp '2024-02-01 06:30:00+00:00') as o
join `p`.`shop`.`orders` using (id)
join `p`.`shop`.`customers` using (id)
-- `p`.`shop`.`carts`"
    );
    let said = elt(folder.path(), &["compile", "--select", "m", "--empty"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(
        said.out.contains("(select * from `p`.`shop`.`carts` for system_time as of timestamp '2024-02-01 06:30:00+00:00' where false limit 0) as o"),
        "{}",
        said.out
    );
}

#[test]
fn what_is_no_moment_and_an_engine_without_a_history_are_told() {
    let folder = project(&files(SOURCES));
    let local = elt(folder.path(), &["parse", "--target", "local"]);
    assert_eq!(local.code, Some(2));
    insta::assert_snapshot!("no_history", local.err);
    let wrong = "sources:
  - name: shop
    config: {meta: {as_of: yesterday}}
    tables:
      - name: orders
      - name: carts
        config: {meta: {as_of: '2024-02-01 06:30:00+02:00'}}
      - name: customers
        config: {meta: {as_of: 12}}
";
    let folder = project(&files(wrong));
    let said = elt(folder.path(), &["parse"]);
    assert_eq!(said.code, Some(2));
    insta::assert_snapshot!("no_moment", said.err);
}
