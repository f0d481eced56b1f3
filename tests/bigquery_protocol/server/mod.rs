//! A server that speaks BigQuery's REST protocol on loopback.

mod answer;
mod behaviour;
mod faults;
mod http;
mod job_routes;
mod jobs;
mod record;
mod routes;
mod running_server;

pub use behaviour::Behaviour;
pub use faults::Mishap;
pub use running_server::Server;
