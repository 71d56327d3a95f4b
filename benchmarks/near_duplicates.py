"""Near copies of real images: how many changed copies are found, and what is found without any.

    python benchmarks/near_duplicates.py FOLDER_OR_NPZ... [--sample N]

Of each cohort up to 300 images are looked at together with a changed copy of N of them. "Others"
are pairs that are not one of these: copies that the cohort itself holds, or false alarms; look at
them with `precmed check`. Writing: a name in capitals is drawn into a corner.
"""

import argparse
import io
from collections.abc import Callable

import numpy as np
from machine import machine, print_table
from PIL import Image, ImageDraw

from precmed_gui.cohorts.duplicates import near_pairs
from precmed_gui.cohorts.odd_pictures import GLYPHS
from precmed_gui.cohorts.picture_facts import FACTS, picture_facts
from precmed_gui.diagnosis.work import NeverCancelled, ignore
from precmed_gui.modalities import modality, open_cohort

MOST = 300
random = np.random.default_rng(0)
Change = Callable[[Image.Image], Image.Image]


def as_jpeg(quality: int) -> Change:
    def change(image: Image.Image) -> Image.Image:
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        return Image.open(file).convert(image.mode)

    return change


def levels(function: Callable[[float], float]) -> Change:
    return lambda image: image.point(lambda value: min(255, max(0, round(function(value)))))


def scaled(share: float) -> Change:
    def change(image: Image.Image) -> Image.Image:
        size = (round(image.width * share), round(image.height * share))
        return image.resize(size, Image.Resampling.LANCZOS)

    return change


def noisy(image: Image.Image) -> Image.Image:
    pixels = np.asarray(image)
    moved = pixels + random.normal(0, 5, pixels.shape)
    return Image.fromarray(np.clip(moved, 0, 255).astype(np.uint8))


CHANGES: dict[str, Change] = {
    "JPEG, quality 20": as_jpeg(20),
    "JPEG, quality 50": as_jpeg(50),
    "30 % brighter": levels(lambda value: 1.3 * value),
    "40 % darker": levels(lambda value: 0.6 * value),
    "contrast x 1.4": levels(lambda value: (value - 128) * 1.4 + 128),
    "gamma 0.7": levels(lambda value: 255 * (value / 255) ** 0.7),
    "gamma 1.5": levels(lambda value: 255 * (value / 255) ** 1.5),
    "half the size": scaled(0.5),
    "twice the size": scaled(2),
    "noise of 5": noisy,
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "upside down": lambda image: image.transpose(Image.Transpose.FLIP_TOP_BOTTOM),
    "turned": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "turned, JPEG 50": lambda image: as_jpeg(50)(image.transpose(Image.Transpose.ROTATE_270)),
    "cut by 2 % a side": lambda image: image.crop(
        (image.width * 0.02, image.height * 0.02, image.width * 0.98, image.height * 0.98)
    ),
}


def found_pairs(pictures: list[np.ndarray]) -> set[tuple[int, int]]:
    miniatures = np.array(pictures, FACTS)["miniature"]
    return {(int(a), int(b)) for a, b in near_pairs(miniatures, ignore, NeverCancelled())}


def with_writing(image: Image.Image) -> Image.Image:
    drawn = image.copy()
    size = max(9, image.height // 20)
    ImageDraw.Draw(drawn).text((4, 4), "DOE JANE 1961-03-02", fill="white", font_size=size)
    return drawn


def measure(source: str, sample: int) -> None:
    cohort = open_cohort((source,), ignore, NeverCancelled())
    count = min(MOST, len(cohort.cases))
    places = random.choice(len(cohort.cases), count, replace=False)
    reader = modality(cohort.modality)
    images = [Image.fromarray(reader.read(cohort.cases[place])) for place in places]
    facts = [picture_facts(np.asarray(image)) for image in images]
    own = found_pairs(facts)
    rows = []
    for name, change in CHANGES.items():
        copies = [picture_facts(np.asarray(change(image))) for image in images[:sample]]
        found = found_pairs([*facts, *copies])
        wanted = {(number, count + number) for number in range(len(copies))}
        first = {pair for pair in found if max(pair) < count}
        rows.append((name, f"{len(found & wanted)} of {len(wanted)}", len(first - own)))
    print_table([source, "copies found", "new others"], rows)
    print(f"Pairs without any changed copy: {len(own)} among {count} images")
    plain = sum(int(one["glyphs"]) >= GLYPHS for one in facts)
    written = [picture_facts(np.asarray(with_writing(image))) for image in images[:sample]]
    named = sum(int(one["glyphs"]) >= GLYPHS for one in written)
    print(f"Writing suspected: {plain} of {count} as they are, {named} of {len(written)} written\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sources", nargs="+")
    parser.add_argument("--sample", type=int, default=60)
    options = parser.parse_args()
    print(machine())
    for source in options.sources:
        measure(source, options.sample)


if __name__ == "__main__":
    main()
