//! A node as templates see it before the manifest is complete: `model`, and the `node` that the
//! naming macros get.

use std::sync::Arc;

use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Enumerator, Object, ObjectRepr, from_args},
};
use serde_json::{Map, Value as Json};

use super::ResourceType;
use crate::jinja::{convert::from_json, dict::Dict, hole, list::List};

/// The parts of a node that are known while it is parsed. Values are made when asked for.
#[derive(Debug)]
pub(super) struct ModelValue {
    pub unique_id: String,
    pub name: String,
    pub package: Arc<str>,
    pub kind: ResourceType,
    pub fqn: Vec<String>,
    pub path: String,
    pub original_file_path: String,
    pub version: Option<String>,
    pub raw_code: Option<Arc<str>>,
    pub config: Map<String, Json>,
}

const KEYS: [&str; 16] = [
    "unique_id",
    "name",
    "package_name",
    "resource_type",
    "fqn",
    "path",
    "original_file_path",
    "version",
    "raw_code",
    "config",
    "tags",
    "meta",
    "alias",
    "language",
    "description",
    "columns",
];

impl Object for ModelValue {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let text = |text: &str| Some(Value::from(text));
        let of_config = |key: &str| self.config.get(key).map(from_json);
        match key.as_str()? {
            "unique_id" => text(&self.unique_id),
            "name" => text(&self.name),
            "package_name" => text(&self.package),
            "resource_type" => text(self.kind.as_str()),
            "fqn" => {
                Some(List::value(self.fqn.iter().map(|part| Value::from(part.as_str())).collect()))
            }
            "path" => text(&self.path),
            "original_file_path" => text(&self.original_file_path),
            "version" => Some(from_json(&version_json(self.version.as_deref()))),
            "raw_code" => Some(self.raw_code.as_deref().map_or(Value::from(""), Value::from)),
            "config" => Some(from_json(&Json::Object(self.config.clone()))),
            "tags" => Some(of_config("tags").unwrap_or_else(|| List::value(Vec::new()))),
            "meta" => Some(of_config("meta").unwrap_or_else(|| Dict::value([]))),
            "alias" => Some(of_config("alias").unwrap_or_else(|| Value::from(self.name.as_str()))),
            "language" => text("sql"),
            "description" => text(""),
            "columns" => Some(Dict::value([])),
            // A batch comes when the model is built.
            "batch" => Some(hole()),
            _ => None,
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Str(&KEYS)
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        if method != "get" {
            return Err(Error::from(ErrorKind::UnknownMethod));
        }
        let (key, default): (Value, Option<Value>) = from_args(args)?;
        Ok(self.get_value(&key).or(default).unwrap_or_else(|| Value::from(())))
    }
}

/// A version as it is written: a number where it is one.
pub fn version_json(text: Option<&str>) -> Json {
    let Some(text) = text else { return Json::Null };
    match serde_json::from_str::<serde_json::Number>(text) {
        Ok(number) if number.to_string() == text => Json::Number(number),
        _ => Json::from(text),
    }
}
