//! The server itself: a thread for each connection.

use std::{
    collections::BTreeSet,
    io::BufReader,
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex, MutexGuard,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use serde_json::Value;

use super::{
    answer,
    behaviour::Behaviour,
    catalog_routes::Catalog,
    faults::{Faults, Mishap},
    http::{self, HttpAnswer, HttpRequest},
    jobs::{Jobs, merge},
    record::{self, Exchange},
    routes,
    store::Database,
    upload_routes::Uploads,
};

/// A server on a port of its own; it ends with its value.
pub struct Server {
    shared: Arc<Shared>,
}

pub struct Shared {
    address: SocketAddr,
    state: Mutex<State>,
    changed: Condvar,
    closing: AtomicBool,
}

pub struct State {
    pub jobs: Jobs,
    pub faults: Faults,
    /// The tokens that are valid.
    pub tokens: BTreeSet<String>,
    /// How long new tokens are said to last.
    pub token_lifetime_secs: u64,
    /// What token servers were given: statements, scopes, requests.
    pub statements: Vec<Value>,
    pub catalog: Catalog,
    pub uploads: Uploads,
    /// The rows of tables, where they have some.
    pub database: Option<Database>,
    /// Rows of a page at most.
    pub page_rows: usize,
    /// What everything is answered with.
    pub nonsense: Option<String>,
    exchanges: Vec<Exchange>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let state = State {
            jobs: Jobs::default(),
            faults: Faults::default(),
            tokens: BTreeSet::from(["token-1".to_owned()]),
            token_lifetime_secs: 3600,
            statements: Vec::new(),
            catalog: Catalog::default(),
            uploads: Uploads::default(),
            database: None,
            page_rows: 100_000,
            nonsense: None,
            exchanges: Vec::new(),
        };
        let shared = Arc::new(Shared {
            address,
            state: Mutex::new(state),
            changed: Condvar::new(),
            closing: AtomicBool::new(false),
        });
        let accepting = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if accepting.is_closing() {
                    return;
                }
                let shared = Arc::clone(&accepting);
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Self { shared }
    }

    /// A server whose statements do what they say, to tables of a project that hold rows.
    pub fn with_rows(project: &str) -> Self {
        let server = Self::start();
        server.state().database = Some(Database::new(project));
        server
    }

    /// Its address, as `api_endpoint` takes it.
    pub fn url(&self) -> String {
        self.shared.url()
    }

    /// Says what statements do that hold a text.
    pub fn on(&self, text: &str, behaviour: Behaviour) {
        self.state().jobs.rule(text, behaviour);
    }

    /// Says what happens to the next requests whose method and target hold a text.
    pub fn mishaps(&self, request: &str, mishaps: &[Mishap]) {
        self.state().faults.plan(request, mishaps);
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.shared.state()
    }

    /// What was on the wire.
    pub fn wire(&self) -> String {
        record::text(&self.state().exchanges)
    }

    /// What was on the wire after so many requests, as `tell` tells it.
    pub fn told_since(&self, before: usize, tell: impl Fn(&[Exchange]) -> String) -> String {
        tell(&self.state().exchanges[before..])
    }

    /// Methods and targets of the requests after so many.
    pub fn lines_since(&self, before: usize) -> Vec<String> {
        self.state().exchanges[before..].iter().map(Exchange::line).collect()
    }

    /// How many requests there were whose method and target hold a text.
    pub fn requests(&self, text: &str) -> usize {
        let state = self.state();
        state.exchanges.iter().filter(|exchange| exchange.line().contains(text)).count()
    }

    /// Stops a job, as somebody else does.
    pub fn stop(&self, id: &str) {
        self.state().jobs.stop(id);
        self.shared.wake();
    }

    /// The statements that took effect.
    pub fn effects(&self) -> Vec<String> {
        self.state().jobs.effects.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.closing.store(true, Ordering::SeqCst);
        self.shared.wake();
        // Wakes the thread that accepts.
        let _ = TcpStream::connect(self.shared.address);
    }
}

