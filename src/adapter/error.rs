//! What a warehouse refuses.

/// An error of the warehouse or of the translation for it.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{message}")]
pub struct AdapterError {
    /// What kind: decides exit status and retrying.
    pub kind: AdapterErrorKind,
    /// A stable kebab-case code (`unsupported-function`, `warehouse-error`, `database-locked`).
    pub code: &'static str,
    /// The engine's words, without secrets.
    pub message: String,
    /// 1-based line and column in the SQL text that was given, where known.
    pub position: Option<(u32, u32)>,
    /// The step of the plan that failed, from 0, where a plan was applied.
    pub step: Option<usize>,
    /// What to do, where known.
    pub help: Option<String>,
}

/// The kinds of adapter error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdapterErrorKind {
    /// The SQL is wrong or not supported: the user's file is to blame.
    Sql,
    /// The warehouse cannot be reached or opened.
    Connection,
    /// The statement was interrupted by the user.
    Cancelled,
    /// Anything else the warehouse says.
    Warehouse,
}
