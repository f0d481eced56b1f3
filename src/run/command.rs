//! The commands that run nodes.

use crate::{graph::Gating, manifest::ResourceType};

/// A command that runs nodes (<https://docs.getdbt.com/reference/commands/build>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunCommand {
    /// Everything, tests in between.
    Build,
    /// Models.
    Run,
    /// Data tests and unit tests.
    Test,
    /// Seeds.
    Seed,
    /// Snapshots.
    Snapshot,
    /// Batches of microbatch models.
    Backfill,
    /// Copies of what an earlier run built elsewhere.
    Clone,
}

impl RunCommand {
    /// The name on the command line and in `run_results.json` (`args.which`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Run => "run",
            Self::Test => "test",
            Self::Seed => "seed",
            Self::Snapshot => "snapshot",
            Self::Backfill => "backfill",
            Self::Clone => "clone",
        }
    }

    /// The command of a name, for `elt retry`.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::Build,
            Self::Run,
            Self::Test,
            Self::Seed,
            Self::Snapshot,
            Self::Backfill,
            Self::Clone,
        ];
        all.into_iter().find(|command| command.as_str() == name)
    }

    /// Whether it runs nodes of a kind.
    pub fn runs(self, kind: ResourceType) -> bool {
        use ResourceType::{Function, Model, Seed, Snapshot, Test, UnitTest};
        match self {
            Self::Build => matches!(kind, Model | Seed | Snapshot | Function | Test | UnitTest),
            Self::Run | Self::Backfill => kind == Model,
            Self::Test => matches!(kind, Test | UnitTest),
            Self::Seed => kind == Seed,
            Self::Snapshot => kind == Snapshot,
            Self::Clone => matches!(kind, Model | Seed | Snapshot),
        }
    }

    /// What its tests hold back.
    pub fn gating(self) -> Gating {
        match self {
            Self::Build => Gating::Tests,
            _ => Gating::None,
        }
    }
}
