//! The plan that lands records: staged, compared with what is there, appended; all or nothing.

use std::path::PathBuf;

use super::{
    DeadLetter, Dedup, Load, Storage, Target,
    tables::{DEAD_LETTER_COLUMNS, DEAD_LETTERS, STATE, STATE_COLUMNS, beside, columns_in},
};
use crate::{
    ingest::{
        BRONZE_COLUMNS, Envelope,
        contract::{TYPED, TypedColumns},
        envelope::timestamp,
    },
    plan::{ContractColumn, PartitionBy, Plan, RowSource, Rows, Step, TableOptions},
    relation::{Cell, Column, Dialect, Relation, RelationKind, Table},
};

/// Rows in a file.
pub(super) struct Staged {
    /// The file.
    pub file: PathBuf,
    /// How many.
    pub count: u64,
}

impl Staged {
    fn rows(&self) -> Rows {
        Rows::Spooled { file: self.file.clone(), count: self.count }
    }
}

/// How the rows that came to be are counted: by the plan's last step.
pub(super) struct Counts {
    asked: Vec<bool>,
}

impl Counts {
    pub fn of(load: &Load, staged: &[Staged]) -> Self {
        let asked = load.targets.iter().zip(staged).map(|(_, staged)| staged.count > 0);
        Self { asked: asked.collect() }
    }

    /// The rows of each target.
    pub fn read(&self, answer: Option<&Table>) -> Vec<u64> {
        let mut rows = vec![0; self.asked.len()];
        for row in answer.iter().flat_map(|table| &table.rows) {
            if let [Cell::Int(target), Cell::Int(count)] = row.as_slice()
                && let Some(slot) = usize::try_from(*target).ok().and_then(|at| rows.get_mut(at))
            {
                *slot = u64::try_from(*count).unwrap_or(0);
            }
        }
        rows
    }
}

/// The plan. `typed` are the targets' typed columns; `exist` tells of each target, of the dead letters
/// and of the state whether the table is there.
pub(super) fn landing_plan(
    load: &Load,
    typed: &[Option<TypedColumns>],
    staged: &[Staged],
    dead_letters: &Staged,
    state: &Staged,
    exist: &[bool],
) -> Plan {
    let main = &load.main().relation;
    let exists = |at: usize| exist.get(at).copied().unwrap_or(false);
    let mut steps =
        vec![Step::CreateSchema { database: main.database.clone(), schema: main.schema.clone() }];
    let common = columns_in(main.dialect, &BRONZE_COLUMNS);
    for (at, (target, typed)) in load.targets.iter().zip(typed).enumerate() {
        let typed = typed.as_ref();
        if exists(at) {
            steps.extend(typed.iter().flat_map(|typed| typed.changes.iter().cloned()));
        } else if at == 0 || staged.get(at).is_some_and(|staged| staged.count > 0) {
            let mut columns = common.clone();
            columns.extend(typed.iter().flat_map(|typed| typed.columns.iter().cloned()));
            let mut options = bronze_options(&target.storage);
            if let Some(typed) = typed.filter(|typed| !typed.required.is_empty()) {
                options.contract = Some(promised(&columns, &typed.required));
            }
            steps.push(create(&target.relation, &columns, options));
        }
    }
    let dead_columns = columns_in(main.dialect, &DEAD_LETTER_COLUMNS);
    let dead_table = beside(main, DEAD_LETTERS);
    if dead_letters.count > 0 && !exists(load.targets.len()) {
        steps.push(create(&dead_table, &dead_columns, beside_options("_failed_at", "_stream")));
    }
    let state_columns = columns_in(main.dialect, &STATE_COLUMNS);
    let state_table = beside(main, STATE);
    if !exists(load.targets.len() + 1) {
        let options =
            TableOptions { cluster_by: vec!["feed".to_owned()], ..TableOptions::default() };
        steps.push(create(&state_table, &state_columns, options));
    }
    let suffix: String =
        load.envelope.load_id.chars().filter(char::is_ascii_alphanumeric).take(12).collect();
    let mut staging_tables = Vec::new();
    let mut inserts = Vec::new();
    let mut counts = Vec::new();
    for (at, ((target, typed), staged)) in load.targets.iter().zip(typed).zip(staged).enumerate() {
        if staged.count == 0 {
            continue;
        }
        let relation = &target.relation;
        let staging =
            relation.with_identifier(format!("{}__elt_stage_{suffix}", relation.identifier));
        let mut columns = common.clone();
        let mut names: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
        let mut values = names.clone();
        if let Some(typed) = typed {
            columns.extend(columns_in(relation.dialect, &[(TYPED, "JSON")]));
            for (column, value) in typed.columns.iter().zip(&typed.projections) {
                values.push(format!("{value} as {}", relation.dialect.quote(&column.name)));
                names.push(column.name.clone());
            }
        }
        steps.push(Step::Append { relation: staging.clone(), columns, rows: staged.rows() });
        let query = new_rows_query(target, &staging, &values);
        inserts.push(Step::Insert {
            target: relation.clone(),
            columns: names,
            rows: RowSource::Query(query),
        });
        counts.push(format!(
            "select {at} as target, count(*) as landed from {relation} where _load_id = '{}' and \
             _ingested_at = timestamp '{}'",
            load.envelope.load_id,
            timestamp(load.envelope.ingested_at),
        ));
        staging_tables.push(Relation { kind: Some(RelationKind::Table), ..staging });
    }
    if dead_letters.count > 0 {
        let rows = dead_letters.rows();
        steps.push(Step::Append { relation: dead_table, columns: dead_columns, rows });
    }
    steps.extend(inserts);
    steps.push(Step::Append { relation: state_table, columns: state_columns, rows: state.rows() });
    // The insert's count is the outcome's: dropping counts nothing.
    steps.extend(staging_tables.into_iter().map(|relation| Step::DropRelation { relation }));
    if !counts.is_empty() {
        steps.push(Step::Query { sql: counts.join("\nunion all ") });
    }
    Plan {
        context: Default::default(),
        unique_id: load.feed.clone(),
        materialization: "ingest".to_owned(),
        steps,
        relation: Some(main.clone()),
    }
}

