#!/usr/bin/env python3
"""Sounds of Debian's games and drum kits by kind, for `shotfix bench classify DATA --elsewhere DIR`.

    benches/elsewhere.py DIR

Downloads the packages (0.8 GB) with apt-get and unpacks what is named below into DIR/KIND/. None of it trained the
classifier. Guns of games are mixed for effect: how many of them pass says less than how few of the others do.
"""
import subprocess
import sys
import tempfile
import zipfile
from fnmatch import fnmatch
from pathlib import Path

PACKAGES = (
    "csmash-data dopewars-data foobillardplus-data hedgewars-data hydrogen-drumkits lmms-common minetest-data "
    "openarena-data scorched3d-data sonic-pi-samples ufoai-sound warmux-data warzone2100-data wesnoth-1.16-data"
).split()

KINDS = {
    "guns": "ufoai*/bullet-[pr]i[sf]* ufoai*/bullet-s[mhn]* ufoai*/bullet-hmg* openarena*/machgf* openarena*/sshotf* "
    "warmux*/weapons/*gun.ogg warmux*/weapons/m16.ogg hedgewars*/Sounds/gun.ogg hedgewars*/shotgunfire.ogg "
    "scorched3d*/machinegun.wav scorched3d*/shotgun.wav dopewars*/gun.wav dopewars*/colt.wav warzone*/mgbar* "
    "warzone*/mgheavy* warzone*/asltmg*",
    "explosions": "ufoai*/explosion* warmux*/explosion* hedgewars*/explosion.ogg warzone*expl*.ogg scorched3d*/explosions/*",
    "footsteps": "ufoai*/footsteps/* minetest*footstep* openarena*/footsteps/*",
    "glass": "*break*glass*.ogg *breakglass*.ogg",
    "wood and metal": "ufoai*/breakwood* ufoai*/breakmetal* minetest*_dig_* minetest*_dug_* minetest*_place_* "
    "hedgewars*hammer.ogg hedgewars*/Sounds/*impact.ogg warmux*/anvil* warzone*/build*.ogg csmash*/racket.wav "
    "csmash*/table.wav foobillard*ball*.wav wesnoth*/sword* wesnoth*/axe* wesnoth*/mace* wesnoth*/club* wesnoth*/staff*",
    "doors": "ufoai*/doors/* minetest*door*",
    "thunder": "ufoai*thunder* scorched3d*thunder*",
    "drums": "hydrogen*.wav hydrogen*.flac lmms*/drums/* sonic-pi*/drum_* sonic-pi*/bd_* sonic-pi*/tabla_* sonic-pi*/sn_*",
    "voices": "ufoai*/civilians/* wesnoth*/human-* wesnoth*/*-die* hedgewars*/voices/Default/*",
}


def unpacked(package: Path, folder: Path) -> Path:
    """The package's files, archives of games opened."""
    subprocess.run(["dpkg-deb", "-x", package, folder], check=True)
    for archive in [*folder.rglob("*.pk3"), *folder.rglob("*.wz")]:
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(archive.with_suffix(".d"))
    return folder


def main(out: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(["apt-get", "download", "-qq", *PACKAGES], cwd=scratch, check=True)
        for package in sorted(Path(scratch).glob("*.deb")):
            name = package.name.split("_")[0]
            root = unpacked(package, Path(scratch) / name)
            for file in sorted(root.rglob("*")):
                if not file.is_file() or file.suffix.lower() not in (".wav", ".ogg", ".flac"):
                    continue
                path = f"{name}/{file.relative_to(root)}"
                kind = next((k for k, masks in KINDS.items() if any(fnmatch(path, m) for m in masks.split())), None)
                if kind:
                    to = out / kind / f"{name}-{file.name}"
                    to.parent.mkdir(parents=True, exist_ok=True)
                    to.write_bytes(file.read_bytes())


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
