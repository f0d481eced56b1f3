//! What is seen while a run goes on: a bar on a terminal, lines elsewhere.

use std::{sync::Arc, time::Duration};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{
    quantity::{cut, duration, grouped},
    screen::{Tone, paint},
};
use crate::{
    manifest::ResourceType,
    run::{BatchResult, NodeLabel, NodeResult, Status},
};

/// How often the clock of the bar moves.
const TICK: Duration = Duration::from_millis(120);

struct Running {
    node: NodeLabel,
    /// How many batches have ended, of how many.
    batches: (usize, usize),
}

/// A bar with the names of the running nodes.
pub(super) struct Progress {
    bar: ProgressBar,
    running: Vec<Running>,
    width: usize,
}

impl Progress {
    pub(super) fn new(total: usize, width: usize, color: bool) -> Self {
        let bar = ProgressBar::with_draw_target(Some(total as u64), ProgressDrawTarget::stderr());
        let template = if color {
            "{spinner:.cyan} [{pos}/{len}] {elapsed:>4} {wide_msg:.dim}"
        } else {
            "{spinner} [{pos}/{len}] {elapsed:>4} {wide_msg}"
        };
        bar.set_style(ProgressStyle::with_template(template).expect("the template is well formed"));
        bar.enable_steady_tick(TICK);
        Self { bar, running: Vec::new(), width }
    }

    pub(super) fn started(&mut self, node: &NodeLabel) {
        self.running.push(Running { node: node.clone(), batches: (0, 0) });
        self.show();
    }

    pub(super) fn batch_finished(&mut self, result: &BatchResult) {
        let id = &result.node.unique_id;
        if let Some(running) = self.running.iter_mut().find(|one| one.node.unique_id == *id) {
            running.batches.0 += 1;
            running.batches.1 = result.total;
        }
        self.show();
    }

    pub(super) fn finished(&mut self, result: &NodeResult) {
        self.running.retain(|one| one.node.unique_id != result.node.unique_id);
        self.bar.inc(1);
        self.show();
    }

    fn show(&self) {
        let name = |one: &Running| match one.batches {
            (_, 0) => one.node.display.clone(),
            (done, total) => format!("{} {done}/{total}", one.node.display),
        };
        let names: Vec<String> = self.running.iter().map(name).collect();
        self.bar.set_message(cut(&names.join(", "), self.width));
    }

    /// Prints while the bar steps aside.
    pub(super) fn aside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    pub(super) fn clear(self) {
        self.bar.finish_and_clear();
    }
}

/// One line for a batch that ended: `built batch 2024-09-17 of silver.daily (3/30), 12 rows, 0.12s`.
pub(super) fn batch_line(result: &BatchResult, color: bool) -> String {
    let (word, tone) = match result.status {
        Status::Success => ("built", Tone::Good),
        _ => ("error", Tone::Bad),
    };
    let rows = result.rows_affected.map(rows_text).unwrap_or_default();
    format!(
        "{} batch {} of {} ({}/{}){rows}, {}",
        paint(word, tone, color),
        result.batch.name(),
        result.node.display,
        result.place,
        result.total,
        duration(result.elapsed_secs)
    )
}

fn rows_text(rows: u64) -> String {
    let noun = if rows == 1 { "row" } else { "rows" };
    format!(", {} {noun}", grouped(rows))
}

/// One line for a node that ended: `ok     table  silver.orders  1,204 rows  0.12s`.
pub(super) fn finished_line(
    result: &Arc<NodeResult>,
    done: usize,
    total: usize,
    color: bool,
) -> String {
    let (word, tone) = match result.status {
        Status::Success => ("built", Tone::Good),
        Status::Pass => ("pass", Tone::Good),
        Status::Warn => ("warn", Tone::Warn),
        Status::Fail => ("fail", Tone::Bad),
        Status::Error => ("error", Tone::Bad),
        Status::Skipped => ("skip", Tone::Dim),
        Status::NoOp => ("no-op", Tone::Dim),
        Status::PartialSuccess => ("part", Tone::Bad),
    };
    let width = total.to_string().len();
    let node = &result.node;
    let place = if done > total { String::new() } else { format!("[{done:>width$}/{total}] ") };
    let mut line = format!(
        "{place}{} {} {}",
        paint(&format!("{word:<5}"), tone, color),
        node.materialization,
        node.display
    );
    match (result.status, result.rows_affected, result.failures) {
        (Status::Skipped, ..) => {
            if let Some(message) = &result.message {
                line.push_str(&format!(": {message}"));
            }
            return line;
        }
        (Status::Fail | Status::Warn, _, Some(failures)) => {
            line.push_str(&format!(", {} failing", grouped(failures)));
        }
        (_, Some(rows), _) => line.push_str(&rows_text(rows)),
        _ => {}
    }
    let landed = matches!(result.status, Status::Success | Status::Warn);
    if let Some(message) = &result.message
        && node.resource_type == ResourceType::Source
        && landed
    {
        line.push_str(&format!(" ({message})"));
    }
    if let Some(batches) = result.batches.as_ref().filter(|_| result.status != Status::Success) {
        let failed = batches.failed.len();
        let noun = if failed == 1 { "batch" } else { "batches" };
        line.push_str(&format!(", {} {noun} not built", grouped(failed as u64)));
    }
    line.push_str(&format!(", {}", duration(result.elapsed_secs)));
    line
}
