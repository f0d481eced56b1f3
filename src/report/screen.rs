//! The two streams, secrets scrubbed on the way, and colour.

use std::io::Write;

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

/// Writes a text and a line end to stdout. Where the reader has gone (`| head`), the rest of the
/// data is of no use to anybody.
pub(super) fn to_stdout(text: &str, scrubber: &Scrubber) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{}", scrubber.scrub(text)).and_then(|()| stdout.flush());
}
