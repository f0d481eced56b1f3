//! Unit tests: their rows against the columns that models read and give.

use std::collections::{BTreeSet, HashMap};

use rayon::prelude::*;

use super::{
    strictness::Strictness,
    tell::{diagnostic, weighed},
    typed::TypedProject,
};
use crate::{
    analysis::{Table, analyze},
    compile::Compiler,
    diagnostic::Diagnostic,
    manifest::{Node, UniqueId, UnitTest},
    relation::Column,
};

/// What is wrong with the unit tests among the selected: columns that an input has not or the model
/// does not give, and what is wrong with the model over these rows.
pub fn unit_test_problems(
    project: &TypedProject,
    compiler: &Compiler,
    selected: &BTreeSet<UniqueId>,
    default: Strictness,
) -> Vec<Diagnostic> {
    let tests: Vec<&UnitTest> = project
        .manifest()
        .unit_tests
        .iter()
        .filter(|(id, _)| selected.contains(*id))
        .map(|(_, test)| test.as_ref())
        .collect();
    let found = tests.par_iter().flat_map(|test| {
        let strictness = Strictness::of(&test.config, default);
        match strictness {
            Strictness::Off => Vec::new(),
            _ => weighed(of_test(project, compiler, test).unwrap_or_default(), strictness),
        }
    });
    found.collect()
}

/// Nothing where too little is known to judge.
fn of_test(
    project: &TypedProject,
    compiler: &Compiler,
    test: &UnitTest,
) -> Option<Vec<Diagnostic>> {
    let manifest = project.manifest();
    let model = manifest.nodes.get(test.tested_node.as_ref()?)?;
    let mut schemas: HashMap<String, Vec<Column>> = HashMap::new();
    let mut all_known = true;
    for id in model.depends_on_nodes.iter().chain([&model.unique_id]) {
        let relation = match (manifest.nodes.get(id), manifest.sources.get(id)) {
            (Some(node), _) => &node.relation,
            (_, Some(source)) => &source.relation,
            _ => continue,
        };
        match project.table(id).and_then(|table| columns_of(table)) {
            Some(columns) => {
                schemas.insert(relation.to_string(), columns);
            }
            // A fixture without types would be judged by those of its literals.
            None => {
                all_known &= test.given.iter().all(|given| given.unique_id.as_ref() != Some(id))
            }
        }
    }
    let compiled = match compiler.compile_unit_test(&test.unique_id, &schemas) {
        Ok(compiled) => compiled,
        Err(found) => return all_known.then_some(found),
    };
    if !all_known || compiled.header.is_some() {
        return None;
    }
    let analysis = analyze(compiled.actual.text(), &project.catalog()).ok()?;
    let told = analysis.problems.iter();
    let mut found: Vec<Diagnostic> = told
        .map(|problem| diagnostic(model, &compiled.actual, problem).note(in_test(model, test)))
        .collect();
    if found.is_empty() && analysis.is_complete {
        let columns = analysis.columns.iter().map(|column| {
            let data_type = column.kind.to_string();
            column.kind.is_known().then(|| Column { name: column.name.to_string(), data_type })
        });
        let columns: Option<Vec<Column>> = columns.collect();
        if let Err(wrong) = compiled.query(&columns?) {
            found.extend(wrong);
        }
    }
    Some(found)
}

fn in_test(model: &Node, test: &UnitTest) -> String {
    format!("in unit test `{}` of `{}`", test.name, model.name)
}

/// A table's columns, where all of them and their types are known.
fn columns_of(table: &Table) -> Option<Vec<Column>> {
    let columns = table.columns.iter().map(|column| {
        let data_type = column.kind.to_string();
        column.kind.is_known().then(|| Column { name: column.name.to_string(), data_type })
    });
    columns.collect::<Option<Vec<_>>>().filter(|_| table.is_complete)
}
