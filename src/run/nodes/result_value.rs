//! Results as `on-run-end` sees them
//! (<https://docs.getdbt.com/reference/dbt-jinja-functions/on-run-end-context#results>).

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use minijinja::{
    Error, ErrorKind, State, Value,
    value::{Enumerator, Object, ObjectRepr},
};
use serde_json::json;

use crate::{
    compile::{LazyMap, model_value},
    jinja::{convert::from_json, dict::Dict, list::List, naive_datetime_value},
    manifest::{Manifest, Node, UnitTest},
    run::{BatchResults, NodeResult},
};

/// dbt's `RunResult`.
#[derive(Debug)]
struct RunResult {
    fields: Vec<(&'static str, Value)>,
    result: Arc<NodeResult>,
}

/// The result of a node of the manifest.
pub(super) fn result_value(result: &Arc<NodeResult>, manifest: &Manifest) -> Value {
    let id = &result.node.unique_id;
    let node = match (manifest.nodes.get(id), manifest.unit_tests.get(id)) {
        (Some(node), _) => compiled_node(node, result),
        (None, Some(test)) => unit_test(test),
        (None, None) => from_json(&json!({
            "unique_id": id.as_str(),
            "resource_type": result.node.resource_type.as_str(),
            "name": result.node.display,
        })),
    };
    let first = || result.diagnostics.first().map(|diagnostic| diagnostic.message.clone());
    let fields = vec![
        ("status", Value::from(result.status.as_str())),
        ("timing", timing(result, &naive_datetime_value)),
        ("thread_id", Value::from(format!("Thread-{}", result.thread))),
        ("execution_time", Value::from(result.elapsed_secs)),
        ("adapter_response", from_json(&serde_json::Value::Object(result.response.clone()))),
        ("message", Value::from(result.message.clone().or_else(first))),
        ("failures", Value::from(result.failures)),
        ("node", node),
        ("unique_id", Value::from(id.as_str())),
        ("agate_table", Value::from(())),
        ("batch_results", result.batches.as_ref().map_or(Value::from(()), batches)),
    ];
    Value::from_object(RunResult { fields, result: Arc::clone(result) })
}

impl RunResult {
    /// What `to_dict()` gives: the same, with times as texts.
    fn to_dict(&self) -> Value {
        let text = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true).into();
        let fields = self.fields.iter().map(|(name, value)| match *name {
            "timing" => (Value::from(*name), timing(&self.result, &text)),
            name => (Value::from(name), value.clone()),
        });
        Dict::value(fields)
    }
}

impl Object for RunResult {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        self.fields.iter().find(|(name, _)| *name == key).map(|(_, value)| value.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.fields.iter().map(|(name, _)| Value::from(*name)).collect())
    }

    fn call_method(
        self: &Arc<Self>,
        state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "to_dict" => Ok(self.to_dict()),
            "get" | "items" | "keys" | "values" => self.to_dict().call_method(state, method, args),
            _ => Err(Error::new(
                ErrorKind::UnknownMethod,
                format!("a result has no method `{method}`"),
            )),
        }
    }
}

/// The node with what was made of it.
fn compiled_node(node: &Arc<Node>, result: &Arc<NodeResult>) -> Value {
    let (node, result) = (Arc::clone(node), Arc::clone(result));
    LazyMap::value(move || {
        let whole = model_value(&node);
        let made = [
            ("compiled", Value::from(result.compiled_code.is_some())),
            ("compiled_code", Value::from(result.compiled_code.as_deref())),
            ("relation_name", Value::from(result.relation_name.clone())),
        ];
        let is_made = |key: &Value| made.iter().any(|(name, _)| key.as_str() == Some(name));
        let keys = whole.try_iter().into_iter().flatten().filter(|key| !is_made(key));
        let entries = keys.filter_map(|key| whole.get_item(&key).ok().map(|value| (key, value)));
        let made = made.iter().map(|(name, value)| (Value::from(*name), value.clone()));
        Dict::value(entries.chain(made).collect::<Vec<_>>())
    })
}

fn unit_test(test: &UnitTest) -> Value {
    from_json(&json!({
        "unique_id": test.unique_id.as_str(),
        "resource_type": "unit_test",
        "name": test.name,
        "package_name": test.package.as_ref(),
        "path": test.path,
        "original_file_path": test.original_file_path,
        "fqn": test.fqn,
        "model": test.model,
    }))
}

fn timing(result: &NodeResult, at: &dyn Fn(DateTime<Utc>) -> Value) -> Value {
    let mut steps = Vec::new();
    for (name, times) in [("compile", result.compile), ("execute", result.execute)] {
        let Some((started, completed)) = times else { continue };
        steps.push(Dict::value([
            (Value::from("name"), Value::from(name)),
            (Value::from("started_at"), at(started)),
            (Value::from("completed_at"), at(completed)),
        ]));
    }
    List::value(steps)
}

fn batches(batches: &BatchResults) -> Value {
    let spans = |spans: &[crate::manifest::TimeSpan]| {
        let pair = |span: &crate::manifest::TimeSpan| {
            let ends = [span.start, span.end].map(naive_datetime_value);
            List::value(ends.to_vec())
        };
        List::value(spans.iter().map(pair).collect())
    };
    Dict::value([
        (Value::from("successful"), spans(&batches.successful)),
        (Value::from("failed"), spans(&batches.failed)),
    ])
}
