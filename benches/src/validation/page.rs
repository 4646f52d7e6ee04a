//! The page as a whole.

use shotfix_simulator::SceneError;

use super::Piece;
use super::{
    absorption, blast, court, diffraction, directivity, pittsburgh, shadow, shock, spreading,
    travel, turbulence,
};

/// The simulator's physics, in the order of the page. A new piece is one line here.
const PHYSICS: &[fn() -> Result<Piece, SceneError>] = &[
    blast::piece,
    directivity::piece,
    shock::piece,
    spreading::piece,
    absorption::piece,
    travel::piece,
    shadow::piece,
    turbulence::piece,
    diffraction::piece,
    court::piece,
    pittsburgh::piece,
];

/// Works every piece of the simulator's physics out.
///
/// # Errors
/// [`SceneError`] if the simulator refuses a scene of the page.
pub fn physics() -> Result<Vec<Piece>, SceneError> {
    PHYSICS.iter().map(|piece| piece()).collect()
}

/// The text of `docs/validation.md`; the same figures give the same bytes.
pub fn markdown(physics: &[Piece]) -> String {
    let mut page = String::from(INTRODUCTION);
    for piece in physics {
        page.push('\n');
        page.push_str(&piece.markdown());
    }
    page
}

const INTRODUCTION: &str = "\
# Validation

What the simulator computes beside what others have published. This page is written by

```sh
shotfix bench simulator --out docs/validation.md
```

which fails if a figure does not hold, as do the tests.

## Simulator: physics

Figures under *simulated* are measured in the samples of recordings, unless a table says
otherwise. Differences in percent are of the published figure.
";
