//! Every way to prove who asks, from the profile to the header.

use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use elt::{
    adapter::{
        Cancel,
        bigquery::{BigQueryClient, BigQueryError, BigQueryErrorKind, QueryJob},
    },
    project::{BigQueryConnection, BigQueryMethod, Env, Secret},
};
use serde_json::{Value, json};

use crate::{
    server::{Mishap, Server},
    support::wait,
};

/// Made for these tests, and good for nothing else.
const KEY: &str = include_str!("throwaway_key.txt");

fn secret(text: &str) -> Secret<String> {
    Secret::new(text.to_owned())
}

fn connection(server: &Server, method: BigQueryMethod) -> BigQueryConnection {
    BigQueryConnection {
        method,
        project: Some("shop".to_owned()),
        dataset: "gold".to_owned(),
        execution_project: None,
        quota_project: None,
        location: None,
        api_endpoint: Some(server.url()),
        priority: None,
        maximum_bytes_billed: None,
        reservation: None,
        impersonate_service_account: None,
        job_retry_deadline_secs: None,
        job_retries: 1,
        job_creation_timeout_secs: None,
        job_execution_timeout_secs: None,
        scopes: vec!["https://www.googleapis.com/auth/bigquery".to_owned()],
        extra: serde_json::Map::new(),
    }
}

fn nothing() -> Env {
    Env::from_pairs([("HOME", "/nowhere")])
}

async fn connect(
    connection: &BigQueryConnection,
    root: &Path,
    env: &Env,
) -> Result<BigQueryClient, BigQueryError> {
    BigQueryClient::connect_with(connection, root, env, |settings| {
        settings.first_retry_pause = std::time::Duration::from_millis(1);
        settings.longest_retry_pause = std::time::Duration::from_millis(4);
    })
    .await
}

/// Connects and runs a query: the token that it carried.
fn token_of(server: &Server, connection: &BigQueryConnection, env: &Env) -> String {
    let root = tempfile::tempdir().expect("a folder is made");
    wait(async {
        let client = connect(connection, root.path(), env).await.expect("the profile is right");
        let job = QueryJob::new("select 1");
        client.query_job(&job, &Cancel::default()).await.expect("the job ends well");
    });
    let wire = server.wire();
    let after = wire.rsplit_once("authorization: Bearer ").expect("there is a token").1;
    after.lines().next().unwrap_or_default().to_owned()
}

fn service_account(server: &Server) -> Value {
    json!({
        "type": "service_account",
        "project_id": "key-project",
        "private_key_id": "k1",
        "private_key": format!("-----BEGIN PRIVATE KEY-----\\n{KEY}-----END PRIVATE KEY-----\\n"),
        "client_email": "me@key-project.iam.gserviceaccount.com",
        "token_uri": format!("{}/token", server.url()),
    })
}

fn user(server: &Server) -> Value {
    json!({
        "type": "authorized_user", "client_id": "me", "client_secret": "mine",
        "refresh_token": "long-lived", "quota_project_id": "quota",
        "token_uri": format!("{}/token", server.url()),
    })
}

/// Writes a file of credentials and an environment that names it.
fn file(folder: &Path, info: &Value) -> Env {
    let path = folder.join("credentials.json");
    std::fs::write(&path, info.to_string()).expect("it is written");
    let path = path.to_string_lossy().into_owned();
    Env::from_pairs([("GOOGLE_APPLICATION_CREDENTIALS", path.as_str()), ("HOME", "/nowhere")])
}

#[test]
fn a_token_that_is_given_is_shown() {
    let server = Server::start();
    let method = BigQueryMethod::OauthSecrets {
        token: Some(secret("token-1\n")),
        refresh_token: None,
        client_id: None,
        client_secret: None,
        token_uri: None,
    };
    assert_eq!(token_of(&server, &connection(&server, method), &nothing()), "token-1");
}

#[test]
fn a_users_login_is_renewed() {
    let server = Server::start();
    let method = BigQueryMethod::OauthSecrets {
        token: Some(secret("old")),
        refresh_token: Some(secret("long-lived")),
        client_id: Some("me".to_owned()),
        client_secret: Some(secret("mine")),
        token_uri: Some(format!("{}/token", server.url())),
    };
    server.mishaps("/token", &[Mishap::LostAnswer, Mishap::Page(503)]);
    assert_eq!(token_of(&server, &connection(&server, method), &nothing()), "token-3");
}

