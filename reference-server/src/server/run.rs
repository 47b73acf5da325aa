//! Store, sites, timers and listener, started and stopped together.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{MissedTickBehavior, interval};

use super::listener::{self, Service};
use super::threads::Threads;
use super::{Limits, TlsError, TlsFiles, tls};
use crate::control::{self, Control};
use crate::demo::{self, Demo};
use crate::domain::licensing::PasswordCost;
use crate::domain::{KeyKind, Millis};
use crate::http::licensing::{self, LicensingApi, PasswordDesk};
use crate::http::{self, Api, errors};
use crate::policy::{self, PolicyError};
use crate::site::{Clock, SiteSettings};
use crate::sites::{Sites, SitesError};
use crate::store::{Store, StoreError};

/// The site without a site in the address.
const DEFAULT_SITE: &str = "default";
/// How often real clocks are looked at.
const TICK: Duration = Duration::from_millis(100);

/// Where the data live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreLocation {
    /// As long as the process.
    Memory,
    /// In an SQLite file.
    File(PathBuf),
}

/// How to start a server.
#[derive(Clone)]
pub struct ServerOptions {
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the data live.
    pub store: StoreLocation,
    /// Token of the control API.
    pub control_token: String,
    /// Decisions of every new site that its own policy does not make.
    pub default_policy: BTreeMap<String, String>,
    /// Administration keys of the site `default` as (ID, SPKI PEM); those of the same ID are replaced.
    pub administration_keys: Vec<(String, String)>,
    /// How long a saved or deleted key takes to spread at a new site, ms, up to ten minutes (DM-AUTH-033).
    pub key_propagation: Millis,
    /// What one client may take from the others.
    pub limits: Limits,
    /// How dear it is to try a password of a license server.
    pub password_cost: PasswordCost,
    /// Certificate and key, if the server is to speak TLS.
    pub tls: Option<TlsFiles>,
    /// The tutorial's world at the site `default`, if it is wanted.
    pub demo: Option<Demo>,
    /// Whether the control API is served when the server does not listen on loopback.
    pub non_loopback_control: bool,
}

