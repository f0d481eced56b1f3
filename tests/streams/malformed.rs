//! Ten thousand malformed messages of ten kinds: each is among the dead letters with a reason, or is
//! refused; the service stays up, and its memory does not grow.

use elt::ingest::{BROKEN_KINDS, Random, broken};
use serde_json::json;

use crate::{
    broker::{Broker, Faults},
    project::{Served, client, count, program, project, query, resident_bytes, told, wait},
    push::wrapped,
};

/// Of each kind, and by each way: a broker's envelope and plain.
const OF_EACH: usize = 500;

#[test]
fn each_is_kept_with_a_reason_or_refused() {
    let feed = "{type: push, path: /e, auth: none, key: event_id}";
    let folder = project(&[("events", feed)]);
    let path = folder.path();
    let served = Served::start(path, &[]);
    let url = format!("{}/e", served.base);
    let mut random = Random::seeded(3);
    let mut bodies = Vec::new();
    for number in 0..OF_EACH {
        for kind in 0..BROKEN_KINDS.len() {
            let good = json!({"event_id": format!("{number}-{kind}"), "n": number}).to_string();
            bodies.push((kind, number, broken(kind, &good, &mut random)));
        }
    }
    let half = bodies.len() / 2;
    let send = async |some: &[(usize, usize, Vec<u8>)]| {
        let client = client();
        let mut tasks = tokio::task::JoinSet::new();
        for (kind, number, body) in some.iter().cloned() {
            let (client, url) = (client.clone(), url.clone());
            tasks.spawn(async move {
                let (status, _) = told(client.post(&url).body(body.clone())).await;
                assert_eq!(status, 400, "{}", BROKEN_KINDS[kind]);
                let envelope = wrapped_bytes(&format!("{number}-{kind}"), &body);
                let (status, told) = told(client.post(&url).body(envelope)).await;
                assert_eq!(status, 200, "{}: {told}", BROKEN_KINDS[kind]);
                assert_eq!(told["dead_letters"], 1, "{}: {told}", BROKEN_KINDS[kind]);
            });
            while tasks.len() > 32 {
                tasks.join_next().await.expect("one ends").expect("it does not fail");
            }
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("it does not fail");
        }
    };
    let memory = wait(async {
        send(&bodies[..half]).await;
        let before = served.resident_bytes();
        send(&bodies[half..]).await;
        let after = served.resident_bytes();
        // It serves on.
        let good = told(client().post(&url).body("{\"event_id\":\"good\"}")).await;
        assert_eq!(good.0, 200);
        (before, after)
    });
    assert!(memory.1 < memory.0 + 64 * 1024 * 1024, "memory grows: {memory:?}");
    assert_eq!(served.stop(), Some(0));
    let all = (OF_EACH * BROKEN_KINDS.len()) as u64;
    assert_eq!(count(path, "select count(*) as n from bronze.dead_letter"), all);
    assert_eq!(count(path, "select count(distinct _uri) as n from bronze.dead_letter"), all);
    let silent = "select count(*) as n from bronze.dead_letter where coalesce(error, '') = ''";
    assert_eq!(count(path, silent), 0);
    assert_eq!(count(path, "select count(*) as n from bronze.events"), 1);
    let classes = "select error_class, count(*) as n from bronze.dead_letter group by 1 order by 1";
    insta::assert_json_snapshot!(query(path, classes));
}

#[test]
fn each_that_is_pulled_is_kept_with_a_reason() {
    let feed = "{type: pubsub, subscription: projects/p/subscriptions/s, key: event_id}";
    let folder = project(&[("events", feed)]);
    let path = folder.path();
    let broker = Broker::start(Faults::default());
    let mut random = Random::seeded(5);
    let all = 2 * OF_EACH * BROKEN_KINDS.len();
    for number in 0..2 * OF_EACH {
        for kind in 0..BROKEN_KINDS.len() {
            let good = json!({"event_id": format!("{number}-{kind}"), "n": number}).to_string();
            broker.add_bytes(&broken(kind, &good, &mut random), None);
        }
    }
    broker.add("{\"event_id\":\"good\"}", None);
    let mut command = program(path);
    command.env("PUBSUB_EMULATOR_HOST", &broker.host).arg("ingest");
    command.stderr(std::process::Stdio::null()).stdout(std::process::Stdio::null());
    let mut child = command.spawn().expect("the program starts");
    let (mut half, mut end) = (0, 0);
    let code = loop {
        if let Some(ended) = child.try_wait().expect("it can be waited for") {
            break ended.code();
        }
        match resident_bytes(child.id()) {
            0 => {}
            bytes if broker.open() > all / 2 => half = bytes,
            bytes => end = bytes,
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    };
    assert_eq!(code, Some(0), "dead letters are a warning");
    // Whoever looks too seldom knows nothing.
    assert!(half == 0 || end < half + 64 * 1024 * 1024, "memory grows: {half}, {end}");
    assert_eq!(broker.open(), 0);
    let all = all as u64;
    let told = "select count(distinct _uri) as n from bronze.dead_letter where coalesce(error, '') != '' and _uri like 'pubsub://%'";
    assert_eq!(count(path, told), all);
    assert_eq!(count(path, "select count(*) as n from bronze.dead_letter"), all);
    // An empty message is all that has no text.
    let silent =
        "select count(*) as n from bronze.dead_letter where raw = '' and error_class != 'empty'";
    assert_eq!(count(path, silent), 0);
    assert_eq!(count(path, "select count(*) as n from bronze.events"), 1);
    let classes = "select error_class, count(*) as n from bronze.dead_letter group by 1 order by 1";
    insta::assert_json_snapshot!(query(path, classes));
}

/// A push request of bytes that may be no text.
fn wrapped_bytes(id: &str, data: &[u8]) -> String {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let whole = wrapped(id, "");
    whole.replace("\"data\":\"\"", &format!("\"data\":\"{}\"", STANDARD.encode(data)))
}
