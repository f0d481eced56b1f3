//! The report of one command: listens while it runs, sums up when it has ended.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use chrono::Utc;
use serde_json::json;

use super::{
    LogFormat, ReportOptions, SummaryOptions,
    diagnostics::render_diagnostics,
    event_json,
    github::annotations,
    json_lines::object,
    junit::render_junit,
    progress::{Progress, batch_line, finished_line},
    quantity::counted,
    render_summary,
    screen::{Tone, paint, to_stderr, to_stdout},
};
use crate::{
    diagnostic::{Diagnostic, render_github, render_json, render_terminal},
    jinja::Whither,
    manifest::UniqueId,
    project::Scrubber,
    run::{BatchResult, Event, EventSink, NodeResult, Status},
};

/// Lines for the batches of a model that were built at most: of more, only some are told.
const MAX_BATCH_LINES: usize = 40;

/// Prints for one command. Cheap to clone; all clones share one screen.
#[derive(Clone)]
pub struct Report {
    options: Arc<ReportOptions>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    progress: Option<Progress>,
    results: Vec<Arc<NodeResult>>,
    total: usize,
    interrupted: bool,
    /// How many batches of a model have ended.
    batches: HashMap<UniqueId, usize>,
}

impl Report {
    /// A report that prints as `options` say.
    pub fn new(options: ReportOptions) -> Self {
        Self { options: Arc::new(options), state: Arc::default() }
    }

    /// How it prints.
    pub fn options(&self) -> &ReportOptions {
        &self.options
    }

    /// A sink for the events of a run.
    pub fn sink(&self) -> EventSink {
        let report = self.clone();
        Arc::new(move |event| report.event(&event))
    }

    /// Data, on stdout.
    pub fn data(&self, text: &str) {
        self.aside(|| to_stdout(text, &self.options.scrubber));
    }

    /// A remark for people, on stderr; nothing with `--quiet`.
    pub fn note(&self, text: &str) {
        self.keep("note", || json!({ "message": text }), || text.to_owned());
        self.remark(text);
    }

    fn remark(&self, text: &str) {
        if self.options.quiet {
            return;
        }
        match self.options.format {
            LogFormat::Text => self.line(text),
            LogFormat::Json => self.json("note", json!({ "message": text })),
        }
    }

    /// Diagnostics with a closing count, on stderr. With `--quiet` the errors only.
    pub fn diagnostics(&self, diagnostics: &[Diagnostic]) {
        for each in diagnostics {
            if each.is_error() || self.options.log.as_ref().is_some_and(|log| log.takes_all()) {
                let fields = || json!({ "diagnostic": render_json(each) });
                self.write_log("diagnostic", fields, || render_terminal(each, false));
            }
        }
        let shown: Vec<Diagnostic> = diagnostics
            .iter()
            .filter(|diagnostic| diagnostic.is_error() || !self.options.quiet)
            .cloned()
            .collect();
        if shown.is_empty() {
            return;
        }
        match self.options.format {
            LogFormat::Text => self.line(&render_diagnostics(&shown, self.options.color)),
            LogFormat::Json => {
                for diagnostic in &shown {
                    self.json("diagnostic", json!({ "diagnostic": render_json(diagnostic) }));
                }
            }
        }
        if self.options.github {
            shown.iter().for_each(|diagnostic| self.line(&render_github(diagnostic)));
        }
    }

    /// Takes one event.
    pub fn event(&self, event: &Event) {
        {
            let mut state = self.state();
            match event {
                Event::NodeFinished { result } => state.results.push(Arc::clone(result)),
                // What ended before, feeds for instance, belongs to the same command.
                Event::RunStarted { total, .. } => state.total = state.results.len() + *total,
                Event::Interrupted => state.interrupted = true,
                _ => {}
            }
        }
        self.keep_event(event);
        match (self.options.format, event) {
            // Data, in either format.
            (_, Event::Log { message, whither: Whither::Output }) => {
                if self.options.print {
                    self.data(message);
                }
            }
            (LogFormat::Json, _) => {
                let mut value = event_json(event, Utc::now(), &self.state().results);
                self.options.scrubber.scrub_json(&mut value);
                self.json_line(&value);
            }
            (LogFormat::Text, _) => self.show(event),
        }
        match event {
            Event::NodeFinished { result } if self.options.github => {
                annotations(result).iter().for_each(|line| self.line(line));
            }
            Event::RunFinished { elapsed_secs } => self.write_junit(*elapsed_secs),
            _ => {}
        }
    }

