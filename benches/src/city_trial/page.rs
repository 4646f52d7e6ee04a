//! The page of the study.

use std::fmt::Write;

use super::distance::DistanceRow;
use super::ten_feet::TenFeetRow;
use crate::cells::number;

/// Both tables as `docs/ten-feet.md`.
pub fn markdown(ten_feet: &[TenFeetRow], distance: &[DistanceRow], seeds: &[u64]) -> String {
    let seeds: Vec<String> = seeds.iter().map(u64::to_string).collect();
    let seeds = seeds.join(", ");
    let percent =
        |v: Option<f64>| v.map_or_else(|| "-".to_owned(), |v| format!("{:.0} %", 100.0 * v));
    let mut out = format!(
        "# Ten feet\n\n\
         ![Share within ten feet against events, and gain against distance](ten-feet.png)\n\n\
         `shotfix bench calibrate --cities --out docs/ten-feet.md --plot docs/ten-feet.png` writes this page. \
         Cities are those of the simulator's preset `pittsburgh-like`, seeds {seeds}; lengths and shares of the \
         path prior were measured on seeds 101 to 104 and nothing was chosen on these. Arrivals are the simulator's: ways over \
         roofs and round corners, wind and temperature by height, gusts, picks with 1 ms of jitter at 20 dB and one in \
         ten off by 6 ms, over noise of 58 dB, which lets as many sensors hear a shot as in the live fire of Pittsburgh \
         (13 at 9.9 per square kilometre). Shots are fired within 600 m of the middle, outdoors. Heights of \
         the ground are known to 1 m. The locator knows the temperature to 1 degree and nothing of the wind.\n\n\
         ## Shots within 3.05 m\n\n\
         Wind blows at up to 4 m/s from anywhere and stays. Events, one every three minutes at random places, \
         are located and sharpen the wind (`core::air_filter`); then a hundred other shots a city are located with what is \
         known. *Calibrated corners* are outdoor places at least 110 m apart where three rounds were \
         fired on a day of another wind, their places stated to 0.5 m, the wind measured at 10 m. *Bound* is the share \
         that errors as small as the Cramer-Rao bound would have, with the priors that the locator has of paths \
         and wind (7.4 ms a path where nothing is learned; 2 m/s of wind per axis before the first event). \
         Paths of the drawn cities (5 to 7 ms) and most of their winds are gentler than these priors, \
         so shares can exceed it; in a city with longer detours the bound is the figure to expect. Each city has one \
         wind, so the rows before the first event depend on few draws.\n\n\
         | sensors per km2 | paths | events | shots | sensors that hear one | within 3.05 m | bound | p50 m | p90 m | in 95 % region | wind sigma m/s |\n\
         |---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
    );
    for row in ten_feet {
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.density_per_km2,
            row.way,
            row.after_events,
            row.shots,
            row.heard_by
                .map_or_else(|| "-".to_owned(), |n| format!("{n:.0}")),
            percent(row.within_3_05_m),
            percent(row.bound_within_3_05_m),
            number(row.p50_m, 2),
            number(row.p90_m, 2),
            percent(row.in_region95),
            number(row.wind_sigma_m_s, 2),
        );
    }
    out.push_str(
        "\nPath delays of neighbouring places are alike, so two hundred events tell less of the wind than \
         two hundred times one: the filter counts an event only as far as its surroundings have not told already, \
         and forgets over six hours. That is why its sigma settles instead of falling.\n\n\
         ## Gain against distance\n\n\
         One other place is calibrated, so far from the shot; 9.9 sensors per square kilometre, wind up to 2 m/s measured at 10 m \
         to 0.3 m/s, places stated to 0.3 m. Each row has its own shots, for not every distance is found \
         at every place.\n\n\
         | distance m | shots | without: p50 m | p90 m | within 3.05 m | calibrated: p50 m | p90 m | within 3.05 m | RMS error over without |\n\
         |---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
    );
    for row in distance {
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            row.distance_m,
            row.shots,
            number(row.without_p50_m, 2),
            number(row.without_p90_m, 2),
            percent(row.without_within_3_05_m),
            number(row.p50_m, 2),
            number(row.p90_m, 2),
            percent(row.within_3_05_m),
            number(row.rms_ratio, 2),
        );
    }
    out.push_str(
        "\nHalf of a path's delay is made by the roofs next to the shooter and becomes another within 20 m; what \
         hills and the surroundings of the sensor make reaches farther and is less. So a calibration is worth most \
         where shots come again to the same corner.\n",
    );
    out
}
