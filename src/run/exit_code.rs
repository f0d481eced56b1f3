//! What the process tells its caller.

/// The exit codes, dbt's where dbt has one
/// (<https://docs.getdbt.com/reference/exit-codes>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Everything asked for was done.
    Success = 0,
    /// At least one node or test failed.
    NodeFailure = 1,
    /// The project, the profile or the command line is wrong; nothing was run.
    Usage = 2,
    /// The user stopped it (128 + SIGINT).
    Interrupted = 130,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

impl ExitCode {
    /// Of work that was done, stopped (`interrupted`), or of which a part failed.
    pub fn of(interrupted: bool, failed: bool) -> Self {
        match (interrupted, failed) {
            (true, _) => Self::Interrupted,
            (false, true) => Self::NodeFailure,
            (false, false) => Self::Success,
        }
    }

    /// The more telling of two: interrupted, then usage, then failures.
    pub fn worst(self, other: Self) -> Self {
        if (self as u8) >= (other as u8) { self } else { other }
    }
}
