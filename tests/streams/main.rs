//! Feeds that are sent (`elt ingest serve`) and feeds that are pulled (Pub/Sub), on the real program.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

mod broker;
mod contracts;
mod generated;
mod killed;
mod malformed;
mod project;
mod publishing;
mod pubsub;
mod push;
mod routed;
mod tokens;
