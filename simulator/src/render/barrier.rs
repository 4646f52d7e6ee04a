//! What is left of a sound that comes over a roof or round a corner.

use super::filter::PathFilter;
use crate::city::Detour;

/// Most that one edge takes away, dB; two or more may take 5 dB more (ISO 9613-2, 7.4).
/// Beyond it the air scatters as much sound into the shadow as the edge bends.
const MOST_ONE_EDGE_DB: f64 = 20.0;
const MOST_MORE_EDGES_DB: f64 = 25.0;

/// Insertion loss of a detour at `frequency_hz`, dB, in air with `speed_m_s`.
///
/// One edge: `10 lg(3 + 20 N)` with the Fresnel number `N = 2 extra / wavelength`; 4.8 dB on the
/// line of sight itself. Several edges a distance e apart multiply 20 N by
/// `C3 = (1 + (5 w/e)^2) / (1/3 + (5 w/e)^2)` for the wavelength w.
///
/// # Source
/// Z. Maekawa, Noise reduction by screens, Applied Acoustics 1, 1968; ISO 9613-2:1996, eq. 14
/// and 15 without the correction for weather, which here comes from the rays.
pub(crate) fn loss_db(detour: Detour, frequency_hz: f64, speed_m_s: f64) -> f64 {
    let wavelength_m = speed_m_s / frequency_hz.abs().max(1e-3);
    let fresnel = 2.0 * detour.extra_m.max(0.0) / wavelength_m;
    let (edges, most_db) = if detour.span_m > 0.0 {
        let x = (5.0 * wavelength_m / detour.span_m).powi(2);
        ((1.0 + x) / (1.0 / 3.0 + x), MOST_MORE_EDGES_DB)
    } else {
        (1.0, MOST_ONE_EDGE_DB)
    };
    (10.0 * (3.0 + 20.0 * fresnel * edges).log10()).min(most_db)
}

/// The filter of several detours in turn and of `walls` reflections, each losing what
/// [`wall_loss_db`] says; `None` if nothing is in the way.
pub(crate) fn filter(
    detours: &[Detour],
    walls: usize,
    wall_reflection: f64,
    speed_m_s: f64,
    more_db: Option<&dyn Fn(f64) -> f64>,
) -> Option<PathFilter> {
    if detours.is_empty() && walls == 0 && more_db.is_none() {
        return None;
    }
    Some(PathFilter::from_loss(|f| {
        let edges: f64 = detours.iter().map(|d| loss_db(*d, f, speed_m_s)).sum();
        edges
            + walls as f64 * wall_loss_db(wall_reflection, f)
            + more_db.map_or(0.0, |more| more(f))
    }))
}

/// Loss of a specular reflection off a facade, dB: the absorption of masonry and glass, and what
/// windows, sills and doors scatter away from the specular direction, which grows from nothing
/// at wavelengths far above their depth to some 3 dB where the relief of 0.2 m is half a
/// wavelength (850 Hz). *Estimated* after the scattering coefficients that J. Kang, Urban Sound
/// Environment, 2007, uses for facades (0.1 at low to 0.5 at high frequency).
pub(crate) fn wall_loss_db(reflection: f64, frequency_hz: f64) -> f64 {
    let x = (frequency_hz / 850.0).powi(2);
    -20.0 * reflection.log10() + 3.0 * x / (1.0 + x)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one_edge(extra_m: f64) -> Detour {
        Detour {
            extra_m,
            span_m: 0.0,
        }
    }

    #[test]
    fn val_maekawa_chart() {
        // Read from Maekawa's chart, which his measurements scatter about by 1 dB:
        // N 0.1: 7.5 dB, 1: 13 dB, 3: 17.5 dB. With c = 340 m/s and 340 Hz, N = 2 extra / 1 m.
        for (fresnel, chart_db) in [(0.1, 7.5), (1.0, 13.0), (3.0, 17.5)] {
            let got = loss_db(one_edge(fresnel / 2.0), 340.0, 340.0);
            assert!((got - chart_db).abs() < 1.0, "N {fresnel}: {got} dB");
        }
    }

    #[test]
    fn val_kurze_and_anderson() {
        // 5 + 20 lg(sqrt(2 pi N)/tanh sqrt(2 pi N)), the theory of 1971 behind the chart, agrees
        // with the formula of the standard within 1.4 dB up to the cap.
        for fresnel in [0.01f64, 0.03, 0.1, 0.3, 1.0, 2.0, 4.0] {
            let x = (std::f64::consts::TAU * fresnel).sqrt();
            let theory = 5.0 + 20.0 * (x / x.tanh()).log10();
            let got = loss_db(one_edge(fresnel / 2.0), 340.0, 340.0);
            assert!((got - theory).abs() < 1.4, "N {fresnel}: {got} {theory}");
        }
    }

    #[test]
    fn grazing_costs_5_db_and_the_shadow_is_capped() {
        assert!((loss_db(one_edge(0.0), 500.0, 340.0) - 4.77).abs() < 0.01);
        assert_eq!(loss_db(one_edge(10.0), 5_000.0, 340.0), 20.0);
        let wide = Detour {
            extra_m: 10.0,
            span_m: 20.0,
        };
        assert_eq!(loss_db(wide, 5_000.0, 340.0), 25.0);
        // Edges far apart: C3 = 3, so 20 N grows threefold.
        let wide = Detour {
            extra_m: 0.5,
            span_m: 1e6,
        };
        let thrice = loss_db(one_edge(1.5), 340.0, 340.0).min(25.0);
        let exact = 10.0 * (3.0 + 60.0f64).log10();
        assert!((loss_db(wide, 340.0, 340.0) - exact).abs() < 0.01 && thrice > 17.0);
    }

    #[test]
    fn a_shadowed_click_begins_with_its_wavefront() {
        // 65 536 bins of 4 Hz; the response of the filter before time zero is what wraps round.
        let n = 1 << 16;
        let spacing_hz = 4.0;
        let filter = filter(&[one_edge(2.0)], 1, 0.9, 340.0, None).unwrap();
        let mut spectrum: Vec<_> = (0..n)
            .map(|bin: i32| {
                let bin = if bin < n / 2 { bin } else { bin - n };
                let f = f64::from(bin) * spacing_hz;
                // A short smooth pulse, so that the band's end does not ring.
                filter.at(f) * (-(f / 20_000.0).powi(2)).exp()
            })
            .collect();
        rustfft::FftPlanner::new()
            .plan_fft_inverse(n as usize)
            .process(&mut spectrum);
        let energy = |part: &[rustfft::num_complex::Complex64]| -> f64 {
            part.iter().map(|x| x.re * x.re).sum()
        };
        // The pulse itself is 30 us wide: 8 samples of 3.8 us.
        let early = energy(&spectrum[n as usize / 2..n as usize - 24]);
        let all = energy(&spectrum);
        assert!(early < 1e-4 * all, "{early} of {all}");
    }
}
