//! Steps as DuckDB statements. What runs on the embedded engine, and `target/run` of DuckDB projects.

use super::{
    Rendered,
    partition::{named_partitions, partition_of},
    time_span_condition,
};
use crate::{
    plan::{FunctionDefinition, RowSource, SnapshotColumns, Step, TableOptions},
    relation::{Column, Dialect, Relation, RelationKind},
};

/// The statements of a step, in order. Queries in it are DuckDB SQL already. `LoadSeed` and `Append`
/// give the empty table that the loader fills.
pub fn statements(step: &Step) -> Vec<Rendered> {
    match step {
        Step::CreateSchema { database, schema } => {
            let database = database.as_ref().map(|name| format!("{}.", quote(name)));
            let database = database.unwrap_or_default();
            vec![Rendered::plain(format!(
                "create schema if not exists {database}{}",
                quote(schema)
            ))]
        }
        Step::DropSchema { database, schema } => {
            let database = database.as_ref().map(|name| format!("{}.", quote(name)));
            let database = database.unwrap_or_default();
            vec![Rendered::plain(format!(
                "drop schema if exists {database}{} cascade",
                quote(schema)
            ))]
        }
        Step::RenameRelation { from, to } => {
            let kind = match from.kind {
                Some(RelationKind::View) => "view",
                _ => "table",
            };
            vec![Rendered::plain(format!("alter {kind} {from} rename to {}", quote(to)))]
        }
        Step::CreateView { relation, query, options } => {
            let head = format!("create or replace view {relation} as");
            let mut all = vec![Rendered::around(&head, query, "")];
            all.extend(comments(relation, options, RelationKind::View));
            all
        }
        Step::CreateTable { relation, query, options, temporary } => {
            create_table(relation, query, options, *temporary)
        }
        Step::Describe { relation, options } => comments(relation, options, RelationKind::Table),
        Step::DropRelation { relation } => {
            let kind = match relation.kind {
                Some(RelationKind::View) => "view",
                _ => "table",
            };
            vec![Rendered::plain(format!("drop {kind} if exists {relation}"))]
        }
        Step::CloneTable { from, to, not_null } => {
            let copy = format!("create or replace table {to} as\nselect * from {from}");
            let refuse = |name: &String| {
                let column = quote(name);
                Rendered::plain(format!("alter table {to} alter column {column} set not null"))
            };
            std::iter::once(Rendered::plain(copy)).chain(not_null.iter().map(refuse)).collect()
        }
        Step::Publish { candidate, target, .. } => vec![
            Rendered::plain(format!("drop table if exists {target}")),
            Rendered::plain(format!(
                "alter table {candidate} rename to {}",
                quote(&target.identifier)
            )),
        ],
        Step::AlterColumns { relation, add, drop, retype, extend } => {
            let added = add
                .iter()
                .map(|column| format!("add column {} {}", quote(&column.name), column.data_type));
            let dropped = drop.iter().map(|name| format!("drop column {}", quote(name)));
            let retyped = retype.iter().chain(extend).map(|column| {
                format!("alter column {} set data type {}", quote(&column.name), column.data_type)
            });
            let changes = added.chain(dropped).chain(retyped);
            changes
                .map(|change| Rendered::plain(format!("alter table {relation} {change}")))
                .collect()
        }
        Step::Insert { target, columns, rows } => {
            let names = list(columns);
            let head = format!("insert into {target} ({names})\nselect {names} from (");
            vec![around_rows(&head, rows, ")")]
        }
        Step::DeleteMatching { target, rows, keys, predicates } => {
            let same = keys.iter().map(|key| {
                let key = quote(key);
                format!("DBT_INTERNAL_SOURCE.{key} = DBT_INTERNAL_DEST.{key}")
            });
            let same = conditions(same, &[]);
            let further: String = predicates.iter().map(|each| format!("\nand ({each})")).collect();
            let head =
                format!("delete from {target} as DBT_INTERNAL_DEST\nwhere exists (select 1 from (");
            let tail = format!(") as DBT_INTERNAL_SOURCE where {same}){further}");
            vec![around_rows(&head, rows, &tail)]
        }
        Step::DeleteInsert { target, staging, keys, predicates, columns } => {
            let rows = RowSource::Relation(staging.clone());
            let parts = [
                Step::DeleteMatching {
                    target: target.clone(),
                    rows: rows.clone(),
                    keys: keys.clone(),
                    predicates: predicates.clone(),
                },
                Step::Insert { target: target.clone(), columns: columns.clone(), rows },
            ];
            parts.iter().flat_map(statements).collect()
        }
        Step::Merge { target, rows, keys, predicates, update, insert, .. } => {
            let same = keys.iter().map(|key| {
                let key = quote(key);
                format!("DBT_INTERNAL_SOURCE.{key} = DBT_INTERNAL_DEST.{key}")
            });
            let on = match keys.is_empty() {
                true => "false".to_owned(),
                false => conditions(same, predicates),
            };
            let mut tail = format!(") as DBT_INTERNAL_SOURCE\non {on}");
            if !update.is_empty() && !keys.is_empty() {
                let set: Vec<String> = update
                    .iter()
                    .map(|name| format!("{0} = DBT_INTERNAL_SOURCE.{0}", quote(name)))
                    .collect();
                tail.push_str(&format!("\nwhen matched then update set {}", set.join(", ")));
            }
            let names = list(insert);
            let values = qualified(insert);
            tail.push_str(&format!("\nwhen not matched then insert ({names}) values ({values})"));
            let head = format!("merge into {target} as DBT_INTERNAL_DEST\nusing (");
            vec![around_rows(&head, rows, &tail)]
        }
        Step::InsertOverwrite { target, rows, partition_by, partitions, columns } => {
            let partition = partition_of(partition_by, None, Dialect::DuckDb);
            let of = |alias: &str| partition_of(partition_by, Some(alias), Dialect::DuckDb);
            let replaced = match partitions {
                Some(partitions) => Rendered::plain(format!(
                    "delete from {target} where {partition} in ({})",
                    named_partitions(partition_by, partitions, Dialect::DuckDb)
                )),
                // Rows without a partition replace those without one.
                None => around_rows(
                    &format!(
                        "delete from {target} as DBT_INTERNAL_DEST\nwhere exists (select 1 from ("
                    ),
                    rows,
                    &format!(
                        ") as DBT_INTERNAL_SOURCE where {} is not distinct from {})",
                        of("DBT_INTERNAL_SOURCE"),
                        of("DBT_INTERNAL_DEST")
                    ),
                ),
            };
            let names = list(columns);
            let head = format!("insert into {target} ({names})\nselect {names} from (");
            vec![replaced, around_rows(&head, rows, ")")]
        }
        Step::CreateFunction { relation, function } => create_macro(relation, function),
        // Never planned for DuckDB: it has no copy jobs, users, materialized views or ingestion times.
        Step::CreateEmptyTable { .. }
        | Step::CopyPartitions { .. }
        | Step::CopyTables { .. }
        | Step::CreateMaterializedView { .. }
        | Step::RefreshMaterializedView { .. }
        | Step::Grant { .. }
        | Step::AuthorizeView { .. } => Vec::new(),
        Step::ReplaceTimeSpan { target, rows, time, columns } => {
            let within = |alias: &str| time_span_condition(time, alias, Dialect::DuckDb);
            let names = list(columns);
            let head = format!("insert into {target} ({names})\nselect {names} from (");
            let tail = format!(") as DBT_INTERNAL_SOURCE\nwhere {}", within("DBT_INTERNAL_SOURCE"));
            vec![
                Rendered::plain(format!(
                    "delete from {target} as DBT_INTERNAL_DEST\nwhere {}",
                    within("DBT_INTERNAL_DEST")
                )),
                around_rows(&head, rows, &tail),
            ]
        }
        Step::SnapshotMerge { target, staging, meta_columns, insert } => {
            vec![snapshot_merge(target, staging, meta_columns, insert)]
        }
        Step::LoadSeed { relation, columns, options, .. } => {
            let columns: Vec<String> = columns
                .iter()
                .map(|column| format!("{} {}", quote(&column.name), column.data_type))
                .collect();
            let columns = columns.join(", ");
            let mut all =
                vec![Rendered::plain(format!("create or replace table {relation} ({columns})"))];
            all.extend(comments(relation, options, RelationKind::Table));
            all
        }
        Step::CreateMissingTable { relation, columns, options } => {
            let promised = options.contract.as_deref().unwrap_or_default();
            let is_promised = |name: &str| {
                promised.iter().any(|column| column.not_null && column.column.name == name)
            };
            let column = |column: &Column| {
                let not_null = if is_promised(&column.name) { " not null" } else { "" };
                format!("{} {}{not_null}", quote(&column.name), column.data_type)
            };
            let columns = columns.iter().map(column).collect::<Vec<_>>().join(", ");
            vec![Rendered::plain(format!("create table if not exists {relation} ({columns})"))]
        }
        Step::Append { relation, columns, .. } => {
            let columns: Vec<String> = columns
                .iter()
                .map(|column| format!("{} {}", quote(&column.name), column.data_type))
                .collect();
            let columns = columns.join(", ");
            vec![Rendered::plain(format!("create table if not exists {relation} ({columns})"))]
        }
        Step::Land { .. } => Vec::new(),
        Step::AllowNull { relation, column } => vec![Rendered::plain(format!(
            "alter table {relation} alter column {} drop not null",
            quote(column)
        ))],
        Step::Header { sql } | Step::Statement { sql } | Step::Query { sql } => {
            vec![Rendered::plain(sql)]
        }
    }
}

