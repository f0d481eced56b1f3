//! Several parts of one task at the same time.

use std::{collections::HashMap, future::Future, ops::Range};

use tokio::task::{JoinError, JoinSet};

use super::Threads;
use crate::adapter::Cancel;

/// Runs parts of a task on the task's own thread (`own`) and, where `at_once` allows it, on spare
/// ones; `run` gets the part and its thread. Gives each part that was started with what came of it,
/// in the order they ended: when the run is stopped, no further one is started.
pub async fn run_parts<T, F, Fut>(
    parts: Range<usize>,
    (threads, own): (&Threads, usize),
    at_once: bool,
    cancel: &Cancel,
    run: F,
) -> Vec<(usize, Result<T, JoinError>)>
where
    T: Send + 'static,
    F: Fn(usize, usize) -> Fut,
    Fut: Future<Output = T> + Send + 'static,
{
    let mut ended = Vec::with_capacity(parts.len());
    let mut next = parts.start;
    let mut running: JoinSet<T> = JoinSet::new();
    let mut places = HashMap::new();
    let mut own_is_free = true;
    let mut freed = threads.watch();
    loop {
        while next < parts.end && !cancel.is_cancelled() {
            let spare = match own_is_free {
                true => None,
                false if at_once => match threads.spare() {
                    Some(spare) => Some(spare),
                    None => break,
                },
                false => break,
            };
            let part = run(next, spare.as_ref().map_or(own, |spare| spare.number));
            let is_own = spare.is_none();
            own_is_free &= !is_own;
            let handle = running.spawn(async move {
                // Given back also where the part panics.
                let _held = spare;
                part.await
            });
            places.insert(handle.id(), (next, is_own));
            next += 1;
        }
        if running.is_empty() {
            return ended;
        }
        tokio::select! {
            Some(joined) = running.join_next_with_id() => {
                let (id, outcome) = match joined {
                    Ok((id, value)) => (id, Ok(value)),
                    Err(error) => (error.id(), Err(error)),
                };
                let (part, was_own) = places.remove(&id).expect("every part has a place");
                own_is_free |= was_own;
                ended.push((part, outcome));
            }
            Ok(()) = freed.changed(), if at_once && next < parts.end => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    /// How many parts ran at the same time, on how many threads the run has.
    fn most_at_once(count: usize, at_once: bool) -> usize {
        let threads = Threads::new(count);
        let own = threads.take().unwrap();
        let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let part = |part: usize, _thread: usize| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                now.fetch_sub(1, Ordering::SeqCst);
                assert!(part != 3, "the fourth part fails");
                part
            }
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_time().build().unwrap();
        let cancel = Cancel::default();
        let ended = runtime.block_on(run_parts(0..9, (&threads, own), at_once, &cancel, part));
        let failed: Vec<usize> =
            ended.iter().filter(|(_, outcome)| outcome.is_err()).map(|(part, _)| *part).collect();
        assert_eq!((ended.len(), failed), (9, vec![3]));
        threads.give_back(own);
        assert_eq!((0..count).filter_map(|_| threads.take()).count(), count, "all are free again");
        most.load(Ordering::SeqCst)
    }

    #[test]
    fn parts_run_on_the_threads_that_nobody_waits_for() {
        assert_eq!(most_at_once(1, true), 1);
        assert_eq!(most_at_once(3, false), 1);
        assert_eq!(most_at_once(3, true), 3);
    }
}
