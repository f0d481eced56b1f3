//! The queries behind a snapshot.

use super::snapshot::{Changed, HardDeletes};
use crate::{
    plan::SnapshotColumns,
    relation::{Column, Dialect, Relation},
};

/// What the queries are made of.
pub(super) struct SnapshotSql<'a> {
    pub query: &'a str,
    pub target: &'a Relation,
    pub dialect: Dialect,
    /// The columns of the query.
    pub columns: Vec<Column>,
    /// `unique_key`, columns or expressions.
    pub keys: Vec<String>,
    pub changed: Changed,
    /// `updated_at`; `check` may have none.
    pub updated_at: Option<String>,
    pub hard_deletes: HardDeletes,
    pub names: SnapshotColumns,
    /// The time of this run, as SQL.
    pub now: String,
}

impl SnapshotSql<'_> {
    /// The snapshot's own columns, in dbt's order.
    pub fn own_columns(&self) -> Vec<String> {
        let names = &self.names;
        let own = [&names.scd_id, &names.updated_at, &names.valid_from, &names.valid_to];
        let deleted = (self.hard_deletes == HardDeletes::NewRecord).then_some(&names.is_deleted);
        own.into_iter().chain(deleted).cloned().collect()
    }

    /// The first build: every row is valid from its own time on.
    pub fn first_build(&self) -> String {
        let mut own = vec![
            format!(
                "{} as {}",
                self.scd_id(&self.keys, &self.moment()),
                self.quoted(&self.names.scd_id)
            ),
            format!("{} as {}", self.moment(), self.quoted(&self.names.updated_at)),
            format!("{} as {}", self.moment(), self.quoted(&self.names.valid_from)),
            format!("{} as {}", self.open_end(), self.quoted(&self.names.valid_to)),
        ];
        if self.hard_deletes == HardDeletes::NewRecord {
            own.push(format!("'False' as {}", self.quoted(&self.names.is_deleted)));
        }
        let own = own.join(",\n    ");
        format!("select\n    *,\n    {own}\nfrom (\n{}\n) as sbq", self.query.trim_end())
    }

    /// The changes: rows to insert, rows to end. `added` are columns that the table had not.
    pub fn staging(&self, added: &[String]) -> String {
        let names = &self.names;
        let q = |name: &str| self.quoted(name);
        let (scd_id, valid_to) = (q(&names.scd_id), q(&names.valid_to));
        let (updated_at, valid_from) = (q(&names.updated_at), q(&names.valid_from));
        let is_deleted = q(&names.is_deleted);
        let new_record = self.hard_deletes == HardDeletes::NewRecord;
        let moment = self.moment();
        let keys: String = self.key_columns();
        let columns: Vec<String> = self.columns.iter().map(|column| q(&column.name)).collect();
        let of = |alias: &str| {
            let all = columns.iter().map(|name| format!("{alias}.{name}"));
            all.collect::<Vec<_>>().join(", ")
        };
        let valid = match &names.valid_to_current {
            Some(current) => format!("({valid_to} = {current} or {valid_to} is null)"),
            None => format!("{valid_to} is null"),
        };
        let same: Vec<String> = (1..=self.keys.len())
            .map(|at| {
                format!("snapshotted_data.dbt_unique_key_{at} = source_data.dbt_unique_key_{at}")
            })
            .collect();
        let same = same.join(" and ");
        let changed = self.row_changed(added);
        let changed = match new_record {
            true => format!("({changed} or snapshotted_data.{is_deleted} = 'True')"),
            false => changed,
        };
        let flag = |value: &str| match new_record {
            true => format!(", {value} as {is_deleted}"),
            false => String::new(),
        };
        let (source, open) = (of("source_data"), self.open_end());
        let id = self.scd_id(&self.keys, &moment);
        let mut text = format!(
            "with snapshot_query as (\n{}\n),\n\
             snapshotted_data as (\n    select *, {keys}\n    from {}\n    where {valid}\n),\n\
             source_data as (\n    select *, {keys},\n    {moment} as dbt_moment,\n    \
             {open} as dbt_open_end,\n    {id} as dbt_new_id\n    from snapshot_query\n),\n\
             insertions as (\n    select 'insert' as dbt_change_type, {source},\n    \
             source_data.dbt_new_id as {scd_id}, source_data.dbt_moment as {updated_at}, \
             source_data.dbt_moment as {valid_from}, source_data.dbt_open_end as {valid_to}{}\n    \
             from source_data left join snapshotted_data on {same}\n    \
             where snapshotted_data.dbt_unique_key_1 is null or {changed}\n),\n\
             updates as (\n    select 'update' as dbt_change_type, {source},\n    \
             snapshotted_data.{scd_id} as {scd_id}, source_data.dbt_moment as {updated_at}, \
             source_data.dbt_moment as {valid_from}, source_data.dbt_moment as {valid_to}{}\n    \
             from source_data join snapshotted_data on {same}\n    where {changed}\n)",
            self.query.trim_end(),
            self.target,
            flag("'False'"),
            flag(&format!("snapshotted_data.{is_deleted}")),
        );
        let mut parts = vec!["insertions", "updates"];
        let old = of("snapshotted_data");
        let now = self.now_like_moment();
        if self.hard_deletes != HardDeletes::Ignore {
            let still = match new_record {
                true => format!(" and snapshotted_data.{is_deleted} = 'False'"),
                false => String::new(),
            };
            text.push_str(&format!(
                ",\ndeletes as (\n    select 'delete' as dbt_change_type, {old},\n    \
                 snapshotted_data.{scd_id} as {scd_id}, {now} as {updated_at}, \
                 {now} as {valid_from}, {now} as {valid_to}{}\n    \
                 from snapshotted_data left join source_data on {same}\n    \
                 where source_data.dbt_unique_key_1 is null{still}\n)",
                flag(&format!("snapshotted_data.{is_deleted}")),
            ));
            parts.push("deletes");
            if new_record {
                let ids: Vec<String> = (1..=self.keys.len())
                    .map(|at| format!("snapshotted_data.dbt_unique_key_{at}"))
                    .collect();
                let id = self.scd_id(&ids, &now);
                let open = self.open_end_of(&now);
                text.push_str(&format!(
                    ",\ndeletion_records as (\n    select 'insert' as dbt_change_type, {old},\n    \
                     {id} as {scd_id}, {now} as {updated_at}, {now} as {valid_from}, \
                     {open} as {valid_to}, 'True' as {is_deleted}\n    \
                     from snapshotted_data left join source_data on {same}\n    \
                     where source_data.dbt_unique_key_1 is null{still}\n)"
                ));
                parts.push("deletion_records");
            }
        }
        let all: Vec<String> = parts.iter().map(|part| format!("select * from {part}")).collect();
        format!("{text}\n{}", all.join("\nunion all\n"))
    }

    /// The time of a row: `updated_at`, else this run's.
    fn moment(&self) -> String {
        self.updated_at.clone().unwrap_or_else(|| self.now.clone())
    }

    /// The time of this run in the type of `updated_at`, where that is a plain column.
    fn now_like_moment(&self) -> String {
        let updated_at = self.updated_at.as_deref().unwrap_or_default();
        let of_type =
            self.columns.iter().find(|column| column.name.eq_ignore_ascii_case(updated_at));
        match of_type {
            Some(column) => format!("cast({} as {})", self.now, column.data_type),
            None => self.now.clone(),
        }
    }

    fn open_end(&self) -> String {
        self.open_end_of(&self.moment())
    }

    /// NULL of the right type, or what stands for it.
    fn open_end_of(&self, moment: &str) -> String {
        match &self.names.valid_to_current {
            Some(current) => format!("coalesce(nullif({moment}, {moment}), {current})"),
            None => format!("nullif({moment}, {moment})"),
        }
    }

    /// dbt's `snapshot_hash_arguments`: the MD5 of the key and the time as texts.
    fn scd_id(&self, keys: &[String], moment: &str) -> String {
        let texts = keys.iter().map(String::as_str).chain([moment]);
        match self.dialect {
            Dialect::GoogleSql => {
                let texts = texts.map(|text| format!("coalesce(cast({text} as string), '')"));
                format!("to_hex(md5(concat({})))", texts.collect::<Vec<_>>().join(", '|', "))
            }
            Dialect::DuckDb => {
                let texts = texts.map(|text| format!("coalesce(cast({text} as varchar), '')"));
                format!("md5({})", texts.collect::<Vec<_>>().join(" || '|' || "))
            }
        }
    }

    fn key_columns(&self) -> String {
        let keys = self.keys.iter().zip(1..);
        let keys = keys.map(|(key, at)| format!("{key} as dbt_unique_key_{at}"));
        keys.collect::<Vec<_>>().join(", ")
    }

    fn row_changed(&self, added: &[String]) -> String {
        match &self.changed {
            Changed::Timestamp => {
                let valid_from = self.quoted(&self.names.valid_from);
                format!("snapshotted_data.{valid_from} < source_data.dbt_moment")
            }
            // dbt: a column that the table had not makes every row a new one.
            Changed::Check(columns)
                if columns
                    .iter()
                    .any(|name| added.iter().any(|added| added.eq_ignore_ascii_case(name))) =>
            {
                "true".to_owned()
            }
            Changed::Check(columns) => {
                let differs = columns.iter().map(|name| {
                    let name = self.quoted(name);
                    format!("snapshotted_data.{name} is distinct from source_data.{name}")
                });
                format!("({})", differs.collect::<Vec<_>>().join(" or "))
            }
        }
    }

    fn quoted(&self, name: &str) -> String {
        self.dialect.quote(name)
    }
}
