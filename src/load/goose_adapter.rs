//! The worker pool, made of goose's users. No other file knows goose.
//!
//! Goose brings the life cycle: it starts its users, runs their transaction and winds down when it is told to. The
//! transaction is a loop that takes tickets and sends them until there are none left; from then on it only waits for
//! the end. Limiting the iterations instead would end the users by themselves, but goose then prints a line into the
//! middle of our output. Goose's own figures are switched off: it counts from its own sending and only to the headers,
//! so a stalled target would look better than it is. A request goes through goose only where it needs its client, see
//! [`Reach`]: what goose notes of each costs as much as the client.
//!
//! Goose also does things to the whole process, and the adapter lives with them as follows.
//!
//! * On the first attack it installs a ctrl-c handler that *replaces* any other one for good, so whoever
//!   listened for ctrl-c hears nothing any more. The handler sets goose's killswitch. [`interrupted`] reads
//!   it; the run treats it as a stop, and callers are to ask it after a run. A second ctrl-c ends the process
//!   with exit code 1. Only a handler that was set with the same crate, `ctrlc`, stays in place: then goose
//!   leaves it alone, and the run is stopped through its own receiver alone.
//! * The killswitch is of the process, too: an attack that ends by it would end every other one. So there is one
//!   attack at a time, see [`turn`].
//! * It installs a logger that prints a line for every failed request. Its level is held at "off" meanwhile.
//! * A transaction that panics ends its user without a word, and an attack waits for its users for ever.
//!   Workers therefore sign off in a destructor, and [`end`] ends an attack whose workers are gone.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::{Duration, Instant};

use goose::GooseAttack;
use goose::client::GooseClientBuilder;
use goose::config::GooseConfiguration;
use goose::goose::{GooseRequest, GooseUser, Scenario, Transaction, TransactionFunction, TransactionResult};
use goose::logger::ScopedLogLevel;
use reqwest::Method;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use tokio::sync::{Mutex, MutexGuard};

use super::LoadError;
use super::ground::REQUEST_TIMEOUT;
use super::operations::{Desk, Job, Received};
use super::population::Address;
use super::queue::{Ticket, TicketQueue};
use super::recorder::Moments;
use super::wire::{JSON, Reach, Wire};
use crate::target::{causes, whole_body};

/// How long a worker without tickets waits before it looks whether the attack is over.
const IDLE: Duration = Duration::from_millis(5);

/// What the workers of a run share.
pub struct Shift {
    /// Where tickets and answers go.
    pub desk: Desk,
    /// Where tickets come from.
    pub queue: Arc<TicketQueue>,
    /// How many workers there are.
    pub workers: usize,
    /// The `Authorization` header of every request.
    pub authorization: HeaderValue,
    /// An address that can be read without any effect, to open connections before the clock starts.
    pub warm_up_url: String,
    /// Where workers report that they are ready.
    pub ready: Sender<()>,
    /// Workers that died on the way.
    pub dead: AtomicUsize,
    /// Workers that found no more tickets.
    pub done: AtomicUsize,
}

/// Marks a worker that found no more tickets.
#[derive(Clone)]
struct Done;

/// Waits until no other attack is under way in this process; the turn ends with the guard.
pub async fn turn() -> MutexGuard<'static, ()> {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::const_new(());
    ONE_AT_A_TIME.lock().await
}

/// Whether ctrl-c was pressed since goose took its handling over, which it does in the first load run of a
/// process.
#[must_use]
pub fn interrupted() -> bool {
    goose::is_killswitch_triggered()
}

/// Ends an attack: its workers have finished, or will not.
pub fn end(reason: &str) {
    goose::trigger_killswitch(reason);
}

/// Forgets that an attack was ended, so that nobody takes it for a ctrl-c.
pub fn forget() {
    goose::reset_killswitch();
}

/// Runs the workers until the queue has no tickets for them any more.
pub async fn attack(shift: Arc<Shift>) -> Result<(), LoadError> {
    let failed = |error: goose::GooseError| LoadError::Generator(error.to_string());
    let configuration = configuration(&shift.desk.ground.api(0).base, shift.workers);
    let silence: Arc<OnceLock<Silence>> = Arc::default();
    let transaction: TransactionFunction = Arc::new(move |user| {
        let shift = Arc::clone(&shift);
        // The logger is installed when the attack starts, so it can be silenced only now.
        silence.get_or_init(Silence::begin);
        Box::pin(async move { work(user, &shift).await })
    });
    let scenario = Scenario::new("load").register_transaction(Transaction::new(transaction));
    // One client for all users: by default goose builds one each, which takes longer than the rest of the
    // start.
    let client = GooseClientBuilder::new().without_cookies();
    GooseAttack::initialize_with_config(configuration)
        .map_err(failed)?
        .set_client_builder_without_cookies(client)
        .map_err(failed)?
        .register_scenario(scenario)
        .execute()
        .await
        .map_err(failed)?;
    Ok(())
}

/// Some fields of the configuration are private, so it is a default with assignments.
fn configuration(host: &str, workers: usize) -> GooseConfiguration {
    let mut configuration = GooseConfiguration::default();
    configuration.host = Some(host.to_owned());
    configuration.users = Some(workers);
    // All users within ten milliseconds; the default is one a second.
    configuration.increase_rate = Some((workers * 100).to_string());
    configuration.quiet = 1;
    configuration.no_metrics = true;
    configuration.no_print_metrics = true;
    configuration.no_telnet = true;
    configuration
}

