//! Steps as GoogleSQL statements: what BigQuery runs, and `target/run` of GoogleSQL projects. One
//! statement is one job; a script is one job too.

mod change;
mod create;
mod function;
mod words;

use words::{column_list, list, option_list, quote, schema_name, text_literal};

use super::Rendered;
use crate::{
    plan::{Step, TableOptions},
    relation::{Relation, RelationKind},
};

/// The statements of a step, in order. `LoadSeed` and `Append` give the table that a load job fills;
/// what is not SQL (copy jobs, access lists) is said in comments.
pub fn statements(step: &Step) -> Vec<Rendered> {
    match step {
        Step::CreateSchema { database, schema } => vec![Rendered::plain(format!(
            "create schema if not exists {}",
            schema_name(database.as_deref(), schema)
        ))],
        Step::DropSchema { database, schema } => vec![Rendered::plain(format!(
            "drop schema if exists {} cascade",
            schema_name(database.as_deref(), schema)
        ))],
        Step::RenameRelation { from, to } => {
            vec![Rendered::plain(format!("alter table {from} rename to {}", quote(to)))]
        }
        Step::CreateView { relation, query, options } => {
            vec![create::view(relation, query, options)]
        }
        Step::CreateTable { relation, query, options, temporary } => {
            create::table(relation, query, options, *temporary)
        }
        Step::CreateEmptyTable { relation, columns, options, temporary } => {
            vec![create::empty_table(relation, columns, options, *temporary)]
        }
        Step::CreateMissingTable { relation, columns, options } => {
            vec![create::missing_table(relation, columns, options)]
        }
        Step::CreateMaterializedView { relation, query, options } => {
            vec![create::materialized_view(relation, query, options)]
        }
        Step::RefreshMaterializedView { relation } => {
            let name =
                [relation.database.as_deref(), Some(&relation.schema), Some(&relation.identifier)];
            let name = name.into_iter().flatten().collect::<Vec<_>>().join(".");
            vec![Rendered::plain(format!(
                "call BQ.REFRESH_MATERIALIZED_VIEW({})",
                text_literal(&name)
            ))]
        }
        Step::Describe { relation, options } => {
            let of_table = options.description.iter().map(|text| {
                let text = text_literal(text);
                let kind = kind_word(relation);
                Rendered::plain(format!(
                    "alter {kind} {relation} set options (description = {text})"
                ))
            });
            of_table.chain(described_columns(relation, options)).collect()
        }
        Step::DropRelation { relation } => {
            vec![Rendered::plain(format!("drop {} if exists {relation}", kind_word(relation)))]
        }
        Step::CloneTable { from, to, .. } => {
            vec![Rendered::plain(format!("create or replace table {to}\nclone {from}"))]
        }
        Step::Publish { candidate, target, .. } => vec![Rendered::plain(format!(
            "-- puts {candidate}\n-- in the place of {target}, at once"
        ))],
        Step::AlterColumns { relation, add, drop, retype, extend } => {
            change::columns(relation, add, drop, retype, extend)
        }
        Step::Insert { target, columns, rows } => {
            let names = list(columns);
            let head = format!("insert into {target} ({names})\nselect {names} from (");
            vec![words::around_rows(&head, rows, ")")]
        }
        Step::DeleteMatching { target, rows, keys, predicates } => {
            vec![change::delete_matching(target, rows, keys, predicates)]
        }
        Step::DeleteInsert { target, staging, keys, predicates, columns } => {
            vec![change::delete_insert(target, staging, keys, predicates, columns)]
        }
        Step::Merge { target, rows, keys, predicates, update, insert, prune } => {
            let matching = change::Matching { keys, predicates, prune: prune.as_ref() };
            vec![change::merge(target, rows, &matching, update, insert)]
        }
        Step::InsertOverwrite { target, rows, partition_by, partitions, columns } => {
            vec![change::insert_overwrite(
                target,
                rows,
                partition_by,
                partitions.as_deref(),
                columns,
            )]
        }
        Step::ReplaceTimeSpan { target, rows, time, columns } => {
            vec![change::replace_time_span(target, rows, time, columns)]
        }
        Step::CopyPartitions { target, staging, partition_by, partitions } => {
            let which = match partitions {
                Some(partitions) => format!("the partitions {}", partitions.join(", ")),
                None => format!("the partitions by {}", quote(&partition_by.field)),
            };
            vec![Rendered::plain(format!("-- copies {which} of {staging} over those of {target}"))]
        }
        Step::CopyTables { sources, target, adds, .. } => {
            let sources: Vec<String> = sources.iter().map(Relation::to_string).collect();
            let what = if *adds { "adds copies of" } else { "copies" };
            let to = if *adds { "to" } else { "over" };
            vec![Rendered::plain(format!("-- {what} {} {to} {target}", sources.join(", ")))]
        }
        Step::CreateFunction { relation, function } => vec![function::create(relation, function)],
        Step::Grant { relation, roles } => {
            let kind = kind_word(relation);
            // Materialized views have no statement for it
            // (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-control-language>).
            let comment = match relation.kind {
                Some(RelationKind::MaterializedView) => "-- ",
                _ => "",
            };
            let grant = |(role, members): &(String, Vec<String>)| {
                let members: Vec<String> = members.iter().map(|name| double_quoted(name)).collect();
                let (role, members) = (quote(role), members.join(", "));
                Rendered::plain(format!("{comment}grant {role} on {kind} {relation} to {members}"))
            };
            roles.iter().filter(|(_, members)| !members.is_empty()).map(grant).collect()
        }
        Step::AuthorizeView { view, datasets } => {
            let names =
                datasets.iter().map(|(project, name)| schema_name(project.as_deref(), name));
            let names = names.collect::<Vec<_>>().join(", ");
            vec![Rendered::plain(format!("-- lets {view} read the tables of {names}"))]
        }
        Step::SnapshotMerge { target, staging, meta_columns, insert } => {
            vec![change::snapshot_merge(target, staging, meta_columns, insert)]
        }
        Step::LoadSeed { relation, columns, options, .. } => {
            let (columns, list) = (column_list(columns, options), option_list(options));
            vec![Rendered::plain(format!("create or replace table {relation} {columns}{list}"))]
        }
        Step::Append { relation, columns, .. } => {
            let columns = column_list(columns, &TableOptions::default());
            vec![Rendered::plain(format!("create table if not exists {relation} {columns}"))]
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

/// Descriptions of columns that exist. What has no statement is said in a comment: it is written by
/// `tables.patch`.
fn described_columns(relation: &Relation, options: &TableOptions) -> Vec<Rendered> {
    // Neither fields of a STRUCT nor columns of a materialized view have one.
    let has_no_statement =
        |name: &str| name.contains('.') || relation.kind == Some(RelationKind::MaterializedView);
    let statement = |(name, text): &(String, String)| match has_no_statement(name) {
        true => format!("-- describes {} of {relation}: {text:?}", quote(name)),
        false => format!(
            "alter {} {relation} alter column {} set options (description = {})",
            kind_word(relation),
            quote(name),
            text_literal(text)
        ),
    };
    let tagged = |(name, tags): &(String, Vec<String>)| {
        format!("-- sets the policy tags of {} of {relation}: {}", quote(name), tags.join(", "))
    };
    let described = options.column_descriptions.iter().map(statement);
    described.chain(options.policy_tags.iter().map(tagged)).map(Rendered::plain).collect()
}

fn kind_word(relation: &Relation) -> String {
    relation.kind.map_or("table", RelationKind::as_str).replace('_', " ")
}

fn double_quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
