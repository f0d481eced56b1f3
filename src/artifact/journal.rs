//! What a run has done so far, written while it goes on: all that is known of a run that was killed,
//! and what `elt retry` starts from then.
//!
//! Lines of JSON: first what the run is, then a line for each node and each batch that ended. The
//! file is gone when the run has ended by itself; `run_results.json` says more. Nothing is synced: a
//! line that is lost with the machine's power makes a batch run once more, which changes nothing.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fs::{File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::{
    PreviousRun,
    run_results::{read_spans, spans_json},
};
use crate::{
    diagnostic::Diagnostic,
    manifest::UniqueId,
    project::Scrubber,
    run::{BatchResults, Event, Status},
};

/// The file's name in the target folder.
const NAME: &str = "unfinished_run.jsonl";

/// The journal of a run that goes on.
pub struct Journal {
    path: PathBuf,
    file: Mutex<File>,
    scrubber: Scrubber,
}

impl Journal {
    /// Starts the journal of a run. Nothing where another process keeps one in the same folder.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn start(
        target: &Path,
        (invocation, args): (&str, &Map<String, Value>),
        started_at: DateTime<Utc>,
        selected: &BTreeSet<UniqueId>,
        scrubber: Scrubber,
    ) -> io::Result<Option<Self>> {
        std::fs::create_dir_all(target)?;
        let path = target.join(NAME);
        let file = OpenOptions::new().create(true).write(true).truncate(false).open(&path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(error),
        }
        file.set_len(0)?;
        let selected: Vec<&str> = selected.iter().map(UniqueId::as_str).collect();
        let journal = Self { path, file: Mutex::new(file), scrubber };
        journal.write(json!({
            "invocation": invocation,
            "args": args,
            "started_at": started_at.to_rfc3339(),
            "selected": selected,
        }))?;
        Ok(Some(journal))
    }

    /// Notes what has happened, where it matters to a retry.
    pub fn note(&self, event: &Event) {
        let line = match event {
            Event::NodeFinished { result } => json!({
                "node": result.node.unique_id.as_str(),
                "status": result.status.as_str(),
            }),
            Event::BatchesPlanned { node, batches, built_before } => {
                let planned: Vec<_> = batches.iter().map(|batch| batch.span).collect();
                json!({
                    "node": node.unique_id.as_str(),
                    "planned": spans_json(&planned),
                    "built": spans_json(built_before),
                })
            }
            Event::BatchFinished { result } if result.status == Status::Success => json!({
                "node": result.node.unique_id.as_str(),
                "built": spans_json(&[result.batch.span]),
            }),
            _ => return,
        };
        // A run does not fail because its journal cannot be kept: less is known if it is killed.
        let _ = self.write(line);
    }

    fn write(&self, mut line: Value) -> io::Result<()> {
        self.scrubber.scrub_json(&mut line);
        let mut text = line.to_string();
        text.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(text.as_bytes())
    }

    /// Ends the journal: the run's results are written.
    pub fn end(&self) {
        // While it is still locked, so that no other run's file is deleted.
        let _ = std::fs::remove_file(&self.path);
    }
}

/// What the journal in a target folder tells of a run that was killed; nothing where there is none.
///
/// # Errors
/// Where the run is still going on, or the journal cannot be read.
pub fn read_journal(target: &Path) -> Result<Option<PreviousRun>, Box<Diagnostic>> {
    let path = target.join(NAME);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(&path, &error.to_string())),
    };
    if matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)) {
        let message = format!("a run that writes to `{}` is still going on", target.display());
        return Err(Box::new(
            Diagnostic::error("run-goes-on", message).help("wait for it, or stop it with Ctrl-C"),
        ));
    }
    let text = io::read_to_string(&file).map_err(|error| unreadable(&path, &error.to_string()))?;
    // The last line may have been cut off.
    let mut lines = text.lines().map_while(|line| serde_json::from_str::<Value>(line).ok());
    let Some(head) = lines.next() else { return Ok(None) };
    Ok(previous_run(&head, lines))
}

fn unreadable(path: &Path, what: &str) -> Box<Diagnostic> {
    let message = format!("cannot read `{}`: {what}", path.display());
    Box::new(Diagnostic::error("invalid-run-results", message).help("delete it"))
}