#[test]
fn a_service_account_signs_for_a_token() {
    let folder = tempfile::tempdir().expect("a folder is made");
    let server = Server::start();
    let key = service_account(&server);
    let path = folder.path().join("key.json");
    std::fs::write(&path, key.to_string()).expect("it is written");
    let keyfile = path.to_string_lossy().into_owned();
    let text = STANDARD.encode(key.to_string());
    for method in [
        BigQueryMethod::ServiceAccount { keyfile },
        BigQueryMethod::ServiceAccountJson { keyfile_json: Secret::new(key.clone()) },
        BigQueryMethod::ServiceAccountJson { keyfile_json: Secret::new(Value::from(text)) },
    ] {
        token_of(&server, &connection(&server, method), &nothing());
        let statement = server.state().statements.pop().expect("it was signed");
        assert_eq!(statement["header"], json!({"alg": "RS256", "typ": "JWT", "kid": "k1"}));
        let claims = &statement["claims"];
        assert_eq!(claims["iss"], "me@key-project.iam.gserviceaccount.com");
        assert_eq!(claims["scope"], "https://www.googleapis.com/auth/bigquery");
        assert_eq!(claims["aud"], format!("{}/token", server.url()));
        let time = |key: &str| claims[key].as_i64().unwrap_or_default();
        assert_eq!(time("exp") - time("iat"), 3600);
        assert!(is_signed(statement["signed"].as_str().unwrap_or_default()));
    }
}

fn is_signed(statement: &str) -> bool {
    let der = STANDARD.decode(KEY.split_whitespace().collect::<String>()).expect("it is base 64");
    let key = ring::signature::RsaKeyPair::from_pkcs8(&der).expect("it is a key");
    let public = ring::signature::UnparsedPublicKey::new(
        &ring::signature::RSA_PKCS1_2048_8192_SHA256,
        key.public().as_ref(),
    );
    let (text, signature) = statement.rsplit_once('.').expect("it has three parts");
    let signature = URL_SAFE_NO_PAD.decode(signature).expect("it is base 64");
    public.verify(text.as_bytes(), &signature).is_ok()
}

#[test]
fn application_default_credentials_are_found_where_google_looks() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder is made");
    // The login of gcloud, with its project and quota project.
    let gcloud = folder.path().join("gcloud");
    std::fs::create_dir_all(gcloud.join("configurations")).expect("it is made");
    let write = |name: &str, text: &str| std::fs::write(gcloud.join(name), text).expect("written");
    write("application_default_credentials.json", &user(&server).to_string());
    write("active_config", "work\n");
    write("configurations/config_work", "[core]\nproject = gcloud-project\n");
    let env = Env::from_pairs([("CLOUDSDK_CONFIG", gcloud.to_string_lossy().as_ref())]);
    let mut profile = connection(&server, BigQueryMethod::Oauth);
    profile.project = None;
    assert_eq!(token_of(&server, &profile, &env), "token-2");
    let wire = server.wire();
    assert!(wire.contains("/projects/gcloud-project/jobs"), "{wire}");
    assert!(wire.contains("x-goog-user-project: quota"), "{wire}");

    // The file that the variable names comes first.
    let env = file(folder.path(), &service_account(&server));
    assert_eq!(token_of(&server, &profile, &env), "token-3");
    assert!(server.wire().contains("/projects/key-project/jobs"));

    // Without either the machine is asked.
    let host = server.url().replace("http://", "");
    let env = Env::from_pairs([("HOME", "/nowhere"), ("GCE_METADATA_HOST", host.as_str())]);
    assert_eq!(token_of(&server, &profile, &env), "token-4");
    assert!(server.wire().contains("/projects/machine-project/jobs"));
}

#[test]
fn an_account_is_impersonated() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder is made");
    let url = format!("{}/v1/projects/-/serviceAccounts/robot@x:generateAccessToken", server.url());
    let info = json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url": url,
        "delegates": ["projects/-/serviceAccounts/between@x"],
        "source_credentials": user(&server),
    });
    let env = file(folder.path(), &info);
    let token = token_of(&server, &connection(&server, BigQueryMethod::Oauth), &env);
    assert_eq!(token, "token-3");
    let asked = server.state().statements.pop();
    assert_eq!(
        asked,
        Some(json!({
            "delegates": ["projects/-/serviceAccounts/between@x"],
            "scope": ["https://www.googleapis.com/auth/bigquery"],
            "lifetime": "3600s",
        }))
    );
}

