//! A server that speaks BigQuery's REST protocol on loopback.

mod answer;
mod behaviour;
mod catalog_routes;
mod faults;
mod http;
mod job_routes;
mod jobs;
mod record;
mod routes;
mod running_server;
mod store;
mod token_routes;
mod upload_routes;

pub use behaviour::Behaviour;
pub use faults::Mishap;
pub use record::{brief, hidden};
pub use running_server::Server;
