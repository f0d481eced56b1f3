//! The outcomes of batches as the result of their model.

use super::Failure;
use crate::{
    adapter::PlanOutcome,
    diagnostic::Diagnostic,
    manifest::{Batch, TimeSpan},
    run::{BatchResults, NodeResult, Status, add_response},
};

/// How one batch ended.
pub(super) enum Ended {
    /// It was built: rows written and what the engine reports.
    Built(PlanOutcome),
    /// It was not.
    Failed(Failure),
    /// It was not started.
    NotStarted,
}

/// One batch and how it ended.
pub(super) struct BatchOutcome {
    pub batch: Batch,
    pub ended: Ended,
}

/// Batches that failed for the same reason.
struct Trouble {
    diagnostic: Diagnostic,
    first: Batch,
    count: usize,
}

/// Puts the outcomes into the model's result. `earlier` are batches that an earlier run has built.
pub(super) fn summarize(
    mut outcomes: Vec<BatchOutcome>,
    earlier: &[TimeSpan],
    result: &mut NodeResult,
) {
    outcomes.sort_by_key(|outcome| outcome.batch.span);
    let mut batches = BatchResults { successful: Vec::new(), failed: Vec::new() };
    let mut troubles: Vec<Trouble> = Vec::new();
    let mut not_started = 0;
    let mut rows = None;
    for outcome in &outcomes {
        let batch = outcome.batch;
        match &outcome.ended {
            Ended::Built(outcome) => {
                batches.successful.push(batch.span);
                add_response(&mut result.response, &outcome.response);
                rows = match (rows, outcome.rows_affected) {
                    (Some(sum), Some(more)) => Some(sum + more),
                    (sum, more) => sum.or(more),
                };
            }
            Ended::Failed(failure) => {
                batches.failed.push(batch.span);
                for diagnostic in &failure.0 {
                    note(&mut troubles, diagnostic, batch);
                }
            }
            Ended::NotStarted => {
                batches.failed.push(batch.span);
                not_started += 1;
            }
        }
    }
    let (built, failed) = (batches.successful.len(), batches.failed.len());
    result.status = match (built, failed) {
        (_, 0) => Status::Success,
        (0, _) => Status::Error,
        _ => Status::PartialSuccess,
    };
    if failed > 0 {
        let mut message = format!("{built} of {} batches were built", built + failed);
        if not_started > 0 {
            message.push_str(&format!(", {not_started} were not started"));
        }
        result.message = Some(message);
    }
    result.diagnostics = troubles.into_iter().map(Trouble::told).collect();
    result.rows_affected = rows;
    for span in earlier {
        if !batches.successful.contains(span) && !batches.failed.contains(span) {
            batches.successful.push(*span);
        }
    }
    batches.successful.sort_unstable();
    result.batches = Some(batches);
}

/// Hundreds of batches may fail for one reason: it is told once.
fn note(troubles: &mut Vec<Trouble>, diagnostic: &Diagnostic, batch: Batch) {
    let place = |of: &Diagnostic| {
        let span = of.labels.first().map(|label| label.span.clone());
        span.map(|span| (span.file.path().to_owned(), span.start, span.end))
    };
    let same = |known: &&mut Trouble| {
        let known = &known.diagnostic;
        known.code == diagnostic.code
            && known.message == diagnostic.message
            && place(known) == place(diagnostic)
    };
    match troubles.iter_mut().find(same) {
        Some(known) => known.count += 1,
        None => {
            troubles.push(Trouble { diagnostic: diagnostic.clone(), first: batch, count: 1 });
        }
    }
}

impl Trouble {
    fn told(self) -> Diagnostic {
        let name = self.first.name();
        self.diagnostic.note(match self.count {
            1 => format!("in the batch {name}"),
            count => format!("in {count} batches, the first of them {name}"),
        })
    }
}
