//! What a process holds while it runs, as Linux tells it.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

const PAUSE: Duration = Duration::from_millis(20);
/// `USER_HZ` of every Linux that there is.
const TICKS_PER_SEC: f64 = 100.0;

/// Memory over time.
pub struct Memory {
    /// Resident bytes.
    samples: Vec<u64>,
}

impl std::fmt::Display for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = |percent: usize| {
            let last = self.samples.len().saturating_sub(1);
            let bytes = self.samples.get(last * percent / 100).copied().unwrap_or(0);
            bytes as f64 / f64::from(1 << 20)
        };
        let peak = self.samples.iter().max().copied().unwrap_or(0) as f64 / f64::from(1 << 20);
        let [a, b, c, d] = [25, 50, 75, 98].map(at);
        write!(
            f,
            "MiB after 25, 50, 75, 98 % of it: {a:.0}, {b:.0}, {c:.0}, {d:.0}; peak {peak:.0}"
        )
    }
}

/// A process that is being watched.
pub struct Watched {
    ended: Arc<AtomicBool>,
    thread: JoinHandle<(Vec<u64>, f64)>,
}

/// Watches a process.
pub fn watch(process: u32) -> Watched {
    let ended = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&ended);
    let thread = std::thread::spawn(move || {
        let (mut samples, mut cpu_secs) = (Vec::new(), 0.0);
        while !told.load(Ordering::Relaxed) {
            samples.extend(resident(process));
            cpu_secs = self::cpu_secs(process).unwrap_or(cpu_secs);
            std::thread::sleep(PAUSE);
        }
        (samples, cpu_secs)
    });
    Watched { ended, thread }
}

impl Watched {
    /// Memory and CPU seconds of the process, which has ended.
    pub fn end(self) -> (Memory, f64) {
        self.ended.store(true, Ordering::Relaxed);
        let (samples, cpu_secs) = self.thread.join().expect("it does not panic");
        (Memory { samples }, cpu_secs)
    }
}

fn resident(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024)
}

fn cpu_secs(process: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // Behind the name, which may hold anything.
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let mut ticks = || fields.next()?.parse::<f64>().ok();
    Some((ticks()? + ticks()?) / TICKS_PER_SEC)
}