/// Columns with what is promised of them.
fn promised(columns: &[Column], required: &[String]) -> Vec<ContractColumn> {
    let column = |column: &Column| {
        let not_null = required.iter().any(|name| name.eq_ignore_ascii_case(&column.name));
        let definition = match not_null {
            true => format!("{} not null", column.data_type),
            false => column.data_type.clone(),
        };
        ContractColumn { column: column.clone(), definition, not_null }
    };
    columns.iter().map(column).collect()
}

/// The steps that append rows which are known to be new, and dead letters; of both tables, whether they
/// exist.
pub(in crate::ingest) fn append_steps(
    target: &Target,
    rows: Rows,
    dead_letters: Rows,
    (exists, dead_exists): (bool, bool),
) -> Vec<Step> {
    let relation = &target.relation;
    let columns = columns_in(relation.dialect, &BRONZE_COLUMNS);
    let mut steps = Vec::new();
    if !exists || (!dead_exists && dead_letters.count() > 0) {
        let (database, schema) = (relation.database.clone(), relation.schema.clone());
        steps.push(Step::CreateSchema { database, schema });
    }
    if !exists {
        steps.push(create(relation, &columns, bronze_options(&target.storage)));
    }
    if rows.count() > 0 {
        steps.push(Step::Append { relation: relation.clone(), columns, rows });
    }
    if dead_letters.count() > 0 {
        let table = beside(relation, DEAD_LETTERS);
        let columns = columns_in(relation.dialect, &DEAD_LETTER_COLUMNS);
        if !dead_exists {
            steps.push(create(&table, &columns, beside_options("_failed_at", "_stream")));
        }
        steps.push(Step::Append { relation: table, columns, rows: dead_letters });
    }
    steps
}

fn create(relation: &Relation, columns: &[Column], options: TableOptions) -> Step {
    Step::CreateTable {
        relation: relation.clone(),
        query: empty_query(relation.dialect, columns),
        options,
        temporary: false,
    }
}