fn create_table(
    relation: &Relation,
    query: &str,
    options: &TableOptions,
    temporary: bool,
) -> Vec<Rendered> {
    if temporary {
        let head = format!("create or replace temporary table {relation} as");
        return vec![Rendered::around(&head, query, "")];
    }
    let mut all = match &options.contract {
        None => {
            let head = format!("create or replace table {relation} as");
            vec![Rendered::around(&head, query, "")]
        }
        // With constraints the table comes first: `create table as` takes none.
        Some(contract) => {
            let columns: Vec<String> = contract
                .iter()
                .map(|under| {
                    let Column { name, data_type } = &under.column;
                    let null = if under.not_null { " not null" } else { "" };
                    format!("{} {data_type}{null}", quote(name))
                })
                .collect();
            let names: Vec<String> =
                contract.iter().map(|under| under.column.name.clone()).collect();
            let names = list(&names);
            let columns = columns.join(", ");
            vec![
                Rendered::plain(format!("create or replace table {relation} ({columns})")),
                Rendered::around(
                    &format!("insert into {relation} ({names})\nselect {names} from ("),
                    query,
                    ")",
                ),
            ]
        }
    };
    all.extend(comments(relation, options, RelationKind::Table));
    all
}

/// A function of an expression is a macro: the engine puts the expression in the place of the call.
/// Types of arguments would need files of a newer format.
fn create_macro(relation: &Relation, function: &FunctionDefinition) -> Vec<Rendered> {
    let names: Vec<String> = function.arguments.iter().map(|(name, _)| name.clone()).collect();
    let head = format!("create or replace macro {relation}({}) as cast((", list(&names));
    let created = Rendered::around(&head, &function.body, &format!(") as {})", function.returns));
    let described = function.description.iter().map(|text| {
        Rendered::plain(format!("comment on macro {relation} is {}", text_literal(text)))
    });
    [created].into_iter().chain(described).collect()
}

