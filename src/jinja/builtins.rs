//! The macros that come with `elt` (package `dbt`), one file a topic.

use std::sync::Arc;

use crate::diagnostic::SourceFile;

const FILES: [(&str, &str); 7] = [
    ("macros/names.sql", include_str!("builtins/names.sql")),
    ("macros/tests.sql", include_str!("builtins/tests.sql")),
    ("macros/dates.sql", include_str!("builtins/dates.sql")),
    ("macros/queries.sql", include_str!("builtins/queries.sql")),
    ("macros/relations.sql", include_str!("builtins/relations.sql")),
    ("macros/incremental.sql", include_str!("builtins/incremental.sql")),
    ("macros/cross_database.sql", include_str!("builtins/cross_database.sql")),
];

/// The files.
pub fn files() -> impl Iterator<Item = Arc<SourceFile>> {
    FILES.iter().map(|(path, text)| SourceFile::new(*path, *text))
}