fn bronze_options(storage: &Storage) -> TableOptions {
    let cluster_by = match storage.cluster_by.is_empty() {
        true => vec!["_stream".to_owned(), "_record_key".to_owned()],
        false => storage.cluster_by.clone(),
    };
    let mut other = Vec::new();
    if storage.require_partition_filter {
        other.push(("require_partition_filter".to_owned(), "true".to_owned()));
    }
    if let Some(days) = storage.partition_expiration_days {
        other.push(("partition_expiration_days".to_owned(), days.to_string()));
    }
    TableOptions {
        partition_by: Some(by_day("_ingested_at")),
        cluster_by,
        other,
        ..TableOptions::default()
    }
}

fn beside_options(field: &str, cluster: &str) -> TableOptions {
    TableOptions {
        partition_by: Some(by_day(field)),
        cluster_by: vec![cluster.to_owned()],
        ..TableOptions::default()
    }
}

fn by_day(field: &str) -> PartitionBy {
    PartitionBy {
        field: field.to_owned(),
        data_type: "timestamp".to_owned(),
        granularity: "day".to_owned(),
        range: None,
        time_ingestion: false,
        copy_partitions: false,
    }
}

fn empty_query(dialect: Dialect, columns: &[Column]) -> String {
    let casts: Vec<String> = columns
        .iter()
        .map(|column| {
            let name = match BRONZE_COLUMNS.iter().any(|(common, _)| *common == column.name) {
                true => column.name.clone(),
                false => dialect.quote(&column.name),
            };
            format!("  cast(null as {}) as {name}", column.data_type)
        })
        .collect();
    format!("select\n{}\nlimit 0", casts.join(",\n"))
}

/// The rows of the staging table that are new.
fn new_rows_query(target: &Target, staging: &Relation, values: &[String]) -> String {
    let columns: Vec<String> = values.iter().map(|value| format!("  {value}")).collect();
    let columns = columns.join(",\n");
    let table = &target.relation;
    match target.dedup {
        Dedup::Nothing => format!("select\n{columns}\nfrom {staging}"),
        Dedup::Versions => changed_query(&columns, table, &staging.to_string()),
        Dedup::Keys => format!(
            "select
{columns}
from (
  select *, row_number() over (partition by _record_key order by _seq) as _nth
  from {staging}
) as staged
where _nth = 1 and _record_key not in (
  select _record_key from {table} where _record_key in (select _record_key from {staging})
)"
        ),
        Dedup::Messages => {
            let messages = format!(
                "(select * from {staging} where _uri not in (select _uri from {table} where _uri in \
                 (select _uri from {staging})))"
            );
            changed_query(&columns, table, &format!("{messages} as messages"))
        }
    }
}

/// The versions that are new: those of this load behind the longest run of them that the landed
/// versions of the same record end with. So payloads that hold a record more than once (a file a day)
/// land it once a version, however often they are read. Hashes are of one length, and a text of them
/// one after the other is a list.
fn changed_query(columns: &str, table: &Relation, staged: &str) -> String {
    format!(
        "select
{columns}
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
      from {staged}
    ) as staged
    where _record_hash is distinct from _hash_before
  ) as versions
  left join (
    select _record_key, string_agg(_record_hash, '' order by _ingested_at, _seq) as _hashes
    from {table}
    where _record_key in (select _record_key from {staged})
    group by _record_key
  ) as landed on versions._record_key = landed._record_key
) as compared
where _version > _known"
    )
}

impl DeadLetter {
    /// The values of the row, as text.
    pub(in crate::ingest) fn texts(&self, envelope: &Envelope) -> Vec<Option<String>> {
        let texts = [
            timestamp(self.failed_at),
            self.source.clone(),
            self.stream.clone(),
            self.stage.clone(),
            self.error_class.clone(),
            self.error.clone(),
            self.attempts.to_string(),
            self.raw.clone(),
            self.uri.clone(),
            envelope.run_id.clone(),
            envelope.load_id.clone(),
        ];
        texts.into_iter().map(Some).collect()
    }
}
