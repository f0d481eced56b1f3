//! `elt plan`: what would be done, and what it would read and cost.

use serde_json::{Value, json};
use tabled::{
    builder::Builder,
    settings::{Alignment, Padding, Style, object::Columns},
};

use super::quantity::{bytes, counted, money};
use crate::{
    adapter::Bytes,
    manifest::ResourceType,
    run::{NewerParent, NodePreview, Prices, partition_text, total_bytes},
};

/// The plan as a table, and what it comes to.
pub fn render_plan(previews: &[NodePreview], prices: &Prices) -> String {
    let is_billed = previews.iter().any(|preview| preview.bytes().is_some());
    let shown = match (is_billed, prices.per_slot_hour) {
        (false, _) => 4,
        (true, Some(_)) => 5,
        (true, None) => 6,
    };
    let mut builder = Builder::default();
    let head = ["node", "materialization", "why", "step", "reads", "cost"];
    builder.push_record(head.into_iter().take(shown));
    let (tests, nodes): (Vec<&NodePreview>, Vec<&NodePreview>) =
        previews.iter().partition(|preview| {
            matches!(preview.node.resource_type, ResourceType::Test | ResourceType::UnitTest)
        });
    let cells = |what: String, bytes: Option<Bytes>| {
        let cost = bytes.and_then(Bytes::number).and_then(|number| prices.of_estimate(number));
        let cost = cost.map(money);
        [what, bytes.map(shown_bytes).unwrap_or_default(), cost.unwrap_or_default()]
    };
    for preview in nodes {
        let mut steps: Vec<[String; 3]> =
            preview.steps.iter().map(|step| cells(step.what.clone(), step.bytes)).collect();
        if steps.is_empty() {
            let words = match preview.diagnostics.is_empty() {
                true => "nothing to do",
                false => "not known: see below",
            };
            steps.push(cells(words.to_owned(), None));
        }
        let mut reasons = preview.reasons().into_iter();
        steps.resize(steps.len().max(reasons.len()), <[String; 3]>::default());
        // Said once, at the node's first step.
        let mut node = [preview.node.display.clone(), preview.node.materialization.clone()];
        for step in steps {
            let named =
                std::mem::take(&mut node).into_iter().chain([reasons.next().unwrap_or_default()]);
            builder.push_record(named.chain(step).take(shown));
        }
    }
    if !tests.is_empty() {
        let bytes = total_bytes(tests.iter().copied());
        let named = [counted(tests.len(), "test"), "test".to_owned(), String::new()];
        let line = named.into_iter().chain(cells("query".to_owned(), bytes));
        builder.push_record(line.take(shown));
    }
    let mut table = builder.build();
    table.with(Style::empty()).with(Padding::new(0, 2, 0, 0));
    if is_billed {
        table.modify(Columns::new(4..shown), Alignment::right());
    }
    let lines: Vec<String> =
        table.to_string().lines().map(|line| line.trim_end().to_owned()).collect();
    format!("{}\n\n{}", lines.join("\n"), summary(previews, prices))
}

fn summary(previews: &[NodePreview], prices: &Prices) -> String {
    let nodes = counted(previews.len(), "node");
    let Some(total) = total_bytes(previews.iter()) else {
        return format!("{nodes}; the engine bills nothing");
    };
    let number = total.number().unwrap_or(0);
    let bound = if matches!(total, Bytes::AtMost(_)) { "at most " } else { "" };
    let cost = match prices.of_estimate(number) {
        Some(cost) => money(cost),
        None => "paid by slots, which are known after the run".to_owned(),
    };
    let said = format!("{nodes}: {bound}{}, {cost}", bytes(number));
    match previews.iter().filter(|preview| preview.is_partial()).count() {
        0 => said,
        1 => format!("{said}; what 1 node reads is not known before"),
        many => format!("{said}; what {many} nodes read is not known before"),
    }
}

fn shown_bytes(number: Bytes) -> String {
    match number {
        Bytes::Exactly(number) => bytes(number),
        Bytes::AtMost(number) => format!("≤ {}", bytes(number)),
        Bytes::Unknown => "?".to_owned(),
    }
}

fn newer_json(parent: &NewerParent) -> Value {
    let texts = |names: &[String]| -> Vec<String> {
        names.iter().map(|name| partition_text(name)).collect()
    };
    json!({
        "of": parent.name,
        "late": texts(&parent.newer.late),
        "new": texts(&parent.newer.new),
    })
}

/// The plan as one JSON document.
pub fn plan_json(previews: &[NodePreview], prices: &Prices) -> Value {
    let number = |bytes: Option<Bytes>| bytes.and_then(Bytes::number);
    let nodes = previews.iter().map(|preview| {
        let steps = preview.steps.iter().map(|step| {
            json!({
                "step": step.what,
                "bytes": number(step.bytes),
                "at_most": matches!(step.bytes, Some(Bytes::AtMost(_))),
            })
        });
        json!({
            "unique_id": preview.node.unique_id.as_str(),
            "materialization": preview.node.materialization,
            "why": preview.why,
            "reasons": preview.reasons(),
            "newer_partitions": preview.newer.iter().map(newer_json).collect::<Vec<_>>(),
            "steps": steps.collect::<Vec<_>>(),
            "bytes": number(preview.bytes()),
            "cost": number(preview.bytes()).and_then(|number| prices.of_estimate(number)),
            "statements": preview.statements,
        })
    });
    let total = number(total_bytes(previews.iter()));
    json!({
        "nodes": nodes.collect::<Vec<_>>(),
        "bytes": total,
        "cost": total.and_then(|number| prices.of_estimate(number)),
    })
}
