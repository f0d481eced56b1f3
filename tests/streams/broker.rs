//! A server that speaks Pub/Sub's protocol, and errs as it may: messages come twice, out of order and
//! again when they are not acknowledged; requests are refused for a while.

use std::{
    collections::{HashMap, HashSet},
    convert::Infallible,
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};

/// How it errs; the shares are of 100.
#[derive(Clone, Copy, Debug, Default)]
pub struct Faults {
    /// Requests that are answered with 429 or 503.
    pub refused: u64,
    /// Acknowledgements that are answered with 503 and yet done, or not done though answered with 200.
    pub acks_lost: u64,
    /// Messages that come once more after they were acknowledged.
    pub doubled: u64,
    /// How long a message is kept from others; ten seconds where nothing is said.
    pub lease: Option<Duration>,
}

#[derive(Clone, Debug)]
struct Message {
    id: String,
    data: Vec<u8>,
    key: Option<String>,
    attempts: u64,
    leased: Option<Instant>,
    acked: bool,
    doubled: bool,
}

#[derive(Default)]
struct State {
    messages: Vec<Message>,
    acks: HashMap<String, usize>,
    faults: Faults,
    random: u64,
    /// The acknowledged messages: what must not be lost.
    acked: HashSet<String>,
    published: Vec<Value>,
    /// Seconds that messages were asked to be kept for, of each request.
    extended: Vec<u64>,
}

/// The server.
#[derive(Clone)]
pub struct Broker {
    state: Arc<Mutex<State>>,
    /// `127.0.0.1:port`, for `PUBSUB_EMULATOR_HOST`.
    pub host: String,
}

impl State {
    fn chance(&mut self, share: u64) -> bool {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.random >> 33) % 100 < share
    }

    fn pull(&mut self, max: usize) -> Value {
        let now = Instant::now();
        let lease = self.faults.lease.unwrap_or(Duration::from_secs(10));
        let mut blocked: HashSet<String> = HashSet::new();
        let mut given: Vec<(usize, bool)> = Vec::new();
        for at in 0..self.messages.len() {
            if given.len() >= max {
                break;
            }
            let message = &self.messages[at];
            let leased = message.leased.is_some_and(|until| until > now);
            let open = !message.acked;
            let again = message.acked && message.doubled;
            let ordered = message.key.clone();
            let stopped = ordered.as_ref().is_some_and(|key| blocked.contains(key));
            if open && (leased || stopped) {
                blocked.extend(ordered);
            } else if open || (again && !leased) {
                given.push((at, ordered.is_some()));
            }
        }
        // Those without an ordering key come in any order.
        let mut free: Vec<usize> = given.iter().filter(|one| !one.1).map(|one| one.0).collect();
        free.reverse();
        let mut order = Vec::new();
        for (at, ordered) in given {
            order.push(if ordered { at } else { free.pop().unwrap_or(at) });
        }
        let third = order.len() / 3;
        if order.iter().all(|at| self.messages[*at].key.is_none()) {
            order.rotate_left(third);
        }
        let mut received = Vec::new();
        for at in order {
            let number = self.acks.len();
            let message = &mut self.messages[at];
            message.attempts += 1;
            message.leased = Some(now + lease);
            message.doubled = false;
            let ack = format!("ack-{at}-{number}");
            received.push(json!({
                "ackId": ack, "deliveryAttempt": message.attempts,
                "message": {
                    "data": STANDARD.encode(&message.data), "messageId": message.id,
                    "publishTime": "2026-01-01T00:00:00Z", "orderingKey": message.key,
                },
            }));
            self.acks.insert(ack, at);
        }
        json!({"receivedMessages": received})
    }

    fn answer(&mut self, path: &str, body: &Value) -> (u16, Value) {
        let refused = self.faults.refused;
        if self.chance(refused) {
            let status = if self.chance(50) { 429 } else { 503 };
            return (status, json!({"error": {"message": "come again"}}));
        }
        let ids: Vec<String> = body["ackIds"].as_array().map_or_else(Vec::new, |ids| {
            ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()
        });
        if path.ends_with(":pull") {
            let max = body["maxMessages"].as_u64().unwrap_or(1) as usize;
            return (200, self.pull(max));
        }
        if path.ends_with(":acknowledge") {
            let lost = self.faults.acks_lost;
            if self.chance(lost) && self.chance(50) {
                return (200, json!({}));
            }
            for id in ids {
                let Some(at) = self.acks.get(&id).copied() else { continue };
                let doubled = self.faults.doubled;
                let again = self.chance(doubled);
                let message = &mut self.messages[at];
                message.doubled = again && !message.acked;
                message.acked = true;
                message.leased = None;
                let data = String::from_utf8_lossy(&message.data).into_owned();
                self.acked.insert(data);
            }
            let status = if self.chance(lost) { 503 } else { 200 };
            return (status, json!({}));
        }
        if path.ends_with(":modifyAckDeadline") {
            let secs = body["ackDeadlineSeconds"].as_u64().unwrap_or(0);
            self.extended.push(secs);
            for id in ids {
                if let Some(at) = self.acks.get(&id).copied() {
                    self.messages[at].leased = Some(Instant::now() + Duration::from_secs(secs));
                }
            }
            return (200, json!({}));
        }
        if path.ends_with(":publish") {
            let messages = body["messages"].as_array().cloned().unwrap_or_default();
            let first = self.published.len();
            let ids: Vec<String> = (0..messages.len()).map(|at| (first + at).to_string()).collect();
            self.published.extend(messages);
            return (200, json!({"messageIds": ids}));
        }
        (404, json!({"error": {"message": "there is no such method"}}))
    }
}

