//! Who asks: access tokens of all kinds of credentials.
//!
//! Written here, over `reqwest` and `ring`, which are there anyway: the crates that do it bring a second
//! HTTP client and a second TLS library in C. What each kind of credentials is and how it becomes a
//! token: <https://cloud.google.com/docs/authentication/application-default-credentials>,
//! <https://google.aip.dev/auth/4110> and following.

mod application_default;
mod authenticator;
mod aws;
mod credentials;
mod exchange;
mod executable;
mod external_account;
mod impersonation;
mod load;
mod metadata_server;
mod service_account;

pub(super) use application_default::{application_default, read_file};
pub(super) use authenticator::Authenticator;
pub(super) use credentials::{Credentials, User};
pub(super) use external_account::ExternalAccount;
pub(super) use impersonation::{Impersonation, SOURCE_SCOPE};
pub(super) use load::{Loaded, load, token_url};
pub(super) use metadata_server::MetadataServer;
pub(super) use service_account::ServiceAccount;
