//! The service killed by SIGKILL at each stage of its commits, and started again: every message that was
//! answered is landed, and none twice, also where a commit outlives its process.
#![cfg(unix)]

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Stdio},
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use crate::{
    program::command,
    served::{Sent, assert_counted, landed, pushed_project, send, send_until_durable, sender},
    server::{Behaviour, Server},
    support::wait,
};

const KILLS: usize = 16;
/// Messages sent between two kills, side by side.
const MESSAGES: usize = 6;

/// Starts the service and waits until it listens.
#[expect(clippy::zombie_processes, reason = "whoever starts it waits for its end")]
fn serve(project: &Path) -> (Child, String) {
    let mut command = command(project, &["ingest", "serve", "--listen", "127.0.0.1:0"]);
    let mut child = command.stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let mut said = String::new();
    loop {
        let line = lines.next().unwrap_or_else(|| panic!("it ended: {said}")).expect("text");
        if let Some(at) = line.find("http://") {
            // Its further words must not stop it.
            std::thread::spawn(move || lines.for_each(drop));
            return (child, line[at..].trim().to_owned());
        }
        said.push_str(&line);
    }
}

fn message(number: usize) -> Sent {
    // Some are told apart by what they say only.
    let id = number.is_multiple_of(2).then(|| format!("m{number}"));
    Sent { id, body: format!("{{\"id\":\"k{number:03}\"}}") }
}

#[test]
fn a_service_killed_at_all_stages_lands_each_message_once() {
    let server = Server::with_rows("shop");
    // Commits outlive the program that was killed: the next one finds them running.
    server.on("begin transaction", Behaviour::takes(150));
    let project = pushed_project(&server);
    let mut open: Vec<usize> = Vec::new();
    let mut killed_at_work = 0;
    for kill in 0..=KILLS {
        let (mut child, base) = serve(project.path());
        open.extend(kill * MESSAGES..(kill + 1) * MESSAGES);
        let before = server.requests("");
        // All stages of a commit: it is a handful of requests.
        let behind = before + kill % 8;
        let is_last = kill == KILLS;
        let all_are_sent = AtomicBool::new(false);
        open = wait(async {
            let sending = async {
                let client = sender();
                let mut left = Vec::new();
                let sends = open.iter().map(|number| {
                    let (client, base, number) = (client.clone(), base.clone(), *number);
                    tokio::spawn(async move {
                        let message = message(number);
                        let durable = send(&client, &base, &message).await;
                        if !durable && is_last {
                            send_until_durable(&client, &base, &message).await;
                        }
                        (number, durable || is_last)
                    })
                });
                for sent in sends.collect::<Vec<_>>() {
                    let (number, durable) = sent.await.expect("no panic");
                    if !durable {
                        left.push(number);
                    }
                }
                all_are_sent.store(true, Ordering::Relaxed);
                left
            };
            let killing = async {
                // How many requests a commit takes depends on what shares it.
                let is_early = || server.requests("") < behind;
                while !is_last && is_early() && !all_are_sent.load(Ordering::Relaxed) {
                    tokio::time::sleep(Duration::from_millis(1)).await;
                }
                if !is_last {
                    child.kill().expect("it can be killed");
                }
            };
            let (left, ()) = tokio::join!(sending, killing);
            left
        });
        killed_at_work += usize::from(!open.is_empty());
        if is_last {
            child.kill().expect("it can be killed");
        }
        child.wait().expect("it is gone");
    }
    println!("{killed_at_work} of {KILLS} were killed at work");
    assert!(open.is_empty(), "not durable: {open:?}");
    assert!(killed_at_work >= 2, "only {killed_at_work} were killed at work");
    let keys: Vec<String> =
        landed(&server).iter().map(|row| row[0].as_str().unwrap_or_default().to_owned()).collect();
    let expected: Vec<String> = (0..(KILLS + 1) * MESSAGES).map(|n| format!("k{n:03}")).collect();
    assert_eq!(keys, expected);
    assert_counted(&server, "");
}
