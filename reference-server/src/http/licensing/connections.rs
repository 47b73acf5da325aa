//! The connections of each tenant at one time (CM-LIM-001 to CM-LIM-005).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// How many exchanges of each site are under way.
#[derive(Debug, Default)]
pub(super) struct Connections(Mutex<HashMap<String, usize>>);

/// One exchange, from the head of the request to the end of the answer.
#[derive(Debug)]
pub(super) struct Connection {
    of: Arc<Connections>,
    site: String,
}

impl Connections {
    /// A place for one more, unless there are as many as there may be.
    pub(super) fn enter(self: &Arc<Self>, site: &str, most: usize) -> Option<Connection> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(site.to_owned()).or_default();
        if *count >= most {
            return None;
        }
        *count += 1;
        Some(Connection { of: Arc::clone(self), site: site.to_owned() })
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut counts = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.site) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.site);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_come_back_and_sites_do_not_share_them() {
        let connections = Arc::new(Connections::default());
        let first = connections.enter("a", 1).unwrap();
        assert!(connections.enter("a", 1).is_none());
        assert!(connections.enter("b", 1).is_some());
        drop(first);
        assert!(connections.enter("a", 1).is_some());
    }
}
