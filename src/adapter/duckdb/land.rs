//! Rows that come in batches, appended column by column.

use std::sync::Arc;

use duckdb::{
    Appender,
    arrow::{
        array::{Array, ArrayRef, Int64Array, StringArray, TimestampMicrosecondArray},
        buffer::{Buffer, NullBuffer, OffsetBuffer},
        datatypes::{Field, Schema},
        record_batch::RecordBatch,
    },
};

use super::{
    errors::{cancelled, engine_error, warehouse_error},
    limits::{Landing, Share},
    lower::in_engine,
    session::Session,
};
use crate::{
    adapter::{AdapterError, Cancel},
    plan::{
        LandTable, PassRule, Passing, RowBatch, RowSource, RowStream, Rows, Step, Texts, Values,
    },
    relation::{Column, Dialect, Relation},
};

/// Rows that are held back before they go to the table: by itself the engine holds ten times as many,
/// whatever their size.
const HELD_ROWS: usize = 2048 * 8;
/// The same of their bytes.
const HELD_BYTES: usize = 16 * 1024 * 1024;
/// Bytes of a row from which on rows are long. The texts of 2,048 rows are held at once when they are
/// compressed, however little memory the engine may take: it would fail.
const LONG_ROW: usize = 4 * 1024;
/// The zone of moments.
const UTC: &str = "UTC";

/// Lands all batches in the transaction that is open: rows by table. `apply` carries a
/// step out.
pub(super) fn land(
    session: &Session<'_>,
    tables: &[LandTable],
    rows: &RowStream,
    cancel: &Cancel,
    mut apply: impl FnMut(&Step) -> Result<u64, AdapterError>,
) -> Result<Vec<u64>, AdapterError> {
    let Some(batches) = rows.take() else {
        return Err(warehouse_error("load", "another transaction was in the way of the rows"));
    };
    let mut landing = session.shared.landing();
    let mut open: Vec<Option<Open<'_>>> = tables.iter().map(|_| None).collect();
    for batch in batches {
        if cancel.is_cancelled() {
            return Err(cancelled());
        }
        let batch = batch.map_err(|message| warehouse_error("load", message))?;
        if batch.rows == 0 {
            continue;
        }
        let (Some(table), Some(slot)) = (tables.get(batch.table), open.get_mut(batch.table)) else {
            return Err(warehouse_error("load", "this is a bug in elt: rows of no table"));
        };
        if batch.bytes() / batch.rows >= LONG_ROW {
            landing.raise(Share::All);
        }
        if slot.is_none() {
            *slot = Some(Open::new(session, table, &mut apply)?);
        }
        if let Some(open) = slot {
            open.push(table, batch, &mut landing)?;
        }
    }
    // All of them before the first staging table is read.
    let mut counts = Vec::new();
    for slot in open {
        counts.push(match slot {
            Some(open) => open.finish()?,
            None => 0,
        });
    }
    for (table, count) in tables.iter().zip(&mut counts) {
        if let Some(passed) = table.passed_on.as_ref().filter(|_| *count > 0) {
            landing.compare(*count);
            let (staging, target) = (in_engine(&table.relation), in_engine(&passed.target));
            let Passing { changes, columns, values } = passed.values.now();
            for change in &changes {
                apply(change)?;
            }
            let new = new_rows(passed.rule, &target, &staging);
            *count = if columns == values {
                let names: Vec<String> =
                    columns.iter().map(|name| Dialect::DuckDb.quote(name)).collect();
                let names = names.join(", ");
                session.run(
                    &format!(
                        "insert into {target} ({names}) select {names} from {staging} where _seq in \
                         ({new}) order by _seq"
                    ),
                    0,
                )?
            } else {
                // Expressions are the dialect's: what is left is passed on in its words.
                session.run(&format!("delete from {staging} where _seq not in ({new})"), 0)?;
                let query = format!("select\n  {}\nfrom {}", values.join(",\n  "), table.relation);
                let (target, rows) = (passed.target.clone(), RowSource::Query(query));
                apply(&Step::Insert { target, columns, rows })?
            };
            session.run(&format!("drop table {staging}"), 0)?;
            session.shared.forget(&table.relation);
        }
    }
    Ok(counts)
}

/// The `_seq` of the new rows of a staging table.
fn new_rows(rule: PassRule, target: &Relation, staging: &Relation) -> String {
    match rule {
        PassRule::All => format!("select _seq from {staging}"),
        PassRule::NewKeys => format!(
            "select min(_seq) from {staging} where _record_key not in (select _record_key from \
             {target} where _record_key in (select _record_key from {staging})) group by _record_key"
        ),
        PassRule::NewVersions => new_versions(target, &staging.to_string()),
        PassRule::NewMessages => new_versions(
            target,
            &format!(
                "(select * from {staging} where _uri not in (select _uri from {target} where _uri \
                 in (select _uri from {staging})))"
            ),
        ),
    }
}