    fn show(&self, event: &Event) {
        let options = &self.options;
        match event {
            Event::RunStarted { total, threads, target } => {
                if *total > 0 {
                    let at_once = counted(*threads, "thread");
                    self.remark(&paint(
                        &format!("running {} on {target}, {at_once}", counted(*total, "node")),
                        Tone::Dim,
                        options.color,
                    ));
                }
                if options.progress {
                    self.state().progress =
                        Some(Progress::new(*total, options.width, options.color));
                }
            }
            Event::NodeStarted { node } => {
                if let Some(progress) = &mut self.state().progress {
                    progress.started(node);
                }
            }
            Event::NodeFinished { result } => self.show_finished(result),
            Event::BatchesPlanned { .. } => {}
            Event::BatchFinished { result } => self.show_batch(result),
            Event::Log { message, whither } => {
                if *whither == Whither::People && !options.quiet {
                    self.line(message);
                }
            }
            Event::FeedCounts { feed, summary, .. } => self.remark(&format!("{feed}: {summary}")),
            Event::Interrupted => {
                self.remark(
                    "stopping: running statements are interrupted, once more exits at once",
                );
            }
            Event::RunFinished { elapsed_secs } => {
                let progress = self.state().progress.take();
                if let Some(progress) = progress {
                    progress.clear();
                }
                self.show_summary(*elapsed_secs);
            }
        }
    }

    fn show_finished(&self, result: &Arc<NodeResult>) {
        let (done, total, bar) = {
            let mut state = self.state();
            let done = state.results.len();
            if let Some(progress) = &mut state.progress {
                progress.finished(result);
            }
            (done, state.total, state.progress.is_some())
        };
        // Under a bar only what went wrong is worth a line; elsewhere the lines are the progress.
        let worth = !bar || result.status.is_failure() || result.status == Status::Warn;
        if worth && (!self.options.quiet || result.status.is_failure()) {
            self.line(&finished_line(result, done, total, self.options.color));
        }
    }

    /// Batches that were not started are counted with their model.
    fn show_batch(&self, result: &BatchResult) {
        let (bar, is_step) = {
            let mut state = self.state();
            if let Some(progress) = &mut state.progress {
                progress.batch_finished(result);
            }
            let done = state.batches.entry(result.node.unique_id.clone()).or_default();
            let lines = |done: usize| done * MAX_BATCH_LINES / result.total.max(MAX_BATCH_LINES);
            *done += 1;
            let is_step = lines(*done) > lines(*done - 1);
            (state.progress.is_some(), is_step)
        };
        let is_progress = !bar && is_step && result.status == Status::Success;
        let worth = result.status.is_failure() || is_progress;
        // What went wrong is told with the model.
        if worth && !self.options.quiet {
            self.line(&batch_line(result, self.options.color));
        }
    }

    fn show_summary(&self, elapsed_secs: f64) {
        let (results, interrupted) = {
            let state = self.state();
            (state.results.clone(), state.interrupted)
        };
        let options = SummaryOptions {
            width: self.options.width,
            color: self.options.color,
            command: self.options.command.clone(),
            quiet: self.options.quiet,
            prices: self.options.prices,
        };
        let summary = render_summary(&results, elapsed_secs, interrupted, &options);
        if !summary.is_empty() {
            self.line(&format!("\n{summary}"));
        }
    }

