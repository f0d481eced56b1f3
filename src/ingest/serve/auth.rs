//! Who may send to an endpoint.

use std::path::Path;

use hyper::{HeaderMap, header};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

use super::oidc::Oidc;
use crate::ingest::{EnvLookup, PushAuth};

/// Decides who may send.
pub enum Gate {
    /// Everybody.
    Open,
    /// Who knows the token.
    Bearer(Box<Token>),
    /// Who has a signed token.
    Oidc(Box<Oidc>),
}

/// Why somebody may not send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// There are no credentials, or they are wrong.
    Unknown(String),
    /// Whose they are may not send here.
    Forbidden(String),
    /// Nobody can tell now: the signer's keys cannot be had.
    Later(String),
}

/// A secret that others are compared with in a time that tells nothing of it.
pub struct Token {
    key: hmac::Key,
    tag: hmac::Tag,
}

impl Token {
    fn of(secret: &str) -> Result<Self, String> {
        let mut bytes = [0; 32];
        SystemRandom::new()
            .fill(&mut bytes)
            .map_err(|_| "the system gives no random numbers".to_owned())?;
        let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
        let tag = hmac::sign(&key, secret.as_bytes());
        Ok(Self { key, tag })
    }

    fn is(&self, text: &str) -> bool {
        // Two codes under a random key are compared, and by `ring` in constant time.
        hmac::verify(&self.key, text.as_bytes(), self.tag.as_ref()).is_ok()
    }
}

impl Gate {
    /// The gate that a feed asks for.
    ///
    /// # Errors
    /// A sentence, where the token cannot be had.
    pub fn of(auth: &PushAuth, root: &Path, env: &EnvLookup) -> Result<Self, String> {
        match auth {
            PushAuth::Open => Ok(Self::Open),
            PushAuth::Bearer(secret) => {
                let token = secret.value(root, env)?;
                match token.trim().is_empty() {
                    true => Err("the bearer token is empty".to_owned()),
                    false => Token::of(token.trim()).map(Box::new).map(Self::Bearer),
                }
            }
            PushAuth::Oidc(rule) => Oidc::new(rule.clone()).map(Box::new).map(Self::Oidc),
        }
    }

    /// Whether a request with these headers may pass.
    ///
    /// # Errors
    /// Why it may not; never with what was sent.
    pub async fn admit(&self, headers: &HeaderMap) -> Result<(), Denied> {
        if matches!(self, Self::Open) {
            return Ok(());
        }
        let text = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let token = text.and_then(|text| text.split_once(' ')).and_then(|(scheme, token)| {
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let Some(token) = token else {
            let reason = "the request needs `Authorization: Bearer …`";
            return Err(Denied::Unknown(reason.to_owned()));
        };
        match self {
            Self::Open => Ok(()),
            Self::Bearer(known) if known.is(token) => Ok(()),
            Self::Bearer(_) => Err(Denied::Unknown("the token is not the one asked for".into())),
            Self::Oidc(oidc) => oidc.admit(token).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_is_the_token() {
        let token = Token::of("s3cret").expect("random numbers");
        assert!(token.is("s3cret"));
        for other in ["", "s3cre", "s3cret ", "S3cret", "s3crets"] {
            assert!(!token.is(other), "{other}");
        }
    }
}
