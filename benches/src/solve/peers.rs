//! What others reach on the same kinds of cases.

/// Published figures of another solver.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peer {
    /// Its name.
    pub name: &'static str,
    /// Median of the horizontal error, metres.
    pub p50_m: f64,
    /// Its 90 % quantile, metres.
    pub p90_m: f64,
    /// Root mean square of error over Cramer-Rao bound.
    pub over_bound: Option<f64>,
    /// Solutions a second on one core.
    pub per_second: f64,
}

/// The best of eleven solvers, by kind of case. Measured on 2 cores at 2.6 GHz in Python; "RANSAC"
/// is consensus over four-sensor subsets with a refit, "least squares" three starts with SciPy.
const PEERS: [(&str, Peer); 12] = [
    (
        "clean2d_s0.1ms",
        peer("least squares", 0.03, 0.08, Some(1.01), 743.0),
    ),
    (
        "clean2d_s1ms",
        peer("least squares", 0.30, 0.74, Some(1.01), 680.0),
    ),
    ("clean2d_s3ms", peer("RANSAC", 0.86, 2.15, Some(0.98), 45.0)),
    (
        "clean3d_s0.1ms",
        peer("RANSAC", 0.04, 0.12, Some(2.20), 25.0),
    ),
    (
        "clean3d_s1ms",
        peer("soft L1", 0.36, 1.17, Some(1.25), 50.0),
    ),
    ("clean3d_s3ms", peer("Reddi", 1.01, 2.84, Some(1.04), 781.0)),
    ("nlos2d_20pct", peer("RANSAC", 0.32, 1.32, Some(1.73), 35.0)),
    ("nlos2d_30pct", peer("RANSAC", 0.43, 5.98, Some(7.08), 34.0)),
    (
        "nlos2d_40pct",
        peer("RANSAC", 0.79, 12.45, Some(12.87), 38.0),
    ),
    (
        "pittsburgh_tuples",
        peer("least squares", 4.86, 6.49, None, 974.0),
    ),
    (
        "urban_mix_weather",
        peer("least squares", 1.56, 8.8, None, 462.0),
    ),
    ("urban_mix", peer("soft L1 in 2D", 6.2, 14.9, None, 60.0)),
];

const fn peer(
    name: &'static str,
    p50_m: f64,
    p90_m: f64,
    over_bound: Option<f64>,
    per_second: f64,
) -> Peer {
    Peer {
        name,
        p50_m,
        p90_m,
        over_bound,
        per_second,
    }
}

/// The best peer on the kind of case that a file's name begins with.
pub fn best_peer(file_stem: &str) -> Option<&'static Peer> {
    PEERS
        .iter()
        .find(|(kind, _)| file_stem.starts_with(kind))
        .map(|(_, peer)| peer)
}
