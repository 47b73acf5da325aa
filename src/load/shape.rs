//! How the arrival rate goes over time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;

/// How the arrival rate of a stage goes over time, in requests a second.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Shape {
    /// Evenly spaced.
    Constant {
        /// Rate.
        rate: f64,
    },
    /// Independent of one another, as requests of many users are: with bursts and gaps.
    Poisson {
        /// Mean rate.
        rate: f64,
    },
    /// Evenly spaced at a rate that goes straight from one value to another.
    Ramp {
        /// Rate at the start.
        from: f64,
        /// Rate at the end.
        to: f64,
    },
    /// Evenly spaced at one rate after another, each for the same time.
    Steps {
        /// The rates.
        rates: Vec<f64>,
    },
    /// Evenly spaced, with a time of a much higher rate in between.
    Spike {
        /// Rate before and after.
        rate: f64,
        /// Rate of the spike.
        peak: f64,
        /// When the spike begins, as a share of the stage.
        begins: f64,
        /// When it ends, as a share of the stage.
        ends: f64,
    },
    /// Independent of one another, at a rate that goes up and down like that of a working day.
    Daily {
        /// Rate at night, with which the stage begins.
        night: f64,
        /// Rate at noon.
        noon: f64,
        /// Days in the stage.
        days: f64,
    },
    /// The instants of a recording.
    Replay(Recording),
}

/// A recorded schedule.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recording {
    /// File with the seconds from the start at which requests came, one a line; the scenario's folder is where
    /// a relative path begins.
    pub file: PathBuf,
    /// How many times as fast it is replayed.
    #[serde(default = "once")]
    pub speed: f64,
    /// The instants, once the file is read.
    #[serde(skip, default)]
    pub instants: Arc<[f64]>,
}

fn once() -> f64 {
    1.0
}

/// A part of a stage in which the rate goes straight from one value to another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stretch {
    /// Its share of the stage.
    pub share: f64,
    /// Rate at its start.
    pub from: f64,
    /// Rate at its end.
    pub to: f64,
}

impl Shape {
    /// The stretches of a shape whose instants are evenly spaced; none for the others.
    pub fn stretches(&self) -> Vec<Stretch> {
        let level = |share: f64, rate: f64| Stretch { share, from: rate, to: rate };
        match self {
            Self::Constant { rate } => vec![level(1.0, *rate)],
            Self::Ramp { from, to } => vec![Stretch { share: 1.0, from: *from, to: *to }],
            Self::Steps { rates } => {
                rates.iter().map(|rate| level(1.0 / rates.len() as f64, *rate)).collect()
            }
            Self::Spike { rate, peak, begins, ends } => {
                vec![level(*begins, *rate), level(ends - begins, *peak), level(1.0 - ends, *rate)]
            }
            Self::Poisson { .. } | Self::Daily { .. } | Self::Replay(_) => Vec::new(),
        }
    }

    /// The highest rate; that of a recording is the busiest second's.
    pub fn peak(&self) -> f64 {
        match self {
            Self::Poisson { rate } => *rate,
            Self::Daily { night, noon, .. } => night.max(*noon),
            Self::Replay(recording) => recording.peak(),
            _ => self.stretches().iter().fold(0.0, |peak, part| peak.max(part.from).max(part.to)),
        }
    }

