//! What was typed behind `ingest`.

use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::{
    args::{CompileOutputArg, SelectArgs},
    time_args::time,
};
use crate::ingest::parse_span;

/// Flags and subcommands of `ingest`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct IngestArgs {
    /// What to do besides landing.
    #[command(subcommand)]
    pub command: Option<IngestCommand>,
    /// Which feeds.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// Go on, each feed at its own times (`every`), until it is stopped
    #[arg(long)]
    pub watch: bool,
    /// How often feeds are polled that do not say it
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = span, requires = "watch")]
    pub every: Duration,
    /// Where `--watch` answers who asks for `/metrics`, `/health`, `/readiness` and `/liveness`
    #[arg(long, value_name = "ADDRESS:PORT", requires = "watch")]
    pub listen: Option<String>,
}

/// Subcommands of `ingest`.
#[derive(Clone, Debug, Subcommand)]
pub enum IngestCommand {
    /// Land what is of a span of time, window by window; those that have landed are left out
    Backfill(IngestBackfillArgs),
    /// Answer what is sent to feeds of type `push`, until it is stopped
    Serve(ServeArgs),
    /// Make test events of a feed
    Generate(GenerateArgs),
    /// Show what is known of feeds: the last load, rows, files, cursors
    State(StateArgs),
    /// Take dead letters in again, through the feeds as they are now
    Replay(ReplayArgs),
}

/// Flags of `ingest state`.
#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct StateArgs {
    /// What to do besides showing.
    #[command(subcommand)]
    pub action: Option<StateAction>,
    /// Which feeds.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub output: CompileOutputArg,
}

/// What `ingest state` does besides showing.
#[derive(Clone, Debug, Subcommand)]
pub enum StateAction {
    /// Forget what has been read: all of it is read again, and what has not changed is not landed again
    Reset {
        /// The feed: source and table (`shop.orders`)
        feed: String,
    },
}

/// Flags of `ingest replay`.
#[derive(Clone, Debug, Args)]
pub struct ReplayArgs {
    /// Of which feeds.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// Those that failed then or later
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub since: Option<DateTime<Utc>>,
    /// Those of a class: bad-json, unknown-type, wrong-type, …
    #[arg(long, value_name = "CLASS")]
    pub error_class: Option<String>,
}

/// Flags of `ingest serve`.
#[derive(Clone, Debug, Args)]
pub struct ServeArgs {
    /// Which feeds.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// Where to listen; on all addresses at the port in $PORT where that is set
    #[arg(long, value_name = "ADDRESS:PORT", env = "ELT_LISTEN")]
    pub listen: Option<String>,
    /// How long a commit waits for more messages
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(0..=1000))]
    pub linger_ms: u64,
}

/// Flags of `ingest generate`.
#[derive(Clone, Debug, Args)]
pub struct GenerateArgs {
    /// Whose events: bikes, cars, shop, store or web
    #[arg(long, value_name = "FEED")]
    pub feed: String,
    /// Where to: a folder, an http address, or `-` for stdout
    #[arg(long, value_name = "FOLDER|URL", default_value = "-")]
    pub to: String,
    /// How many; without it until it is stopped
    #[arg(long, value_name = "NUMBER")]
    pub count: Option<u64>,
    /// How many a second; without it as quickly as they are taken
    #[arg(long, value_name = "NUMBER", value_parser = rate)]
    pub rate: Option<f64>,
    /// The same seed and start give the same events
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
    /// When the first event happens, now by default
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub start: Option<DateTime<Utc>>,
    /// The share of events that happened up to 90 minutes before their turn
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub late: f64,
    /// The share of events that come again
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub duplicates: f64,
    /// The share of broken events
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, value_parser = share)]
    pub broken: f64,
    /// The environment variable that holds a bearer token for the address
    #[arg(long, value_name = "NAME")]
    pub token_env: Option<String>,
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
    share.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| (0.001..=1_000_000.0).contains(rate));
    rate.ok_or_else(|| "expected a number from 0.001 to 1000000".to_owned())
}

/// Flags of `ingest backfill`.
#[derive(Clone, Debug, Args)]
pub struct IngestBackfillArgs {
    /// Which feeds.
    #[command(flatten)]
    pub selection: SelectArgs,
    /// The begin, in UTC
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub from: DateTime<Utc>,
    /// The end, which is no part of it
    #[arg(long, value_name = "TIME", value_parser = time)]
    pub to: DateTime<Utc>,
    /// How much of it lands at once
    #[arg(long, value_name = "TIME", default_value = "1d", value_parser = span)]
    pub window: Duration,
    /// Land windows again that have landed
    #[arg(long)]
    pub again: bool,
}

fn span(text: &str) -> Result<Duration, String> {
    parse_span(text).ok_or_else(|| "write a number and a unit: 30s, 5m, 2h, 1d".to_owned())
}
