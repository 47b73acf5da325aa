//! Hashing of passwords: away from the site's lock, a few at a time, and in the same time for whomever.

use std::sync::Arc;
use std::thread::available_parallelism;

use aws_lc_rs::rand;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::domain::licensing::{PasswordCost, Secret};

/// What stands in for the hash of who has none: trying a password takes its time all the same (CM-AUTH-006).
const NOBODY: &str = "nobody's";

/// Where passwords are hashed. Each hash takes memory and a core, so that there are never more than cores.
#[derive(Debug)]
pub(crate) struct PasswordDesk {
    cost: PasswordCost,
    places: Arc<Semaphore>,
    nobody: Option<Secret>,
}

impl PasswordDesk {
    pub(crate) fn new(cost: PasswordCost) -> Self {
        let places = available_parallelism().map_or(1, usize::from);
        Self { cost, places: Arc::new(Semaphore::new(places)), nobody: Secret::of(NOBODY, [0; 16], cost) }
    }

    /// The hash of a new password; nothing when the system has no random numbers.
    pub(crate) async fn hash(&self, password: String) -> Option<Secret> {
        let cost = self.cost;
        let hash = move || {
            let mut salt = [0; 16];
            rand::fill(&mut salt).ok()?;
            Secret::of(&password, salt, cost)
        };
        self.at_a_place(hash).await.flatten()
    }

    /// The secret that a password is of. Without any secret the work is the same.
    pub(crate) async fn find(&self, mut secrets: Vec<Secret>, password: String) -> Option<Secret> {
        let is_nobody = secrets.is_empty();
        secrets.extend(self.nobody.clone().filter(|_| is_nobody));
        let find = move || secrets.into_iter().find(|secret| secret.is_of(&password));
        self.at_a_place(find).await.flatten().filter(|_| !is_nobody)
    }

    async fn at_a_place<R: Send + 'static>(&self, work: impl FnOnce() -> R + Send + 'static) -> Option<R> {
        let place = Arc::clone(&self.places).acquire_owned().await.ok()?;
        let done = spawn_blocking(move || {
            let _place = place;
            work()
        });
        done.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nobody_has_no_password_not_even_the_one_that_is_tried_for_them() {
        let desk = PasswordDesk::new(PasswordCost::Quick);
        assert_eq!(desk.find(Vec::new(), NOBODY.into()).await, None);
        let secret = desk.hash("Aa1!aaaa".into()).await.unwrap();
        assert_eq!(desk.find(vec![secret.clone()], "Aa1!aaaa".into()).await, Some(secret.clone()));
        assert_eq!(desk.find(vec![secret], NOBODY.into()).await, None);
    }
}
