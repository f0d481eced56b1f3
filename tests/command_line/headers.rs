//! `sql_header`: the statements that a node's query needs before it.

use std::{fs, path::Path};

use crate::{elt, project};

const TWICE: &str = "create temp function twice(x int64) as (x * 2);";

fn rows(project: &Path, model: &str) -> String {
    let said = elt(project, &["show", "--select", model, "--output", "csv"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    said.out
}

#[test]
fn temporary_functions_are_the_nodes_own() {
    let header = |config: &str, rest: &str| {
        format!("{{{{ config({config}, sql_header='{TWICE}') }}}}\n{rest}\n")
    };
    let folder = project(&[
        (
            "models/words.sql",
            "{{ config(materialized='table') }}
{% call set_sql_header(config) %}
create temp function word(answer int64) returns string as (
  case answer when 1 then '{{ var('yes', 'yes') }}' when 0 then 'no' end
);
create temp function loud(answer int64) as (upper(word(answer)));
{% endcall %}
select n, word(n) as word, LOUD(n) as loud from unnest([0, 1]) as n
",
        ),
        // Another function of the same name, at the same time.
        (
            "models/other_words.sql",
            "{{ config(materialized='table', sql_header='create temp function word(x int64) as (-x)') }}
select n, word(n) as word from unnest([0, 1]) as n
",
        ),
        (
            "models/merged.sql",
            &header(
                "materialized='incremental', unique_key='id', on_schema_change='append_new_columns'",
                "select twice(n) as id{% if is_incremental() %}, twice(7) as more{% endif %} from unnest([0, 1]) as n",
            ),
        ),
        (
            "models/replaced.sql",
            &header(
                "materialized='incremental', incremental_strategy='insert_overwrite', partition_by={'field': 'id', 'data_type': 'int64', 'range': {'start': 0, 'end': 9, 'interval': 1}}",
                "select twice(n) as id from unnest([0, 1]) as n",
            ),
        ),
        (
            "models/promised.sql",
            &header(
                "materialized='table', publish='audited', contract={'enforced': true}",
                "select twice(4) as id",
            ),
        ),
        ("macros/own.sql", "{% materialization own, default %}
  {% call statement('main') %}{{ create_table_as(false, this, sql) }}{% endcall %}
  {{ return({'relations': [this]}) }}
{% endmaterialization %}
"),
        ("models/of_its_own_kind.sql", &header("materialized='own'", "select twice(5) as id")),
        ("snapshots/kept.sql", &format!("{{% snapshot kept %}}
{{{{ config(unique_key='id', strategy='check', check_cols='all', sql_header='{TWICE}') }}}}
select twice(id) as id from {{{{ ref('merged') }}}}
{{% endsnapshot %}}
")),
        ("tests/even.sql", "{{ config(store_failures=true, sql_header='create temp function even(x int64) as (mod(x, 2) = 0);') }}
select * from {{ ref('merged') }} where not even(id)
"),
        ("models/_models.yml", "models:
  - name: promised
    columns: [{name: id, data_type: int64, data_tests: [not_null]}]
  - name: merged
    columns:
      - name: id
        data_tests:
          - not_null:
              config: {sql_header: 'create temp function all_of(x int64) as (true);', where: all_of(id)}
unit_tests:
  - name: twice_is_doubled
    model: merged
    given: []
    expect: {rows: [{id: 0}, {id: 2}]}
  - name: describes_its_input
    model: after
    given: [{input: ref('promised'), rows: [{id: 3}]}]
    expect: {rows: [{id: 4}]}
"),
        ("models/after.sql", "select id + 1 as id from {{ ref('promised') }}\n"),
    ]);
    for _ in 0..2 {
        let built = elt(folder.path(), &["build"]);
        assert_eq!(built.code, Some(0), "{}{}", built.out, built.err);
        assert!(!built.err.contains("warning"), "{}", built.err);
    }
    let of_relation = |name: &str| {
        let inline = format!("select * from {{{{ ref('{name}') }}}} order by 1");
        let said = elt(folder.path(), &["show", "--inline", &inline, "--output", "csv"]);
        assert_eq!(said.code, Some(0), "{}", said.err);
        said.out
    };
    assert_eq!(of_relation("words"), "n,word,loud\n0,no,NO\n1,yes,YES");
    assert_eq!(of_relation("other_words"), "n,word\n0,0\n1,-1");
    assert_eq!(of_relation("merged"), "id,more\n0,14\n2,14");
    assert_eq!(of_relation("replaced"), "id\n0\n2");
    assert_eq!(of_relation("of_its_own_kind"), "id\n10");
    assert_eq!(of_relation("promised"), "id\n8");
    assert_eq!(rows(folder.path(), "words"), "n,word,loud\n0,no,NO\n1,yes,YES");
    // What BigQuery would run: variables are declared in a block behind the header.
    let read = |path: &str| fs::read_to_string(folder.path().join("target/run/shop").join(path));
    insta::assert_snapshot!(read("models/replaced.sql").expect("it ran"));
    insta::assert_snapshot!(read("tests/even.sql").expect("it ran"));
    // The catalogue keeps none of them.
    let left = elt(folder.path(), &["show", "--inline", "select twice(1) as id"]);
    assert!(left.err.contains("function TWICE is not supported"), "{}", left.err);
}

#[test]
fn what_is_wrong_with_a_header_is_said_there() {
    let folder = project(&[
        (
            "models/called.sql",
            "{{ config(materialized='table') }}
{% call set_sql_header(config) %}
create temp function one() as (1);
create temp function two(x any type) as (x);
{% endcall %}
select one() as n
",
        ),
        (
            "models/declared.sql",
            "{{ config(\n  materialized='table',\n  sql_header='declare n int64 default 1;'\n) }}\nselect n\n",
        ),
        (
            "models/viewed.sql",
            "{{ config(materialized='view', sql_header='create temp function one() as (1)') }}
select one() as n
",
        ),
        ("models/in_properties.sql", "{{ config(materialized='table') }}\nselect 1 as n\n"),
        (
            "models/_models.yml",
            "models:
  - name: in_properties
    config:
      sql_header: |
        create temp function one() returns string as (1);
unit_tests:
  - name: of_called
    model: called
    given: []
    expect: {rows: [{n: 1}]}
",
        ),
    ]);
    let built = elt(folder.path(), &["build", "--threads", "1"]);
    assert_eq!(built.code, Some(1), "{}", built.err);
    let said = &built.err[built.err.find("\nerror[").expect("errors")..];
    let said = &said[..said.find("\nrerun").expect("what to do")];
    insta::assert_snapshot!(said);
}
