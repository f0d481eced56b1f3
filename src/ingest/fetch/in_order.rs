//! Several at once, given in the order they were asked for in.

use std::collections::VecDeque;

use tokio::task::JoinSet;

/// Runs tasks, `at_once` of them at a time, and gives their results to `on` in order, which says
/// whether to go on.
///
/// Tasks that are under way when it ends are stopped.
pub async fn in_order<T, F, G>(
    tasks: impl IntoIterator<Item = F>,
    at_once: usize,
    mut on: impl FnMut(T) -> G,
) where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
    G: Future<Output = bool>,
{
    let mut tasks = tasks.into_iter();
    // Stops what is under way when it is dropped.
    let mut running = JoinSet::new();
    let mut results = VecDeque::new();
    loop {
        while results.len() < at_once.max(1) {
            let Some(task) = tasks.next() else { break };
            let (sender, receiver) = tokio::sync::oneshot::channel();
            running.spawn(async move {
                // Nobody takes it where it is not wanted any more.
                let _ = sender.send(task.await);
            });
            results.push_back(receiver);
        }
        let Some(next) = results.pop_front() else { return };
        // Whoever panics is not passed over: what it had to give would lack in silence.
        let result = next.await.expect("a task here ends by itself and without a panic");
        if !on(result).await {
            return;
        }
        while running.try_join_next().is_some() {}
    }
}
