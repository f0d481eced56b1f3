//! Pub/Sub: messages pulled from a subscription, those of its push requests, and publishing.

mod client;
mod drain;
mod message;
mod publish;
mod subscriber;

pub use client::{PubSubClient, Pulled};
pub use drain::drain;
pub use message::read_message;
pub use publish::publish;
pub use subscriber::Subscriber;
