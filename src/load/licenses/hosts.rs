//! Hosts of license servers on their way between checking out and returning.
//!
//! A host is used by one worker at a time, because two requests of one host at once replace each other in an order
//! that nobody knows. A host whose request had no answer is set aside, and another one comes in its place; when the request
//! can be under way no longer, the host returns whatever it has, and is forgotten.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

use super::super::ground::REQUEST_TIMEOUT;
use super::super::ledger::Kind;
use super::account::Move;
use super::spec::LicenseSpec;

/// Features, by their index at the license server, with counts.
pub type Counts = Vec<(u16, i64)>;

/// How likely a host that holds something renews it, and does not return it.
const RENEWS: f64 = 0.5;

/// How likely a host that holds two features gives back but one of them.
const RETURNS_IN_PART: f64 = 0.4;

/// How likely a host checks two features out at once.
const TWO_AT_ONCE: f64 = 0.4;

/// One host after another in one place.
#[derive(Debug)]
pub struct Host {
    /// Index of its license server.
    pub instance: u32,
    /// What it is called.
    pub name: Arc<str>,
    /// What it holds.
    pub held: Counts,
    /// Requests of it without an answer, in a host that was set aside.
    pub doubts: Option<Vec<Move>>,
    place: usize,
    /// How many have been in this place before.
    generation: u32,
    consumes: bool,
    random: SmallRng,
}

/// What a host asks for next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// What it is.
    pub kind: Kind,
    /// All that it is to hold afterwards, or what it consumes.
    pub wanted: Counts,
}

impl Host {
    /// A host that comes for one request alone.
    pub fn once(instance: u32, name: Arc<str>) -> Self {
        Self {
            instance,
            name,
            held: Vec::new(),
            doubts: None,
            place: 0,
            generation: 0,
            consumes: false,
            random: SmallRng::seed_from_u64(0),
        }
    }

    /// What it does next, given the features with the counts in which they are asked for.
    pub fn wish(&mut self, menu: &Menu) -> Wish {
        if self.doubts.is_some() {
            return Wish { kind: Kind::LicenseReturn, wanted: Vec::new() };
        }
        if self.consumes {
            return Wish { kind: Kind::LicenseConsume, wanted: vec![self.pick(&menu.metered, None)] };
        }
        if self.held.is_empty() {
            let first = self.pick(&menu.concurrent, None);
            let two = menu.concurrent.len() > 1 && self.happens(TWO_AT_ONCE);
            let second = two.then(|| self.pick(&menu.concurrent, Some(first.0)));
            let wanted = [first].into_iter().chain(second).collect();
            return Wish { kind: Kind::LicenseCheckout, wanted };
        }
        if self.happens(RENEWS) {
            return Wish { kind: Kind::LicenseRenewal, wanted: self.held.clone() };
        }
        let keeps = self.held.len() > 1 && self.happens(RETURNS_IN_PART);
        let wanted = if keeps { self.held[1..].to_vec() } else { Vec::new() };
        Wish { kind: Kind::LicenseReturn, wanted }
    }

    fn pick(&mut self, of: &[(u16, Vec<i64>)], but: Option<u16>) -> (u16, i64) {
        let mut place = self.random.random_range(0..of.len());
        if Some(of[place].0) == but {
            place = (place + 1) % of.len();
        }
        let (feature, counts) = &of[place];
        (*feature, counts[self.random.random_range(0..counts.len())])
    }

    fn happens(&mut self, chance: f64) -> bool {
        self.random.random::<f64>() < chance
    }
}

/// What can be asked for.
#[derive(Clone, Debug, Default)]
pub struct Menu {
    /// Features that are checked out.
    pub concurrent: Vec<(u16, Vec<i64>)>,
    /// Features that are consumed.
    pub metered: Vec<(u16, Vec<i64>)>,
}

impl Menu {
    /// The menu of a scenario.
    pub fn of(spec: &LicenseSpec) -> Self {
        let mut menu = Self::default();
        for (index, feature) in (0..).zip(&spec.features) {
            let counts = feature.wanted.iter().map(|count| i64::from(*count)).collect();
            let part = if feature.metered { &mut menu.metered } else { &mut menu.concurrent };
            part.push((index, counts));
        }
        menu
    }
}

/// All hosts of a run.
#[derive(Debug)]
pub struct HostPool {
    run: String,
    free: Mutex<VecDeque<Host>>,
    /// Hosts that were set aside then.
    doubtful: Mutex<VecDeque<(Instant, Host)>>,
}

impl HostPool {
    /// The hosts of a scenario, those that consume among those that do not.
    pub fn new(run: &str, spec: &LicenseSpec, seed: u64) -> Self {
        let (all, consumers) = (spec.hosts + spec.consumers, spec.consumers);
        let host = |place: usize| Host {
            instance: u32::try_from(place % spec.instances.max(1)).unwrap_or(0),
            name: name(run, place, 0),
            held: Vec::new(),
            doubts: None,
            place,
            generation: 0,
            // As many as there shall be, as far apart as can be.
            consumes: (place + 1) * consumers / all > place * consumers / all,
            random: SmallRng::seed_from_u64(seed.wrapping_add(place as u64)),
        };
        Self {
            run: run.to_owned(),
            free: Mutex::new((0..all).map(host).collect()),
            doubtful: Mutex::default(),
        }
    }

