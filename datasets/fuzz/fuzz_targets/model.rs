//! Model files of the classifier: what is read is written back byte by byte, and judges any row.
#![no_main]

use libfuzzer_sys::fuzz_target;
use shotfix_core::classify::Spectrogram;
use shotfix_core::classify::model::Model;

fuzz_target!(|bytes: &[u8]| {
    let Ok(model) = Model::from_bytes(bytes) else {
        return;
    };
    assert!(model.to_bytes() == bytes);
    let n = model.ensemble.n_features;
    for value in [0.0, -1e30, f32::NAN, f32::INFINITY] {
        let row = vec![value; n];
        let scores = model.scores(&row, &Spectrogram::default());
        assert!(scores.iter().all(|score| score.is_finite()));
        assert!((0.0..=1.0).contains(&model.novelty.unknown(&row)));
    }
});
