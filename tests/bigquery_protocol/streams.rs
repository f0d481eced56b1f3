//! Messages that are pushed, landed on BigQuery: no load job is spent on them, and whatever is lost,
//! refused or delivered again, each lands once.

use crate::{
    in_process::Parsed,
    served::{
        Sent, Service, assert_counted, commits, landed, pushed_project, send, send_until_durable,
        sender,
    },
    server::{Behaviour, Server, brief},
    support::wait,
    wire::steady,
};

const SCHEDULES: u64 = 40;
const THREADS: u64 = 4;
const SENDERS: usize = 4;

fn parsed() -> Parsed {
    let nobody = Server::start();
    let folder = pushed_project(&nobody);
    Parsed::read(folder.path(), "2024-02-01")
}

fn message(id: Option<&str>, key: &str, version: usize) -> Sent {
    let body = format!("{{\"id\":\"{key}\",\"version\":{version}}}");
    Sent { id: id.map(str::to_owned), body }
}

/// What a sender sends, in order: of two records versions A, B and A again, one of them twice, and one
/// message more than once.
fn messages(sender: usize) -> Vec<Sent> {
    let mut messages = Vec::new();
    for record in 0..2 {
        let key = format!("{sender}-{record}");
        for (number, version) in [0, 1, 1, 0].into_iter().enumerate() {
            let id = format!("m-{key}-{number}");
            messages.push(message(Some(&id), &key, version));
        }
        let again = messages[messages.len() - 4].clone();
        messages.push(again);
    }
    messages
}

/// What of it lands.
fn expected() -> Vec<Vec<serde_json::Value>> {
    let mut rows = Vec::new();
    for sender in 0..SENDERS {
        for record in 0..2 {
            for version in [0, 1, 0] {
                let key = format!("{sender}-{record}");
                let payload = format!("{{\"id\":\"{key}\",\"version\":{version}}}");
                rows.push(vec![key.into(), payload.into()]);
            }
        }
    }
    rows
}

/// Each sender sends to its service, in order.
async fn send_all(services: &[&Service]) {
    let senders = (0..SENDERS).map(|number| {
        let base = services[number % services.len()].base.clone();
        tokio::spawn(async move {
            let client = sender();
            for message in messages(number) {
                send_until_durable(&client, &base, &message).await;
            }
        })
    });
    for sender in senders.collect::<Vec<_>>() {
        sender.await.expect("no panic");
    }
}

#[test]
fn a_commit_is_one_script() {
    let (parsed, server) = (parsed(), Server::with_rows("shop"));
    let before = wait(async {
        let service = Service::start(&parsed, &server).await;
        let client = sender();
        send_until_durable(&client, &service.base, &message(Some("m1"), "a", 1)).await;
        // The tables are there now.
        let before = server.requests("");
        send_until_durable(&client, &service.base, &message(Some("m2"), "b", 2)).await;
        service.stop().await;
        before
    });
    insta::assert_snapshot!(steady(&server.told_since(before, brief)));
    assert_counted(&server, "");
}

#[test]
fn schedules_of_faults_land_each_message_once() {
    let parsed = parsed();
    let expected = expected();
    std::thread::scope(|scope| {
        let (parsed, expected) = (&parsed, &expected);
        let run_some = move |first: u64| {
            for seed in (first..=SCHEDULES).step_by(THREADS as usize) {
                let server = Server::with_rows("shop");
                server.state().faults.seed(seed);
                wait(async {
                    let service = Service::start(parsed, &server).await;
                    send_all(&[&service]).await;
                    service.stop().await;
                });
                assert_eq!(&landed(&server), expected, "seed {seed}");
                assert_counted(&server, &format!("seed {seed}"));
            }
        };
        let threads: Vec<_> =
            (1..=THREADS).map(|first| scope.spawn(move || run_some(first))).collect();
        threads.into_iter().for_each(|thread| thread.join().expect("the seed is told above"));
    });
}

