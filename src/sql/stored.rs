//! What a table takes of a query: BigQuery stores no NULL array, and no NULL in an array
//! (<https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#array_nulls>).

use super::{
    scope::Columns,
    translate::{Translator, Typed},
    types::{Type, quote},
};

impl Translator<'_> {
    /// The query with its arrays as a table takes them: a NULL array becomes an empty one, a NULL in
    /// an array is the error that BigQuery gives when it writes.
    pub fn stored(&mut self, query: String, columns: &Columns) -> String {
        if !columns.complete {
            return query;
        }
        let mut has_array = false;
        let mut items = Vec::new();
        let mut names = Vec::new();
        for (at, (name, kind)) in columns.columns.iter().enumerate() {
            // By place: the columns of what INSERT takes may share a name.
            let column = format!("__c{at}");
            let value = Typed::new(column.as_str(), kind.clone());
            let stored = self.stored_value(&value, name);
            has_array |= stored.is_some();
            items.push(format!("{} AS {}", stored.unwrap_or(column.clone()), quote(name)));
            names.push(column);
        }
        if !has_array {
            return query;
        }
        format!("SELECT {} FROM ({query}) AS __written({})", items.join(", "), names.join(", "))
    }

    /// A value with its arrays as a table takes them; none where it has no array.
    fn stored_value(&mut self, value: &Typed, column: &str) -> Option<String> {
        match &value.kind {
            Type::Array(element) => {
                let name = self.fresh("e");
                let element = Typed::new(name.as_str(), element.as_ref().clone());
                let element = self.stored_value(&element, column);
                Some(self.bind(&[value], |names| {
                    let array = &names[0];
                    let written = match element {
                        Some(element) => {
                            format!("list_transform({array}, lambda {name}: {element})")
                        }
                        None => array.clone(),
                    };
                    let message = super::types::literal(&format!(
                        "Array cannot have a null element; error in writing field {column}"
                    ));
                    format!(
                        "(CASE WHEN {array} IS NULL THEN [] WHEN len({array}) > list_count({array}) THEN error({message}) ELSE {written} END)"
                    )
                }))
            }
            Type::Struct(fields) => {
                let fields = fields.clone();
                let mut has_array = false;
                let sql = self.bind_nested(&[value], |translator, names| {
                    let mut parts = Vec::new();
                    for (name, kind) in fields {
                        let part = format!("{}.{}", names[0], quote(&name));
                        let stored =
                            translator.stored_value(&Typed::new(part.as_str(), kind), column);
                        has_array |= stored.is_some();
                        parts.push(format!("{} := {}", quote(&name), stored.unwrap_or(part)));
                    }
                    let parts = parts.join(", ");
                    format!("(CASE WHEN {} IS NOT NULL THEN struct_pack({parts}) END)", names[0])
                });
                has_array.then_some(sql)
            }
            _ => None,
        }
    }
}