fn previous_run(head: &Value, lines: impl Iterator<Item = Value>) -> Option<PreviousRun> {
    let args = head.get("args")?.as_object()?.clone();
    let command = args.get("which")?.as_str()?.to_owned();
    let started_at = DateTime::parse_from_rfc3339(head.get("started_at")?.as_str()?).ok()?;
    let selected = head.get("selected")?.as_array()?.iter().filter_map(Value::as_str);
    let mut done: HashSet<UniqueId> = HashSet::new();
    let mut batches: HashMap<UniqueId, BatchResults> = HashMap::new();
    for line in lines {
        let Some(id) = line.get("node").and_then(Value::as_str).map(UniqueId::new) else {
            continue;
        };
        if let Some(status) = line.get("status").and_then(Value::as_str) {
            let ended_well = [Status::Success, Status::Pass, Status::Warn, Status::NoOp];
            if ended_well.iter().any(|well| well.as_str() == status) {
                done.insert(id);
            }
            continue;
        }
        let known = batches.entry(id).or_default();
        known.failed.extend(read_spans(line.get("planned")));
        for span in read_spans(line.get("built")) {
            known.failed.retain(|planned| *planned != span);
            known.successful.push(span);
        }
    }
    let unfinished = selected.map(UniqueId::new).filter(|id| !done.contains(id)).collect();
    batches.retain(|id, _| !done.contains(id));
    Some(PreviousRun {
        command,
        args,
        unfinished,
        batches,
        started_at: Some(started_at.with_timezone(&Utc)),
        invocation: head.get("invocation").and_then(Value::as_str).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::Arc;

    use super::*;
    use crate::{
        manifest::{Batch, BatchSize, ResourceType, TimeSpan, parse_utc},
        run::{BatchResult, NodeLabel, NodeResult},
    };

    fn label(name: &str) -> NodeLabel {
        NodeLabel {
            unique_id: UniqueId::new(format!("model.p.{name}")),
            resource_type: ResourceType::Model,
            materialization: "incremental".to_owned(),
            display: name.to_owned(),
            path: String::new(),
        }
    }

    fn day(number: u32) -> Batch {
        let start = parse_utc(&format!("2024-01-{number:02}")).unwrap();
        let size = BatchSize::Day;
        Batch { span: TimeSpan { start, end: size.after(start, 1) }, size }
    }

    fn built(name: &str, number: u32) -> Event {
        let result = BatchResult {
            node: label(name),
            batch: day(number),
            place: 1,
            total: 3,
            status: Status::Success,
            rows_affected: None,
            elapsed_secs: 0.0,
            message: None,
        };
        Event::BatchFinished { result: Arc::new(result) }
    }

    fn start(folder: &Path) -> Option<Journal> {
        let args = json!({ "which": "build", "full_refresh": true });
        let selected = ["a", "b", "c"].map(|name| label(name).unique_id).into_iter().collect();
        let at = parse_utc("2024-01-04 10:00:00").unwrap();
        Journal::start(
            folder,
            ("run-1", args.as_object().unwrap()),
            at,
            &selected,
            Scrubber::default(),
        )
        .unwrap()
    }

    #[test]
    fn a_killed_run_leaves_what_it_has_done() {
        let folder = tempfile::tempdir().unwrap();
        assert!(read_journal(folder.path()).unwrap().is_none());
        let journal = start(folder.path()).unwrap();
        let result = NodeResult::new(label("a"), Status::Success);
        journal.note(&Event::NodeFinished { result: Arc::new(result) });
        let batches: Arc<[Batch]> = [day(1), day(2), day(3)].into();
        journal.note(&Event::BatchesPlanned {
            node: label("b"),
            batches,
            built_before: vec![day(7).span],
        });
        journal.note(&built("b", 2));
        journal.write(Value::Null).unwrap();
        let going_on = read_journal(folder.path()).unwrap_err();
        assert_eq!(going_on.code, "run-goes-on");
        assert!(start(folder.path()).is_none(), "one run at a time keeps a journal");
        drop(journal);
        let left = read_journal(folder.path()).unwrap().unwrap();
        assert_eq!(
            (left.command.as_str(), left.args["full_refresh"].as_bool()),
            ("build", Some(true))
        );
        let ids: Vec<&str> = left.unfinished.iter().map(UniqueId::as_str).collect();
        assert_eq!(ids, ["model.p.b", "model.p.c"]);
        assert_eq!(left.invocation.as_deref(), Some("run-1"));
        assert_eq!(left.batches.len(), 1);
        let batches = &left.batches[&label("b").unique_id];
        assert_eq!(batches.failed, [day(1).span, day(3).span]);
        assert_eq!(batches.successful, [day(7).span, day(2).span]);
    }

    #[test]
    fn a_run_that_ends_leaves_nothing_and_a_cut_line_is_left_out() {
        let folder = tempfile::tempdir().unwrap();
        start(folder.path()).unwrap().end();
        assert!(read_journal(folder.path()).unwrap().is_none());
        let journal = start(folder.path()).unwrap();
        journal.file.lock().unwrap().write_all(b"{\"node\": \"mod").unwrap();
        drop(journal);
        assert_eq!(read_journal(folder.path()).unwrap().unwrap().unfinished.len(), 3);
    }
}
