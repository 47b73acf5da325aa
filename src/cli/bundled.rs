//! The bundled reference server, started inside this process.
//!
//! It has a thread and a runtime of its own, so that the harness reaches it over HTTP like any other target and
//! neither can starve the other's tasks.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::thread::JoinHandle;

use reference_server::{Limits, PasswordCost, RunningServer, ServerError, ServerOptions, StoreLocation};
use tokio::sync::oneshot;
use uuid::Uuid;

use super::exit::{CONFIGURATION, Failure, HARNESS_FAULT};
use crate::target::Profile;

/// A server that lives as long as this value.
pub(super) struct Bundled {
    address: SocketAddr,
    token: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Bundled {
    /// Starts a server on a free port; its store is the file, or memory without one. A suite makes sites by the hundred
    /// and guards nobody's password; a load finds out how long a password takes.
    pub(super) fn start(store: Option<&Path>, password_cost: PasswordCost) -> Result<Self, Failure> {
        let token = Uuid::new_v4().to_string();
        let options = ServerOptions {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            store: store.map_or(StoreLocation::Memory, |path| StoreLocation::File(path.to_path_buf())),
            control_token: token.clone(),
            default_policy: BTreeMap::new(),
            administration_keys: Vec::new(),
            key_propagation: 0,
            limits: Limits::default(),
            password_cost,
            tls: None,
            demo: None,
            non_loopback_control: false,
        };
        let (ready, started) = std::sync::mpsc::channel();
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::Builder::new()
            .name("reference-server".to_owned())
            .spawn(move || serve(options, &ready, stopped))
            .map_err(|error| Failure::new(HARNESS_FAULT, &error))?;
        let address = match started.recv() {
            Ok(Ok(address)) => address,
            Ok(Err(error)) => return Err(server_failure(&error)),
            Err(_) => return Err(Failure::words(HARNESS_FAULT, "the bundled server ended while it started")),
        };
        Ok(Self { address, token, stop: Some(stop), thread: Some(thread) })
    }

    /// The server as a target.
    pub(super) fn profile(&self) -> Profile {
        Profile::bundled(&format!("http://{}/_control/v1", self.address), &self.token)
    }
}

impl Drop for Bundled {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A server that ended by itself has nobody listening.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

type Ready = std::sync::mpsc::Sender<Result<SocketAddr, ServerError>>;

fn serve(options: ServerOptions, ready: &Ready, stopped: oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("reference-server")
        .enable_all()
        .build();
    let Ok(runtime) = runtime else { return };
    runtime.block_on(async {
        match reference_server::start(options).await {
            Ok(server) => run_until(server, ready, stopped).await,
            Err(error) => {
                let _ = ready.send(Err(error));
            }
        }
    });
}

async fn run_until(server: RunningServer, ready: &Ready, stopped: oneshot::Receiver<()>) {
    let _ = ready.send(Ok(server.address()));
    // The sender is dropped with the `Bundled`, which means the same as a message.
    let _ = stopped.await;
    server.shutdown().await;
}

/// A server that does not start is a matter of its configuration.
pub(super) fn server_failure(error: &ServerError) -> Failure {
    Failure::new(CONFIGURATION, error)
}
