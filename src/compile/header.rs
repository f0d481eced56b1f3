//! `sql_header`: the statements that a node's query needs before it
//! (<https://docs.getdbt.com/reference/resource-configs/sql_header>).

use super::{MappedText, compiler::declaration};
use crate::{diagnostic::SourceFile, jinja::Captured, manifest::Node};

const KEY: &str = "sql_header";

/// The header that a node's template sets, and else its configuration.
pub(super) fn header(node: &Node, captured: &Captured) -> Option<MappedText> {
    let is_header = |text: &&str| !text.trim().is_empty();
    let set = captured.configs.iter().rev().find_map(|call| call.get(KEY)?.as_str());
    let mut text = MappedText::default();
    if let Some(header) = set.filter(is_header) {
        let code = node.source.text().get(node.code_range.clone()).unwrap_or_default();
        let at = node.code_range.start + code.find(KEY).unwrap_or_default();
        text.push_rendered(header, &node.source, &lines_from(&node.source, at as u32, header));
    } else {
        let header = node.config.text(KEY).filter(is_header)?;
        let (file, at) = match declaration(node) {
            Some(place) => (place.file.clone(), place.start),
            None => (node.source.clone(), node.code_range.start as u32),
        };
        // Where in the properties it is written is not known: the node itself is shown.
        text.push_rendered(header, &file, &[file.line_column(at).0]);
    }
    Some(text)
}

/// A line of the file for each line of a header that is written there from some place on.
fn lines_from(file: &SourceFile, at: u32, header: &str) -> Vec<u32> {
    let first = file.line_column(at).0;
    let last = file.text().lines().count().max(1) as u32;
    (first..).take(header.lines().count().max(1)).map(|line| line.min(last)).collect()
}
