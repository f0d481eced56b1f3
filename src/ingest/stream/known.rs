//! What a feed's table holds, asked only where it may hold something.
//!
//! A filter in memory says of most keys and messages that they are new. Of the others the table is
//! asked, once a commit, and what it said is kept for a while.

use std::collections::{HashMap, HashSet};

use super::{
    Mark,
    filter::{Filter, PLACES, WORD},
    ledger::Missed,
    recent::Recent,
};
use crate::{
    adapter::{Adapter, AdapterError, Cancel},
    relation::{Cell, Dialect, Relation, Table},
};

/// Words of the filter read at a time: what the answer holds in memory.
const WORDS_AT_A_TIME: u64 = 400_000;
/// Texts in one question.
const TEXTS_AT_A_TIME: usize = 1_000;
/// Rows of others that are read as they are; of more only the filter is.
const MAX_MISSED_ROWS: usize = 50_000;
/// Loads of others that are named.
const MAX_MISSED_LOADS: usize = 1_000;

/// What is known of a feed's table and of the dead letters beside it.
pub struct Known {
    table: Relation,
    dead_letters: Relation,
    /// On BigQuery, where reading costs: how many days of the table are looked at.
    window_days: Option<u32>,
    filter: Filter,
    recent: Recent,
}

impl Known {
    /// Reads which keys and messages the tables may hold.
    ///
    /// # Errors
    /// What the warehouse says.
    pub async fn read(
        adapter: &dyn Adapter,
        (table, dead_letters): (Relation, Relation),
        window_days: Option<u32>,
        cancel: &Cancel,
    ) -> Result<Self, AdapterError> {
        let filter = Filter::default();
        let recent = Recent::default();
        let mut known = Self { table, dead_letters, window_days, filter, recent };
        if adapter.columns(&known.table).await?.is_some() {
            let since = known.since("_ingested_at");
            let table = known.table.clone();
            for (kind, column) in [("k", "_record_key"), ("m", "_uri")] {
                known.fill(adapter, &table, (kind, column), &since, cancel).await?;
            }
        }
        if adapter.columns(&known.dead_letters).await?.is_some() {
            let since = known.since("_failed_at");
            let table = known.dead_letters.clone();
            known.fill(adapter, &table, ("m", "_uri"), &since, cancel).await?;
        }
        Ok(known)
    }

    async fn fill(
        &mut self,
        adapter: &dyn Adapter,
        table: &Relation,
        (kind, column): (&str, &str),
        since: &str,
        cancel: &Cancel,
    ) -> Result<(), AdapterError> {
        let dialect = table.dialect;
        let count = format!("select count(*) as n from {table}{since}");
        let count = adapter.query(&count, None, cancel).await?;
        let rows = integers(&count).first().and_then(|row| row.first().copied()).unwrap_or(0);
        if rows == 0 {
            return Ok(());
        }
        // Each row sets two bits, at most.
        let words = (PLACES / WORD).min(rows.unsigned_abs() * 2);
        let pages = words.div_ceil(WORDS_AT_A_TIME);
        let number = Mark::number_sql(dialect, kind, column);
        for page in 0..pages {
            let (from, to) = (PLACES / pages * page, PLACES / pages * (page + 1));
            let to = if page + 1 == pages { PLACES } else { to };
            let sql = words_query(dialect, table, &number, since, (from, to));
            let found = adapter.query(&sql, None, cancel).await?;
            for row in integers(&found) {
                if let [word, bits] = row[..] {
                    let bits = u32::try_from(bits).unwrap_or(u32::MAX);
                    self.filter.add_word(word.unsigned_abs(), bits);
                }
            }
        }
        Ok(())
    }

    /// Learns what others have landed.
    ///
    /// # Errors
    /// What the warehouse says.
    pub(super) async fn catch_up(
        &mut self,
        adapter: &dyn Adapter,
        missed: &Missed,
        cancel: &Cancel,
    ) -> Result<(), AdapterError> {
        let loads = missed.loads.iter().map(String::as_str);
        let of_loads = match missed.loads.len() <= MAX_MISSED_LOADS {
            true => format!(" and _load_id in ({})", list(self.table.dialect, loads)),
            false => String::new(),
        };
        let since =
            |column: &str| format!(" where {column} >= timestamp '{}'{of_loads}", missed.since);
        if adapter.columns(&self.dead_letters).await?.is_some() {
            let (table, since) = (self.dead_letters.clone(), since("_failed_at"));
            self.fill(adapter, &table, ("m", "_uri"), &since, cancel).await?;
        }
        if adapter.columns(&self.table).await?.is_none() {
            return Ok(());
        }
        let (table, since) = (self.table.clone(), since("_ingested_at"));
        let sql = format!(
            "select _record_key, _record_hash, _uri from {table}{since} order by _ingested_at, _seq"
        );
        let rows = adapter.query(&sql, Some(MAX_MISSED_ROWS + 1), cancel).await?.rows;
        // What was asked before is not what is there now.
        self.recent.clear();
        if rows.len() > MAX_MISSED_ROWS {
            for (kind, column) in [("k", "_record_key"), ("m", "_uri")] {
                self.fill(adapter, &table, (kind, column), &since, cancel).await?;
            }
            return Ok(());
        }
        for row in rows {
            if let Some(uri) = text(row.get(2)) {
                self.landed(Mark::of("m", &uri), "");
            }
            if let (Some(key), Some(hash)) = (text(row.first()), text(row.get(1))) {
                self.landed(Mark::of("k", &key), &hash);
            }
        }
        Ok(())
    }

