//! Order statistics and spreads for reports.

/// The `q`-quantile of `values` by linear interpolation between order statistics (type 7 of R.
/// J. Hyndman and Y. Fan, The American Statistician 50, 1996); `None` for no values.
pub fn quantile(values: &[f64], q: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = q.clamp(0.0, 1.0) * (sorted.len().checked_sub(1)? as f64);
    let (low, high) = (at.floor() as usize, at.ceil() as usize);
    Some(sorted[low] + (at - low as f64) * (sorted[high] - sorted[low]))
}

/// Share of `values` at most `limit`; `None` for no values.
pub fn share_within(values: &[f64], limit: f64) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    Some(values.iter().filter(|v| **v <= limit).count() as f64 / values.len() as f64)
}

/// Mean of points on the map.
pub fn centroid(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let n = points.len() as f64;
    (n > 0.0).then(|| {
        (
            points.iter().map(|p| p.0).sum::<f64>() / n,
            points.iter().map(|p| p.1).sum::<f64>() / n,
        )
    })
}

/// Standard deviations of points along and across their main axis (the square roots of the
/// eigenvalues of their covariance with `n - 1`); `None` for fewer than two points.
pub fn principal_sigmas(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let (x0, y0) = centroid(points)?;
    if points.len() < 2 {
        return None;
    }
    let n = (points.len() - 1) as f64;
    let sum =
        |f: fn(f64, f64) -> f64| points.iter().map(|p| f(p.0 - x0, p.1 - y0)).sum::<f64>() / n;
    let (xx, yy, xy) = (sum(|x, _| x * x), sum(|_, y| y * y), sum(|x, y| x * y));
    let (half, turn) = (0.5 * (xx + yy), (0.5 * (xx - yy)).hypot(xy));
    Some(((half + turn).sqrt(), (half - turn).max(0.0).sqrt()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_of_known_numbers() {
        // R: quantile(c(1, 2, 3, 4, 10), c(.5, .9)) gives 3.0 and 7.6.
        let values = [10.0, 1.0, 3.0, 2.0, 4.0];
        assert_eq!(quantile(&values, 0.5), Some(3.0));
        assert!((quantile(&values, 0.9).unwrap() - 7.6).abs() < 1e-12);
        assert_eq!(quantile(&[], 0.5), None);
        assert_eq!(share_within(&values, 3.0), Some(0.6));
    }

    #[test]
    fn spread_along_a_diagonal() {
        // Points at -2, 0, 2 along (1, 1)/sqrt 2: sigma1 = 2, sigma2 = 0.
        let d = 2.0_f64.sqrt();
        let (s1, s2) = principal_sigmas(&[(-d, -d), (0.0, 0.0), (d, d)]).unwrap();
        assert!((s1 - 2.0).abs() < 1e-12 && s2 < 1e-6);
    }
}
