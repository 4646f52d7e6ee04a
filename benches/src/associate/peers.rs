//! What others reach on the same kinds of cases.

/// Published figures of another associator.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Peer {
    /// Its name.
    pub name: &'static str,
    /// Share of the shots that it finds.
    pub recall: f64,
    /// Share of its shots that were fired.
    pub precision: f64,
    /// Median of the horizontal error, metres.
    pub p50_m: f64,
    /// Its 90 % quantile, metres.
    pub p90_m: f64,
    /// Time a case on one core, seconds.
    pub case_s: f64,
}

/// PyOcto 0.2.2 and GaMMA 1.2.17, each tuned on other cases of the same kinds, by kind; CPU time of
/// one thread at 2.6 GHz. Of the tuned set-ups of PyOcto the one with the higher F1 is named.
const PEERS: [(&str, [Peer; 2]); 6] = [
    (
        "A1_semi",
        [
            peer("PyOcto", 0.965, 0.988, 0.56, 1.1, 0.29),
            peer("GaMMA", 0.589, 0.644, 0.17, 0.4, 1.06),
        ],
    ),
    (
        "A2_auto",
        [
            peer("PyOcto", 0.941, 0.968, 0.72, 1.2, 0.60),
            peer("GaMMA", 0.122, 0.121, 0.23, 20.0, 2.05),
        ],
    ),
    (
        "A3_multi",
        [
            peer("PyOcto", 0.772, 0.974, 0.70, 1.4, 1.98),
            peer("GaMMA", 0.272, 0.302, 0.36, 6.7, 3.47),
        ],
    ),
    (
        "A4_urban",
        [
            peer("PyOcto", 0.433, 0.600, 1.19, 7.5, 4.85),
            peer("GaMMA", 0.144, 0.156, 1.8, 16.0, 3.81),
        ],
    ),
    (
        "A5_urban_hard",
        [
            peer("PyOcto", 0.127, 0.283, 1.8, 9.2, 7.9),
            peer("GaMMA", 0.096, 0.100, 7.5, 20.0, 6.4),
        ],
    ),
    (
        "pittsburgh_pulses",
        [
            peer("PyOcto", 0.988, 0.988, 4.95, 7.5, 0.28),
            peer("GaMMA", 0.771, 0.790, 4.69, 7.2, 0.55),
        ],
    ),
];

const fn peer(
    name: &'static str,
    recall: f64,
    precision: f64,
    p50_m: f64,
    p90_m: f64,
    case_s: f64,
) -> Peer {
    Peer {
        name,
        recall,
        precision,
        p50_m,
        p90_m,
        case_s,
    }
}

/// The peers on the kind of case that a file's name begins with.
pub fn peers(file_stem: &str) -> &'static [Peer] {
    PEERS
        .iter()
        .find(|(kind, _)| file_stem.starts_with(kind))
        .map_or(&[], |(_, peers)| peers)
}