/// One worker, from its first connection to the end of the tickets. Nothing in here may panic.
async fn work(user: &mut GooseUser, shift: &Shift) -> TransactionResult {
    if user.get_session_data::<Done>().is_some() {
        tokio::time::sleep(IDLE).await;
        return Ok(());
    }
    let _attendance = Attendance { dead: &shift.dead };
    // The client of the run follows no redirects and shares its connections with nobody but the workers.
    user.client = shift.desk.ground.client.http().clone();
    let mut way = Way { user, wire: Wire::default() };
    warm_up(&mut way, shift).await;
    // The pacer stops listening when it gives up; then the queue is closed and the loop ends at once.
    let _ = shift.ready.send(());
    while let Some(ticket) = shift.queue.take().await {
        let Some(mut job) = shift.desk.begin(ticket.arrival) else { continue };
        let sent = Instant::now();
        let received = send(&mut way, shift, &mut job).await;
        let moments = Moments { intended: ticket.intended, sent, done: Instant::now() };
        if let Some(again) = shift.desk.finish(job, &moments, received) {
            shift.queue.put(&mut vec![Ticket { arrival: again, intended: moments.done }]);
        }
    }
    user.set_session_data(Done);
    shift.done.fetch_add(1, Ordering::Relaxed);
    Ok(())
}

/// Opens a connection. Whether the answer is any good is found out by the run itself.
async fn warm_up(way: &mut Way<'_>, shift: &Shift) {
    let url = Address::Text(shift.warm_up_url.clone());
    drop(way.send(shift, Method::GET, &url, None, "warm-up").await);
}

async fn send(way: &mut Way<'_>, shift: &Shift, job: &mut Job) -> Received {
    let (method, body) = (job.method.clone(), job.body.take());
    let exchange = way.send(shift, method, &job.url, body, job.kind.name());
    let Some(patience) = job.hang_up_after else { return received(exchange.await) };

    // An answer that comes before the client hangs up is thrown away unread: a client that dies after the
    // target has done its work is the case that matters most.
    let hang_up_at = Instant::now() + patience;
    tokio::select! {
        biased;
        () = until(hang_up_at) => {}
        _unread = exchange => {}
    }
    Received::Lost { deliberate: true, why: "the client hung up".to_owned() }
}

fn received(exchange: Result<(u16, Vec<u8>), String>) -> Received {
    match exchange {
        Ok((status, body)) => Received::Answer { status, body },
        Err(why) => Received::Lost { deliberate: false, why },
    }
}

/// How the requests of a worker reach the target: on a wire of their own where that is possible, else through goose
/// and the client of the run, which knows proxies and certificates.
struct Way<'a> {
    user: &'a mut GooseUser,
    wire: Wire,
}

impl Way<'_> {
    async fn send(
        &mut self,
        shift: &Shift,
        method: Method,
        address: &Address,
        body: Option<String>,
        name: &'static str,
    ) -> Result<(u16, Vec<u8>), String> {
        match address.uri() {
            Some(uri) if shift.desk.ground.reach == Reach::Wire => {
                let request = Wire::request(method, uri, shift.authorization.clone(), body);
                self.wire.exchange(request, REQUEST_TIMEOUT).await
            }
            // The client says what is wrong with an address that cannot be read.
            _ => {
                let mut request = self.user.client.request(method, address.to_string());
                request = request.header(AUTHORIZATION, shift.authorization.clone());
                if let Some(body) = body {
                    request = request.header(CONTENT_TYPE, JSON).body(body);
                }
                let request = GooseRequest::builder().set_request_builder(request).name(name).build();
                exchange(self.user, request).await
            }
        }
    }
}

async fn exchange(user: &mut GooseUser, request: GooseRequest<'_>) -> Result<(u16, Vec<u8>), String> {
    let answer = user.request(request).await.map_err(|error| error.to_string())?;
    let mut response = answer.response.map_err(|error| causes(&error))?;
    let status = response.status().as_u16();
    Ok((status, whole_body(&mut response).await?))
}

/// Waits for an instant to a few microseconds, which the timer of the runtime cannot: it yields until then.
/// Hang-ups are few and short, so this costs next to nothing.
async fn until(instant: Instant) {
    while Instant::now() < instant {
        tokio::task::yield_now().await;
    }
}

/// Notices a worker that dies.
struct Attendance<'a> {
    dead: &'a AtomicUsize,
}

impl Drop for Attendance<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.dead.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Holds goose's log level at "off" until it is dropped.
///
/// The guard that goose offers may not leave its thread, and the attack wanders between threads, so the guard
/// gets one of its own.
struct Silence {
    _until_dropped: Sender<()>,
}

impl Silence {
    fn begin() -> Self {
        let (until_dropped, dropped) = mpsc::channel::<()>();
        std::thread::spawn(move || {
            let _guard = "off".parse().ok().and_then(|level| ScopedLogLevel::new(level).ok());
            // Ends with an error when the sender is dropped, which is the sign.
            let _ = dropped.recv();
        });
        Self { _until_dropped: until_dropped }
    }
}
