//! How much of the machine the generator takes.
//!
//! A generator that needs the whole machine measures itself. The system counts the time that each thread ran;
//! threads of a server inside this process are left out, because what they take is the target's affair.

use std::collections::HashMap;
use std::time::Instant;

use crate::report::events::Cores;

/// Names of threads that belong to a server inside this process.
const SERVERS: [&str; 3] = ["reference-serv", "null-server", "store"];

/// Processor time of the generator over some time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CpuUse {
    /// Cores that it kept busy on average.
    pub busy: f64,
    /// Cores that the process may use.
    pub cores: f64,
}

impl From<CpuUse> for Cores {
    fn from(used: CpuUse) -> Self {
        Self { busy: used.busy, available: used.cores }
    }
}

/// The threads of this process at an instant.
#[derive(Debug)]
pub struct CpuSample {
    at: Instant,
    /// Nanoseconds on a processor, by thread.
    ran: HashMap<u64, u64>,
}

impl CpuSample {
    /// Takes a sample; nothing where the system does not tell.
    pub fn take() -> Option<Self> {
        let mut ran = HashMap::new();
        for task in std::fs::read_dir("/proc/self/task").ok()?.flatten() {
            let read = |file: &str| std::fs::read_to_string(task.path().join(file)).unwrap_or_default();
            let name = read("comm");
            if SERVERS.iter().any(|server| name.starts_with(server)) {
                continue;
            }
            let id = task.file_name().to_str().and_then(|id| id.parse().ok());
            let time = read("schedstat").split_whitespace().next().and_then(|time| time.parse().ok());
            // A thread may end between the listing and the reading.
            if let (Some(id), Some(time)) = (id, time) {
                ran.insert(id, time);
            }
        }
        (!ran.is_empty()).then(|| Self { at: Instant::now(), ran })
    }

    /// What was used since this sample was taken.
    pub fn until_now(&self) -> Option<CpuUse> {
        let now = Self::take()?;
        let wall = (now.at - self.at).as_nanos();
        if wall == 0 {
            return None;
        }
        let ran: u64 = now
            .ran
            .iter()
            .map(|(id, time)| time.saturating_sub(self.ran.get(id).copied().unwrap_or(0)))
            .sum();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Some(CpuUse { busy: ran as f64 / wall as f64, cores: cores as f64 })
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_busy_thread_counts_and_a_server_does_not() {
        let before = CpuSample::take().unwrap();
        let spin = || {
            let end = Instant::now() + std::time::Duration::from_millis(60);
            let mut sum = 0_u64;
            while Instant::now() < end {
                sum = std::hint::black_box(sum.wrapping_add(1));
            }
        };
        let server = std::thread::Builder::new().name("null-server".to_owned()).spawn(spin).unwrap();
        spin();
        let used = before.until_now().unwrap();
        server.join().unwrap();
        assert!(used.busy > 0.05 && used.cores >= 1.0, "{used:?}");
        assert!(CpuSample::take().unwrap().ran.values().all(|time| *time > 0));
    }
}
