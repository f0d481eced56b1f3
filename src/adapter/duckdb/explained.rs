//! What a statement becomes, for people.

use crate::sql::Translated;

/// The engine's SQL of a statement, below the columns that it gives in GoogleSQL's types.
pub(super) fn explained(statement: &Translated) -> String {
    let mut lines = Vec::new();
    match &statement.columns {
        Some(columns) if statement.is_query => {
            lines.extend(columns.iter().map(|(name, kind)| match kind.is_known() {
                true => format!("-- {name} {}", kind.google()),
                false => format!("-- {name}: a type that only the engine knows"),
            }));
        }
        None if statement.is_query => {
            lines.push("-- columns that only the engine knows".to_owned())
        }
        _ => {}
    }
    lines.push(statement.sql.clone());
    lines.join("\n")
}
