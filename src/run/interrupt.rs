//! Ctrl-C: the first one stops cleanly, the second at once.

use std::sync::{Arc, Mutex, PoisonError};

use signal_hook::{
    consts::{SIGINT, SIGTERM},
    iterator::Signals,
};

use super::ExitCode;
use crate::adapter::Cancel;

/// Raises `cancel` on the first SIGINT or SIGTERM and leaves the process on the second. A thread of
/// its own listens, so that it works also while every worker is busy in an engine.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn stop_on_signals(cancel: &Cancel) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let cancel = cancel.clone();
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for _ in signals.forever() {
            if cancel.is_cancelled() {
                std::process::exit(ExitCode::Interrupted as i32);
            }
            cancel.cancel();
        }
    })?;
    Ok(())
}

/// Ctrl-C at a prompt, which outlives the statements that it stops.
#[derive(Clone, Debug, Default)]
pub struct Interrupts {
    current: Arc<Mutex<Cancel>>,
}

impl Interrupts {
    /// From now on the first SIGINT of a statement stops it and the second leaves the process, as
    /// SIGTERM does.
    ///
    /// # Errors
    /// When the handlers cannot be installed.
    pub fn listen(&self) -> std::io::Result<()> {
        let mut signals = Signals::new([SIGINT, SIGTERM])?;
        let current = self.current.clone();
        std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                let cancel = current.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if signal == SIGTERM || cancel.is_cancelled() {
                    std::process::exit(ExitCode::Interrupted as i32);
                }
                cancel.cancel();
            }
        })?;
        Ok(())
    }

    /// What the next statement is stopped by.
    #[must_use]
    pub fn next_statement(&self) -> Cancel {
        let cancel = Cancel::default();
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = cancel.clone();
        cancel
    }
}

/// Raises `stop` on the first SIGINT or SIGTERM, `cancel` on the second, and leaves the process on the
/// third: for what goes on and may end what it is at.
///
/// # Errors
/// When the handlers cannot be installed.
pub fn stop_on_signals_in_two_steps(stop: &Cancel, cancel: &Cancel) -> std::io::Result<()> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let (stop, cancel) = (stop.clone(), cancel.clone());
    std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
        for _ in signals.forever() {
            match (stop.is_cancelled(), cancel.is_cancelled()) {
                (false, _) => stop.cancel(),
                (true, false) => cancel.cancel(),
                (true, true) => std::process::exit(ExitCode::Interrupted as i32),
            }
        }
    })?;
    Ok(())
}
