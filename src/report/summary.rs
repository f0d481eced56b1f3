//! What is said when a run has ended: the table, the failures, how to rerun, one line of counts.

use std::sync::Arc;

use super::{
    diagnostics::render_blocks,
    node_table::{cost_line, node_table},
    quantity::{counted, duration, grouped},
    screen::{Tone, paint},
};
use crate::{
    diagnostic::{Diagnostic, Severity},
    manifest::ResourceType,
    run::{Cost, NodeResult, Prices, Status},
};

/// Names in a rerun hint at most; beyond, `elt retry` is the shorter way.
const MAX_RERUN_NAMES: usize = 5;
/// Skipped nodes named for each reason; the table holds the others.
const MAX_SKIPPED_NAMES: usize = 6;
/// Reasons of skipping told at most: a run in which thousands fail is not read to its end.
const MAX_SKIP_REASONS: usize = 12;

/// What the summary depends on besides the results.
#[derive(Clone, Debug)]
pub struct SummaryOptions {
    /// Columns of the terminal.
    pub width: usize,
    /// Whether to colour.
    pub color: bool,
    /// The command, for the rerun hint.
    pub command: String,
    /// Only failures and how to rerun.
    pub quiet: bool,
    /// What bytes or slots cost.
    pub prices: Prices,
}

/// The summary of a run, in blocks parted by empty lines.
pub fn render_summary(
    results: &[Arc<NodeResult>],
    elapsed_secs: f64,
    interrupted: bool,
    options: &SummaryOptions,
) -> String {
    let mut blocks = Vec::new();
    if !options.quiet && !results.is_empty() {
        blocks.push(node_table(results, options));
    }
    blocks.extend(troubles(results, options));
    if !options.quiet {
        blocks.extend(skip_reasons(results));
    }
    blocks.extend(rerun_hint(results, options));
    if !options.quiet {
        let mut counts = counts_line(results, elapsed_secs, interrupted, options.color);
        if let Some(cost) = Cost::total(results.iter().map(Arc::as_ref)) {
            counts = format!("{}\n{counts}", cost_line(&cost, &options.prices));
        }
        blocks.push(counts);
    }
    blocks.join("\n\n")
}

/// Everything that went wrong, warnings first, so that errors are nearest to the prompt.
fn troubles(results: &[Arc<NodeResult>], options: &SummaryOptions) -> Vec<String> {
    let mut blocks = Vec::new();
    for wanted in [Severity::Warning, Severity::Error] {
        let diagnostics: Vec<Diagnostic> = results
            .iter()
            .flat_map(|result| diagnostics_of(result))
            .filter(|diagnostic| diagnostic.severity == wanted)
            .collect();
        blocks.extend(render_blocks(&diagnostics, options.color));
    }
    blocks
}

/// Why nodes were skipped: one line per reason, naming the first few.
fn skip_reasons(results: &[Arc<NodeResult>]) -> Option<String> {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for result in results.iter().filter(|result| result.status == Status::Skipped) {
        let reason = result.message.as_deref().unwrap_or("skipped");
        let name = result.node.display.as_str();
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, names)) => names.push(name),
            None => reasons.push((reason, vec![name])),
        }
    }
    let line = |(reason, names): (&str, Vec<&str>)| {
        let shown = names.iter().take(MAX_SKIPPED_NAMES).copied().collect::<Vec<_>>().join(", ");
        match names.len().saturating_sub(MAX_SKIPPED_NAMES) {
            0 => format!("{reason}: {shown}"),
            more => format!("{reason}: {shown} and {}", format_args!("{more} more")),
        }
    };
    let untold: usize = reasons.iter().skip(MAX_SKIP_REASONS).map(|(_, names)| names.len()).sum();
    let mut lines: Vec<String> = reasons.into_iter().take(MAX_SKIP_REASONS).map(line).collect();
    if untold > 0 {
        lines.push(format!(
            "… and {} more skipped, all of them in target/run_results.json",
            counted(untold, "node")
        ));
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}

