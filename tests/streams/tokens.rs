//! Who may send.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    rsa::KeyPair,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use serde_json::{Value, json};

use crate::{
    broker::serve_once,
    project::{Served, client, project, told, wait},
};

#[test]
fn a_bearer_token_is_wanted() {
    let feed = "{type: push, path: /e, auth: {bearer: {env: ELT_SECRET_PUSH}}, key: id}";
    let folder = project(&[("events", feed)]);
    let served = Served::start(folder.path(), &[("ELT_SECRET_PUSH", "s3cret")]);
    let url = format!("{}/e", served.base);
    wait(async {
        let post = || client().post(&url).body("{\"id\":1}");
        assert_eq!(told(post()).await.0, 401);
        assert_eq!(told(post().bearer_auth("s3cre")).await.0, 401);
        assert_eq!(told(post().header("authorization", "Basic s3cret")).await.0, 401);
        assert_eq!(told(post().bearer_auth("s3cret")).await.0, 200);
        // Health needs none.
        assert_eq!(told(client().get(format!("{}/health", served.base))).await.0, 200);
    });
    assert_eq!(served.stop(), Some(0));
}

fn key() -> (RsaKeyPair, Value) {
    let text = include_str!("../bigquery_protocol/throwaway_key.txt");
    let text: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(text.trim()).expect("base 64");
    let pair: RsaKeyPair = KeyPair::from_pkcs8(&der).expect("a key");
    // The public key as DER holds `n` of 256 bytes behind nine of its frame; `e` is 65537.
    let n = URL_SAFE_NO_PAD.encode(&pair.public().as_ref()[9..265]);
    let e = URL_SAFE_NO_PAD.encode([1, 0, 1]);
    let jwks = json!({"keys": [{"kty": "RSA", "use": "sig", "alg": "RS256", "kid": "k1", "n": n, "e": e}]});
    (pair, jwks)
}

fn token(pair: &RsaKeyPair, header: &Value, claims: &Value) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!("{}.{}", part(header), part(claims));
    let mut signature = vec![0; pair.public().modulus_len()];
    pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
        .expect("it signs");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}

#[test]
fn googles_signed_tokens_are_judged() {
    let (pair, jwks) = key();
    let keys = serve_once(jwks.to_string());
    let feed = format!(
        "{{type: push, path: /e, key: id, auth: {{oidc: {{audience: 'https://me/e', \
         emails: [push@p.iam.gserviceaccount.com], jwks_url: '{keys}'}}}}}}"
    );
    let folder = project(&[("events", &feed)]);
    let served = Served::start(folder.path(), &[]);
    let url = format!("{}/e", served.base);
    let now = chrono::Utc::now().timestamp();
    let header = json!({"alg": "RS256", "kid": "k1", "typ": "JWT"});
    let good = json!({
        "iss": "https://accounts.google.com", "aud": "https://me/e", "iat": now, "exp": now + 600,
        "email": "push@p.iam.gserviceaccount.com", "email_verified": true,
    });
    let with = |name: &str, value: Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    wait(async {
        let ask = async |text: String| {
            told(client().post(&url).bearer_auth(text).body("{\"id\":1}")).await.0
        };
        assert_eq!(ask(token(&pair, &header, &good)).await, 200);
        assert_eq!(ask(token(&pair, &header, &with("aud", json!("https://other")))).await, 401);
        assert_eq!(ask(token(&pair, &header, &with("exp", json!(now - 600)))).await, 401);
        assert_eq!(ask(token(&pair, &header, &with("iss", json!("https://evil")))).await, 401);
        assert_eq!(ask(token(&pair, &header, &with("email", json!("x@y")))).await, 403);
        // A signature of other words, no signature, a key nobody has.
        let (one, other) =
            (token(&pair, &header, &good), token(&pair, &header, &with("sub", json!(1))));
        let (words, _) = other.rsplit_once('.').expect("a token");
        let (_, signature) = one.rsplit_once('.').expect("a token");
        assert_eq!(ask(format!("{words}.{signature}")).await, 401);
        let none = json!({"alg": "none", "kid": "k1"});
        assert_eq!(ask(token(&pair, &none, &good)).await, 401);
        let unknown = json!({"alg": "RS256", "kid": "k2"});
        assert_eq!(ask(token(&pair, &unknown, &good)).await, 401);
        assert_eq!(ask("not.a.token".to_owned()).await, 401);
    });
    assert_eq!(served.stop(), Some(0));
}
