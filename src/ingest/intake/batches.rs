//! Batches of a load, read on a thread of their own as they are asked for.

use super::{Intake, read_payload};
use crate::ingest::{
    Batch, Feed,
    fetch::{FetchContext, Fetched},
    load_options::{LoadOptions, WindowsBy},
};

/// Rows of a batch.
const BATCH_ROWS: usize = 4096;
/// Bytes of a batch, but for the record that goes over it: long records come a few at a time.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Batches that are read ahead of those being landed.
const BATCHES_AHEAD: usize = 2;

/// What is read.
pub struct Reading {
    /// The feed that says how payloads are read.
    pub feed: Feed,
    /// The payloads.
    pub fetched: Fetched,
    /// How they were fetched.
    pub context: FetchContext,
    /// Which of them are wanted.
    pub options: LoadOptions,
}

/// All that is to be landed of the payloads. Nothing is, where the last is an error.
pub fn batches(
    mut reading: Reading,
    mut intake: Intake,
) -> impl Iterator<Item = Result<Batch, String>> + Send + 'static {
    let (sender, receiver) = std::sync::mpsc::sync_channel(BATCHES_AHEAD);
    std::thread::spawn(move || {
        let Reading { feed, fetched, context, options } = &mut reading;
        let by_records =
            options.window.is_some() && WindowsBy::of(feed) == Some(WindowsBy::Records);
        if by_records {
            intake.only_of(options.window);
        }
        let send = |intake: &mut Intake| {
            if let Some(moment) = intake.newest() {
                context.stats.record_of(moment);
            }
            // Whoever no longer listens has failed already.
            sender.send(Ok(intake.take())).map_err(|_| "interrupted".to_owned())
        };
        let mut between = |intake: &mut Intake| {
            if context.cancel.is_cancelled() {
                return Err("interrupted".to_owned());
            }
            let is_full = intake.waiting() >= BATCH_ROWS || intake.waiting_bytes() >= BATCH_BYTES;
            if is_full { send(intake) } else { Ok(()) }
        };
        let mut read = || {
            let mut landed = Vec::new();
            while let Some(payload) = fetched.next_blocking() {
                let payload = payload?;
                // Of a window by records only a part of it lands.
                landed.extend(payload.landed().filter(|_| !by_records));
                read_payload(feed, &payload, &mut intake, &mut between)?;
            }
            let fetching = context.stats.so_far();
            let is_whole = !fetching.lacks_a_part;
            intake.end(is_whole && !fetching.has_nothing_to_compare)?;
            send(&mut intake)?;
            if is_whole {
                landed.append(&mut options.when_whole);
            }
            let batch = Batch { state: landed, ..Batch::default() };
            sender.send(Ok(batch)).map_err(|_| "interrupted".to_owned())
        };
        // A load that ends early must not look like a whole one.
        let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(&mut read));
        let bug = || Err("this is a bug in elt: reading the payload panicked".to_owned());
        if let Err(problem) = outcome.unwrap_or_else(|_| bug()) {
            // Nor does this.
            let _ = sender.send(Err(problem));
        }
    });
    receiver.into_iter()
}