    fn since(&self, column: &str) -> String {
        match self.window_days {
            Some(days) => format!(
                " where {column} >= timestamp_sub(current_timestamp(), interval {days} day)"
            ),
            None => String::new(),
        }
    }

    /// Asks the tables about those keys and messages that they may hold and that are not in memory.
    ///
    /// # Errors
    /// What the warehouse says.
    pub async fn look_up(
        &mut self,
        adapter: &dyn Adapter,
        messages: &[(Mark, &str)],
        keys: &[(Mark, &str)],
        cancel: &Cancel,
    ) -> Result<(), AdapterError> {
        let asked = self.unknown(messages);
        for some in asked.chunks(TEXTS_AT_A_TIME) {
            let list = list(self.table.dialect, some.iter().map(|(_, text)| *text));
            let mut found = HashSet::new();
            for (table, time) in [(&self.table, "_ingested_at"), (&self.dead_letters, "_failed_at")]
            {
                if adapter.columns(table).await?.is_none() {
                    continue;
                }
                let since = self.since(time).replacen(" where ", " and ", 1);
                let sql =
                    format!("select distinct _uri from {table} where _uri in ({list}){since}");
                let table = adapter.query(&sql, None, cancel).await?;
                found.extend(table.rows.into_iter().filter_map(|row| text(row.first())));
            }
            for (mark, uri) in some {
                self.recent.put(*mark, found.contains(*uri).then(String::new));
            }
        }
        let asked = self.unknown(keys);
        if asked.is_empty() || adapter.columns(&self.table).await?.is_none() {
            return Ok(());
        }
        for some in asked.chunks(TEXTS_AT_A_TIME) {
            let list = list(self.table.dialect, some.iter().map(|(_, text)| *text));
            let since = self.since("_ingested_at").replacen(" where ", " and ", 1);
            let sql = format!(
                "select _record_key, _record_hash from (
  select _record_key, _record_hash,
    row_number() over (partition by _record_key order by _ingested_at desc, _seq desc) as nth
  from {}
  where _record_key in ({list}){since}
) as versions where nth = 1",
                self.table
            );
            let table = adapter.query(&sql, None, cancel).await?;
            let mut found = HashMap::new();
            for row in table.rows {
                if let (Some(key), Some(hash)) = (text(row.first()), text(row.get(1))) {
                    found.insert(key, hash);
                }
            }
            for (mark, key) in some {
                self.recent.put(*mark, found.remove(*key));
            }
        }
        Ok(())
    }

    /// Those that the tables may hold and that are not in memory, each once.
    fn unknown<'a>(&self, all: &[(Mark, &'a str)]) -> Vec<(Mark, &'a str)> {
        let mut seen = HashSet::new();
        let mut asked = Vec::new();
        for (mark, text) in all {
            let unknown = self.recent.get(*mark).is_none() && self.filter.may_hold(*mark);
            if unknown && seen.insert(*mark) {
                asked.push((*mark, *text));
            }
        }
        asked
    }

    /// Whether a message has been landed. After [`Known::look_up`].
    pub fn has(&self, message: Mark) -> bool {
        matches!(self.recent.get(message), Some(Some(_)))
    }

    /// The hash of a key's last version. After [`Known::look_up`].
    pub fn hash(&self, key: Mark) -> Option<&str> {
        self.recent.get(key).and_then(Option::as_deref)
    }

    /// Notes what is durable now.
    pub fn landed(&mut self, mark: Mark, hash: &str) {
        self.filter.add(mark);
        self.recent.put(mark, Some(hash.to_owned()));
    }

    /// Notes that nobody knows whether these are durable: the table is asked when they come again.
    pub fn doubtful(&mut self, marks: impl Iterator<Item = Mark>) {
        self.recent.clear();
        marks.for_each(|mark| self.filter.add(mark));
    }
}

/// The bits that a column's texts set, by word, in a part of the filter.
fn words_query(
    dialect: Dialect,
    table: &Relation,
    number: &str,
    since: &str,
    (from, to): (u64, u64),
) -> String {
    let divided = |what: &str, by: u64| match dialect {
        Dialect::GoogleSql => format!("div({what}, {by})"),
        Dialect::DuckDb => format!("({what} // {by})"),
    };
    let integer = match dialect {
        Dialect::GoogleSql => "int64",
        Dialect::DuckDb => "bigint",
    };
    let (word, second) = (divided("place", WORD), divided("number", PLACES));
    format!(
        "select {word} as word, bit_or(cast(pow(2, mod(place, {WORD})) as {integer})) as bits
from (
  select mod(number, {PLACES}) as place from (select {number} as number from {table}{since}) as a
  union all
  select mod({second}, {PLACES}) as place from (select {number} as number from {table}{since}) as b
) as places
where place >= {from} and place < {to}
group by 1"
    )
}

fn integers(table: &Table) -> Vec<Vec<i64>> {
    let integer = |cell: &Cell| match cell {
        Cell::Int(value) => *value,
        Cell::Text(text) | Cell::Decimal(text) => text.parse().unwrap_or(0),
        _ => 0,
    };
    table.rows.iter().map(|row| row.iter().map(integer).collect()).collect()
}

fn text(cell: Option<&Cell>) -> Option<String> {
    match cell {
        Some(Cell::Text(text)) => Some(text.clone()),
        _ => None,
    }
}

fn list<'a>(dialect: Dialect, texts: impl Iterator<Item = &'a str>) -> String {
    texts.map(|text| literal(dialect, text)).collect::<Vec<_>>().join(", ")
}

/// A text as a literal.
fn literal(dialect: Dialect, text: &str) -> String {
    if dialect == Dialect::DuckDb {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("'");
    for c in text.chars() {
        match c {
            '\'' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
    out
}