/// Descriptions, where they are to be kept.
fn comments(relation: &Relation, options: &TableOptions, kind: RelationKind) -> Vec<Rendered> {
    let kind = kind.as_str();
    let of_relation = options.description.iter().map(|text| {
        Rendered::plain(format!("comment on {kind} {relation} is {}", text_literal(text)))
    });
    let of_columns = options.column_descriptions.iter().map(|(name, text)| {
        let column = quote(name);
        let text = text_literal(text);
        Rendered::plain(format!("comment on column {relation}.{column} is {text}"))
    });
    of_relation.chain(of_columns).collect()
}

fn snapshot_merge(
    target: &Relation,
    staging: &Relation,
    names: &SnapshotColumns,
    insert: &[String],
) -> Rendered {
    let (scd_id, valid_to) = (quote(&names.scd_id), quote(&names.valid_to));
    let open = match &names.valid_to_current {
        Some(current) => format!(
            "(DBT_INTERNAL_DEST.{valid_to} = {current} or DBT_INTERNAL_DEST.{valid_to} is null)"
        ),
        None => format!("DBT_INTERNAL_DEST.{valid_to} is null"),
    };
    // A new version is never matched, also where its id is that of a version which was closed or is
    // about to be: a row that comes back, or that changed without a newer `updated_at`.
    Rendered::plain(format!(
        "merge into {target} as DBT_INTERNAL_DEST\n\
         using {staging} as DBT_INTERNAL_SOURCE\n\
         on DBT_INTERNAL_SOURCE.{scd_id} = DBT_INTERNAL_DEST.{scd_id} and {open} \
         and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')\n\
         when matched\n\
         then update set {valid_to} = DBT_INTERNAL_SOURCE.{valid_to}\n\
         when not matched and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'\n\
         then insert ({}) values ({})",
        list(insert),
        qualified(insert),
    ))
}

fn around_rows(head: &str, rows: &RowSource, tail: &str) -> Rendered {
    match rows {
        RowSource::Query(query) => Rendered::around(head, query, tail),
        RowSource::Relation(relation) => {
            Rendered::plain(format!("{head}select * from {relation}{tail}"))
        }
    }
}

fn conditions(same: impl Iterator<Item = String>, predicates: &[String]) -> String {
    let further = predicates.iter().map(|each| format!("({each})"));
    same.chain(further).collect::<Vec<_>>().join(" and ")
}

fn qualified(names: &[String]) -> String {
    let names = names.iter().map(|name| format!("DBT_INTERNAL_SOURCE.{}", quote(name)));
    names.collect::<Vec<_>>().join(", ")
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| quote(name)).collect::<Vec<_>>().join(", ")
}

fn quote(name: &str) -> String {
    Dialect::DuckDb.quote(name)
}

fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
