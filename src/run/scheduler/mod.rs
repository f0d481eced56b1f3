//! Runs a graph of tasks: as many at once as allowed, parents before children, the longest chain
//! first. Knows nothing of SQL: what a task does is its executor's business.

mod at_once;
mod run_loop;
mod schedule;
#[cfg(test)]
mod tests;
mod threads;

pub use at_once::run_parts;
pub(super) use run_loop::result_of_panic;
pub use run_loop::{EventSink, Executor, Limits, run_schedule};
pub use schedule::{Schedule, ScheduleError, Task};
pub use threads::{SpareThread, Threads};