#[test]
fn another_clouds_account_exchanges_its_token() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder is made");
    let token_file = folder.path().join("token");
    std::fs::write(&token_file, "their-token\n").expect("it is written");
    let program = folder.path().join("program");
    let printed = json!({"version": 1, "success": true, "id_token": "their-token"});
    std::fs::write(&program, format!("#!/bin/sh\necho '{printed}'\n")).expect("it is written");
    let url = |path: &str| format!("{}/{path}", server.url());
    let by_json = json!({"type": "json", "subject_token_field_name": "access_token"});
    for source in [
        json!({"file": token_file}),
        json!({"url": url("their-token"), "format": by_json}),
        json!({"executable": {"command": format!("sh '{}'", program.display())}}),
    ] {
        let mut info = json!({
            "type": "external_account",
            "audience": "//iam/pool",
            "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
            "token_url": url("sts"),
            "credential_source": source,
        });
        let path = file(folder.path(), &info);
        let path = path.get("GOOGLE_APPLICATION_CREDENTIALS").unwrap_or_default().to_owned();
        let env = Env::from_pairs([
            ("GOOGLE_APPLICATION_CREDENTIALS", path.as_str()),
            ("GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES", "1"),
        ]);
        let profile = connection(&server, BigQueryMethod::Oauth);
        let token = token_of(&server, &profile, &env);
        let asked = server.state().statements.pop();
        assert_eq!(asked, Some(json!({"scope": "https://www.googleapis.com/auth/bigquery"})));

        // And may speak for a service account.
        let robot = url("v1/projects/-/serviceAccounts/robot@x:generateAccessToken");
        info["service_account_impersonation_url"] = robot.into();
        file(folder.path(), &info);
        assert_ne!(token_of(&server, &profile, &env), token);
        let asked = server.state().statements.split_off(0);
        assert_eq!(asked.len(), 2, "{asked:?}");
        assert_eq!(asked[0]["scope"], "https://www.googleapis.com/auth/cloud-platform");
    }
}

#[test]
fn a_program_is_run_only_where_that_is_allowed() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder is made");
    let info = json!({
        "type": "external_account", "audience": "a", "subject_token_type": "t",
        "token_url": format!("{}/sts", server.url()),
        "credential_source": {"executable": {"command": "/bin/false"}},
    });
    let env = file(folder.path(), &info);
    let profile = connection(&server, BigQueryMethod::Oauth);
    let error = wait(connect(&profile, folder.path(), &env)).expect_err("it is refused");
    let help = error.help.as_deref();
    assert_eq!(help, Some("set GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES=1 if you trust them"));
}

#[test]
fn a_token_that_is_refused_is_renewed_once() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder is made");
    let env = file(folder.path(), &user(&server));
    let profile = connection(&server, BigQueryMethod::Oauth);
    wait(async {
        let client = connect(&profile, folder.path(), &env).await.expect("the profile is right");
        let job = QueryJob::new("select 1");
        client.query_job(&job, &Cancel::default()).await.expect("the job ends well");
        server.state().tokens.clear();
        client.query_job(&job, &Cancel::default()).await.expect("the job ends well");
        assert_eq!(server.requests("/token"), 2);
        // What is refused although it is new is no use.
        server.mishaps("/jobs", &[Mishap::Refused(401, "authError"); 2]);
        let error = client.query_job(&job, &Cancel::default()).await.expect_err("it is refused");
        assert_eq!(error.kind, BigQueryErrorKind::Credentials);
        assert_eq!(server.requests("/token"), 3);
    });
}

#[test]
fn a_token_is_fetched_once_for_all_and_renewed_before_its_end() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder is made");
    let env = file(folder.path(), &user(&server));
    let profile = connection(&server, BigQueryMethod::Oauth);
    wait(async {
        let client = connect(&profile, folder.path(), &env).await.expect("the profile is right");
        let run = |client: BigQueryClient| async move {
            client.query_job(&QueryJob::new("select 1"), &Cancel::default()).await.map(|_| ())
        };
        let jobs: Vec<_> = (0..20).map(|_| tokio::spawn(run(client.clone()))).collect();
        for job in jobs {
            job.await.expect("no panic").expect("the job ends well");
        }
        assert_eq!(server.requests("/token"), 1);
    });
    server.state().token_lifetime_secs = 60;
    wait(async {
        let client = connect(&profile, folder.path(), &env).await.expect("the profile is right");
        for _ in 0..2 {
            let job = QueryJob::new("select 1");
            client.query_job(&job, &Cancel::default()).await.expect("the job ends well");
        }
        assert!(server.requests("/token") >= 3, "{}", server.requests("/token"));
    });
}