    /// Keeps an event in the log file.
    fn keep_event(&self, event: &Event) {
        let Some(log) = &self.options.log else { return };
        let failed = |result: &NodeResult| result.status.is_failure();
        let is_error = matches!(event, Event::NodeFinished { result } if failed(result));
        if !log.takes_all() && !is_error {
            return;
        }
        if log.format() == LogFormat::Json {
            let mut value = event_json(event, Utc::now(), &self.state().results);
            self.options.scrubber.scrub_json(&mut value);
            self.told(log.json(&value));
            return;
        }
        let text = match event {
            Event::RunStarted { total, threads, target } => {
                let (nodes, threads) = (counted(*total, "node"), counted(*threads, "thread"));
                format!("running {nodes} on {target}, {threads}")
            }
            Event::NodeStarted { node } => format!("{} {}", node.materialization, node.display),
            Event::NodeFinished { result } => {
                let (done, total) = {
                    let state = self.state();
                    (state.results.len(), state.total)
                };
                let mut lines = vec![finished_line(result, done, total, false)];
                lines.extend(result.diagnostics.iter().map(|each| render_terminal(each, false)));
                lines.join("\n")
            }
            Event::BatchesPlanned { node, batches, .. } => {
                format!("{}, batches: {}", node.display, batches.len())
            }
            Event::BatchFinished { result } => batch_line(result, false),
            Event::Log { message, .. } => message.clone(),
            Event::FeedCounts { feed, summary, .. } => format!("{feed}: {summary}"),
            Event::Interrupted => "interrupted".to_owned(),
            Event::RunFinished { elapsed_secs } => {
                let (results, interrupted) = {
                    let state = self.state();
                    (state.results.clone(), state.interrupted)
                };
                let options = SummaryOptions {
                    width: self.options.width,
                    color: false,
                    command: self.options.command.clone(),
                    quiet: false,
                    prices: self.options.prices,
                };
                format!("done\n{}", render_summary(&results, *elapsed_secs, interrupted, &options))
            }
        };
        self.told(log.text(&self.options.scrubber.scrub(&text)));
    }

    /// Keeps something else that is told in the log file.
    fn keep(
        &self,
        event: &str,
        fields: impl FnOnce() -> serde_json::Value,
        text: impl FnOnce() -> String,
    ) {
        if self.options.log.as_ref().is_some_and(|log| log.takes_all()) {
            self.write_log(event, fields, text);
        }
    }

    fn write_log(
        &self,
        event: &str,
        fields: impl FnOnce() -> serde_json::Value,
        text: impl FnOnce() -> String,
    ) {
        let Some(log) = &self.options.log else { return };
        let scrubber = &self.options.scrubber;
        self.told(match log.format() {
            LogFormat::Text => log.text(&scrubber.scrub(&text())),
            LogFormat::Json => {
                let mut value = object(event, Utc::now(), fields());
                scrubber.scrub_json(&mut value);
                log.json(&value)
            }
        });
    }

    /// Says what came of writing the log file.
    fn told(&self, written: Result<(), String>) {
        if let Err(problem) = written {
            self.line(&format!("warning[cannot-write-log]: {problem}"));
        }
    }

    fn write_junit(&self, elapsed_secs: f64) {
        let Some(path) = &self.options.junit else { return };
        let xml = render_junit(&self.state().results, elapsed_secs);
        let xml = self.options.scrubber.scrub(&xml);
        if let Err(error) = crate::artifact::write_atomically(path, xml.as_bytes()) {
            let message = format!("cannot write `{}`: {error}", path.display());
            self.diagnostics(&[Diagnostic::warning("cannot-write-junit", message)]);
        }
    }

    fn json(&self, event: &str, fields: serde_json::Value) {
        let mut value = object(event, Utc::now(), fields);
        self.options.scrubber.scrub_json(&mut value);
        self.json_line(&value);
    }

    /// JSON whose texts are scrubbed already: its keys and numbers stay as they are.
    fn json_line(&self, value: &serde_json::Value) {
        self.aside(|| to_stderr(&value.to_string(), &Scrubber::default()));
    }

    fn line(&self, text: &str) {
        self.aside(|| to_stderr(text, &self.options.scrubber));
    }

    fn aside(&self, print: impl FnOnce()) {
        match &self.state().progress {
            Some(progress) => progress.aside(print),
            None => print(),
        }
    }

    /// A panic elsewhere must not silence the report.
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
