//! Every source of sound that is no gun.
//!
//! A new kind is one file and one line in [`KINDS`].

mod backfire;
mod charge;
mod check;
mod dog;
mod door;
mod firecracker;
mod firework;
mod hammer;
mod helicopter;
mod horn;
mod impact;
mod kind;
mod looped;
mod nail_gun;
mod spec;
#[cfg(test)]
mod testing;
mod thunder;
mod traffic;
mod wav;

pub use spec::SoundSpec;

/// Every kind, in the order in which refusals list them.
static KINDS: &[&kind::Kind] = &[
    &firecracker::KIND,
    &firework::KIND,
    &backfire::KIND,
    &hammer::KIND,
    &nail_gun::KIND,
    &door::KIND,
    &dog::KIND,
    &horn::KIND,
    &thunder::KIND,
    &helicopter::KIND,
    &traffic::KIND,
    &wav::KIND,
];

#[cfg(test)]
mod tests {
    use super::testing::{check, check_for, emissions, emissions_of, refusal};
    use super::*;
    use crate::source::Waveform;

    /// All but recordings, which need a file.
    fn kinds() -> impl Iterator<Item = &'static str> {
        KINDS
            .iter()
            .map(|kind| kind.name)
            .filter(|name| *name != "wav")
    }

    #[test]
    fn every_kind_sounds_and_repeats_for_its_seed_alone() {
        for kind in kinds() {
            let text = &format!("kind = \"{kind}\"");
            let sounds = emissions(text);
            assert!(!sounds.is_empty(), "{kind}");
            assert!(
                sounds.iter().all(|sound| sound.kind.starts_with(kind)),
                "{kind}"
            );
            assert!(sounds.iter().any(|sound| sound.listed), "{kind}");
            let all = |seed| format!("{:?}", emissions_of(text, "scene.toml", seed));
            assert_eq!(all(1), all(1));
            // A single cracker draws nothing.
            assert!(kind == "firecracker" || all(1) != all(2), "{kind}");
            for sound in sounds {
                if let Waveform::Samples(samples) = &sound.waveform {
                    assert!(samples.pressure_pa.iter().all(|p| p.is_finite()), "{kind}");
                }
            }
        }
    }

    #[test]
    fn a_sound_does_not_depend_on_the_others() {
        let hammer = "kind = \"hammer\"\ncount = 5";
        let alone = format!("{:?}", emissions(hammer));
        let more =
            format!("{hammer}\n[[sound]]\nkind = \"door\"\ntime_s = 1.0\neast = 3.0\nnorth = 4.0");
        let both = emissions(&more);
        assert_eq!(both.last().unwrap().sound_idx, 1);
        assert_eq!(format!("{:?}", &both[..5]), alone);
    }

    #[test]
    fn a_longer_recording_begins_like_a_shorter_one() {
        for kind in kinds().filter(|kind| !["traffic", "helicopter"].contains(kind)) {
            let text = format!("kind = \"{kind}\"");
            let short = check_for(&text, "scene.toml", 1, 8.0).unwrap();
            let long = check_for(&text, "scene.toml", 1, 100.0).unwrap();
            assert!(!short.is_empty() && short.len() <= long.len(), "{kind}");
            let same = format!("{short:?}") == format!("{:?}", &long[..short.len()]);
            assert!(same, "{kind}");
        }
    }

    #[test]
    fn common_keys_hold_for_every_kind() {
        for kind in kinds() {
            let with = |more: &str| refusal(&format!("kind = \"{kind}\"\n{more}"));
            let message = with("level_db_spl = 300.0");
            assert!(
                message.contains("sound[0].level_db_spl: 300 is out of range"),
                "{message}"
            );
            assert!(with("time_s = 100.0").contains("outside the recording"));
            assert!(with("time_s = -1.0").contains("outside the recording"));
            assert!(with("up = 1e9").contains("sound[0].up"));
            // The line is that of the key: the first are the table, east and north.
            let message = with("lvl = 3.0");
            assert!(
                message.contains("sound[0].lvl: unknown field `lvl`"),
                "{message}"
            );
            assert!(message.contains("line 6"), "{message}");
        }
        let message = refusal("kind = \"hamer\"");
        assert!(
            message.contains("line 5: sound[0].kind: `hamer` is unknown"),
            "{message}"
        );
        assert!(message.contains("firecracker, firework,"), "{message}");
        let message = refusal("kind = \"thunder\"\ncount = 3");
        assert!(
            message.contains("sound[0].count: `thunder` comes once"),
            "{message}"
        );
        let message = refusal("kind = \"hammer\"\nsurface = 3");
        assert!(
            message.contains("sound[0].surface") && message.contains("string"),
            "{message}"
        );
        let message = refusal("kind = \"door\"\ninterval_s = 1.0\ninterval_spread_s = 2.0");
        assert!(message.contains("sound[0].interval_spread_s"), "{message}");
        let late = "kind = \"hammer\"\ntime_s = 99.0";
        assert!(check(late, "scene.toml", 1).unwrap().len() < 5);
    }
}
