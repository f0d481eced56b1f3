//! Scripts: DECLARE, SET, IF, LOOP, EXECUTE IMMEDIATE and their like
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/procedural-language>).

mod flow;
mod run;
mod values;

pub(super) use run::run;
