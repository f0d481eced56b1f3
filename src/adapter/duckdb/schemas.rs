//! The catalog as the translation asks for it.

use std::sync::Arc;

use super::session::Session;
use crate::sql::{ColumnType, Schemas, google_type};

impl Schemas for Session<'_> {
    fn columns(&self, parts: &[&str]) -> Option<Vec<ColumnType>> {
        if let Some(known) = self.shared.known_columns(parts) {
            return known.map(|columns| columns.as_ref().clone());
        }
        let found = self.table_columns(&self.name(parts)).ok().flatten().map(|columns| {
            let typed = columns
                .into_iter()
                .map(|(name, data_type)| ColumnType { name, data_type: google_type(&data_type) });
            Arc::new(typed.collect::<Vec<_>>())
        });
        self.shared.keep_columns(parts, found.clone());
        found.map(|columns| columns.as_ref().clone())
    }
}
