//! Who is logged in: a cookie stands for the control token, and each login has a key that its forms carry.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How long a login lasts.
pub(super) const LIFETIME: Duration = Duration::from_secs(3600);
/// Most logins at a time; one more takes the place of the oldest.
const MOST: usize = 100;

/// A login. Neither its ID nor its key can be guessed, and neither says anything about the control token.
#[derive(Clone)]
pub(super) struct Login {
    /// What the cookie holds.
    pub(super) id: String,
    /// What every form of this login carries, so that a form of another page does nothing.
    pub(super) form_key: String,
    until: Instant,
}

/// Every login. A restart ends them all.
#[derive(Default)]
pub(super) struct Logins(Mutex<HashMap<String, Login>>);

impl Logins {
    /// A new login; nothing when the system has no random numbers.
    pub(super) fn open(&self, now: Instant) -> Option<Login> {
        let login = Login { id: random()?, form_key: random()?, until: now + LIFETIME };
        let mut logins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logins.retain(|_, other| now < other.until);
        if logins.len() >= MOST
            && let Some(oldest) =
                logins.values().min_by_key(|other| other.until).map(|other| other.id.clone())
        {
            logins.remove(&oldest);
        }
        logins.insert(login.id.clone(), login.clone());
        Some(login)
    }

    /// The login of a cookie.
    pub(super) fn of(&self, id: &str, now: Instant) -> Option<Login> {
        let logins = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        logins.get(id).filter(|login| now < login.until).cloned()
    }

    /// Ends a login.
    pub(super) fn close(&self, id: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}

/// 256 bits that nobody knows.
fn random() -> Option<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_ends_by_itself_or_when_it_is_closed() {
        let (logins, now) = (Logins::default(), Instant::now());
        let login = logins.open(now).unwrap();
        assert!(logins.of(&login.id, now + LIFETIME - Duration::from_secs(1)).is_some());
        assert!(logins.of(&login.id, now + LIFETIME).is_none());
        assert!(logins.of("", now).is_none() && logins.of(&login.form_key, now).is_none());
        logins.close(&login.id);
        assert!(logins.of(&login.id, now).is_none());
    }

    #[test]
    fn there_are_never_more_than_so_many() {
        let (logins, now) = (Logins::default(), Instant::now());
        let first = logins.open(now).unwrap();
        let later = now + Duration::from_secs(1);
        for _ in 0..MOST {
            logins.open(later).unwrap();
        }
        assert!(logins.of(&first.id, later).is_none(), "the oldest has made place");
        assert_eq!(logins.0.lock().unwrap().len(), MOST);
    }
}