impl Broker {
    /// Starts it, on a thread that ends with the process.
    pub fn start(faults: Faults) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let host = listener.local_addr().expect("it has an address").to_string();
        listener.set_nonblocking(true).expect("it can be used by a runtime");
        let state = Arc::new(Mutex::new(State { faults, random: 7, ..State::default() }));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime starts").block_on(serve(listener, shared));
        });
        Self { state, host }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a message.
    pub fn add(&self, data: &str, key: Option<&str>) {
        self.add_bytes(data.as_bytes(), key);
    }

    /// Adds a message that may be no text.
    pub fn add_bytes(&self, data: &[u8], key: Option<&str>) {
        let mut state = self.state();
        let id = (1_000 + state.messages.len()).to_string();
        let (data, key) = (data.to_owned(), key.map(str::to_owned));
        let leased = None;
        state.messages.push(Message {
            id,
            data,
            key,
            attempts: 0,
            leased,
            acked: false,
            doubled: false,
        });
    }

    /// How it errs from now on.
    pub fn errs(&self, faults: Faults) {
        self.state().faults = faults;
    }

    /// What was published.
    pub fn published(&self) -> Vec<Value> {
        self.state().published.clone()
    }

    /// For how long messages were asked to be kept, request by request.
    pub fn extended(&self) -> Vec<u64> {
        self.state().extended.clone()
    }

    /// Gives up all leases: time has passed.
    pub fn expire(&self) {
        self.state().messages.iter_mut().for_each(|message| message.leased = None);
    }

    /// What was acknowledged.
    pub fn acked(&self) -> HashSet<String> {
        self.state().acked.clone()
    }

    /// How many messages are not acknowledged.
    pub fn open(&self) -> usize {
        self.state().messages.iter().filter(|message| !message.acked).count()
    }
}

async fn serve(listener: TcpListener, state: Arc<Mutex<State>>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("it is a listener");
    loop {
        let (socket, _) = listener.accept().await.expect("connections come");
        let state = Arc::clone(&state);
        tokio::spawn(async move {
            let handler = service_fn(move |request: Request<Incoming>| {
                let state = Arc::clone(&state);
                async move {
                    let path = request.uri().path().to_owned();
                    let body = request.into_body().collect().await;
                    let bytes = body.map(|body| body.to_bytes()).unwrap_or_default();
                    let body = serde_json::from_slice(&bytes).unwrap_or_default();
                    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                    let (status, body) = state.answer(&path, &body);
                    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())));
                    *answer.status_mut() = hyper::StatusCode::from_u16(status).expect("a status");
                    Ok::<_, Infallible>(answer)
                }
            });
            // A client that is killed breaks off.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(socket), handler)
                .await;
        });
    }
}

/// An address that answers every GET with a text.
pub fn serve_once(body: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.expect("connections come");
            let mut lines = BufReader::new(socket.try_clone().expect("it can be shared")).lines();
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let length = body.len();
            let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-type: application/json";
            let _ = write!(socket, "{head}\r\ncontent-length: {length}\r\n\r\n{body}");
        }
    });
    format!("http://{address}")
}
