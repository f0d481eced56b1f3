//! `elt sql` without a statement: a prompt with history.
//!
//! A statement may have several lines and ends at its `;`. Ctrl-C throws away what is being typed
//! and stops what runs; Ctrl-D, `exit`, `quit` and `\\q` leave.

use std::path::PathBuf;

use rustyline::{Config, DefaultEditor, error::ReadlineError};
use tokio::runtime::Handle;

use super::{session::Session, sql, sql_args::SqlArgs};
use crate::{
    adapter::Adapter,
    diagnostic::{Diagnostic, SourceFile},
    run::{ExitCode, Interrupts},
    sql::is_complete,
};

/// Statements that the history keeps.
const MOST_REMEMBERED: usize = 10_000;

const FIRST: &str = "elt> ";
const FURTHER: &str = "...> ";

const HELP: &str = "\
A statement ends at its `;` and may have several lines.
  \\e          shows what statements become, with the types of their columns, instead of running them
  \\q, exit    leaves, as Ctrl-D does
  Ctrl-C      throws away what is being typed, stops what runs";

/// Asks for statements and runs them until the user leaves.
///
/// # Errors
/// The exit code, where the target or the terminal cannot be opened.
pub fn run(session: &Session, args: &SqlArgs, handle: &Handle) -> Result<ExitCode, ExitCode> {
    let adapter = session.adapter()?;
    let config = Config::builder().max_history_size(MOST_REMEMBERED).map(|config| config.build());
    let editor = config.and_then(DefaultEditor::with_config);
    let mut editor = editor.map_err(|error| no_terminal(session, &error))?;
    let history = history_path();
    if let Some(history) = &history {
        // None yet is no mistake.
        let _ = editor.load_history(history);
    }
    let interrupts = Interrupts::default();
    if let Err(error) = interrupts.listen() {
        session.report.note(&format!("Ctrl-C will not stop cleanly: {error}"));
    }
    session.report.note("a statement ends at `;`, `\\?` tells more, Ctrl-D leaves");
    let mut prompt = Prompt { session, adapter: adapter.as_ref(), args: args.clone(), handle };
    let mut typed = String::new();
    loop {
        let line = match editor.readline(if typed.is_empty() { FIRST } else { FURTHER }) {
            Ok(line) => line,
            Err(ReadlineError::Interrupted) => {
                typed.clear();
                continue;
            }
            Err(ReadlineError::Eof) => return Ok(ExitCode::Success),
            Err(error) => return Err(no_terminal(session, &error)),
        };
        if typed.is_empty() {
            match line.trim() {
                "" => continue,
                "exit" | "quit" | "\\q" => return Ok(ExitCode::Success),
                "\\?" | "help" => {
                    session.report.data(HELP);
                    continue;
                }
                "\\e" => {
                    prompt.args.explain = !prompt.args.explain;
                    let what = if prompt.args.explain { "shown" } else { "run" };
                    session.report.note(&format!("statements are {what}"));
                    continue;
                }
                _ => {}
            }
        } else {
            typed.push('\n');
        }
        typed.push_str(&line);
        if !is_complete(&typed) {
            continue;
        }
        remember(&mut editor, history.as_ref(), typed.trim());
        prompt.answer(&std::mem::take(&mut typed), &interrupts);
    }
}

struct Prompt<'a> {
    session: &'a Session,
    adapter: &'a dyn Adapter,
    args: SqlArgs,
    handle: &'a Handle,
}

impl Prompt<'_> {
    /// Runs statements. What is wrong with them is told, and does not end the prompt.
    fn answer(&self, typed: &str, interrupts: &Interrupts) {
        let source = SourceFile::new("sql", typed.to_owned());
        let cancel = interrupts.next_statement();
        let _ =
            sql::answer(self.session, self.adapter, &self.args, &source, (self.handle, &cancel));
    }
}

/// Where statements are remembered from one prompt to the next.
fn history_path() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).filter(|path| !path.is_empty());
    let state = match folder("XDG_STATE_HOME") {
        Some(state) => PathBuf::from(state),
        None => PathBuf::from(folder("HOME")?).join(".local/state"),
    };
    Some(state.join("elt").join("sql_history"))
}

/// Keeps a statement, at once: a prompt that is killed has lost nothing.
fn remember(editor: &mut DefaultEditor, history: Option<&PathBuf>, statement: &str) {
    let is_new = editor.add_history_entry(statement).unwrap_or(false);
    let Some(history) = history.filter(|_| is_new) else { return };
    // A prompt without a history is a prompt.
    if let Some(folder) = history.parent() {
        let _ = std::fs::create_dir_all(folder);
    }
    let _ = editor.append_history(history);
}

fn no_terminal(session: &Session, error: &ReadlineError) -> ExitCode {
    let message = format!("the terminal cannot be read: {error}");
    session.fail(&[Diagnostic::error("cannot-read", message)])
}
