//! Landing while requests are lost, refused, or answered with errors, and jobs fail: rows are neither
//! lost nor doubled, what is remembered is right, and each load is committed once.

use std::collections::BTreeMap;

use regex::Regex;

use crate::{
    landing_project::{End, Landing, end, staging},
    server::{Behaviour, Mishap, Server},
    support::wait,
};

const SCHEDULES: u64 = 100;
const THREADS: usize = 4;
const DAYS: usize = 3;
/// How the script that commits begins.
const COMMIT: &str = "begin transaction";

/// The project on each day.
fn days() -> Vec<Landing> {
    (1..=DAYS).map(|day| Landing::of(0..day)).collect()
}

/// What took effect how often, and how many requests there were.
type Done = (BTreeMap<String, usize>, usize);

/// Lands day by day on a server that is prepared before.
fn run(days: &[Landing], prepare: impl FnOnce(&Server)) -> Result<(End, Done), String> {
    let server = Server::with_rows("shop");
    prepare(&server);
    wait(async {
        for day in days {
            day.land(&server).await?;
        }
        Ok::<_, String>(())
    })?;
    let left = staging(&server);
    if !left.is_empty() {
        return Err(format!("staging tables are left: {left:?}"));
    }
    let staged = Regex::new("__elt_stage_[0-9a-f]+").expect("it is one");
    let mut effects = BTreeMap::new();
    // What only looks may be asked again: after a lost answer whose commit it was.
    for effect in server.effects().iter().filter(|effect| !effect.starts_with("select")) {
        let effect = match effect.starts_with(COMMIT) {
            true => COMMIT,
            false => effect.lines().next().unwrap_or_default(),
        };
        *effects.entry(staged.replace_all(effect, "__elt_stage_").into_owned()).or_default() += 1;
    }
    Ok((end(&server), (effects, server.requests(""))))
}

/// Does the work of all numbers, in threads: they mostly wait.
fn in_threads(count: usize, work: impl Fn(usize) + Sync) {
    std::thread::scope(|scope| {
        let work = &work;
        let threads = (0..THREADS)
            .map(|first| scope.spawn(move || (first..count).step_by(THREADS).for_each(work)));
        let threads: Vec<_> = threads.collect();
        threads.into_iter().for_each(|thread| thread.join().expect("the number is told above"));
    });
}

#[test]
fn a_hundred_schedules_of_faults_land_the_same_rows() {
    let days = days();
    let (expected, (effects, undisturbed)) = run(&days, |_| {}).expect("nothing is wrong");
    assert_eq!(effects[COMMIT], DAYS, "{effects:#?}");
    let requests = std::sync::atomic::AtomicUsize::new(0);
    in_threads(SCHEDULES as usize, |seed| {
        let seed = seed as u64 + 1;
        let ran = run(&days, |server| server.state().faults.seed(seed));
        let (end, (done, count)) = ran.unwrap_or_else(|why| panic!("seed {seed}: {why}"));
        assert_eq!(end, expected, "seed {seed}");
        assert_eq!(done, effects, "seed {seed}");
        requests.fetch_add(count, std::sync::atomic::Ordering::Relaxed);
    });
    // The schedules are no still waters.
    let requests = requests.into_inner();
    assert!(requests > undisturbed * SCHEDULES as usize * 5 / 4, "{requests} requests");
}

/// Each request of two landings, the first and one into tables that are there, meets with each mishap.
#[test]
fn whichever_request_goes_wrong_the_same_rows_land() {
    let days = &days()[..2];
    let (expected, (effects, requests)) = run(days, |_| {}).expect("nothing is wrong");
    let mishaps = [
        Mishap::LostRequest,
        Mishap::LostAnswer,
        Mishap::HalfAnswer,
        Mishap::RefusedFor(429, "rateLimitExceeded", 0),
        Mishap::RefusedFor(503, "backendError", 0),
        Mishap::DoneButError(503, "backendError"),
    ];
    in_threads(requests * mishaps.len(), |number| {
        let (at, mishap) = (number / mishaps.len(), mishaps[number % mishaps.len()]);
        let ran = run(days, |server| server.state().faults.at(at, mishap));
        let (end, (done, _)) = ran.unwrap_or_else(|why| panic!("request {at}, {mishap:?}: {why}"));
        assert_eq!(end, expected, "request {at}, {mishap:?}");
        assert_eq!(done, effects, "request {at}, {mishap:?}");
    });
}

/// A server that refuses for a second is not asked again before.
#[test]
fn retry_after_is_kept_to() {
    let days = days();
    let server = Server::with_rows("shop");
    server.mishaps("POST /upload", &[Mishap::RefusedFor(429, "rateLimitExceeded", 1)]);
    let begin = std::time::Instant::now();
    wait(days[0].land(&server)).expect("it is waited for");
    assert!(begin.elapsed() >= std::time::Duration::from_secs(1));
    let expected = run(&days[..1], |_| {}).expect("nothing is wrong").0;
    assert_eq!(end(&server), expected);
}

/// Where the commit fails for good nothing has landed, nothing is remembered, and the next run lands all.
#[test]
fn a_commit_that_fails_leaves_nothing() {
    let days = days();
    let (expected, _) = run(&days[..2], |_| {}).expect("nothing is wrong");
    let server = Server::with_rows("shop");
    wait(days[0].land(&server)).expect("nothing is wrong");
    let before = end(&server);
    let failure = Behaviour::fails("quotaExceeded", "Quota exceeded: too many of something");
    server.on(COMMIT, failure.times(1));
    let refused = wait(days[1].land(&server)).expect_err("the commit failed");
    assert!(refused.contains("Quota exceeded"), "{refused}");
    assert_eq!(end(&server), before);
    assert!(staging(&server).is_empty());
    // The id of the failed job is taken for ever: the next commit goes behind it.
    wait(days[1].land(&server)).expect("the quota is there again");
    assert_eq!(end(&server), expected);
}
