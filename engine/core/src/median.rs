//! Medians of a handful of numbers.

/// The middle of `values`, or the mean of the two in the middle; 0 of none.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.sort_unstable_by(f64::total_cmp);
    let n = values.len();
    0.5 * (values[(n - 1) / 2] + values[n / 2])
}

/// The middle of `values`, or the greater of the two in the middle, which of two spreads is the
/// cautious one; 0 of none.
pub(crate) fn upper_median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_even_number_and_of_none() {
        assert_eq!(median(&mut [4.0, 1.0, 2.0, 9.0]), 3.0);
        assert_eq!(upper_median(vec![4.0, 1.0, 2.0, 9.0]), 4.0);
        assert_eq!((median(&mut []), upper_median(Vec::new())), (0.0, 0.0));
        assert_eq!(
            median(&mut [5.0, 1.0, 2.0]),
            upper_median(vec![5.0, 1.0, 2.0])
        );
    }
}
