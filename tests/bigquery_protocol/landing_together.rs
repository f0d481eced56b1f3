//! Two processes that land the same feed at once: only one gets the id of the feed's next commit, and the
//! other looks again at what is there.

use std::time::Duration;

use crate::{
    landing_project::{Landing, end},
    server::{Behaviour, Server},
    support::wait,
};

const ROUNDS: usize = 6;

#[test]
fn two_at_once_land_a_record_once() {
    let calm = Server::with_rows("shop");
    let rough = Server::with_rows("shop");
    // Long enough that both have staged their rows before one has committed.
    rough.on("begin transaction", Behaviour::takes(200));
    let mut refused = 0;
    for round in 1..=ROUNDS {
        let landing = Landing::of(0..round);
        wait(async {
            landing.land(&calm).await.expect("nothing is wrong");
            let second = async {
                // Not always in step.
                tokio::time::sleep(Duration::from_millis(17 * round as u64)).await;
                landing.land(&rough).await
            };
            let (first, second) = tokio::join!(landing.land(&rough), second);
            first.expect("one of them lands");
            second.expect("and the other has nothing more to land");
        });
        assert_eq!(end(&rough), end(&calm), "round {round}");
        refused = rough.state().jobs.by_id.keys().filter(|id| id.starts_with("elt_")).count();
    }
    // One commit a round, whoever made it.
    assert_eq!(refused, ROUNDS);
}

/// The commit that another process has begun is waited for, and what it landed is not landed again.
#[test]
fn a_commit_under_way_is_waited_for() {
    let server = Server::with_rows("shop");
    let landing = Landing::of(0..1);
    server.on("begin transaction", Behaviour::takes(600));
    wait(async {
        let second = async {
            while !server.state().jobs.by_id.keys().any(|id| id.starts_with("elt_")) {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            landing.land(&server).await
        };
        let (one, other) = tokio::join!(landing.land(&server), second);
        let rows = [one.expect("it lands"), other.expect("it waits")];
        assert_eq!(rows[1], 0, "{rows:?}");
        assert!(rows[0] > 0, "{rows:?}");
    });
}
