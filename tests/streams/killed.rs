//! Killed at random moments: what was answered with 2xx, or acknowledged, is there once.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use elt::ingest::Random;

use crate::{
    broker::{Broker, Faults},
    project::{Served, client, count, program, project, query, run, wait},
    push::wrapped,
};

/// How often each is killed: a few times here, as often as `ELT_KILLS` says elsewhere.
fn kills() -> u64 {
    std::env::var("ELT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(4)
}

fn keys(project: &std::path::Path) -> HashSet<String> {
    let rows = query(project, "select _record_key as k from bronze.events");
    rows.iter().filter_map(|row| row["k"].as_str().map(str::to_owned)).collect()
}

#[test]
fn serving() {
    let feed = "{type: push, path: /e, auth: none, key: event_id}";
    let folder = project(&[("events", feed)]);
    let path = folder.path();
    let mut random = Random::seeded(11);
    let answered = Arc::new(Mutex::new(HashSet::<String>::new()));
    for round in 0..kills() {
        let served = Served::start(path, &[]);
        let url = format!("{}/e", served.base);
        let pause = Duration::from_millis(random.between(20, 600).unsigned_abs());
        wait(async {
            let client = client();
            let mut tasks = tokio::task::JoinSet::new();
            for sender in 0..8 {
                let (client, url, answered) = (client.clone(), url.clone(), Arc::clone(&answered));
                tasks.spawn(async move {
                    for number in 0.. {
                        let key = format!("{round}-{sender}-{number}");
                        let data = format!("{{\"event_id\":\"{key}\"}}");
                        // Half of them by a broker, which sends again what was not answered.
                        let body = if sender % 2 == 0 { data } else { wrapped(&key, &data) };
                        loop {
                            let sent = client.post(&url).body(body.clone()).send().await;
                            let Ok(answer) = sent else { return body };
                            if answer.status().is_success() {
                                break;
                            }
                        }
                        answered.lock().expect("no panic").insert(key);
                    }
                    unreachable!("senders stop when nobody answers")
                });
            }
            tokio::time::sleep(pause).await;
            served.kill();
            // What was under way is sent again, to the next one.
            let mut unanswered = Vec::new();
            while let Some(body) = tasks.join_next().await {
                unanswered.push(body.expect("no sender fails"));
            }
            let served = Served::start(path, &[]);
            for body in unanswered {
                let sent = client.post(format!("{}/e", served.base)).body(body).send().await;
                assert!(sent.expect("it answers").status().is_success());
            }
            // And some of what was answered, as brokers do.
            let some: Vec<String> =
                answered.lock().expect("no panic").iter().take(50).cloned().collect();
            for key in some {
                let body = wrapped(&key, &format!("{{\"event_id\":\"{key}\"}}"));
                let sent = client.post(format!("{}/e", served.base)).body(body).send().await;
                assert!(sent.expect("it answers").status().is_success());
            }
            assert_eq!(served.stop(), Some(0));
        });
    }
    let keys = keys(path);
    let answered = answered.lock().expect("no panic");
    let lost: Vec<&String> = answered.difference(&keys).collect();
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), answered.len());
    let rows = count(path, "select count(*) as n from bronze.events");
    assert_eq!(rows, keys.len() as u64, "rows are doubled");
    eprintln!("{} kills, {} answered, {rows} rows", kills(), answered.len());
}

#[test]
fn pulling() {
    let feed = "{type: pubsub, subscription: projects/p/subscriptions/s, key: event_id, max_messages: 100}";
    let folder = project(&[("events", feed)]);
    let path = folder.path();
    let faults = Faults { doubled: 10, ..Faults::default() };
    let broker = Broker::start(faults);
    let mut random = Random::seeded(13);
    let mut sent = 0;
    for _ in 0..kills() {
        for _ in 0..1_500 {
            broker.add(&format!("{{\"event_id\":\"{sent}\"}}"), None);
            sent += 1;
        }
        let mut command = program(path);
        command.env("PUBSUB_EMULATOR_HOST", &broker.host).arg("ingest");
        command.stderr(std::process::Stdio::null()).stdout(std::process::Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        // Not before it has begun.
        let patience = Instant::now() + Duration::from_secs(20);
        let open = broker.open();
        while broker.open() == open && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_millis(random.between(0, 300).unsigned_abs()));
        child.kill().expect("it can be killed");
        child.wait().expect("it ends");
        broker.expire();
    }
    let (ok, said) = run(path, &[("PUBSUB_EMULATOR_HOST", &broker.host)], &["ingest"]);
    assert!(ok, "{said}");
    assert_eq!(broker.open(), 0);
    assert_eq!(broker.acked().len(), sent);
    let keys = keys(path);
    assert_eq!(keys.len(), sent, "messages are lost");
    let rows = count(path, "select count(*) as n from bronze.events");
    assert_eq!(rows, sent as u64, "rows are doubled");
    // By content, not by count alone.
    let hashes =
        count(path, "select count(distinct to_json_string(payload)) as n from bronze.events");
    assert_eq!(hashes, sent as u64);
    eprintln!("{} kills, {sent} messages, {rows} rows", kills());
}
