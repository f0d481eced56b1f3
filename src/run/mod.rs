//! The scheduler, the executor of nodes, and the events of a run.

mod audits;
mod batch_result;
mod blame;
mod command;
mod cost;
mod event;
mod exit_code;
mod freshness;
mod hook;
mod interrupt;
mod job;
mod late_partitions;
mod nodes;
mod plan_reasons;
mod preview;
mod relation_cache;
mod row_diff;
mod runner;
mod scheduler;
mod suspects;
mod test_counts;

pub use audits::{Audits, audits};
pub use batch_result::{BatchResult, BatchResults};
pub use blame::blame;
pub use command::RunCommand;
pub use cost::{Cost, DEFAULT_PRICE_PER_TIB, Prices, add_response};
pub use event::{Event, NodeLabel, NodeResult, Status};
pub use exit_code::ExitCode;
pub use freshness::{Age, Criteria, Freshness, FreshnessRequest, SourceFreshness, check_freshness};
pub use hook::{Hook, HookKind, hooks};
pub use interrupt::{Interrupts, stop_on_signals, stop_on_signals_in_two_steps};
pub use job::{Job, preview_job, run_job};
pub use late_partitions::{Newer, Partitions, partition_span, partition_text};
pub use nodes::{
    BatchOptions, Compile, Failure, HookSql, KnownSchemas, NewerParent, NodeRunner, RunOptions,
    Work, WorkList, node_label, unit_test_label,
};
pub use plan_reasons::{Differences, StateReason, compare_with_state};
pub use preview::{NodePreview, PreviewStep, total_bytes};
pub use relation_cache::RelationCache;
pub use row_diff::diff_rows;
pub use runner::{RunExecutor, RunOutcome, RunRequest, run};
pub use scheduler::{
    EventSink, Executor, Limits, Schedule, ScheduleError, SpareThread, Task, Threads, run_parts,
    run_schedule,
};
pub use test_counts::TestCounts;
