//! Whether figures of repeated runs differ, or only happen to.
//!
//! Two runs of the same build are never equally fast, so one run of each says nothing about a difference. With
//! repeated runs the ranks tell: if both sides came from the same source, every order of the runs would be equally
//! likely, and the share of orders that are at least as one-sided as the one seen is the chance of being fooled
//! (the exact test of Mann and Whitney). It asks nothing of the shape of the noise, which in latencies is never
//! the normal one, and one outlier more or less does not decide.

use serde::Serialize;

/// The chance of being fooled that is accepted.
const ACCEPTED: f64 = 0.05;

/// More runs than this a side add nothing but time.
const MOST: usize = 50;

/// What repeated runs say about one figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// It got worse.
    Worse,
    /// It got better.
    Better,
    /// The difference is inside the noise.
    Noise,
    /// There are too few runs to tell a difference from noise.
    TooFewRuns,
}

/// One figure over the runs of one side.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Spread {
    /// How many runs.
    pub runs: u64,
    /// The median of them.
    pub median: f64,
    /// The smallest.
    pub least: f64,
    /// The largest.
    pub most: f64,
}

impl Spread {
    /// The spread of these figures; none when there are none.
    pub(super) fn of(figures: &[f64]) -> Option<Self> {
        let mut sorted = figures.to_vec();
        sorted.sort_by(f64::total_cmp);
        let (least, most) = (*sorted.first()?, *sorted.last()?);
        let middle = sorted.len() / 2;
        let median = if sorted.len().is_multiple_of(2) {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        } else {
            sorted[middle]
        };
        Some(Self { runs: sorted.len() as u64, median, least, most })
    }
}

/// Judges a figure of which more is worse; with the chance that so clear a difference comes of noise alone.
pub(super) fn judge(before: &[f64], after: &[f64]) -> (Judgement, Option<f64>) {
    let (before, after) = (latest(before), latest(after));
    let orders = orders(before.len(), after.len());
    let all: f64 = orders.iter().sum();
    let accepted = |chance: f64| chance <= ACCEPTED + f64::EPSILON;
    if before.is_empty() || after.is_empty() || !accepted(1.0 / all) {
        return (Judgement::TooFewRuns, None);
    }
    let pairs = |worse: &dyn Fn(f64, f64) -> bool| {
        let of_one = |was: &f64| after.iter().filter(|is| worse(*was, **is)).count();
        before.iter().map(of_one).sum::<usize>()
    };
    // Pairs that are the same speak for neither side.
    let chance = |pairs: usize| orders[..=before.len() * after.len() - pairs].iter().sum::<f64>() / all;
    let (worse, better) = (chance(pairs(&|was, is| is > was)), chance(pairs(&|was, is| is < was)));
    match (accepted(worse), accepted(better)) {
        (true, _) => (Judgement::Worse, Some(worse)),
        (_, true) => (Judgement::Better, Some(better)),
        _ => (Judgement::Noise, Some(worse.min(better))),
    }
}

fn latest(figures: &[f64]) -> &[f64] {
    &figures[figures.len().saturating_sub(MOST)..]
}

/// In how many orders of `n` and `m` runs exactly so many pairs stand the wrong way round, from none to all.
fn orders(n: usize, m: usize) -> Vec<f64> {
    // Row `j` counts for `j` runs of the other side. The last run of an order is one of ours, which then stands
    // behind all of the others, or one of theirs.
    let mut rows = vec![vec![1.0]; m + 1];
    for own in 1..=n {
        let mut next = vec![vec![1.0]; 1];
        for others in 1..=m {
            let pairs = own * others;
            let counts = (0..=pairs).map(|wrong| {
                let ours = wrong.checked_sub(others).and_then(|rest| rows[others].get(rest));
                ours.unwrap_or(&0.0) + next[others - 1].get(wrong).unwrap_or(&0.0)
            });
            let counts: Vec<f64> = counts.collect();
            next.push(counts);
        }
        rows = next;
    }
    rows.swap_remove(m)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_counted_as_the_tables_do() {
        assert_eq!(orders(2, 2), [1.0, 1.0, 2.0, 1.0, 1.0]);
        assert_eq!(orders(3, 1), [1.0, 1.0, 1.0, 1.0]);
        assert!((orders(3, 3).iter().sum::<f64>() - 20.0).abs() < 1e-9);
        // The published critical value for 5 and 5 runs, one-sided at 5 %, is 4.
        let of_five = orders(5, 5);
        let share = |most: usize| of_five[..=most].iter().sum::<f64>() / of_five.iter().sum::<f64>();
        assert!(share(4) <= 0.05 && share(5) > 0.05);
    }

    #[test]
    fn three_runs_a_side_are_the_fewest_that_tell() {
        let (slow, fast) = ([20.0, 21.0, 22.0], [10.0, 11.0, 12.0]);
        assert_eq!(judge(&fast[..2], &slow[..2]), (Judgement::TooFewRuns, None));
        assert_eq!(judge(&fast[..1], &slow), (Judgement::TooFewRuns, None));
        assert_eq!(judge(&[], &slow).0, Judgement::TooFewRuns);
        let (judgement, chance) = judge(&fast, &slow);
        assert_eq!(judgement, Judgement::Worse);
        assert!((chance.unwrap() - 0.05).abs() < 1e-9);
        assert_eq!(judge(&slow, &fast).0, Judgement::Better);
    }

    #[test]
    fn what_overlaps_is_noise_and_an_outlier_does_not_decide() {
        let before = [10.0, 12.0, 11.0, 10.5, 11.5];
        assert_eq!(judge(&before, &[10.2, 11.8, 12.1, 10.9, 11.1]).0, Judgement::Noise);
        assert_eq!(judge(&before, &before).0, Judgement::Noise);
        assert_eq!(judge(&before, &[11.0, 11.0, 11.0, 11.0, 90.0]).0, Judgement::Noise);
        assert_eq!(judge(&before, &[15.0, 15.5, 16.0, 11.2, 15.2]).0, Judgement::Worse);
    }

    #[test]
    fn a_median_lies_in_the_middle() {
        assert!((Spread::of(&[3.0, 1.0, 2.0]).unwrap().median - 2.0).abs() < 1e-9);
        let spread = Spread::of(&[4.0, 1.0, 2.0, 3.0]).unwrap();
        assert_eq!((spread.median, spread.least, spread.most, spread.runs), (2.5, 1.0, 4.0, 4));
        assert_eq!(Spread::of(&[]), None);
    }
}