    /// A host that was set aside so long ago that its request can be under way no longer, or the one that has been free
    /// for longest.
    pub fn check_out(&self, now: Instant) -> Option<Host> {
        let mut doubtful = locked(&self.doubtful);
        if doubtful.front().is_some_and(|(since, _)| *since + REQUEST_TIMEOUT <= now) {
            return doubtful.pop_front().map(|(_, host)| host);
        }
        locked(&self.free).pop_front()
    }

    /// Gives a host back, with what it holds now.
    pub fn check_in(&self, host: Host) {
        locked(&self.free).push_back(host);
    }

    /// Sets a host aside after such requests without an answer, and lets another one take its place.
    pub fn check_in_doubtful(&self, mut host: Host, doubts: Vec<Move>, now: Instant) {
        let aside = Host::once(host.instance, Arc::clone(&host.name));
        self.set_aside(aside, doubts, now);
        host.generation += 1;
        host.name = name(&self.run, host.place, host.generation);
        host.held.clear();
        self.check_in(host);
    }

    /// Sets a host aside in whose place no other one comes.
    pub fn set_aside(&self, mut host: Host, doubts: Vec<Move>, now: Instant) {
        host.doubts.get_or_insert_default().extend(doubts);
        locked(&self.doubtful).push_back((now, host));
    }

    /// Empties the pool: hosts that hold something, and those of which that is not certain.
    pub fn take_all(&self) -> Vec<Host> {
        let hosts = std::mem::take(&mut *locked(&self.free));
        let doubtful = std::mem::take(&mut *locked(&self.doubtful));
        let holding = hosts.into_iter().filter(|host| !host.held.is_empty());
        holding.chain(doubtful.into_iter().map(|(_, host)| host)).collect()
    }
}

fn name(run: &str, place: usize, generation: u32) -> Arc<str> {
    if generation == 0 {
        format!("{run}-{place}").into()
    } else {
        format!("{run}-{place}-{generation}").into()
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> LicenseSpec {
        toml::from_str(
            r#"
            instances = 2
            hosts = 3
            consumers = 1
            [[features]]
            name = "a"
            version = "1.0"
            count = 5
            wanted = [1, 2]
            [[features]]
            name = "b"
            version = "1.0"
            count = 5
            wanted = [1]
            [[features]]
            name = "m"
            version = "1.0"
            count = 9
            metered = true
            wanted = [3]
            "#,
        )
        .unwrap()
    }

    #[test]
    fn a_host_checks_out_before_it_renews_or_returns() {
        let (spec, menu) = (spec(), Menu::of(&spec()));
        let pool = HostPool::new("r", &spec, 7);
        let mut host = pool.check_out(Instant::now()).unwrap();
        let mut seen = Vec::new();
        for _ in 0..60 {
            let wish = host.wish(&menu);
            match wish.kind {
                Kind::LicenseCheckout => assert!(host.held.is_empty() && !wish.wanted.is_empty()),
                Kind::LicenseRenewal => assert_eq!(wish.wanted, host.held),
                Kind::LicenseReturn => assert!(wish.wanted.len() < host.held.len()),
                kind => panic!("{kind:?}"),
            }
            seen.push((wish.kind, wish.wanted.len()));
            host.held = wish.wanted;
        }
        for step in [
            (Kind::LicenseCheckout, 1),
            (Kind::LicenseCheckout, 2),
            (Kind::LicenseRenewal, 2),
            (Kind::LicenseReturn, 1),
            (Kind::LicenseReturn, 0),
        ] {
            assert!(seen.contains(&step), "{step:?} of {seen:?}");
        }
    }

    #[test]
    fn consumers_only_consume_and_there_are_as_many_as_there_shall_be() {
        let (spec, menu) = (spec(), Menu::of(&spec()));
        let pool = HostPool::new("r", &spec, 7);
        let wishes: Vec<Wish> =
            std::iter::from_fn(|| pool.check_out(Instant::now())).map(|mut host| host.wish(&menu)).collect();
        let consumed = wishes.iter().filter(|wish| wish.kind == Kind::LicenseConsume);
        assert_eq!((wishes.len(), consumed.count()), (4, 1));
    }

    #[test]
    fn another_host_comes_in_the_place_of_one_that_is_in_doubt() {
        let (spec, now) = (spec(), Instant::now());
        let pool = HostPool::new("r", &LicenseSpec { hosts: 1, consumers: 0, ..spec.clone() }, 7);
        let mut host = pool.check_out(now).unwrap();
        host.held = vec![(0, 1)];
        pool.check_in_doubtful(host, Vec::new(), now);
        let next = pool.check_out(now).unwrap();
        assert_eq!((&*next.name, next.held.len()), ("r-0-1", 0));
        pool.check_in(next);
        let later = now + REQUEST_TIMEOUT;
        let mut first = pool.check_out(later).unwrap();
        assert_eq!(&*first.name, "r-0", "its request can be under way no longer");
        let wish = first.wish(&Menu::of(&spec));
        assert_eq!(wish, Wish { kind: Kind::LicenseReturn, wanted: Vec::new() });
        assert_eq!(&*pool.check_out(later).unwrap().name, "r-0-1");
    }

    #[test]
    fn in_the_end_there_are_hosts_that_hold_something_or_may() {
        let (spec, now) = (spec(), Instant::now());
        let pool = HostPool::new("r", &spec, 7);
        let mut holding = pool.check_out(now).unwrap();
        holding.held = vec![(0, 1)];
        pool.check_in(holding);
        let doubtful = pool.check_out(now).unwrap();
        pool.check_in_doubtful(doubtful, Vec::new(), now);
        assert_eq!(pool.take_all().len(), 2);
        assert!(pool.take_all().is_empty());
    }
}
