//! Load on `elt ingest serve`: connections that send an event, wait for the answer and send the next,
//! as `wrk` does. Says how many durable events a second were answered, and how long the answers took.
//!
//! `cargo bench --bench serve -- [SECONDS] [CONNECTIONS]`; `ELT` names another program to measure.

use std::{
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What is wanted: durable events a second, and the time that all but one answer in a hundred take.
const WANTED_PER_SECOND: f64 = 3_000.0;
const WANTED_P99: Duration = Duration::from_millis(250);
/// How long is sent before it is measured.
const WARM_UP: Duration = Duration::from_secs(2);
/// How far memory may be above what it was at half time, in a run of a minute and more: what is
/// remembered of keys is bounded, and has filled by then.
const WANTED_GROWTH: u64 = 16 * 1024 * 1024;
const LONG: Duration = Duration::from_secs(60);
/// How often memory is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

type Failure = Box<dyn std::error::Error + Send + Sync>;

fn main() -> Result<(), Failure> {
    let numbers: Vec<u64> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    let seconds = Duration::from_secs(numbers.first().copied().unwrap_or(30));
    let connections = numbers.get(1).copied().unwrap_or(64);
    let folder = tempfile::tempdir()?;
    project(folder.path())?;
    let mut served = Served::start(folder.path())?;
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).enable_all().build()?;
    let measured = runtime.block_on(load((&served.address, served.id()), seconds, connections))?;
    let memory = &measured.memory;
    let peak = |from: usize, to: usize| memory[from..to].iter().copied().max().unwrap_or_default();
    let (half, all) = (memory.len() / 2, memory.len());
    let cpu = cpu_seconds(served.id());
    served.stop()?;
    let rows = rows(folder.path())?;
    let mut latencies = measured.latencies;
    latencies.sort_unstable();
    let at = |share: f64| {
        let place = (latencies.len() as f64 * share) as usize;
        latencies.get(place.min(latencies.len().saturating_sub(1))).copied().unwrap_or_default()
    };
    let per_second = latencies.len() as f64 / measured.elapsed.as_secs_f64();
    println!("{connections} connections, {:.0} s", measured.elapsed.as_secs_f64());
    println!("{per_second:.0} durable events a second");
    println!("p50 {:?}, p90 {:?}, p99 {:?}, longest {:?}", at(0.5), at(0.9), at(0.99), at(1.0));
    let quarters = [1, 2, 3, 4].map(|n| mib(peak(all * (n - 1) / 4, all * n / 4)).round());
    println!(
        "memory {:.0} MiB after the warm-up, most by quarters {quarters:?} MiB",
        mib(memory[0])
    );
    println!("{cpu:.1} CPU seconds of the service, {:.0} events each", measured.all as f64 / cpu);
    println!("{} answered, {rows} rows", measured.all);
    if rows != measured.all {
        return Err(format!("{} were answered and {rows} are there", measured.all).into());
    }
    if seconds >= LONG && peak(half, all) > peak(0, half) + WANTED_GROWTH {
        return Err("memory grows".into());
    }
    let p99 = at(0.99);
    if per_second < WANTED_PER_SECOND || p99 > WANTED_P99 {
        return Err(format!("wanted {WANTED_PER_SECOND} a second, p99 {WANTED_P99:?}").into());
    }
    Ok(())
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}

fn project(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder.join("models"))?;
    std::fs::write(folder.join("dbt_project.yml"), "name: load\nversion: \"1.0.0\"\n")?;
    let sources = "sources:
  - name: web
    schema: bronze
    tables:
      - name: events
        config: {meta: {ingest: {type: push, path: /events, auth: none, key: event_id, source_ts: event_timestamp}}}
";
    std::fs::write(folder.join("models/_sources.yml"), sources)
}

fn program(folder: &Path) -> Command {
    let program = std::env::var_os("ELT").unwrap_or_else(|| env!("CARGO_BIN_EXE_elt").into());
    let mut command = Command::new(program);
    command.current_dir(folder).env_remove("PORT");
    command
}

fn rows(folder: &Path) -> Result<u64, Failure> {
    let sql = "select count(*) as n from bronze.events";
    let output = program(folder).args(["sql", sql, "--output", "json", "--quiet"]).output()?;
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    Ok(answer[0]["n"].as_u64().unwrap_or_default())
}

struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(folder: &Path) -> Result<Self, Failure> {
        let mut command = program(folder);
        command.args(["ingest", "serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let told = child.stderr.take().ok_or("its words cannot be read")?;
        let mut lines = BufReader::new(told).lines();
        let address = loop {
            let line = lines.next().ok_or("it does not listen")??;
            if let Some((_, address)) = line.split_once("http://") {
                break address.to_owned();
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { child, address })
    }

    fn id(&self) -> u32 {
        self.child.id()
    }

    fn stop(&mut self) -> std::io::Result<()> {
        Command::new("kill").args(["-TERM", &self.id().to_string()]).status()?;
        self.child.wait().map(|_| ())
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It has ended, where all went well.
        let _ = self.child.kill();
    }
}

fn resident(id: u32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/statm")).unwrap_or_default();
    let pages = text.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok());
    pages.unwrap_or(0) * 4096
}

fn cpu_seconds(id: u32) -> f64 {
    let text = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let fields: Vec<&str> = text.rsplit(") ").next().unwrap_or_default().split(' ').collect();
    let ticks = |at: usize| fields.get(at).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

struct Measured {
    latencies: Vec<Duration>,
    elapsed: Duration,
    all: u64,
    /// Looked at again and again, at the begin first.
    memory: Vec<u64>,
}

async fn load(
    (address, id): (&str, u32),
    seconds: Duration,
    connections: u64,
) -> Result<Measured, Failure> {
    let measuring = Arc::new(AtomicBool::new(false));
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = tokio::task::JoinSet::new();
    for sender in 0..connections {
        let (address, measuring, stop) =
            (address.to_owned(), Arc::clone(&measuring), Arc::clone(&stop));
        tasks.spawn(async move { send(&address, sender, &measuring, &stop).await });
    }
    tokio::time::sleep(WARM_UP).await;
    let mut memory = vec![resident(id)];
    measuring.store(true, Ordering::Relaxed);
    let began = Instant::now();
    while began.elapsed() < seconds {
        tokio::time::sleep(LOOK_EVERY).await;
        memory.push(resident(id));
    }
    let elapsed = began.elapsed();
    measuring.store(false, Ordering::Relaxed);
    stop.store(true, Ordering::Relaxed);
    let (mut latencies, mut all) = (Vec::new(), 0);
    while let Some(done) = tasks.join_next().await {
        let (some, count) = done??;
        latencies.extend(some);
        all += count;
    }
    Ok(Measured { latencies, elapsed, all, memory })
}

async fn send(
    address: &str,
    sender: u64,
    measuring: &AtomicBool,
    stop: &AtomicBool,
) -> Result<(Vec<Duration>, u64), Failure> {
    let mut socket = TcpStream::connect(address).await?;
    socket.set_nodelay(true)?;
    let (mut latencies, mut count) = (Vec::new(), 0_u64);
    let mut buffer = vec![0; 4096];
    while !stop.load(Ordering::Relaxed) {
        let body = format!(
            "{{\"event_id\":\"evt_{sender}_{count}\",\"event_timestamp\":\"2026-01-01T12:00:00Z\",\
             \"event_type\":\"click\",\"device_id\":\"dev_{sender}\",\"user_id\":\"user_123\",\
             \"properties\":{{\"page_url\":\"https://shop.example/products/{}\",\"value\":29.99}}}}",
            count % 10
        );
        let request = format!(
            "POST /events HTTP/1.1\r\nhost: load\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let began = Instant::now();
        socket.write_all(request.as_bytes()).await?;
        answered(&mut socket, &mut buffer).await?;
        count += 1;
        if measuring.load(Ordering::Relaxed) {
            latencies.push(began.elapsed());
        }
    }
    Ok((latencies, count))
}

/// Reads one answer to its end.
async fn answered(socket: &mut TcpStream, buffer: &mut [u8]) -> Result<(), Failure> {
    let mut read = 0;
    loop {
        let more = socket.read(&mut buffer[read..]).await?;
        if more == 0 {
            return Err("the service hung up".into());
        }
        read += more;
        let text = std::str::from_utf8(&buffer[..read])?;
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        if !head.starts_with("HTTP/1.1 200") {
            return Err(format!("the service answered {text}").into());
        }
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>())
        });
        if length.is_some_and(|length| length.is_ok_and(|length| body.len() >= length)) {
            return Ok(());
        }
    }
}
