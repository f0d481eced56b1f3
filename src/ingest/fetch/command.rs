//! Payloads that programs print.

use std::{
    collections::VecDeque,
    path::Path,
    process::{ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use tokio::{
    fs::File,
    io::{AsyncRead, AsyncReadExt, AsyncWriteExt},
    process::{Child, Command},
};

use super::{FetchContext, Fetched, Payload, Payloads};
use crate::ingest::{CommandFeed, feed::placeholder::filled};

/// How much of what a program says at its end is told.
const MAX_SAID_BYTES: usize = 4096;
/// Bytes read at once.
const PIECE_BYTES: usize = 64 * 1024;

/// What the program prints.
///
/// # Errors
/// A sentence about a secret or a window that is missing.
pub fn fetch(feed: &CommandFeed, context: &FetchContext) -> Result<Fetched, String> {
    let window = feed.window.window(context.window, feed.has_window())?;
    let mut env = Vec::new();
    for (name, value) in &feed.env {
        env.push((name.clone(), value.value(&context.root, &*context.env)?));
    }
    let fill = |word: &String| filled(word, |name| feed.window.value(name, window.as_ref()));
    let words: Vec<String> = feed.command.iter().map(fill).collect();
    let program = words.first().cloned().unwrap_or_default();
    let name = Path::new(&program).file_name().unwrap_or_default().to_string_lossy().into_owned();
    let run = Run {
        words,
        name: name.clone(),
        env,
        dir: context.root.join(&feed.dir),
        timeout: Duration::from_secs(feed.timeout_secs),
        max_bytes: feed.max_output_bytes,
    };
    let payload = Payload::temporary(format!("command:{name}"), context.new_file());
    let (stats, folder) = (Arc::clone(&context.stats), context.spool.clone());
    Ok(Fetched::by(context, |payloads: Payloads| async move {
        let made = std::fs::create_dir_all(&folder);
        let printed = match made {
            Ok(()) => run.print_into(payload.file()).await,
            Err(error) => Err(format!("`{}` cannot be made: {error}", folder.display())),
        };
        let given = printed.map(|bytes| {
            stats.payload(bytes);
            payload
        });
        // Nobody takes it where landing has stopped by itself.
        let _ = payloads.send(given).await;
    }))
}

struct Run {
    words: Vec<String>,
    name: String,
    env: Vec<(String, String)>,
    dir: std::path::PathBuf,
    timeout: Duration,
    max_bytes: u64,
}

impl Run {
    /// Runs the program to its end, its output into a file; how many bytes that is.
    async fn print_into(&self, file: &Path) -> Result<u64, String> {
        let name = &self.name;
        let mut command = Command::new(self.words.first().map_or("", String::as_str));
        command
            .args(self.words.iter().skip(1))
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        // A group of its own: Ctrl-C at the terminal is for us to pass on, to all of its children.
        #[cfg(unix)]
        command.process_group(0);
        let child = command.spawn();
        let mut child = child.map_err(|error| format!("`{name}` cannot be started: {error}"))?;
        let mut group = Group::of(&child);
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let work = async {
            let (written, said) =
                tokio::join!(written(stdout, file, self.max_bytes, name), last_words(stderr),);
            // Whoever says too much is not waited for.
            let written = written?;
            let status = child.wait().await.map_err(|error| format!("`{name}`: {error}"))?;
            Ok::<_, String>((written, said, status))
        };
        match tokio::time::timeout(self.timeout, work).await {
            Ok(Ok((bytes, said, status))) => {
                group.has_ended();
                match status.success() {
                    true => Ok(bytes),
                    false => Err(self.failed(status, &said)),
                }
            }
            Ok(Err(problem)) => Err(problem),
            Err(_) => {
                let secs = self.timeout.as_secs();
                Err(format!("`{name}` was stopped after {secs} s (`timeout_secs`)"))
            }
        }
    }

    fn failed(&self, status: ExitStatus, said: &str) -> String {
        let name = &self.name;
        let how = match status.code() {
            Some(code) => format!("`{name}` ended with exit code {code}"),
            None => format!("`{name}` was ended by a signal"),
        };
        let said = self.masked(said.trim());
        if said.is_empty() { how } else { format!("{how}:\n{said}") }
    }

    /// What a program says may hold what it was given.
    fn masked(&self, said: &str) -> String {
        let secrets = self.env.iter().map(|(_, value)| value).filter(|value| !value.is_empty());
        secrets.fold(said.to_owned(), |said, secret| said.replace(secret.as_str(), "*****"))
    }
}

async fn written(
    output: Option<impl AsyncRead + Unpin>,
    file: &Path,
    max_bytes: u64,
    name: &str,
) -> Result<u64, String> {
    let cannot = |error: std::io::Error| format!("what `{name}` prints cannot be kept: {error}");
    let mut file = File::create(file).await.map_err(cannot)?;
    let Some(mut output) = output else { return Ok(0) };
    let mut piece = vec![0; PIECE_BYTES];
    let mut bytes = 0;
    loop {
        let read = output.read(&mut piece).await.map_err(cannot)?;
        if read == 0 {
            file.flush().await.map_err(cannot)?;
            return Ok(bytes);
        }
        bytes += read as u64;
        if bytes > max_bytes {
            let limit = max_bytes >> 20;
            return Err(format!("`{name}` prints more than {limit} MiB (`max_output_mb`)"));
        }
        file.write_all(&piece[..read]).await.map_err(cannot)?;
    }
}

/// The end of what is said, however much it is.
async fn last_words(output: Option<impl AsyncRead + Unpin>) -> String {
    let Some(mut output) = output else { return String::new() };
    let mut piece = vec![0; PIECE_BYTES];
    let mut last = VecDeque::new();
    while let Ok(read) = output.read(&mut piece).await {
        if read == 0 {
            break;
        }
        last.extend(&piece[..read]);
        let surplus = last.len().saturating_sub(MAX_SAID_BYTES);
        last.drain(..surplus);
    }
    String::from_utf8_lossy(last.make_contiguous()).into_owned()
}

/// A program with its children. What is left of them goes with the value, unless it has ended.
struct Group {
    #[cfg(unix)]
    leader: Option<rustix::process::Pid>,
}

impl Group {
    #[cfg(unix)]
    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self { leader: id.and_then(rustix::process::Pid::from_raw) }
    }

    #[cfg(not(unix))]
    fn of(_: &Child) -> Self {
        Self {}
    }

    /// Its number may be another one's from now on.
    fn has_ended(&mut self) {
        #[cfg(unix)]
        {
            self.leader = None;
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(leader) = self.leader {
            // Who is gone already needs no killing.
            let _ = rustix::process::kill_process_group(leader, rustix::process::Signal::KILL);
        }
    }
}
