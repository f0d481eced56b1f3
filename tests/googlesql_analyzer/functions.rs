//! User-defined functions of every kind and language.

use elt::manifest::{FunctionLanguage, FunctionNode, FunctionParameter, Node, ResourceType};
use serde_json::json;

use crate::{
    assert_right, merged,
    nodes::{Run, runs},
};

#[test]
fn functions() {
    fn add(node: &mut Node) {
        let parameter = |name: &str, data_type: &str| FunctionParameter {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            description: None,
        };
        let language = match node.raw_code() {
            body if body.contains("return") => FunctionLanguage::JavaScript,
            body if body.contains("lambda") => FunctionLanguage::Python,
            _ => FunctionLanguage::Sql,
        };
        node.description = "it's `one`".to_owned();
        node.function = Some(FunctionNode {
            language,
            arguments: vec![parameter("x", "FLOAT64"), parameter("select", "ARRAY<STRING>")],
            returns: "FLOAT64".to_owned(),
            returns_description: None,
            returns_span: None,
        });
    }
    let docs = json!({"relation": true});
    let python = json!({"runtime_version": "3.11", "entry_point": "main"});
    let packages = json!({"packages": ["a==1", "b"], "persist_docs": docs});
    let all = [
        ("x + array_length(`select`) -- a remark", json!({})),
        (
            "(select max(id) + x from `a-project`.`a_dataset`.`source`)",
            json!({"persist_docs": docs}),
        ),
        ("sum(x) / 2", json!({"type": "aggregate", "persist_docs": docs})),
        (
            "return x + '''\\n'''.length;",
            json!({"volatility": "deterministic", "persist_docs": docs}),
        ),
        ("return x;", json!({"volatility": "non-deterministic"})),
        ("return x;", json!({})),
        ("main = lambda x, s: x", python.clone()),
        ("main = lambda x, s: x", merged(&python, &[&packages])),
    ];
    let cases = all.map(|(body, config)| {
        let kind = ResourceType::Function;
        let run = Run { kind, sql: body.to_owned(), ..Run::model(config.clone()) }.with(add);
        runs(&format!("{body} {config}"), &[run])
    });
    assert_right(&cases);
}
