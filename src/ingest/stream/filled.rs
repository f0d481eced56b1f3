//! Feeds that messages fill, between two commits.

use std::sync::Arc;

use super::Known;
use crate::{
    adapter::Adapter,
    ingest::{Feed, FeedMetrics, Schema, TableColumn, contract::table_columns},
};

/// A feed being filled.
pub(super) struct Filled {
    pub feed: Arc<Feed>,
    pub known: Known,
    pub metrics: Arc<FeedMetrics>,
    /// Whether its table exists.
    pub exists: bool,
    /// Its typed columns, where it has a contract.
    pub typed: Option<Typed>,
    /// Whether the table may be other than it is here: it is asked before the next commit.
    pub is_stale: bool,
}

/// The typed columns of a table.
pub(super) struct Typed {
    /// What they are and may become.
    pub schema: Schema,
    /// The table's columns; none where it is not there yet.
    pub table: Option<Vec<TableColumn>>,
}

impl Filled {
    /// Looks at the table, if it may have changed.
    ///
    /// # Errors
    /// A sentence.
    pub async fn refresh(&mut self, adapter: &dyn Adapter) -> Result<(), String> {
        if !self.is_stale {
            return Ok(());
        }
        let table = table_columns(adapter, &self.feed.relation).await;
        let table = table
            .map_err(|error| format!("the table's columns cannot be read: {}", error.message))?;
        self.exists = table.is_some();
        if let Some(contract) = self.feed.rules.contract {
            let schema = Schema::new(contract, &self.feed.rules.declared, table.as_deref())?;
            self.typed = Some(Typed { schema, table });
        }
        self.is_stale = false;
        Ok(())
    }
}
