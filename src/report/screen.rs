//! The two streams, secrets scrubbed on the way, and colour.

use std::{
    io::{ErrorKind, Write},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::project::Scrubber;

/// Colours with a meaning; every text is readable without them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Good,
    Warn,
    Bad,
    Dim,
    Bold,
}

/// The text in a tone, or as it is.
pub(super) fn paint(text: &str, tone: Tone, color: bool) -> String {
    let code = match tone {
        Tone::Good => "32",
        Tone::Warn => "33",
        Tone::Bad => "1;31",
        Tone::Dim => "2",
        Tone::Bold => "1",
    };
    if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// Writes a text and a line end to stderr. A closed stream is nobody's error.
pub(super) fn to_stderr(text: &str, scrubber: &Scrubber) {
    let _ = writeln!(std::io::stderr().lock(), "{}", scrubber.scrub(text));
}

/// Whether data could not be written to stdout.
static DATA_LOST: AtomicBool = AtomicBool::new(false);

/// Whether data could not be written to stdout, for instance because the disk is full.
pub fn data_lost() -> bool {
    DATA_LOST.load(Ordering::Relaxed)
}

/// Writes a text and a line end to stdout. Where the reader has gone (`| head`), the rest of the
/// data is of no use to anybody; any other failure is told once, and makes the command fail.
pub(super) fn to_stdout(text: &str, scrubber: &Scrubber) {
    let mut stdout = std::io::stdout().lock();
    let written = writeln!(stdout, "{}", scrubber.scrub(text)).and_then(|()| stdout.flush());
    if let Err(error) = written
        && error.kind() != ErrorKind::BrokenPipe
        && !DATA_LOST.swap(true, Ordering::Relaxed)
    {
        to_stderr(&format!("error[cannot-write]: stdout cannot be written: {error}"), scrubber);
    }
}
