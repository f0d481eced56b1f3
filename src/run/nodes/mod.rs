//! What running one node means: observe, compile, plan, apply; tests are counted, hooks are put
//! around.

mod ahead;
mod audited;
mod batch_options;
mod batch_outcomes;
mod build;
mod clone;
mod compile_trait;
mod compiler_calls;
mod data_test;
mod failure;
mod files;
mod guilty;
mod hooks_ahead;
mod job_context;
mod label;
mod microbatch;
mod node_hooks;
mod node_runner;
mod operation;
mod partition_book;
#[cfg(test)]
mod pretended;
mod preview;
mod result_value;
#[cfg(test)]
mod tests;
mod unit_test;

pub(in crate::run) use ahead::Ahead;
pub use batch_options::BatchOptions;
pub use compile_trait::{Compile, HookSql, KnownSchemas};
pub use failure::Failure;
pub(in crate::run) use hooks_ahead::HookOfRun;
pub use label::{node_label, unit_test_label};
pub use node_runner::{NodeRunner, RunOptions, Work, WorkList};
pub use partition_book::NewerParent;
