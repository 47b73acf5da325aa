//! The seconds of a load run: as a table for machines, and thinned for drawings.

use std::fmt::Write as _;

use super::events::{LoadSecond, Measurement, Percentiles};
use super::model::RunModel;

/// The columns of the table.
const COLUMNS: &str = "second,lasted_ms,planned,completed,refused,indeterminate,wrong,\
response_p50_us,response_p90_us,response_p99_us,response_p999_us,response_max_us,\
service_p50_us,service_p90_us,service_p99_us,service_p999_us,service_max_us,\
lateness_p50_us,lateness_p90_us,lateness_p99_us,lateness_p999_us,lateness_max_us,measurement";

/// The seconds that are kept of all load runs: four hours. The journal of events has each of them.
pub(super) const MOST_SECONDS: usize = 14_400;

/// Makes one of every two seconds of a run that follow one another: counts add up, and of latencies the larger one stays,
/// as in drawings.
pub(super) fn halved(seconds: Vec<LoadSecond>) -> Vec<LoadSecond> {
    let mut halved = Vec::with_capacity(seconds.len().div_ceil(2));
    let mut seconds = seconds.into_iter().peekable();
    while let Some(mut one) = seconds.next() {
        if let Some(other) = seconds.next_if(|other| other.scenario == one.scenario) {
            one.lasted_ms += other.lasted_ms;
            one.planned += other.planned;
            one.completed += other.completed;
            one.refused += other.refused;
            one.indeterminate += other.indeterminate;
            one.wrong += other.wrong;
            let (own, others) = (&mut one.latency_us, &other.latency_us);
            larger(&mut own.response, &others.response);
            larger(&mut own.service, &others.service);
            larger(&mut own.lateness, &others.lateness);
        }
        halved.push(one);
    }
    halved
}

fn larger(own: &mut Percentiles, other: &Percentiles) {
    let Percentiles { p50, p90, p99, p999, max } = own;
    for (own, other) in
        [p50, p90, p99, p999, max].into_iter().zip([other.p50, other.p90, other.p99, other.p999, other.max])
    {
        *own = other.max(*own);
    }
}

impl RunModel {
    /// The seconds of the load run with this name.
    pub(super) fn seconds_of(&self, scenario: &str) -> Vec<&LoadSecond> {
        self.seconds.iter().filter(|second| second.scenario == scenario).collect()
    }
}

/// Where the table of a load run stands in the run folder.
pub(super) fn csv_name(scenario: &str) -> String {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() { letter } else { '-' };
    format!("series/{}.csv", scenario.chars().map(plain).collect::<String>())
}

/// One line a second. The verdict on the measurement stands in each of them, since lines get copied: a latency
/// of a second in which the plan was not held is no latency of the target.
pub(super) fn csv(seconds: &[&LoadSecond], measurement: Measurement) -> String {
    let mut text = format!("{COLUMNS}\n");
    for one in seconds {
        // Writing to a string cannot fail, so the results say nothing.
        let _ = write!(
            text,
            "{},{},{},{},{},{},{}",
            one.second, one.lasted_ms, one.planned, one.completed, one.refused, one.indeterminate, one.wrong
        );
        for latency in [one.latency_us.response, one.latency_us.service, one.latency_us.lateness] {
            let Percentiles { p50, p90, p99, p999, max } = latency;
            let _ = write!(text, ",{p50},{p90},{p99},{p999},{max}");
        }
        let _ = writeln!(text, ",{}", spelled(measurement));
    }
    text
}

/// The measurement's verdict in capitals, as the formats spell it.
pub(super) fn spelled(measurement: Measurement) -> &'static str {
    match measurement {
        Measurement::Valid => "VALID",
        Measurement::Saturated => "SATURATED",
        Measurement::Invalid => "INVALID",
    }
}

/// A stretch of a load run as a drawing shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Stretch {
    /// Its middle, in seconds since the beginning.
    pub(super) at_s: f64,
    /// Requests a second that were due.
    pub(super) planned: f64,
    /// Requests a second that ended.
    pub(super) completed: f64,
    /// Requests a second by how they ended: granted, refused, without an answer, wrong.
    pub(super) outcomes: [f64; 4],
    /// The largest median, 99th percentile and maximum of the response times of its seconds.
    pub(super) response: [u64; 3],
    /// The same of the lateness.
    pub(super) lateness: [u64; 3],
}