impl ServerOptions {
    /// A server on a free port of this machine, with nothing out of the ordinary.
    #[must_use]
    pub fn on_loopback(store: StoreLocation, control_token: impl Into<String>) -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            store,
            control_token: control_token.into(),
            default_policy: BTreeMap::new(),
            administration_keys: Vec::new(),
            key_propagation: 0,
            limits: Limits::default(),
            password_cost: PasswordCost::Standard,
            tls: None,
            demo: None,
            non_loopback_control: false,
        }
    }
}

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The address cannot be had.
    #[error("cannot listen on {address}: {source}; stop what listens there or choose another address")]
    Address {
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// The system gives no threads to answer with.
    #[error(
        "the threads that answer requests cannot be started: {0}; raise the limit of threads or of open files"
    )]
    Threads(std::io::Error),
    /// TLS cannot be offered.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The sites cannot be taken from the store.
    #[error(
        "the sites cannot be restored: {0}; start with another store, or with the version that wrote this one"
    )]
    Sites(#[from] SitesError),
    /// The default policy names something unknown.
    #[error("the default policy cannot be followed: {0}")]
    Policy(#[from] PolicyError),
    /// The tutorial's world cannot be made in this store.
    #[error("the tutorial's world cannot be made: {0}; choose another store")]
    Demo(String),
    /// An administration key cannot be used.
    #[error("the administration key `{id}` {what}; give the public half of an RSA or EC key")]
    Key {
        /// ID of the key.
        id: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

/// A server that is listening. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct RunningServer {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: JoinHandle<()>,
    store: Arc<Store>,
    demo_instance: Option<String>,
}

/// Starts a server; it answers requests when this returns.
///
/// # Errors
/// When the address, the store, the default policy or a key cannot be used.
pub async fn start(options: ServerOptions) -> Result<RunningServer, ServerError> {
    policy::rules(&options.default_policy)?;
    for (id, pem) in &options.administration_keys {
        http::check_public_key(pem).map_err(|what| ServerError::Key { id: id.clone(), what })?;
    }
    let unavailable = |source| ServerError::Address { address: options.listen, source };
    let listener = TcpListener::bind(options.listen).await.map_err(unavailable)?;
    let address = listener.local_addr().map_err(unavailable)?;
    let store = Arc::new(match &options.store {
        StoreLocation::Memory => Store::memory()?,
        StoreLocation::File(path) => Store::open(path)?,
    });
    let sites = Arc::new(Sites::restore(Arc::clone(&store)).await?);
    let demo_instance = prepare_default_site(&sites, &options).await?;
    tokio::spawn(tick(Arc::downgrade(&sites)));
    let tls = options.tls.as_ref().map(tls::acceptor).transpose()?;
    let limits = options.limits;
    let routers = routers(&sites, options, address);
    let service = || Service { router: routers(), limits, tls: tls.clone(), store: Arc::clone(&store) };
    let threads = Threads::start(service).map_err(ServerError::Threads)?;
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(listener::serve(listener, threads, limits, Arc::clone(&store), stopped));
    tracing::info!(%address, "listening");
    Ok(RunningServer { address, stop, serving, store, demo_instance })
}

/// The site `default` is always there, on a real clock unless the store or the tutorial has it otherwise. Returns the
/// tutorial's instance.
async fn prepare_default_site(sites: &Sites, options: &ServerOptions) -> Result<Option<String>, ServerError> {
    let administration_keys = options.administration_keys.clone();
    if sites.contains(DEFAULT_SITE) {
        sites.act(DEFAULT_SITE, |site| site.install_keys(KeyKind::Admin, administration_keys)).await?;
    } else {
        let (mut policy, mut clock) = (options.default_policy.clone(), Clock::Real);
        if options.demo.is_some() {
            let (decision, value) = demo::POLICY;
            policy.entry(decision.to_owned()).or_insert_with(|| value.to_owned());
            clock = Clock::Virtual(demo::NOW);
        }
        let key_propagation = options.key_propagation;
        let settings = SiteSettings { clock, administration_keys, policy, key_propagation };
        sites.create(DEFAULT_SITE, settings).await?;
    }
    let Some(demo) = &options.demo else { return Ok(None) };
    let seeded = sites.act(DEFAULT_SITE, |site| demo::seed(site, demo)).await?;
    match seeded {
        Ok(instance) => Ok(Some(instance.id.to_string())),
        Err(refusal) => Err(ServerError::Demo(refusal.messages.join("; "))),
    }
}

/// Makes routers to the same sites, one for each thread: what two threads count their uses of is fetched from the other
/// core's cache for every request. Only Dynamic Monetization is asked often enough to be made anew for each; the rest is
/// made once, with all that it remembers.
pub(super) fn routers(
    sites: &Arc<Sites>,
    options: ServerOptions,
    address: SocketAddr,
) -> impl Fn() -> Router + use<> {
    let passwords = Arc::new(PasswordDesk::new(options.password_cost));
    let control = Control {
        sites: Arc::clone(sites),
        passwords: Arc::clone(&passwords),
        token: options.control_token.into(),
        enabled: options.non_loopback_control || address.ip().is_loopback(),
        scheme: if options.tls.is_some() { "https" } else { "http" },
        defaults: Arc::new(control::SiteDefaults {
            policy: options.default_policy,
            key_propagation: options.key_propagation,
        }),
        address,
    };
    let api = Api::new(Arc::clone(sites));
    let rest = licensing::router(&LicensingApi::new(Arc::clone(sites), passwords))
        .merge(http::data_access::router(Arc::clone(sites)))
        .merge(http::pages::router(Arc::clone(sites)))
        .merge(control::setup_router(control.clone()))
        .merge(control::router(control))
        .fallback(errors::not_found);
    move || http::router(api.apart()).merge(rest.clone())
}

/// Runs what falls due on real clocks for as long as somebody uses the sites.
async fn tick(sites: Weak<Sites>) {
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let Some(sites) = sites.upgrade() else { return };
        sites.tick();
    }
}

impl RunningServer {
    /// The address that it listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The instance of the tutorial's world.
    #[must_use]
    pub fn demo_instance(&self) -> Option<&str> {
        self.demo_instance.as_deref()
    }

    /// Takes no more requests, finishes those under way, and closes the store.
    pub async fn shutdown(self) {
        let Self { stop, serving, store, .. } = self;
        // A listener that has ended by itself needs no word.
        let _ = stop.send(());
        if let Err(error) = serving.await {
            tracing::error!(%error, "the listener has broken off");
        }
        store.close().await;
    }

    /// Waits until the listener ends, which it does only when it fails.
    pub async fn wait(self) {
        let Self { stop, serving, .. } = self;
        if let Err(error) = serving.await {
            tracing::error!(%error, "the listener has broken off");
        }
        drop(stop);
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    use super::*;

    fn options(store: StoreLocation) -> ServerOptions {
        ServerOptions::on_loopback(store, "token")
    }

    #[tokio::test]
    async fn a_connection_too_many_is_told_so() {
        let limits = Limits { connections: 1, ..Limits::default() };
        let server = start(ServerOptions { limits, ..options(StoreLocation::Memory) }).await.unwrap();
        let mut first = TcpStream::connect(server.address()).await.unwrap();
        first.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut start = [0; 12];
        first.read_exact(&mut start).await.unwrap();
        assert_eq!(&start, b"HTTP/1.1 200");
        let mut second = TcpStream::connect(server.address()).await.unwrap();
        let mut answer = String::new();
        second.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
        drop(first);
        server.shutdown().await;
    }

    #[tokio::test]
    async fn headers_that_are_too_large_are_refused() {
        let server = start(options(StoreLocation::Memory)).await.unwrap();
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let large = format!("GET /health HTTP/1.1\r\nhost: x\r\nlarge: {}\r\n\r\n", "x".repeat(40_000));
        stream.write_all(large.as_bytes()).await.unwrap();
        let mut start = [0; 12];
        stream.read_exact(&mut start).await.unwrap();
        assert_eq!(&start, b"HTTP/1.1 431");
        server.shutdown().await;
    }

    #[tokio::test]
    async fn a_server_can_be_stopped_and_started_again_on_its_store() {
        let folder = tempfile::tempdir().unwrap();
        let location = StoreLocation::File(folder.path().join("store.sqlite"));
        let first = start(options(location.clone())).await.unwrap();
        assert_ne!(first.address().port(), 0);
        assert!(matches!(start(options(location.clone())).await, Err(ServerError::Store(_))));
        first.shutdown().await;
        start(options(location)).await.unwrap().shutdown().await;
    }

    #[tokio::test]
    async fn what_cannot_be_used_is_named() {
        let running = start(options(StoreLocation::Memory)).await.unwrap();
        let taken = ServerOptions { listen: running.address(), ..options(StoreLocation::Memory) };
        let error = start(taken).await.err().unwrap();
        assert!(error.to_string().contains(&running.address().to_string()), "{error}");
        running.shutdown().await;

        let default_policy = BTreeMap::from([("nonsense".to_owned(), "x".to_owned())]);
        let unknown = ServerOptions { default_policy, ..options(StoreLocation::Memory) };
        assert!(matches!(start(unknown).await, Err(ServerError::Policy(_))));

        let administration_keys = vec![("ops".to_owned(), "PEM".to_owned())];
        let unreadable = ServerOptions { administration_keys, ..options(StoreLocation::Memory) };
        assert!(matches!(start(unreadable).await, Err(ServerError::Key { .. })));
    }
}
