//! Materializations as plans: steps as plain data, made from what exists, given as data.

mod batches;
mod contract;
mod contract_columns;
pub mod csv;
mod describe;
mod function;
mod input;
mod landing;
mod materialize;
mod needs_header;
mod planner;
mod publish;
mod render;
mod replace;
mod schema_change;
mod snapshot_columns;
mod step;
mod step_words;
mod text;

pub use batches::{BatchRange, TooManyBatches, batches};
pub use contract::{is_enforced, promised_columns, unenforced_constraints};
pub use function::{FunctionDefinition, PythonOptions};
pub use input::{BatchInput, CopySource, Engine, Needs, Observed, PlanInput, PlanOptions};
pub use landing::{
    LandTable, PassRule, PassedOn, PassedValues, Passing, RowBatch, RowStream, Texts, Values,
};
pub use materialize::{partition_by, plan_clone, plan_data_test, seed_mistake};
pub use planner::{batch_needs, is_incremental, needs, plan, plan_batch, should_full_refresh};
pub use publish::{Audited, plan_audited, plan_beside, plan_publish};
pub use render::{Rendered, duckdb_statements, google_sql_statements, time_span_condition};
pub use schema_change::{OnSchemaChange, SchemaChanges};
pub use snapshot_columns::SnapshotColumns;
pub use step::{
    ColumnTimeSpan, ContractColumn, PartitionBy, Plan, RowSource, Rows, Step, TableOptions,
    TimeValues,
};