/// A service that starts anew knows by the tables what has been landed.
#[test]
fn what_has_landed_before_is_known() {
    let (parsed, server) = (parsed(), Server::with_rows("shop"));
    wait(async {
        for _ in 0..3 {
            let service = Service::start(&parsed, &server).await;
            let client = sender();
            for number in 0..20 {
                let (id, key) = (format!("m{number}"), format!("k{number:02}"));
                // Some are told apart by what they say only.
                let id = (number % 2 == 0).then_some(id.as_str());
                send_until_durable(&client, &service.base, &message(id, &key, number)).await;
            }
            service.stop().await;
        }
    });
    assert_eq!(landed(&server).len(), 20);
    assert_counted(&server, "");
}

/// Two services of one endpoint, as behind a load balancer: a message that is delivered to both, at once
/// or one after the other, lands once.
#[test]
fn two_services_land_each_message_once() {
    let (parsed, server) = (parsed(), Server::with_rows("shop"));
    server.on("begin transaction", Behaviour::takes(20));
    wait(async {
        let services =
            [Service::start(&parsed, &server).await, Service::start(&parsed, &server).await];
        let senders = (0..SENDERS).map(|at| {
            let bases = [services[0].base.clone(), services[1].base.clone()];
            tokio::spawn(async move {
                let client = sender();
                for number in 0..12 {
                    let (id, key) = (format!("m{at}-{number}"), format!("k{at}-{number}"));
                    let id = (number % 2 == 0).then_some(id.as_str());
                    let message = message(id, &key, number);
                    let send = |to: usize| send_until_durable(&client, &bases[to], &message);
                    match number % 3 {
                        0 => drop(tokio::join!(send(0), send(1))),
                        1 => {
                            send(0).await;
                            send(1).await;
                        }
                        _ => {
                            send(1).await;
                            send(0).await;
                        }
                    }
                }
            })
        });
        for sender in senders.collect::<Vec<_>>() {
            sender.await.expect("no panic");
        }
        for service in services {
            service.stop().await;
        }
    });
    let refused = server.wire().matches("=> 409").count();
    println!("{} commits, {refused} begun by both", commits(&server).len());
    assert_eq!(landed(&server).len(), SENDERS * 12);
    assert_counted(&server, "");
}

/// A quota that is used up is no message's fault: whoever sends is told to come again.
#[test]
fn a_warehouse_that_fails_buries_nothing() {
    let (parsed, server) = (parsed(), Server::with_rows("shop"));
    let exceeded = Behaviour::fails("quotaExceeded", "Quota exceeded: too many of something");
    server.on("begin transaction", exceeded.times(3));
    wait(async {
        let service = Service::start(&parsed, &server).await;
        let client = sender();
        let message = message(Some("m1"), "a", 1);
        for _ in 0..3 {
            assert!(!send(&client, &service.base, &message).await, "it is not durable");
        }
        assert!(send(&client, &service.base, &message).await, "the quota is there again");
        service.stop().await;
    });
    assert_eq!(landed(&server).len(), 1);
    let dead_letters = ("bronze".to_owned(), "dead_letter".to_owned());
    assert!(!server.state().catalog.tables.contains_key(&dead_letters));
    assert_counted(&server, "");
}

/// What the warehouse refuses of a commit is found and put aside alone.
#[test]
fn a_message_that_the_warehouse_refuses_is_a_dead_letter() {
    let (parsed, server) = (parsed(), Server::with_rows("shop"));
    let poisoned = Behaviour::fails("invalidQuery", "the value poison cannot be written");
    server.on("insert into `shop`.`bronze`.`events`", poisoned.times(1));
    wait(async {
        let service = Service::start(&parsed, &server).await;
        let client = sender();
        send_until_durable(&client, &service.base, &message(Some("m1"), "a", 1)).await;
        send_until_durable(&client, &service.base, &message(Some("m2"), "b", 1)).await;
        service.stop().await;
    });
    assert_eq!(landed(&server).len(), 1);
    let state = server.state();
    let database = state.database.as_ref().expect("it has rows");
    let letters = database.rows("select stage, raw from shop.bronze.dead_letter");
    let raw = "{\"id\":\"a\",\"version\":1}";
    assert_eq!(letters, Ok(vec![vec!["land".into(), raw.into()]]));
}
