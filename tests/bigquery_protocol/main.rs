//! The client of BigQuery against a server that speaks its protocol, and errs as it does.
//!
//! The server runs no SQL: what a statement does is told to it before. It checks and records what is on
//! the wire, keeps jobs that take their time, refuses ids that are there already, and loses answers.

#[path = "../streams/broker.rs"]
#[expect(dead_code, reason = "the tests of streams use more of it")]
mod broker;
mod cancel;
mod catalog;
mod commands;
mod credentials;
mod debugging;
mod dry_hooks;
mod faults;
mod faulty_builds;
mod in_process;
mod introspection;
mod jobs;
mod killed;
mod landing_columns;
mod landing_faults;
mod landing_inline;
mod landing_killed;
mod landing_project;
mod landing_together;
mod loads;
mod messages;
mod money;
mod nonsense;
mod notes;
mod partitions;
mod plans;
mod program;
mod publishing;
mod results;
mod scale;
mod scripts;
mod served;
mod server;
mod shop;
mod small_project;
mod stopping;
mod streams;
mod streams_killed;
mod subscribed;
mod support;
mod wire;
