//! A JUnit XML file: what test dashboards read.

use std::{fmt::Write, sync::Arc};

use crate::{
    diagnostic::render_terminal,
    run::{NodeResult, Status},
};

/// One suite with one case per node: failing tests are `failure`s, broken nodes `error`s.
pub fn render_junit(results: &[Arc<NodeResult>], elapsed_secs: f64) -> String {
    let count = |status: Status| results.iter().filter(|result| result.status == status).count();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let totals = format!(
        "name=\"elt\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"{elapsed_secs:.3}\"",
        results.len(),
        count(Status::Fail),
        count(Status::Error) + count(Status::PartialSuccess),
        count(Status::Skipped),
    );
    let mut write = |text: std::fmt::Arguments<'_>| {
        xml.write_fmt(text).expect("writing to a string cannot fail");
    };
    write(format_args!("<testsuites {totals}>\n  <testsuite {totals}>\n"));
    for result in results {
        let node = &result.node;
        write(format_args!(
            "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" time=\"{:.3}\"",
            escape(node.resource_type.as_str()),
            escape(&node.display),
            escape(&node.path),
            result.elapsed_secs,
        ));
        let message = escape(result.message.as_deref().unwrap_or_default());
        let details: Vec<String> =
            result.diagnostics.iter().map(|each| render_terminal(each, false)).collect();
        let details = escape(&details.join("\n\n"));
        match result.status {
            Status::Fail | Status::Error | Status::PartialSuccess => {
                let tag = if result.status == Status::Fail { "failure" } else { "error" };
                let code = result.diagnostics.first().map_or("node-failed", |each| each.code);
                write(format_args!(
                    ">\n      <{tag} message=\"{message}\" type=\"{code}\">{details}</{tag}>\n    </testcase>\n"
                ));
            }
            Status::Skipped => {
                write(format_args!(">\n      <skipped message=\"{message}\"/>\n    </testcase>\n"))
            }
            Status::Warn => write(format_args!(
                ">\n      <system-out>{message}\n{details}</system-out>\n    </testcase>\n"
            )),
            Status::Success | Status::Pass | Status::NoOp => write(format_args!("/>\n")),
        }
    }
    write(format_args!("  </testsuite>\n</testsuites>\n"));
    xml
}

/// Text for XML: markup escaped, control characters that XML 1.0 forbids replaced.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(character),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            control if control < ' ' => escaped.push('\u{fffd}'),
            other => escaped.push(other),
        }
    }
    escaped
}
