//! The scheduler, the executor of nodes, and the events of a run.

mod event;
mod exit_code;
mod interrupt;
mod row_diff;
mod scheduler;
mod test_counts;

pub use event::{Event, NodeLabel, NodeResult, Status};
pub use exit_code::ExitCode;
pub use interrupt::stop_on_signals;
pub use row_diff::diff_rows;
pub use scheduler::{EventSink, Executor, Limits, Schedule, ScheduleError, Task, run_schedule};
pub use test_counts::TestCounts;