    /// The same shape at a multiple of the rate; a recording is replayed faster.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        match self {
            Self::Constant { rate } => Self::Constant { rate: rate * factor },
            Self::Poisson { rate } => Self::Poisson { rate: rate * factor },
            Self::Ramp { from, to } => Self::Ramp { from: from * factor, to: to * factor },
            Self::Steps { rates } => Self::Steps { rates: rates.iter().map(|rate| rate * factor).collect() },
            Self::Spike { rate, peak, begins, ends } => {
                Self::Spike { rate: rate * factor, peak: peak * factor, begins: *begins, ends: *ends }
            }
            Self::Daily { night, noon, days } => {
                Self::Daily { night: night * factor, noon: noon * factor, days: *days }
            }
            Self::Replay(recording) => {
                Self::Replay(Recording { speed: recording.speed * factor, ..recording.clone() })
            }
        }
    }

    /// Whether there are arrivals at all, and none at an impossible rate.
    pub fn is_sound(&self) -> bool {
        let rates = match self {
            Self::Poisson { rate } => vec![*rate],
            Self::Daily { night, noon, days } => vec![*night, *noon, *days],
            Self::Replay(recording) => vec![recording.speed],
            _ => self.stretches().iter().flat_map(|part| [part.share, part.from, part.to]).collect(),
        };
        let sound = |rate: &f64| rate.is_finite() && *rate >= 0.0;
        rates.iter().all(sound) && self.peak() > 0.0 && self.peak().is_finite()
    }

    /// How long a recording takes; nothing for shapes that take as long as they are given.
    pub fn natural_duration(&self) -> Option<Duration> {
        let Self::Replay(recording) = self else { return None };
        let last = recording.instants.last().copied().unwrap_or(0.0);
        // The last request is still part of it.
        Duration::try_from_secs_f64(last / recording.speed + 0.001).ok()
    }
}

impl Recording {
    fn peak(&self) -> f64 {
        let mut first = 0;
        let mut most = 0;
        for (index, instant) in self.instants.iter().enumerate() {
            while instant - self.instants[first] >= self.speed.max(f64::MIN_POSITIVE) {
                first += 1;
            }
            most = most.max(index + 1 - first);
        }
        most as f64
    }

    /// The instants in the text of a file, or the line that is none and why.
    pub fn read(text: &str) -> Result<Arc<[f64]>, String> {
        let mut instants: Vec<f64> = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let instant = line.parse().ok().filter(|instant: &f64| instant.is_finite() && *instant >= 0.0);
            let Some(instant) = instant else {
                return Err(format!("line {}: `{line}` is no number of seconds", index + 1));
            };
            if instants.last().is_some_and(|last| *last > instant) {
                return Err(format!("line {}: {line} comes before the line above it", index + 1));
            }
            instants.push(instant);
        }
        if instants.is_empty() { Err("it holds no instant".to_owned()) } else { Ok(instants.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn peaks_are_the_highest_rates() {
        let spike = Shape::Spike { rate: 10.0, peak: 90.0, begins: 0.5, ends: 0.6 };
        let steps = Shape::Steps { rates: vec![1.0, 7.0, 3.0] };
        let instants = Recording::read("0\n0.5\n# a comment\n\n0.9\n1.6\n").unwrap();
        let replay = Shape::Replay(Recording { file: PathBuf::new(), speed: 1.0, instants });
        let peaks = [spike.peak(), steps.scaled(2.0).peak(), replay.peak(), replay.scaled(10.0).peak()];
        assert_eq!(peaks.map(|peak| peak.round() as u64), [90, 14, 3, 4]);
        assert_eq!(replay.natural_duration().unwrap().as_millis(), 1601);
    }

    #[test]
    fn a_recording_names_the_line_that_is_wrong() {
        assert!(Recording::read("1\nsoon\n").unwrap_err().contains("line 2: `soon`"));
        assert!(Recording::read("2\n1\n").unwrap_err().contains("line 2"));
        assert!(Recording::read("# nothing\n").is_err());
    }

    #[test]
    fn impossible_shapes_are_not_sound() {
        let backwards = Shape::Spike { rate: 10.0, peak: 90.0, begins: 0.6, ends: 0.5 };
        let none = Shape::Steps { rates: Vec::new() };
        for shape in [backwards, none, Shape::Constant { rate: f64::NAN }, Shape::Ramp { from: 0.0, to: 0.0 }]
        {
            assert!(!shape.is_sound(), "{shape:?}");
        }
    }
}
