//! Takes connections until it is to stop, then finishes what was taken.

use std::{
    collections::HashMap,
    net::SocketAddr,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
};

use super::{
    auth::Gate,
    endpoint::{Endpoint, Service},
};
use crate::{
    adapter::{Adapter, Cancel},
    ingest::{
        EnvLookup, Feed, FeedKind, Metrics,
        stream::{Stream, StreamOptions, Tables},
    },
};

/// Connections at a time; further ones wait to be taken.
const MAX_CONNECTIONS: usize = 1_024;
/// How long a request's headers may take, and a connection may be idle.
const HEADER_TIMEOUT: Duration = Duration::from_secs(60);
/// Bytes of a request's headers at most.
const MAX_HEADER_BYTES: usize = 64 * 1024;
/// How long requests that are under way may take when the service stops; what was taken is landed
/// however long that takes.
const GRACE: Duration = Duration::from_secs(20);
/// The pause after a connection could not be taken: there are no file handles left, for instance.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// What the service runs with.
pub struct ServeOptions {
    /// The feeds; all of type `push`.
    pub feeds: Vec<Arc<Feed>>,
    /// The project's folder, for files with secrets.
    pub root: PathBuf,
    /// The environment, for secrets.
    pub env: Arc<EnvLookup>,
    /// The warehouse.
    pub adapter: Arc<dyn Adapter>,
    /// The invocation.
    pub run_id: String,
    /// Where to listen: `address:port`.
    pub listen: String,
    /// How long a commit waits for more messages.
    pub linger: Duration,
    /// How many days of a table are looked at for what is landed already; all where none.
    pub window_days: Option<u32>,
    /// The feeds' counts.
    pub metrics: Metrics,
}

/// Serves until `cancel` is raised; returns when all is durable that was taken. `ready` is told the
/// address.
///
/// # Errors
/// A sentence, where it cannot start.
pub async fn serve(
    options: ServeOptions,
    cancel: &Cancel,
    ready: impl FnOnce(SocketAddr),
) -> Result<(), String> {
    let mut feeds = Vec::new();
    for feed in &options.feeds {
        let keyed = feed.keyed(&options.root, &*options.env);
        let of = |problem| format!("feed `{}.{}`: {problem}", feed.source, feed.stream);
        feeds.push(Arc::new(keyed.map_err(of)?));
    }
    let mut gates = Vec::new();
    for tables in Tables::of_all(&feeds) {
        let feed = &tables.first;
        let FeedKind::Push(push) = feed.kind.clone() else { continue };
        let gate = Gate::of(&push.auth, &options.root, &*options.env)
            .map_err(|problem| format!("feed `{}.{}`: {problem}", feed.source, feed.stream))?;
        gates.push((tables, push, gate));
    }
    let listener = TcpListener::bind(&options.listen)
        .await
        .map_err(|error| format!("cannot listen on `{}`: {error}", options.listen))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let stream = StreamOptions {
        feeds,
        adapter: options.adapter,
        run_id: options.run_id,
        linger: options.linger,
        window_days: options.window_days,
        metrics: options.metrics.clone(),
    };
    // Its own wish to stop: what was taken is finished.
    let (stream, committer) = Stream::start(stream, Cancel::default()).await?;
    let mut endpoints = HashMap::new();
    for (tables, push, gate) in gates {
        let metrics = options.metrics.feed(tables.feeds[0].0);
        let path = push.path.clone();
        endpoints.insert(path, Endpoint { tables, push, gate, metrics });
    }
    let service = Arc::new(Service {
        endpoints,
        stream,
        metrics: options.metrics,
        stopping: AtomicBool::new(false),
        failing: AtomicBool::new(false),
    });
    ready(address);
    let connections = accept(listener, &service, cancel).await;
    finish(connections).await;
    // The last clone of the stream goes with the service, and the committer ends behind it.
    drop(service);
    committer.await.map_err(|bug| format!("this is a bug in elt: {bug}"))
}

async fn accept(listener: TcpListener, service: &Arc<Service>, cancel: &Cancel) -> JoinSet<()> {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let taken = tokio::select! {
            () = cancel.cancelled() => break,
            // Those that have ended are cleared away.
            Some(_) = connections.join_next() => continue,
            taken = async {
                let place = Arc::clone(&places).acquire_owned().await;
                (place, listener.accept().await)
            } => taken,
        };
        let (Ok(place), accepted) = taken else { break };
        match accepted {
            Ok((socket, _)) => {
                let (service, cancel) = (Arc::clone(service), cancel.clone());
                connections.spawn(async move {
                    connection(socket, service, cancel).await;
                    drop(place);
                });
            }
            Err(_) => tokio::time::sleep(ACCEPT_PAUSE).await,
        }
    }
    service.stopping.store(true, Ordering::Relaxed);
    connections
}

async fn connection(socket: TcpStream, service: Arc<Service>, cancel: Cancel) {
    // Answers are small and must not wait for more.
    let _ = socket.set_nodelay(true);
    let handler = service_fn(move |request| {
        let service = Arc::clone(&service);
        async move { Ok::<_, std::convert::Infallible>(service.answer(request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(MAX_HEADER_BYTES)
        .serve_connection(TokioIo::new(socket), handler);
    tokio::pin!(connection);
    tokio::select! {
        // What is wrong with a connection its sender has been told, or is gone.
        _ = connection.as_mut() => {}
        () = cancel.cancelled() => {
            connection.as_mut().graceful_shutdown();
            let _ = connection.await;
        }
    }
}

/// Waits for what is under way, for a while.
async fn finish(mut connections: JoinSet<()>) {
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all).await.is_err() {
        connections.shutdown().await;
    }
}
