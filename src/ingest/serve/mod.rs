//! An HTTP endpoint per feed: what is sent there is answered when it is durable.
//!
//! `server` takes connections, `endpoint` answers a request, `envelope` and its kinds read what was
//! sent, `auth` and `oidc` decide who may send. Landing is [`super::stream`]'s.

mod answer;
mod auth;
mod cloud_events;
mod endpoint;
mod envelope;
mod jwks;
mod oidc;
mod push_request;
mod server;

pub(super) use answer::{Answer, json_answer, refusal, with_type};
pub use server::{ServeOptions, serve};
