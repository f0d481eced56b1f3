//! Which steps the statements of a header go before.

use super::{RowSource, Step};

impl Step {
    /// Whether the step's statements hold SQL of the node's: its query, predicates, partitions. What its
    /// header makes is for them (<https://docs.getdbt.com/reference/resource-configs/sql_header>).
    pub fn needs_header(&self) -> bool {
        let asks = |rows: &RowSource| matches!(rows, RowSource::Query(_));
        match self {
            Self::CreateView { .. } | Self::CreateTable { .. } | Self::Query { .. } => true,
            Self::Insert { rows, .. } | Self::ReplaceTimeSpan { rows, .. } => asks(rows),
            Self::DeleteMatching { rows, predicates, .. }
            | Self::Merge { rows, predicates, .. } => asks(rows) || !predicates.is_empty(),
            Self::DeleteInsert { predicates, .. } => !predicates.is_empty(),
            Self::InsertOverwrite { rows, partitions, .. } => asks(rows) || partitions.is_some(),
            Self::CreateSchema { .. }
            | Self::DropSchema { .. }
            | Self::RenameRelation { .. }
            | Self::CreateMaterializedView { .. }
            | Self::RefreshMaterializedView { .. }
            | Self::Describe { .. }
            | Self::DropRelation { .. }
            | Self::CloneTable { .. }
            | Self::Publish { .. }
            | Self::AlterColumns { .. }
            | Self::CopyPartitions { .. }
            | Self::CopyTables { .. }
            | Self::CreateEmptyTable { .. }
            | Self::CreateMissingTable { .. }
            | Self::CreateFunction { .. }
            | Self::Grant { .. }
            | Self::AuthorizeView { .. }
            | Self::SnapshotMerge { .. }
            | Self::LoadSeed { .. }
            | Self::Append { .. }
            | Self::Land { .. }
            | Self::AllowNull { .. }
            | Self::Header { .. }
            | Self::Statement { .. } => false,
        }
    }
}
