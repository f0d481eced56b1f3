//! Ctrl-C: the first one stops cleanly, the second at once.

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
