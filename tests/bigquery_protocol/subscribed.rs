//! A subscription of Pub/Sub's landed on BigQuery, while the broker refuses requests, loses
//! acknowledgements and delivers messages again.

use std::{path::Path, process::Stdio, time::Duration};

use crate::{
    broker::{Broker, Faults},
    program::command,
    served::{assert_counted, landed},
    server::{Behaviour, Mishap, Server},
    small_project::shop,
};

const SOURCES: &str = "sources:
  - name: web
    schema: bronze
    tables:
      - name: events
        config:
          meta:
            ingest: {type: pubsub, subscription: projects/p/subscriptions/s, key: id, max_messages: 40}
";
const MESSAGES: usize = 120;

#[test]
fn nothing_is_lost_or_doubled_whatever_the_broker_does() {
    let faults =
        Faults { refused: 10, acks_lost: 30, doubled: 20, lease: Some(Duration::from_millis(300)) };
    let broker = Broker::start(faults);
    let server = Server::with_rows("shop");
    // The first commit's answer is lost, and a later one is refused for a while.
    let mishaps = [Mishap::LostAnswer, Mishap::RefusedFor(429, "rateLimitExceeded", 0)];
    server.mishaps("POST /bigquery/v2/projects/shop/jobs", &mishaps);
    let project = shop(&server, &[("models/_sources.yml", SOURCES)]);
    for number in 0..MESSAGES {
        broker.add(&format!("{{\"id\":\"{number:03}\"}}"), None);
    }
    drain(project.path(), &broker);
    assert_all_landed(&server);
}

/// Lands what is there until nothing is open: what a lost acknowledgement has left comes again.
fn drain(project: &Path, broker: &Broker) {
    for _ in 0..30 {
        let mut command = command(project, &["ingest"]);
        let output = command.env("PUBSUB_EMULATOR_HOST", &broker.host).output();
        output.expect("the program starts");
        broker.expire();
        if broker.open() == 0 {
            return;
        }
    }
    panic!("{} messages are open", broker.open());
}

fn assert_all_landed(server: &Server) {
    let keys: Vec<String> =
        landed(server).iter().map(|row| row[0].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(keys, (0..MESSAGES).map(|number| format!("{number:03}")).collect::<Vec<_>>());
    assert_counted(server, "");
}

/// Killed by SIGKILL behind each of the first requests to BigQuery and run again: before the commit,
/// while it is under way, and before what it landed is acknowledged.
#[test]
fn a_subscriber_killed_at_all_stages_lands_each_message_once() {
    let broker = Broker::start(Faults::default());
    let server = Server::with_rows("shop");
    server.on("begin transaction", Behaviour::takes(150));
    let project = shop(&server, &[("models/_sources.yml", SOURCES)]);
    for number in 0..MESSAGES {
        broker.add(&format!("{{\"id\":\"{number:03}\"}}"), None);
    }
    for behind in (2..26).step_by(2) {
        let mut command = command(project.path(), &["ingest"]);
        command.env("PUBSUB_EMULATOR_HOST", &broker.host).stdout(Stdio::null());
        let mut child = command.stderr(Stdio::null()).spawn().expect("the program starts");
        let until = server.requests("") + behind;
        while server.requests("") < until && child.try_wait().expect("it is ours").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        // It may have ended.
        let _ = child.kill();
        child.wait().expect("it is gone");
        broker.expire();
    }
    drain(project.path(), &broker);
    assert_all_landed(&server);
}

/// A commit that takes longer than a message is kept from others: it is kept longer.
#[test]
fn messages_are_kept_from_others_while_they_are_landed() {
    let broker = Broker::start(Faults::default());
    let server = Server::with_rows("shop");
    server.on("begin transaction", Behaviour::takes(12_000));
    let project = shop(&server, &[("models/_sources.yml", SOURCES)]);
    broker.add("{\"id\":\"000\"}", None);
    let mut command = command(project.path(), &["ingest"]);
    let output = command.env("PUBSUB_EMULATOR_HOST", &broker.host).output();
    assert!(output.expect("the program starts").status.success());
    assert_eq!(broker.open(), 0);
    let extended = broker.extended();
    assert!(!extended.is_empty() && extended.iter().all(|secs| *secs == 60), "{extended:?}");
}