/// The seconds in at most `most` stretches of the same length. A last second that was cut off is left out unless
/// it is the only one: its rate is mostly chance.
pub(super) fn stretches(seconds: &[&LoadSecond], most: usize) -> Vec<Stretch> {
    let full = match seconds {
        [full @ .., last] if last.lasted_ms < 1_000 && !full.is_empty() => full,
        all => all,
    };
    let length = full.len().div_ceil(most.max(1)).max(1);
    full.chunks(length).map(stretch).collect()
}

fn stretch(seconds: &[&LoadSecond]) -> Stretch {
    let mut sum = Stretch::default();
    let lasted_s = seconds.iter().map(|one| one.lasted_ms).sum::<u64>().max(1) as f64 / 1_000.0;
    for one in seconds {
        let granted = one.completed.saturating_sub(one.refused + one.indeterminate + one.wrong);
        sum.planned += one.planned as f64 / lasted_s;
        sum.completed += one.completed as f64 / lasted_s;
        for (sum, count) in sum.outcomes.iter_mut().zip([granted, one.refused, one.indeterminate, one.wrong])
        {
            *sum += count as f64 / lasted_s;
        }
        raise(&mut sum.response, &one.latency_us.response);
        raise(&mut sum.lateness, &one.latency_us.lateness);
    }
    sum.at_s = seconds.first().map_or(0.0, |first| first.second as f64) + lasted_s / 2.0;
    sum
}

fn raise(largest: &mut [u64; 3], latency: &Percentiles) {
    for (largest, value) in largest.iter_mut().zip([latency.p50, latency.p99, latency.max]) {
        *largest = value.max(*largest);
    }
}

#[cfg(test)]
mod tests {
    use super::super::events::Event;
    use super::super::samples;
    use super::*;

    #[test]
    fn every_line_has_every_column_and_the_verdict() {
        let seconds = [samples::second(0), samples::second(1)];
        let text = csv(&seconds.iter().collect::<Vec<_>>(), Measurement::Saturated);
        let widths: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
        assert_eq!(widths, [23, 23, 23]);
        assert!(text.lines().skip(1).all(|line| line.ends_with(",SATURATED")), "{text}");
        assert!(text.contains("\n1,1000,200,199,3,1,0,3420,5100,9870,21300,48211,"), "{text}");
    }

    #[test]
    fn a_run_of_a_week_is_kept_within_bounds_and_nothing_is_lost() {
        let mut model = RunModel::new();
        let week = 7 * 24 * 3_600;
        for number in 0..week {
            let mut second = samples::second(number);
            if number == 99_999 {
                second.latency_us.response.max = 9_000_000;
            }
            model.apply(&samples::stamped(Event::LoadSecond(second)));
            assert!(model.seconds.len() <= MOST_SECONDS);
        }
        let seconds = model.seconds_of("steady");
        assert!(seconds.len() > MOST_SECONDS / 4, "{}", seconds.len());
        assert_eq!(seconds.iter().map(|one| one.completed).sum::<u64>(), 199 * week);
        assert_eq!(seconds.iter().map(|one| one.lasted_ms).sum::<u64>(), 1_000 * week);
        assert!(seconds.iter().any(|one| one.latency_us.response.max == 9_000_000));
        let next = |pair: &[&LoadSecond]| pair[0].second + pair[0].lasted_ms / 1_000 == pair[1].second;
        assert!(seconds.windows(2).all(next), "without a gap");
    }

    #[test]
    fn seconds_of_two_runs_stay_apart() {
        let other = LoadSecond { scenario: "other".to_owned(), ..samples::second(0) };
        let halved = halved(vec![samples::second(0), other, samples::second(1), samples::second(2)]);
        assert_eq!(halved.iter().map(|one| one.lasted_ms).collect::<Vec<_>>(), [1_000, 1_000, 2_000]);
    }

    #[test]
    fn a_name_stays_in_its_folder() {
        assert_eq!(csv_name("steady-access"), "series/steady-access.csv");
        assert_eq!(csv_name("../../etc"), "series/------etc.csv");
    }

    #[test]
    fn a_long_run_is_thinned_and_keeps_its_peaks() {
        let mut seconds: Vec<LoadSecond> = (0..1_000).map(samples::second).collect();
        seconds[777].latency_us.response.max = 9_000_000;
        seconds.push(LoadSecond { lasted_ms: 3, completed: 2, ..samples::second(1_000) });
        let drawn = stretches(&seconds.iter().collect::<Vec<_>>(), 300);
        assert_eq!(drawn.len(), 250);
        assert!(drawn.iter().any(|one| one.response[2] == 9_000_000));
        assert!(drawn.iter().all(|one| (one.planned - 200.0).abs() < 1e-6), "{:?}", drawn.last());
    }
}
