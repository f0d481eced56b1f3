//! The plan that lands records: staged, compared with what is there, appended; all or nothing.

use super::{BRONZE_COLUMNS, Feed};
use crate::{
    plan::{PartitionBy, Plan, RowSource, Rows, Step, TableOptions},
    relation::{Column, Dialect, Relation},
};

/// What is to be landed.
#[derive(Clone, Debug)]
pub struct Landing<'a> {
    /// The feed.
    pub feed: &'a Feed,
    /// The rows, in the order of [`BRONZE_COLUMNS`].
    pub rows: Rows,
    /// Whether the bronze table exists.
    pub exists: bool,
    /// What makes the staging table's name this load's own.
    pub load_id: &'a str,
}

/// The plan. A record is landed where its content differs from the version before it, in this load
/// or in the table: A, B, A are three versions, and A again is none.
pub fn landing_plan(landing: &Landing<'_>) -> Plan {
    let target = &landing.feed.relation;
    let suffix: String =
        landing.load_id.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    let staging = target.with_identifier(format!("{}__elt_stage_{suffix}", target.identifier));
    let columns: Vec<Column> = BRONZE_COLUMNS
        .iter()
        .map(|(name, kind)| Column {
            name: (*name).to_owned(),
            data_type: type_in(target.dialect, kind).to_owned(),
        })
        .collect();
    let mut steps = vec![Step::CreateSchema {
        database: target.database.clone(),
        schema: target.schema.clone(),
    }];
    if !landing.exists {
        steps.push(Step::CreateTable {
            relation: target.clone(),
            query: empty_query(&columns),
            options: bronze_options(),
            temporary: false,
        });
    }
    steps.push(Step::Append {
        relation: staging.clone(),
        columns: columns.clone(),
        rows: landing.rows.clone(),
    });
    steps.push(Step::Insert {
        target: target.clone(),
        columns: columns.into_iter().map(|column| column.name).collect(),
        rows: RowSource::Query(changed_query(target, &staging)),
    });
    let mut staged = staging;
    staged.kind = Some(crate::relation::RelationKind::Table);
    // The insert's count is the outcome's: dropping counts nothing.
    steps.push(Step::DropRelation { relation: staged });
    Plan {
        context: Default::default(),
        unique_id: landing.feed.unique_id.clone(),
        materialization: "ingest".to_owned(),
        steps,
        relation: Some(target.clone()),
    }
}

fn bronze_options() -> TableOptions {
    TableOptions {
        partition_by: Some(PartitionBy {
            field: "_ingested_at".to_owned(),
            data_type: "timestamp".to_owned(),
            granularity: "day".to_owned(),
            range: None,
            time_ingestion: false,
            copy_partitions: false,
        }),
        cluster_by: vec!["_stream".to_owned(), "_record_key".to_owned()],
        ..TableOptions::default()
    }
}

fn type_in(dialect: Dialect, google: &'static str) -> &'static str {
    match (dialect, google) {
        (Dialect::GoogleSql, kind) => kind,
        (Dialect::DuckDb, "STRING") => "VARCHAR",
        (Dialect::DuckDb, "INT64") => "BIGINT",
        (Dialect::DuckDb, "TIMESTAMP") => "TIMESTAMP WITH TIME ZONE",
        (Dialect::DuckDb, kind) => kind,
    }
}

fn empty_query(columns: &[Column]) -> String {
    let casts: Vec<String> = columns
        .iter()
        .map(|column| format!("  cast(null as {}) as {}", column.data_type, column.name))
        .collect();
    format!("select\n{}\nlimit 0", casts.join(",\n"))
}

/// The versions that are new: those of this load behind the longest run of them that the landed
/// versions of the same record end with. So payloads that hold a record more than once (a file a day)
/// land it once a version, however often they are read. Hashes are of one length, and a text of them
/// one after the other is a list.
fn changed_query(target: &Relation, staging: &Relation) -> String {
    let columns: Vec<String> = BRONZE_COLUMNS.iter().map(|(name, _)| format!("  {name}")).collect();
    format!(
        "select
{}
from (
  select
    versions.*,
    max(case when ends_with(landed._hashes, versions._first_hashes) then versions._version else 0 end)
      over (partition by versions._record_key) as _known
  from (
    select
      *,
      row_number() over (partition by _record_key order by _seq) as _version,
      string_agg(_record_hash, '') over (partition by _record_key order by _seq) as _first_hashes
    from (
      select *, lag(_record_hash) over (partition by _record_key order by _seq) as _hash_before
      from {staging}
    ) as staged
    where _record_hash is distinct from _hash_before
  ) as versions
  left join (
    select _record_key, string_agg(_record_hash, '' order by _ingested_at, _seq) as _hashes
    from {target}
    where _record_key in (select _record_key from {staging})
    group by _record_key
  ) as landed on versions._record_key = landed._record_key
) as compared
where _version > _known",
        columns.join(",\n")
    )
}
