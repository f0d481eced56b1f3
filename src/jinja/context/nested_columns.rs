//! `adapter.nest_column_data_types(…)`: columns with dots in their names as the structs they are.

use minijinja::{Error, Value};

use crate::jinja::dict::{self, Dict};

/// A column or a field.
#[derive(Default)]
struct Field {
    name: String,
    /// The type as it is declared; of one with fields, `array` or what else it is.
    data_type: Option<String>,
    fields: Vec<Field>,
}

impl Field {
    /// The field of a path of names, made where it is missing.
    fn at<'a>(&mut self, mut path: impl Iterator<Item = &'a str>) -> &mut Self {
        let Some(name) = path.next() else { return self };
        let at = match self.fields.iter().position(|field| field.name == name) {
            Some(at) => at,
            None => {
                self.fields.push(Self { name: name.to_owned(), ..Self::default() });
                self.fields.len() - 1
            }
        };
        self.fields[at].at(path)
    }

    /// The type with all fields. What follows a declared type's first word is a constraint.
    fn written(&self) -> Option<String> {
        if self.fields.is_empty() {
            return self.data_type.clone();
        }
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|field| format!("{} {}", field.name, field.written().unwrap_or_default()))
            .collect();
        let own = self.data_type.as_deref().unwrap_or_default();
        let (kind, constraint) = own.split_once(char::is_whitespace).unwrap_or((own, ""));
        let mut text = format!("struct<{}>", fields.join(", "));
        if kind.eq_ignore_ascii_case("array") {
            text = format!("array<{text}>");
        }
        if !constraint.is_empty() {
            text = format!("{text} {}", constraint.trim());
        }
        Some(text)
    }
}

/// Columns by name with their types, structs in full; constraints follow the types of their columns.
///
/// # Errors
/// What are no columns.
pub fn nested(columns: &Value, constraints: Option<&Value>) -> Result<Value, Error> {
    let mut root = Field::default();
    for (path, column) in dict::entries(columns)? {
        let declared = column.get_attr("data_type")?;
        let mut data_type =
            (!declared.is_none() && !declared.is_undefined()).then(|| declared.to_string());
        let constraint = match constraints {
            Some(constraints) => constraints.get_item(&path)?,
            None => Value::UNDEFINED,
        };
        if let (Some(text), Some(constraint)) = (&mut data_type, constraint.as_str()) {
            *text = format!("{text} {constraint}");
        }
        root.at(path.to_string().split('.')).data_type = data_type;
    }
    Ok(Dict::value(root.fields.iter().map(|field| {
        let column = Dict::value([
            (Value::from("name"), Value::from(field.name.as_str())),
            (Value::from("data_type"), Value::from(field.written())),
        ]);
        (Value::from(field.name.as_str()), column)
    })))
}