impl State {
    /// Ends the jobs whose time came: they take effect.
    pub fn settle(&mut self) {
        for id in self.jobs.settle() {
            let Some(job) = self.jobs.by_id.get_mut(&id) else { continue };
            let statement = job.statement();
            if let Some(database) = self.database.as_ref().filter(|_| !job.behaviour.told) {
                let rows = self.uploads.loaded.get(&id).map(Vec::as_slice);
                match database.carry_out(job, rows, &mut self.catalog) {
                    Ok(statistics) => {
                        if let Some(query) = statistics.get("query") {
                            job.behaviour.statistics = query.clone();
                        }
                        merge(&mut job.behaviour.more_statistics, &statistics);
                    }
                    Err(wrong) => {
                        job.fails(wrong);
                        continue;
                    }
                }
            }
            self.jobs.effects.push(statement);
        }
    }
}

impl Shared {
    pub fn state(&self) -> MutexGuard<'_, State> {
        // A failed assertion elsewhere is told there.
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        state.settle();
        state
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::SeqCst)
    }

    /// Lets others in until something changes or a while passed.
    pub fn wait<'a>(&self, state: MutexGuard<'a, State>, pause: Duration) -> MutexGuard<'a, State> {
        match self.changed.wait_timeout(state, pause) {
            Ok((state, _)) => state,
            Err(poisoned) => poisoned.into_inner().0,
        }
    }

    /// Wakes those who wait.
    pub fn wake(&self) {
        self.changed.notify_all();
    }

    fn serve(&self, mut stream: TcpStream) {
        stream.set_nodelay(true).expect("loopback can do it");
        let Ok(reading) = stream.try_clone() else { return };
        let mut reader = BufReader::new(reading);
        while let Some(request) = http::read(&mut reader) {
            if self.is_closing() {
                return;
            }
            let line = format!("{} {}", request.method, request.target);
            let mishap = self.state().faults.next(&line);
            let number = self.note(&request, mishap);
            let (answer, whole) = self.carry_out(&request, mishap);
            self.state().exchanges[number].answer = answer.clone().filter(|_| whole);
            let Some(answer) = answer else { return };
            if answer.write(&mut stream, whole).is_err() || !whole {
                return;
            }
        }
    }

    /// The answer, and whether all of it is sent.
    fn carry_out(
        &self,
        request: &HttpRequest,
        mishap: Option<Mishap>,
    ) -> (Option<HttpAnswer>, bool) {
        let refuse = |status, reason| answer::error(status, reason, "Try again later.");
        if let Some(body) = self.state().nonsense.clone() {
            let answer = HttpAnswer { status: 200, headers: Vec::new(), body: body.into_bytes() };
            return (Some(answer), true);
        }
        let answer = match mishap {
            None => routes::answer(self, request),
            Some(Mishap::LostRequest) => return (None, true),
            Some(Mishap::LostAnswer) => {
                routes::answer(self, request);
                return (None, true);
            }
            Some(Mishap::SentTwice) => {
                routes::answer(self, request);
                routes::answer(self, request)
            }
            Some(Mishap::HalfAnswer) => return (Some(routes::answer(self, request)), false),
            Some(Mishap::Refused(status, reason)) => refuse(status, reason),
            Some(Mishap::RefusedFor(status, reason, secs)) => {
                refuse(status, reason).with("retry-after", secs.to_string())
            }
            Some(Mishap::Page(status)) => HttpAnswer {
                status,
                headers: vec![("content-type".to_owned(), "text/html".to_owned())],
                body: b"<html><title>Error</title></html>".to_vec(),
            },
            Some(Mishap::DoneButError(status, reason)) => {
                routes::answer(self, request);
                refuse(status, reason)
            }
        };
        (Some(answer), true)
    }

    /// Keeps a request, in the order of their arrival.
    fn note(&self, request: &HttpRequest, mishap: Option<Mishap>) -> usize {
        let mut state = self.state();
        let note = mishap.map(|mishap| format!("{mishap:?}"));
        state.exchanges.push(Exchange { request: request.clone(), answer: None, note });
        state.exchanges.len() - 1
    }
}
