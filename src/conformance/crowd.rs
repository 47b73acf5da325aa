//! Readers who crowd around the instances that scenarios work on.
//!
//! Reading has no effect, so that no verdict may change for it; but it takes the same locks and the same time.

use std::time::Duration;

use tokio::task::AbortHandle;

use super::context::Context;
use super::stage::Stage;
use crate::target::{Api, Call, Client};

/// Between two reads of one reader.
const PAUSE: Duration = Duration::from_millis(5);

/// The readers of one scenario; they leave when it ends.
#[derive(Debug, Default)]
pub(super) struct Crowd(Vec<AbortHandle>);

impl Crowd {
    /// Sends readers to an instance, if the run wants any.
    fn gather(&mut self, context: &Context, api: &Api, instance: &str, now_s: i64) {
        for _ in 0..context.crowd {
            // Without a token the scenario itself gets nowhere and says so.
            let Ok(token) = context.admin_token(now_s) else { return };
            let addresses = [api.instance(instance), api.line_items(instance), api.sessions_of(instance)];
            let reader = read(context.access.client.clone(), token, addresses);
            self.0.push(tokio::spawn(reader).abort_handle());
        }
    }

    /// Sends everybody away.
    pub(super) fn leave(&mut self) {
        for reader in self.0.drain(..) {
            reader.abort();
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.leave();
    }
}

async fn read(client: Client, token: String, addresses: [String; 3]) {
    for address in addresses.iter().cycle() {
        client.send(Call::get(address.clone()).bearer(&token)).await;
        tokio::time::sleep(PAUSE).await;
    }
}

impl Stage {
    /// Has readers crowd around an instance.
    pub(super) fn crowd_around(&mut self, instance: &str) {
        let now_s = self.now_s();
        self.crowd.gather(&self.context, &self.api, instance, now_s);
    }
}
