//! What is only judged wrong because files could not be read: names that they may declare.

use crate::{diagnostic::Diagnostic, project::Unread};

/// Codes of what says that a name, or something about a node, is missing.
const OF_PROPERTIES: [&str; 15] = [
    // Versions and snapshots are declared in YAML, and so is what is enabled.
    "unknown-ref",
    "unknown-model",
    "disabled-ref",
    "disabled-source",
    "unknown-source",
    "unused-source-override",
    "undeclared-function",
    "unknown-function",
    "disabled-function",
    // A group may be declared there, or a node put into one.
    "unknown-group",
    "private-ref",
    "private-without-group",
    // What a node needs may be configured there.
    "snapshot-config",
    "ambiguous-relation",
    "unused-config-path",
];
const OF_SOURCES: [&str; 3] = ["unknown-source", "unused-source-override", "unused-config-path"];
const OF_SNAPSHOTS: [&str; 3] = ["unknown-ref", "properties-without-node", "unused-config-path"];
const OF_MACROS: [&str; 4] =
    ["unknown-test", "unknown-materialization", "jinja-undefined", "properties-without-macro"];
const OF_DOCS: [&str; 1] = ["unknown-doc"];
const OF_FIXTURES: [&str; 1] = ["unknown-fixture"];
const OF_PACKAGES: [&str; 12] = [
    "unknown-ref",
    "unknown-function",
    "unknown-model",
    "unknown-source",
    "unknown-test",
    "unknown-materialization",
    "unknown-doc",
    "jinja-undefined",
    "properties-without-macro",
    "properties-without-node",
    "unused-config-path",
    "unused-source-override",
];

/// Takes out what the unread files may be to blame for, and says so in its place.
pub(super) fn leave_out_follow_ons(unread: Unread, diagnostics: &mut Vec<Diagnostic>) {
    let kinds: [(bool, &[&str]); 7] = [
        (unread.properties, &OF_PROPERTIES),
        (unread.sources, &OF_SOURCES),
        (unread.snapshots, &OF_SNAPSHOTS),
        (unread.macros, &OF_MACROS),
        (unread.docs, &OF_DOCS),
        (unread.fixtures, &OF_FIXTURES),
        (unread.packages, &OF_PACKAGES),
    ];
    let before = diagnostics.len();
    diagnostics.retain(|diagnostic| {
        !kinds.iter().any(|(is_unread, codes)| *is_unread && codes.contains(&diagnostic.code))
    });
    if diagnostics.len() < before {
        diagnostics.push(Diagnostic::warning(
            "not-checked",
            "names that are missing are not told of: what could not be read may declare them",
        ));
    }
}
