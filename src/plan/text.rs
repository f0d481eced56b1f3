//! A plan as SQL text: what `target/run` holds and what snapshots show.

use std::fmt::{self, Display, Formatter};

use super::{Plan, RowSource, Step, TableOptions};

impl Display for Plan {
    /// One statement per step, parted by empty lines.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            writeln!(f, "{step}")?;
        }
        Ok(())
    }
}

impl Display for Step {
    /// The step as one statement. Steps that no single statement says are told in a comment.
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateSchema { database, schema } => {
                let database = database.as_ref().map(|name| format!("{name}."));
                write!(f, "create schema if not exists {}{schema};", database.unwrap_or_default())
            }
            Self::DropSchema { database, schema } => {
                let database = database.as_ref().map(|name| format!("{name}."));
                write!(f, "drop schema if exists {}{schema} cascade;", database.unwrap_or_default())
            }
            Self::RenameRelation { from, to } => {
                write!(f, "alter table {from} rename to {};", from.dialect.quote(to))
            }
            Self::CreateView { relation, query, options } => {
                writeln!(f, "create or replace view {relation}{}\nas", Options(options))?;
                write!(f, "{};", query.trim_end())
            }
            Self::CreateTable { relation, query, options, temporary } => {
                let temporary = if *temporary { "temporary " } else { "" };
                let options = Options(options);
                writeln!(f, "create or replace {temporary}table {relation}{options}\nas")?;
                write!(f, "{};", query.trim_end())
            }
            Self::DropRelation { relation } => {
                let kind = relation.kind.map_or("table", |kind| kind.as_str()).replace('_', " ");
                write!(f, "drop {kind} if exists {relation};")
            }
            Self::AlterColumns { relation, add, drop, retype } => {
                let added = add
                    .iter()
                    .map(|column| format!("add column {} {}", column.name, column.data_type));
                let dropped = drop.iter().map(|name| format!("drop column {name}"));
                let retyped = retype.iter().map(|column| {
                    format!("alter column {} set data type {}", column.name, column.data_type)
                });
                let changes: Vec<String> = added.chain(dropped).chain(retyped).collect();
                write!(f, "alter table {relation}\n  {};", changes.join(",\n  "))
            }
            Self::Insert { target, columns, rows } => {
                write!(f, "insert into {target} ({})\n{};", columns.join(", "), Rows(rows))
            }
            Self::DeleteMatching { target, rows, keys, predicates } => {
                write!(f, "delete from {target} as DBT_INTERNAL_DEST\nwhere (")?;
                write!(f, "{}) in (\n{}\n)", keys.join(", "), Rows(rows))?;
                predicates.iter().try_for_each(|each| write!(f, "\n  and {each}"))?;
                f.write_str(";")
            }
            Self::Merge { target, rows, keys, predicates, update, insert } => {
                let on = keys
                    .iter()
                    .map(|key| format!("DBT_INTERNAL_SOURCE.{key} = DBT_INTERNAL_DEST.{key}"));
                let on: Vec<String> = on.chain(predicates.iter().cloned()).collect();
                let on = if on.is_empty() { "false".to_owned() } else { on.join("\n  and ") };
                write!(f, "merge into {target} as DBT_INTERNAL_DEST\nusing (\n{}\n)", Rows(rows))?;
                write!(f, " as DBT_INTERNAL_SOURCE\non {on}")?;
                if !update.is_empty() {
                    let set: Vec<String> = update
                        .iter()
                        .map(|name| format!("{name} = DBT_INTERNAL_SOURCE.{name}"))
                        .collect();
                    write!(f, "\nwhen matched then update set\n  {}", set.join(",\n  "))?;
                }
                let names = insert.join(", ");
                write!(f, "\nwhen not matched then insert ({names})\n  values ({names});")
            }
            Self::InsertOverwrite { target, rows, partition_by, partitions, columns } => {
                let which = match partitions {
                    Some(list) => list.join(", "),
                    None => "those of the new rows".to_owned(),
                };
                writeln!(f, "-- replaces partitions of {} by {which}", partition_by.field)?;
                write!(f, "insert overwrite {target} ({})\n{};", columns.join(", "), Rows(rows))
            }
            Self::SnapshotMerge { target, staging, meta_columns, insert } => {
                writeln!(f, "merge into {target} as DBT_INTERNAL_DEST")?;
                writeln!(f, "using {staging} as DBT_INTERNAL_SOURCE")?;
                writeln!(
                    f,
                    "on DBT_INTERNAL_SOURCE.{0} = DBT_INTERNAL_DEST.{0}",
                    meta_columns.scd_id
                )?;
                writeln!(
                    f,
                    "when matched and DBT_INTERNAL_DEST.{0} is null",
                    meta_columns.valid_to
                )?;
                f.write_str("  and DBT_INTERNAL_SOURCE.dbt_change_type in ('update', 'delete')\n")?;
                writeln!(
                    f,
                    "  then update set {0} = DBT_INTERNAL_SOURCE.{0}",
                    meta_columns.valid_to
                )?;
                f.write_str(
                    "when not matched and DBT_INTERNAL_SOURCE.dbt_change_type = 'insert'\n",
                )?;
                write!(f, "  then insert ({0})\n  values ({0});", insert.join(", "))
            }
            Self::LoadSeed { relation, file, columns, .. } => {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                let columns: Vec<String> = columns
                    .iter()
                    .map(|column| format!("{} {}", column.name, column.data_type))
                    .map(|column| column.trim_end().to_owned())
                    .collect();
                write!(f, "-- loads {name}\ncreate or replace table {relation} (\n  ")?;
                write!(f, "{}\n);", columns.join(",\n  "))
            }
            Self::Append { relation, columns, rows } => {
                let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                let names = names.join(", ");
                write!(f, "-- appends {} rows\ninsert into {relation} ({names});", rows.len())
            }
            Self::Statement { sql } | Self::Query { sql } => {
                write!(f, "{};", sql.trim_end().trim_end_matches(';'))
            }
        }
    }
}

struct Rows<'a>(&'a RowSource);

impl Display for Rows<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            RowSource::Relation(relation) => write!(f, "select * from {relation}"),
            RowSource::Query(query) => f.write_str(query.trim_end()),
        }
    }
}

struct Options<'a>(&'a TableOptions);

impl Display for Options<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let options = self.0;
        if let Some(partition) = &options.partition_by {
            write!(f, "\npartition by {}", partition.field)?;
            if partition.data_type != "int64" && partition.granularity != "day" {
                write!(f, " -- by {}", partition.granularity)?;
            }
        }
        if !options.cluster_by.is_empty() {
            write!(f, "\ncluster by {}", options.cluster_by.join(", "))?;
        }
        let description =
            options.description.as_ref().map(|text| format!("description = {text:?}"));
        let other = options.other.iter().map(|(name, value)| format!("{name} = {value}"));
        let list: Vec<String> = description.into_iter().chain(other).collect();
        if !list.is_empty() {
            write!(f, "\noptions ({})", list.join(", "))?;
        }
        Ok(())
    }
}
