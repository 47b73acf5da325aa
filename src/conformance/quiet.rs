//! The process-wide panic hook, put back whatever cucumber does with it.
//!
//! Cucumber reports a failed step by a panic, mutes the hook while it runs and puts back what it found. Two
//! runs side by side would put back each other's mute. Here the first run takes the real hook away and the
//! last one returns it.

use std::panic::{self, PanicHookInfo};
use std::sync::Mutex;

use super::record::lock;

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send + 'static>;

struct Muted {
    runs: usize,
    hook: Option<Hook>,
}

static MUTED: Mutex<Muted> = Mutex::new(Muted { runs: 0, hook: None });

/// Panics say nothing while one of these lives.
#[must_use]
pub(super) struct Quiet(());

impl Quiet {
    /// Mutes the hook.
    pub(super) fn begin() -> Self {
        let mut muted = lock(&MUTED);
        if muted.runs == 0 {
            muted.hook = Some(panic::take_hook());
            panic::set_hook(Box::new(|_| {}));
        }
        muted.runs += 1;
        Self(())
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let mut muted = lock(&MUTED);
        muted.runs -= 1;
        // The hook cannot be changed while this very thread panics; the process is about to say so anyway.
        if muted.runs == 0
            && !std::thread::panicking()
            && let Some(hook) = muted.hook.take()
        {
            panic::set_hook(hook);
        }
    }
}
