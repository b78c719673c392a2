//! How cost grows: the exponent of the power of the size that fits best.

/// One measurement: a size and what it cost.
pub(super) type Point = (f64, f64);

/// How much more than n log n an exponent may be before it is taken for growth and not for noise.
const NOISE: f64 = 0.1;
/// How many of the largest sizes are looked at; in the small ones, what does not grow weighs too much.
const LAST: usize = 4;

/// The slope of the cost's logarithm over the size's, for the largest sizes.
pub(super) fn exponent(points: &[Point]) -> f64 {
    let last: Vec<Point> = points[points.len().saturating_sub(LAST)..]
        .iter()
        .map(|(size, cost)| (size.ln(), cost.max(f64::MIN_POSITIVE).ln()))
        .collect();
    let many = last.len() as f64;
    let (x, y) = (last.iter().map(|p| p.0).sum::<f64>() / many, last.iter().map(|p| p.1).sum::<f64>() / many);
    let over = last.iter().map(|p| (p.0 - x) * (p.1 - y)).sum::<f64>();
    over / last.iter().map(|p| (p.0 - x).powi(2)).sum::<f64>()
}

/// The most that an exponent may be where cost is to grow no faster than n log n, at these sizes.
pub(super) fn most(points: &[Point]) -> f64 {
    let bound: Vec<Point> = points.iter().map(|(size, _)| (*size, size * (size + 1.0).ln())).collect();
    exponent(&bound) + NOISE
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cost: fn(f64) -> f64) -> Vec<Point> {
        (0..7).map(|step| f64::from(25 << step)).map(|size| (size, cost(size))).collect()
    }

    #[test]
    fn what_grows_faster_than_n_log_n_is_told() {
        for (cost, fine) in [
            ((|n| 3.0 * n) as fn(f64) -> f64, true),
            (|n| n * n.ln(), true),
            (|n| n.powf(1.4), false),
            (|n| 40.0 * n + n * n, false),
        ] {
            let points = of(cost);
            assert_eq!(exponent(&points) <= most(&points), fine, "{} of {}", exponent(&points), most(&points));
        }
        assert!((exponent(&of(|n| n * n)) - 2.0).abs() < 1e-9);
    }
}