fn diagnostics_of(result: &NodeResult) -> Vec<Diagnostic> {
    if result.diagnostics.is_empty()
        && (result.status.is_failure() || result.status == Status::Warn)
    {
        let message = result.message.as_deref().unwrap_or_else(|| result.status.as_str());
        let message = format!("{}: {message}", result.node.display);
        let diagnostic = Diagnostic::error("node-failed", message);
        let severity =
            if result.status == Status::Warn { Severity::Warning } else { Severity::Error };
        return vec![Diagnostic { severity, ..diagnostic }.note(result.node.path.clone())];
    }
    result.diagnostics.clone()
}

fn rerun_hint(results: &[Arc<NodeResult>], options: &SummaryOptions) -> Option<String> {
    let failed: Vec<&NodeResult> =
        results.iter().map(Arc::as_ref).filter(|result| result.status.is_failure()).collect();
    if failed.is_empty() {
        return None;
    }
    let skipped = results.iter().any(|result| result.status == Status::Skipped);
    let what = if skipped { "what failed and was skipped" } else { "what failed" };
    let mut hints = Vec::new();
    // Landing again takes up what failed by itself: there is nothing to retry.
    if options.command != "ingest" {
        hints.push(format!("rerun {what}: {}", paint("elt retry", Tone::Bold, options.color)));
    }
    let is_feed = |result: &NodeResult| result.node.resource_type == ResourceType::Source;
    // Feeds are landed by a command of their own.
    let feeds_only = failed.iter().all(|result| is_feed(result));
    let command = if feeds_only { "ingest" } else { options.command.as_str() };
    let names: Vec<String> = failed
        .iter()
        .filter(|result| result.node.resource_type != ResourceType::Operation)
        .filter(|result| feeds_only || !is_feed(result))
        .map(|result| select_name(result))
        .collect();
    if !names.is_empty() && names.len() <= MAX_RERUN_NAMES {
        let command = format!("elt {command} --select {}", names.join(" "));
        let command = paint(&command, Tone::Bold, options.color);
        hints.push(format!("rerun only these: {command}"));
    }
    (!hints.is_empty()).then(|| hints.join("\n"))
}

/// The name a selector knows the node by: the id's third part.
fn select_name(result: &NodeResult) -> String {
    let id = result.node.unique_id.as_str();
    let mut parts = id.splitn(3, '.');
    let kind = parts.next();
    let name = parts.nth(1).unwrap_or(id);
    let name = match kind {
        // `source.<package>.<source>.<table>`.
        Some("source") => return format!("source:{name}"),
        // `test.<package>.<name>.<hash>`.
        Some("test") => name.rsplit_once('.').map_or(name, |(name, _)| name),
        // `unit_test.<package>.<model>.<name>`.
        Some("unit_test") => name.rsplit_once('.').map_or(name, |(_, name)| name),
        _ => name,
    };
    name.to_owned()
}

fn counts_line(
    results: &[Arc<NodeResult>],
    elapsed_secs: f64,
    interrupted: bool,
    color: bool,
) -> String {
    let count = |status: Status| results.iter().filter(|result| result.status == status).count();
    let parts = [
        (Status::Success, "built", Tone::Good),
        (Status::Pass, "passed", Tone::Good),
        (Status::NoOp, "without work", Tone::Dim),
        (Status::Warn, "warned", Tone::Warn),
        (Status::Fail, "failed", Tone::Bad),
        (Status::PartialSuccess, "partly built", Tone::Bad),
        (Status::Error, "broken", Tone::Bad),
        (Status::Skipped, "skipped", Tone::Dim),
    ];
    let said: Vec<String> = parts
        .into_iter()
        .filter(|(status, ..)| count(*status) > 0)
        .map(|(status, word, tone)| {
            paint(&format!("{} {word}", grouped(count(status) as u64)), tone, color)
        })
        .collect();
    let said = if said.is_empty() { "nothing to do".to_owned() } else { said.join(", ") };
    let interrupted = if interrupted { " (interrupted)" } else { "" };
    format!("{said} in {}{interrupted}", duration(elapsed_secs))
}
