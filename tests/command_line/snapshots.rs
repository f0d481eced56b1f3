//! Rows that go and come back, and rows that change without a newer `updated_at`.

use crate::{elt, project, write};

const SNAPSHOT: &str = "snapshots:
  - name: history
    relation: ref('now')
    config: {unique_key: id, strategy: STRATEGY, updated_at: changed, hard_deletes: invalidate}
";

/// Snapshots the rows; the versions so far as `id:value:open`.
fn history(project: &std::path::Path, rows: &str) -> String {
    write(project, "models/now.sql", &format!("select * from unnest([{rows}])"));
    let said = elt(project, &["build"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    let sql = "select concat(cast(id as string), ':', v, ':', if(dbt_valid_to is null, 'open', 'closed')) as v \
               from {{ ref('history') }} order by id, dbt_valid_to is null, dbt_valid_to, v";
    let shown = elt(project, &["show", "--output", "csv", "--limit", "-1", "--inline", sql]);
    shown.out.lines().skip(1).collect::<Vec<_>>().join(" ")
}

fn row(id: u32, value: &str) -> String {
    format!("struct({id} as id, '{value}' as v, timestamp '2024-01-01 00:00:00+00' as changed)")
}

#[test]
fn a_row_that_comes_back_is_current_again() {
    let yaml = SNAPSHOT.replace("STRATEGY", "timestamp");
    let folder = project(&[("snapshots/_snapshots.yml", &yaml)]);
    let land = |rows: &str| history(folder.path(), rows);
    let both = format!("{}, {}", row(1, "a"), row(2, "b"));
    assert_eq!(land(&both), "1:a:open 2:b:open");
    assert_eq!(land(&row(1, "a")), "1:a:open 2:b:closed");
    assert_eq!(land(&both), "1:a:open 2:b:closed 2:b:open");
    assert_eq!(land(&both), "1:a:open 2:b:closed 2:b:open");
}

#[test]
fn a_checked_column_that_changes_is_a_version_without_a_newer_time() {
    let yaml = SNAPSHOT.replace("STRATEGY", "check, check_cols: [v]");
    let folder = project(&[("snapshots/_snapshots.yml", &yaml)]);
    let land = |rows: &str| history(folder.path(), rows);
    assert_eq!(land(&row(1, "a")), "1:a:open");
    assert_eq!(land(&row(1, "b")), "1:a:closed 1:b:open");
    assert_eq!(land(&row(1, "b")), "1:a:closed 1:b:open");
}

/// A float would make one number of the two.
#[test]
fn a_seeds_whole_numbers_keep_their_digits() {
    let folder = project(&[("seeds/big.csv", "id\n9223372036854775807\n9223372036854775808\n")]);
    assert_eq!(elt(folder.path(), &["seed"]).code, Some(0));
    let sql = "select id from {{ ref('big') }} order by id";
    let shown = elt(folder.path(), &["show", "--output", "csv", "--inline", sql]);
    assert_eq!(shown.out, "id\n9223372036854775807\n9223372036854775808");
}