#[test]
fn what_is_wrong_with_credentials_is_told_without_what_is_secret() {
    let server = Server::start();
    let folder = tempfile::tempdir().expect("a folder is made");
    let mut told = String::new();
    let mut tell = |name: &str, error: BigQueryError| {
        let text = error.to_string().replace(&folder.path().display().to_string(), "[folder]");
        let text = text.replace(&server.url(), "[server]");
        told += &format!("{name}\n  {:?}: {text}\n", error.kind);
        told += &format!("  help: {}\n", error.help.as_deref().unwrap_or("-"));
        for secret in ["sesame", &KEY[..40]] {
            assert!(!format!("{error:?}").contains(secret), "{error:?}");
        }
    };
    let keyed = |change: &dyn Fn(&mut Value)| {
        let mut key = service_account(&server);
        change(&mut key);
        BigQueryMethod::ServiceAccountJson { keyfile_json: Secret::new(key) }
    };
    for (name, method) in [
        ("no file", BigQueryMethod::ServiceAccount { keyfile: "missing.json".to_owned() }),
        ("a folder", BigQueryMethod::ServiceAccount { keyfile: ".".to_owned() }),
        (
            "no JSON",
            BigQueryMethod::ServiceAccountJson { keyfile_json: Secret::new(json!("{sesame")) },
        ),
        ("no e-mail", keyed(&|key| key["client_email"] = Value::Null)),
        ("a key that is none", keyed(&|key| key["private_key"] = json!("sesame"))),
        ("another kind", keyed(&|key| key["type"] = json!("authorized_user"))),
        ("no TLS", keyed(&|key| key["token_uri"] = json!("http://example.com/token"))),
        (
            "a login without TLS",
            BigQueryMethod::OauthSecrets {
                token: None,
                refresh_token: Some(Secret::new("sesame".to_owned())),
                client_id: Some("app".to_owned()),
                client_secret: Some(Secret::new("sesame".to_owned())),
                token_uri: Some("http://example.com/token".to_owned()),
            },
        ),
    ] {
        let profile = connection(&server, method);
        let error = wait(connect(&profile, folder.path(), &nothing())).expect_err("it is wrong");
        tell(name, error);
    }
    let profile = connection(&server, BigQueryMethod::Oauth);
    std::fs::write(folder.path().join("broken.json"), "{\"refresh_token\": sesame")
        .expect("written");
    let broken = folder.path().join("broken.json").to_string_lossy().into_owned();
    for (name, variables) in [
        ("a variable without a file", [("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/x.json")]),
        ("a variable with a broken file", [("GOOGLE_APPLICATION_CREDENTIALS", &broken)]),
    ] {
        let env = Env::from_pairs(variables);
        let error = wait(connect(&profile, folder.path(), &env)).expect_err("it is wrong");
        tell(name, error);
    }
    let run = |env: &Env| {
        wait(async {
            let client = connect(&profile, folder.path(), env).await?;
            client.query_job(&QueryJob::new("select 1"), &Cancel::default()).await
        })
        .expect_err("it is refused")
    };
    let env = Env::from_pairs([("HOME", "/nowhere"), ("GCE_METADATA_HOST", "127.0.0.1:1")]);
    tell("nothing anywhere", run(&env));
    let mut login = user(&server);
    login["refresh_token"] = "sesame".into();
    tell("a login that expired", run(&file(folder.path(), &login)));
    let robot = json!({
        "type": "impersonated_service_account",
        "service_account_impersonation_url":
            format!("{}/v1/projects/-/serviceAccounts/robot@x:generateAccessToken", server.url()),
        "source_credentials": user(&server),
    });
    server.mishaps("generateAccessToken", &[Mishap::Refused(403, "accessDenied")]);
    tell("an account that may not be impersonated", run(&file(folder.path(), &robot)));
    let aws = json!({
        "type": "external_account", "audience": "a", "subject_token_type": "t",
        "credential_source": {"certificate": {}},
    });
    let error = wait(connect(&profile, folder.path(), &file(folder.path(), &aws)));
    tell("certificates", error.expect_err("it is refused"));
    insta::assert_snapshot!(told);
}

#[test]
fn nothing_secret_is_in_the_debug_forms() {
    let server = Server::start();
    let method = BigQueryMethod::OauthSecrets {
        token: Some(secret("sesame")),
        refresh_token: None,
        client_id: None,
        client_secret: None,
        token_uri: None,
    };
    let profile = connection(&server, method);
    let client = wait(connect(&profile, Path::new("."), &nothing())).expect("the profile is right");
    assert!(!format!("{profile:?} {client:?}").contains("sesame"));
    let error = wait(client.query_job(&QueryJob::new("select 1"), &Cancel::default()));
    let error = error.expect_err("the server does not know the token");
    assert!(!format!("{error:?} {error}").contains("sesame"));
    assert_eq!(error.kind, BigQueryErrorKind::Credentials);
}

#[test]
fn a_server_that_is_not_there_is_told_soon() {
    let server = Server::start();
    let mut profile = connection(
        &server,
        BigQueryMethod::OauthSecrets {
            token: Some(secret("t")),
            refresh_token: None,
            client_id: None,
            client_secret: None,
            token_uri: None,
        },
    );
    profile.api_endpoint = Some("http://127.0.0.1:1".to_owned());
    let error = wait(async {
        let client = connect(&profile, Path::new("."), &nothing()).await?;
        client.query_job(&QueryJob::new("select 1"), &Cancel::default()).await
    });
    let error = error.expect_err("nobody answers");
    assert_eq!(error.kind, BigQueryErrorKind::Unreachable);
    assert!(error.to_string().contains("(4 attempts in 0 s)"), "{error}");
}
