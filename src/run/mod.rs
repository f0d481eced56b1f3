//! The scheduler, the executor of nodes, and the events of a run.

mod event;
mod exit_code;
mod interrupt;
mod scheduler;

pub use event::{Event, NodeLabel, NodeResult, Status};
pub use exit_code::ExitCode;
pub use interrupt::stop_on_signals;
pub use scheduler::{EventSink, Executor, Limits, Schedule, ScheduleError, Task, run_schedule};
