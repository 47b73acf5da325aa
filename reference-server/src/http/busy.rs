//! Sessions that a request is working on, for rules under which a second one is refused in place of waiting
//! (DM-SES-062).

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

/// The sessions whose requests are under way, with their sites.
#[derive(Debug, Default)]
pub(super) struct BusySessions {
    under_way: Mutex<HashSet<(String, String)>>,
}

/// The claim of one request on its session; it ends with the request.
#[derive(Debug)]
pub(super) struct Claim {
    sessions: Arc<BusySessions>,
    session: (String, String),
    /// Whether nobody else was at work.
    pub(super) alone: bool,
}

impl BusySessions {
    /// Claims a session for a request.
    pub(super) fn claim(self: &Arc<Self>, site: &str, session: &str) -> Claim {
        let session = (site.to_owned(), session.to_owned());
        let alone = self.lock().insert(session.clone());
        Claim { sessions: Arc::clone(self), session, alone }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashSet<(String, String)>> {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        if self.alone {
            self.sessions.lock().remove(&self.session);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_busy_until_its_request_ends() {
        let sessions = Arc::new(BusySessions::default());
        let first = sessions.claim("acme", "s");
        let second = sessions.claim("acme", "s");
        assert!(first.alone && !second.alone && sessions.claim("acme", "t").alone);
        drop(second);
        assert!(!sessions.claim("acme", "s").alone);
        drop(first);
        assert!(sessions.claim("acme", "s").alone);
    }
}
