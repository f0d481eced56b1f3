//! Jobs: submitted under an id that was chosen before, found again, waited for, cancelled.

mod children;
mod copy;
mod dry_run;
mod job_options;
mod list;
mod load;
mod outcome;
mod query;
mod run;
mod running;
mod script;
mod submit;
mod upload;
mod wait;

pub use children::ChildJob;
pub use copy::{CopyJob, CopyOperation};
pub use dry_run::DryRun;
pub use job_options::{JobId, JobOptions};
pub use load::{CsvFormat, LoadFormat, LoadJob, LoadSource};
pub use outcome::JobOutcome;
pub use query::{Destination, QueryJob, WriteDisposition};
pub(super) use running::Running;
