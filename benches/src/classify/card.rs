//! The data card of a model: what it was learned from, how well it does, what it does not know.

use std::fmt::Write as _;

use super::gather::{Amounts, Gathered};
use super::learn::Learning;
use super::score::Scores;
use super::table::table;

/// FNV-1a of the file, 64 bit: tells which model a figure belongs to, and is no signature.
pub fn hash(bytes: &[u8]) -> String {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    format!("{hash:016x}")
}

/// The card as Markdown.
pub fn card(
    amounts: &Amounts,
    learning: &Learning,
    gathered: &Gathered,
    scores: &Scores,
    bytes: &[u8],
) -> String {
    let mut text = String::from(
        "# Data card of the classifier\n\n\
         Made by the command below; do not edit. The same data, settings and build give the same bytes.\n\n",
    );
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "```\nshotfix bench classify DATA --train classifier.bin --scenes {} --made {} --chains {} --trees {} --nets {} --steps {} --seed {}\n```\n\n\
         `classifier.bin`: {} bytes, FNV-1a {}.\n\n",
        amounts.scenes,
        amounts.made,
        amounts.chains,
        learning.trees.rounds,
        learning.net.nets,
        learning.net.steps,
        amounts.seed,
        bytes.len(),
        hash(bytes),
    );
    text.push_str(
        "## What it was learned from\n\n\
         | what | licence, origin |\n|---|---|\n\
         | live fire: three pistols, five positions, one city and night, 12 kHz | CC BY 4.0, Calhoun et al. |\n\
         | ESC-10: 400 clips of ten everyday sounds | CC BY 3.0, K. J. Piczak |\n\
         | ambiences of the program Blanket | CC0, CC BY, public domain, see their licensing table |\n\
         | guns, fireworks and blows by formula in random places; scenes of the simulator | made by this program |\n\n\
         Everything recorded is heard as it lies and through random microphones, rates, noises and converters; clips also among \
         live fire, and single impulses of them at other speeds in other places. No sample of it is in the model or in this \
         repository.\n\n\
         ## Limits\n\n\
         - Guns but three pistols, all fireworks, knocks, steps, claps, hammers, glass and engines are known by formula only.\n\
         - A large firecracker near by and a pistol are told apart by little but their length; on its own an arrival of either may be \
         called the other.\n\
         - Suppressed fire and cannon were not heard, indoor fire by formula only.\n\
         - Backgrounds last a tenth of an hour: events an hour are no more than an order of magnitude.\n\n\
         ## Figures\n\nEvery figure is of models that heard nothing of the source.\n\n```\n",
    );
    text.push_str(&table(amounts, learning, gathered, scores));
    text.push_str("```\n");
    text
}
