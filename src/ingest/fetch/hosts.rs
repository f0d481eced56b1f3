//! Whom requests go to: no more of them than a host takes, and none before it wants to be asked again.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

/// All hosts that an invocation asks, whichever feed does.
#[derive(Debug, Default)]
pub struct Hosts {
    hosts: Mutex<HashMap<String, Host>>,
}

#[derive(Debug, Clone, Copy)]
struct Host {
    /// When the next request may go.
    next: Instant,
    /// Nobody asks before.
    paused_until: Instant,
}

impl Hosts {
    /// Waits until the host may be asked. `per_sec` is the most requests in a second.
    pub async fn turn(&self, host: &str, per_sec: Option<f64>) {
        let mut at = self.of(host, |host| {
            let at = host.next.max(Instant::now());
            let apart = per_sec.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(1.0 / rate));
            host.next = at + apart;
            at
        });
        loop {
            sleep_until(at).await;
            // While this one waited, the host may have asked another one to wait.
            let paused_until = self.of(host, |host| host.paused_until);
            if paused_until <= Instant::now() {
                return;
            }
            at = paused_until;
        }
    }

    /// The host does not want to be asked for that long.
    pub fn pause(&self, host: &str, pause: Duration) {
        self.of(host, |host| host.paused_until = host.paused_until.max(Instant::now() + pause));
    }

    fn of<T>(&self, name: &str, on: impl FnOnce(&mut Host) -> T) -> T {
        let now = Instant::now();
        // What is kept here is whole at any moment.
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        on(hosts.entry(name.to_owned()).or_insert(Host { next: now, paused_until: now }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn requests_are_kept_apart_and_wait_for_whom_the_host_told() {
        let hosts = Hosts::default();
        let began = Instant::now();
        for _ in 0..5 {
            hosts.turn("a", Some(50.0)).await;
        }
        assert!(began.elapsed() >= Duration::from_millis(80), "{:?}", began.elapsed());
        hosts.turn("b", None).await;
        hosts.pause("b", Duration::from_millis(60));
        let began = Instant::now();
        hosts.turn("b", None).await;
        assert!(began.elapsed() >= Duration::from_millis(55), "{:?}", began.elapsed());
    }
}
