//! The definitions of `selectors.yml` as `manifest.json` keeps them: short forms written out, the
//! rest as it stands (dbt's `SelectorDict`).

use serde_json::{Map, Value, json};

use super::{
    parse::parse_criterion,
    spec::{Criterion, Depth, IndirectSelection},
};
use crate::{
    diagnostic::Span,
    project::{Yaml, YamlFile, YamlValue},
};

/// Every selector's name, and what is written of it, its definition written out.
pub fn selector_definitions(file: &YamlFile) -> Map<String, Value> {
    let list = file.root.get("selectors").map(Yaml::items).unwrap_or_default();
    let entry = |selector: &Yaml| {
        let name = selector.get("name").and_then(Yaml::scalar_text)?;
        let fields = selector.entries().iter().map(|(key, value)| {
            let value = match key.text.as_str() {
                "definition" => written_out(value),
                _ => value.to_json(),
            };
            (key.text.clone(), value)
        });
        Some((name, Value::Object(fields.collect())))
    };
    list.iter().filter_map(entry).collect()
}

fn written_out(definition: &Yaml) -> Value {
    let all = |list: &Yaml| list.items().iter().map(written_out).collect::<Value>();
    match (&definition.value, definition.entries()) {
        (YamlValue::String(text), _) => criterion(text.trim()),
        (_, [(key, list)]) if ["union", "intersection", "exclude"].contains(&key.text.as_str()) => {
            json!({ key.text.as_str(): all(list) })
        }
        (_, [(method, value)]) => json!({ "method": method.text, "value": value.to_json() }),
        _ => definition.to_json(),
    }
}

/// `2+tag:nightly` in full. What cannot be read was told when the file was.
fn criterion(text: &str) -> Value {
    let span = Span::new(&crate::diagnostic::SourceFile::new("selectors.yml", text), 0..text.len());
    let Ok(read) = parse_criterion(text, span, IndirectSelection::Eager) else {
        return Value::String(text.to_owned());
    };
    let Criterion { method, arguments, value, childrens_parents, parents, children, .. } = read;
    let method: Vec<&str> =
        std::iter::once(method.as_str()).chain(arguments.iter().map(String::as_str)).collect();
    let mut written = Map::new();
    if childrens_parents {
        written.insert("childrens_parents".to_owned(), json!(true));
    }
    let mut reach = |key: &str, depth: Option<Depth>| {
        if let Some(depth) = depth {
            written.insert(key.to_owned(), json!(true));
            // A text, as dbt's manifest has it.
            let steps = depth.steps().map(|steps| json!(steps.to_string()));
            written.extend(steps.map(|steps| (format!("{key}_depth"), steps)));
        }
    };
    reach("parents", parents);
    reach("children", children);
    written.insert("method".to_owned(), json!(method.join(".")));
    written.insert("value".to_owned(), json!(value));
    Value::Object(written)
}
