//! `materialized: incremental`: one file per strategy.

mod append;
mod delete_insert;
mod incremental_plan;
mod insert_overwrite;
mod merge;
mod microbatch;
mod strategy;

pub(in crate::plan) use incremental_plan::{compares_columns, steps};
pub(in crate::plan) use microbatch::steps as batch_steps;