/// Of a record with one version in the load the last landed one is looked at, of one with several as
/// many landed ones as it has here. What is known is asked once for each record: beside each of its
/// versions the hashes of all of them would be gigabytes.
fn new_versions(target: &Relation, staged: &str) -> String {
    format!(
        "with versions as (
  select _record_key as k, _record_hash as h, _seq as s,
    row_number() over (partition by _record_key order by _seq) as n
  from (
    select _record_key, _record_hash, _seq,
      lag(_record_hash) over (partition by _record_key order by _seq) as before
    from {staged}
  )
  where _record_hash is distinct from before
), asked as materialized (
  select k, count(*) as versions, string_agg(h, '' order by s) as hashes from versions group by k
), last_load as (
  select _record_key as k, max(_ingested_at) as moment from {target}
  where _record_key in (select k from asked where versions = 1) group by all
), landed as (
  select k, arg_max(_record_hash, _seq) as hashes
  from {target} as t join last_load as l on t._record_key = l.k and t._ingested_at = l.moment
  group by k
  union all
  select k, string_agg(h, '' order by moment, s) from (
    select asked.k, _record_hash as h, _ingested_at as moment, _seq as s, versions,
      row_number() over (partition by asked.k order by _ingested_at desc, _seq desc) as back
    from {target} as t join asked on t._record_key = asked.k
    where asked.versions > 1
  )
  where back <= versions
  group by k
), known as materialized (
  select asked.k, coalesce(elt_known_versions(landed.hashes, asked.hashes), 0) as known
  from asked left join landed on asked.k = landed.k
)
select versions.s
from versions join known on versions.k = known.k
where versions.n > known.known"
    )
}

struct Open<'a> {
    appender: Appender<'a>,
    rows: u64,
    /// Rows that the engine's appender holds back, and their bytes.
    held: (usize, usize),
}

impl<'a> Open<'a> {
    fn new(
        session: &'a Session<'a>,
        table: &LandTable,
        apply: &mut impl FnMut(&Step) -> Result<u64, AdapterError>,
    ) -> Result<Self, AdapterError> {
        if table.passed_on.is_some() {
            let create = Step::Append {
                relation: table.relation.clone(),
                columns: table.columns.clone(),
                rows: Rows::Held(Arc::default()),
            };
            apply(&create)?;
            session.shared.forget(&table.relation);
        }
        let names: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        let relation = &table.relation;
        let catalog = relation.database.as_deref().filter(|name| !name.is_empty());
        let appender = session
            .connection
            .appender_with_columns_to_catalog_and_db(
                &relation.identifier,
                catalog.unwrap_or(&session.shared.database),
                &relation.schema,
                &names,
            )
            .map_err(failed)?;
        Ok(Self { appender, rows: 0, held: (0, 0) })
    }

    fn push(
        &mut self,
        table: &LandTable,
        batch: RowBatch,
        landing: &mut Landing<'_>,
    ) -> Result<(), AdapterError> {
        self.rows += batch.rows as u64;
        self.held = (self.held.0 + batch.rows, self.held.1 + batch.bytes());
        let batch = record_batch(&table.columns, batch)?;
        self.appender.append_record_batch(batch).map_err(failed)?;
        if self.held.0 >= HELD_ROWS || self.held.1 >= HELD_BYTES {
            self.held = (0, 0);
            landing.raise(Share::Rows);
            self.appender.flush().map_err(failed)?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<u64, AdapterError> {
        self.appender.flush().map_err(failed)?;
        Ok(self.rows)
    }
}

fn failed(error: duckdb::Error) -> AdapterError {
    engine_error(&error, Dialect::GoogleSql, 0)
}

fn record_batch(columns: &[Column], batch: RowBatch) -> Result<RecordBatch, AdapterError> {
    let bug = |problem: &dyn std::fmt::Display| warehouse_error("load", problem.to_string());
    let mut fields = Vec::with_capacity(columns.len());
    let mut arrays: Vec<ArrayRef> = Vec::with_capacity(columns.len());
    for (column, values) in columns.iter().zip(batch.columns) {
        let array: ArrayRef = match values {
            Values::Same(text) => {
                Arc::new(StringArray::from_iter_values(std::iter::repeat_n(&*text, batch.rows)))
            }
            Values::SameTime(micros) => Arc::new(
                TimestampMicrosecondArray::from_value(micros, batch.rows).with_timezone(UTC),
            ),
            Values::Texts(texts) => Arc::new(strings(texts).map_err(|error| bug(&error))?),
            Values::Ints(values) => Arc::new(Int64Array::from(values)),
            Values::Times(values) => {
                Arc::new(TimestampMicrosecondArray::from(values).with_timezone(UTC))
            }
        };
        fields.push(Field::new(&column.name, array.data_type().clone(), true));
        arrays.push(array);
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(|error| bug(&error))
}

/// The texts as they are: nothing is copied.
fn strings(texts: Texts) -> Result<StringArray, duckdb::arrow::error::ArrowError> {
    let mut offsets = Vec::with_capacity(texts.ends.len() + 1);
    offsets.push(0i32);
    for end in &texts.ends {
        offsets.push(i32::try_from(*end).map_err(|_| {
            let message = "a batch holds more than 2 GiB of text".to_owned();
            duckdb::arrow::error::ArrowError::InvalidArgumentError(message)
        })?);
    }
    let nulls = (!texts.nulls.is_empty()).then(|| {
        let mut valid = vec![true; texts.ends.len()];
        for at in &texts.nulls {
            if let Some(slot) = valid.get_mut(*at) {
                *slot = false;
            }
        }
        NullBuffer::from(valid)
    });
    StringArray::try_new(
        OffsetBuffer::new(offsets.into()),
        Buffer::from_vec(texts.bytes.into_bytes()),
        nulls,
    )
}
