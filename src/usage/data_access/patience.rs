//! How often and after which pauses a service is asked again.

use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

type Wait = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// Bounded patience: every pause is twice the one before, and nothing is left to chance.
#[derive(Clone)]
pub struct Patience {
    pub(super) attempts: u32,
    first: Duration,
    pub(super) longest: Duration,
    wait: Wait,
}

impl Default for Patience {
    /// Six attempts, with pauses of 1, 2, 4, 8 and 16 seconds between them unless the service names others.
    fn default() -> Self {
        Self::new(6, Duration::from_secs(1), |pause| Box::pin(tokio::time::sleep(pause)))
    }
}

impl Patience {
    /// Patience of so many attempts, that waits in this way.
    #[must_use]
    pub fn new(
        attempts: u32,
        first: Duration,
        wait: impl Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync + 'static,
    ) -> Self {
        Self { attempts, first, longest: Duration::from_secs(120), wait: Arc::new(wait) }
    }

    /// The pause behind an attempt, counted from 1: what the service asks for, or else twice as long each time.
    pub(super) fn pause(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        let doubled = 2_u32.saturating_pow(attempt.saturating_sub(1));
        asked.unwrap_or_else(|| self.first.saturating_mul(doubled).min(self.longest))
    }

    pub(super) async fn wait(&self, pause: Duration) {
        (self.wait)(pause).await;
    }
}

impl std::fmt::Debug for Patience {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Patience").field("attempts", &self.attempts).field("first", &self.first).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_unless_the_service_names_one() {
        let patience = Patience::default();
        let seconds = |attempt| patience.pause(attempt, None).as_secs();
        assert_eq!([1, 2, 3, 4, 5].map(seconds), [1, 2, 4, 8, 16]);
        assert_eq!(seconds(40), 120);
        assert_eq!(patience.pause(1, Some(Duration::from_secs(7))).as_secs(), 7);
    }
}
