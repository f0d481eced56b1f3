//! A BigQuery emulator (`bqemulator` 1.4.0) as a process of its own, for what is SQL: statements,
//! scripts, loads, copies, what tables hold afterwards. It is no judge of jobs, quotas, bills or
//! partitions. Where it does otherwise than BigQuery:
//!
//! **Jobs**
//! - `jobs.insert` answers when the job is done; a query that fails is a 200 with `errorResult`, a
//!   copy that fails a 404, a dry run that fails a 400.
//! - An id used twice is run twice. Uploads ignore the id that is sent and say another, under which
//!   alone they are found.
//! - `location`, `labels`, `jobTimeoutMs`, `priority`, `maximumBytesBilled` have no effect, and
//!   `jobs.get` does not give them back. `destinationTable`, `writeDisposition`,
//!   `schemaUpdateOptions` of a query have none either: no table is made.
//! - Bytes are always 0, nothing is billed, a load has no times. Scripts have no child jobs.
//! - `getQueryResults` with `maxResults=0` gives page tokens for ever. TIMESTAMPs are microseconds
//!   also where they are not asked for; NUMERICs end with zeros; columns without a name have the
//!   engine's.
//!
//! **Tables**
//! - Partitioning by anything but a column of dates, clustering, labels, keys, NOT NULL, expiration
//!   and descriptions of columns in DDL are accepted and forgotten; `set options` changes nothing.
//! - `alter table` changes the table and not what `tables.get` says of it (a renamed table is not
//!   found); `tables.patch` changes what `tables.get` says and not the table. One change per
//!   `alter table`.
//! - `tables.list` has no further pages, and is empty for a dataset that does not exist.
//! - A copy takes the first of several tables only.
//! - Materialized views are views that `tables.get` does not know and nothing drops. Partition
//!   decorators (`t$20240101`), `create table … copy`, grants and access lists fail.
//!
//! **Loads**
//! - A load that fails empties the table it was to replace. An empty text in quotes is NULL, BYTES
//!   are not decoded, REQUIRED is not enforced, `ALLOW_FIELD_ADDITION` adds nothing.
//! - A boundary of a multipart upload may hold letters, digits, `_` and `-` only.
//!
//! **SQL**
//! - `create table t (columns) as (query)`: only without the parentheses.
//! - `create table … clone` is not read behind a comment.
//! - `array_agg(distinct x ignore nulls)` fails, and as the default of an undeclared type it is NULL
//!   in silence; `array(select distinct x …)` works.
//! - `current_datetime()`, `@@error`, persistent functions by a name of three parts are unknown.
//!   DDL in a transaction is allowed. Statements of a script have no parameters.
//!
//! Another emulator, goccy's `bigquery-emulator` 0.8.1 (pure Go, 7 CPU minutes to build), cannot run
//! plans: a table is not replaced twice, MERGE takes plain tables only, there are no copies, and the
//! variables of a script live on in later jobs.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
    sync::OnceLock,
};

use crate::test_tools::{not_run, script};

/// The project that the emulator is started for; others are as good.
pub const PROJECT: &str = "a-project";

/// The running emulator.
pub struct Emulator {
    /// Where its API is.
    pub url: String,
    /// Holds its stdin, with which it ends.
    _process: Child,
}

impl Emulator {
    /// The one of this test program, started at the first call. None where it is not installed,
    /// which is said. Each test takes a dataset of its own.
    pub fn get() -> Option<&'static Self> {
        static ONE: OnceLock<Result<Emulator, String>> = OnceLock::new();
        match ONE.get_or_init(Self::start) {
            Ok(emulator) => Some(emulator),
            Err(why) => {
                not_run(why);
                None
            }
        }
    }

    fn start() -> Result<Self, String> {
        let mut command = Command::new(script("bigquery-emulator/run"));
        let command = command.arg(PROJECT).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().map_err(|error| error.to_string())?;
        let mut answers = BufReader::new(process.stdout.take().expect("it is piped"));
        let mut first = String::new();
        answers.read_line(&mut first).map_err(|error| error.to_string())?;
        let first: serde_json::Value = serde_json::from_str(&first)
            .unwrap_or_else(|_| panic!("the emulator does not start: {first:?}"));
        if let Some(way_out) = first["not_installed"].as_str() {
            return Err(format!("the BigQuery emulator is not installed: {way_out}"));
        }
        let url = first["url"].as_str().expect("its place").to_owned();
        Ok(Self { url, _process: process })
    }
}
