//! `serve`: the reference server.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use reference_server::{Demo, Limits, PasswordCost, ServerOptions, StoreLocation, TlsFiles};
use uuid::Uuid;

use super::args::ServeArgs;
use super::bundled::server_failure;
use super::exit::{CONFIGURATION, Failure, HARNESS_FAULT, print};
use super::run::runtime;
use crate::target::{Algorithm, Claims, KeyPair};

pub(super) fn run(args: ServeArgs) -> Result<u8, Failure> {
    tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
        .with_writer(std::io::stderr)
        .init();
    let generated = args.control_token.is_none();
    let control_token = args.control_token.clone().unwrap_or_else(|| Uuid::new_v4().to_string());
    let mut administration_keys: Vec<_> =
        args.admin_key.iter().map(administration_key).collect::<Result<_, _>>()?;
    let demo = args.seed_demo.then(DemoKeys::generate).transpose()?;
    administration_keys.extend(demo.as_ref().map(|keys| public(&keys.administration)));
    let tls = match (args.tls_certificate, args.tls_key) {
        (Some(certificate), Some(key)) => Some(TlsFiles { certificate, key }),
        _ => None,
    };
    let scheme = if tls.is_some() { "https" } else { "http" };
    let options = ServerOptions {
        listen: args.listen,
        store: store(&args.store),
        control_token: control_token.clone(),
        default_policy: policy(&args.policy)?,
        administration_keys,
        limits: Limits { connections: args.max_connections, ..Limits::default() },
        password_cost: PasswordCost::Standard,
        tls,
        key_propagation: i64::from(args.key_propagation) * 1000,
        demo: demo.as_ref().map(|keys| Demo { client_key: public(&keys.client) }),
        non_loopback_control: args.control_beyond_loopback,
    };
    runtime()?.block_on(async {
        let server = reference_server::start(options).await.map_err(|error| server_failure(&error))?;
        let base = format!("{scheme}://{}", server.address());
        print(&format!("listening on {base}"));
        print(&format!("control protocol at {base}/_control/v1"));
        if generated {
            print(&format!("control token {control_token}"));
        }
        if let (Some(keys), Some(instance)) = (&demo, server.demo_instance()) {
            print(&keys.lines(&base, instance, &control_token)?);
        }
        wait_for_end().await;
        server.shutdown().await;
        Ok(0)
    })
}

/// The keys of the tutorial's world, made anew at each start.
struct DemoKeys {
    administration: KeyPair,
    client: KeyPair,
}

impl DemoKeys {
    fn generate() -> Result<Self, Failure> {
        let key = |id: &str| {
            KeyPair::generate(id, Algorithm::Es256).map_err(|error| Failure::new(HARNESS_FAULT, &error))
        };
        Ok(Self { administration: key("tutorial-administration")?, client: key("tutorial-client")? })
    }

    /// What the tutorial needs, as lines for a shell.
    fn lines(&self, base: &str, instance: &str, control_token: &str) -> Result<String, Failure> {
        let ten_years_s = 10 * 366 * 86_400;
        let sign = |key: &KeyPair, claims: Claims| {
            let claims = Claims { expires_s: claims.expires_s + ten_years_s, ..claims };
            key.sign(&claims.to_json()).map_err(|error| Failure::new(HARNESS_FAULT, &error))
        };
        let now_s = reference_server::demo::NOW / 1000;
        let instances = [instance.to_owned()];
        let administration = sign(&self.administration, Claims::admin(&self.administration, now_s))?;
        let client = sign(&self.client, Claims::client(&self.client, &instances, now_s))?;
        Ok(format!(
            "the tutorial's world is ready; paste these lines into the shell that you try it from:\n\
             export DM={base}/dynamicmonetization\n\
             export INSTANCE={instance}\n\
             export ADMIN_TOKEN={administration}\n\
             export CLIENT_TOKEN={client}\n\
             export CONTROL={base}/_control/v1/sites/default\n\
             export CONTROL_TOKEN={control_token}"
        ))
    }
}

fn public(key: &KeyPair) -> (String, String) {
    (key.id().to_owned(), key.public_pem().to_owned())
}

/// Waits for Ctrl-C or a polite request to end.
async fn wait_for_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let interrupt = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
        }
        // Without the second signal, the first one still ends the server.
        Err(_) => drop(interrupt.await),
    }
}

fn store(text: &str) -> StoreLocation {
    if text == "memory" { StoreLocation::Memory } else { StoreLocation::File(PathBuf::from(text)) }
}

/// Splits `DECISION=VALUE` pairs.
pub(super) fn policy(pairs: &[String]) -> Result<BTreeMap<String, String>, Failure> {
    pairs
        .iter()
        .map(|pair| match pair.split_once('=') {
            Some((decision, value)) => Ok((decision.to_owned(), value.to_owned())),
            None => Err(Failure::words(CONFIGURATION, format!("`{pair}` is not DECISION=VALUE"))
                .advise("for example: --policy session.denied.http=409")),
        })
        .collect()
}

fn administration_key(path: impl AsRef<Path>) -> Result<(String, String), Failure> {
    let path = path.as_ref();
    let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let pem = std::fs::read_to_string(path).map_err(|error| {
        Failure::words(CONFIGURATION, format!("the key {} cannot be read: {error}", path.display()))
            .advise("--admin-key takes a public key in PEM form (BEGIN PUBLIC KEY)")
    })?;
    Ok((id, pem))
}
