//! How to report.

use std::{io::IsTerminal, path::PathBuf, sync::Arc};

use super::LogFile;
use crate::{project::Scrubber, run::Prices};

/// Columns assumed where stderr is no terminal: wide enough for names, narrow enough for logs.
const DEFAULT_WIDTH: usize = 100;

/// `--log-format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object per line.
    Json,
}

/// `--use-colors`, `--no-color` or neither.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorChoice {
    /// Where stderr is a terminal and `NO_COLOR` is not set (<https://no-color.org>).
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

impl ColorChoice {
    /// Whether to colour what goes to stderr.
    pub fn enabled(self) -> bool {
        let refused = || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let dumb = || std::env::var_os("TERM").is_some_and(|value| value == "dumb");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => std::io::stderr().is_terminal() && !refused() && !dumb(),
        }
    }
}

/// Everything a [`super::Report`] needs to know.
#[derive(Clone)]
pub struct ReportOptions {
    /// Text or JSON lines.
    pub format: LogFormat,
    /// Whether to colour.
    pub color: bool,
    /// `--quiet`: only errors and data.
    pub quiet: bool,
    /// Whether a progress bar may be drawn.
    pub progress: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// Whether what `print()` prints is shown.
    pub print: bool,
    /// Where to write what is told, too.
    pub log: Option<Arc<LogFile>>,
    /// Where to write a JUnit file.
    pub junit: Option<PathBuf>,
    /// Whether to annotate for GitHub Actions.
    pub github: bool,
    /// The command as typed after `elt`, for the rerun hint (`build`, `test`, …).
    pub command: String,
    /// Replaces secrets.
    pub scrubber: Scrubber,
    /// What bytes or slots cost.
    pub prices: Prices,
}

impl ReportOptions {
    /// What suits this process: terminal or not, its width, GitHub Actions or not.
    pub fn detect(format: LogFormat, color: ColorChoice, quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let width = terminal_size::terminal_size_of(std::io::stderr())
            .map_or(DEFAULT_WIDTH, |(width, _)| usize::from(width.0));
        Self {
            format,
            color: color.enabled(),
            quiet,
            progress: terminal && format == LogFormat::Text && !quiet,
            width,
            print: true,
            log: None,
            junit: None,
            github: std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true"),
            command: "build".to_owned(),
            scrubber: Scrubber::default(),
            prices: Prices::default(),
        }
    }
}
