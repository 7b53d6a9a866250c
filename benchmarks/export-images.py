#!/usr/bin/env python3
"""Writes sets of images as the four files that MNIST has, for `search-truth --images`.

    export-images.py usps DIRECTORY zip.train.gz zip.test.gz    digits of the US Postal Service, 16 x 16
    export-images.py letters DIRECTORY                          letters A to J in the fonts of this machine, 28 x 28
    export-images.py halves DIRECTORY IMAGES LABELS             one pair of such files, such as the test images of MNIST, cut in two at random

The digits are those of "The Elements of Statistical Learning" (Hastie, Tibshirani and Friedman): lines of a label and 256 numbers in [-1, 1]. Letters need
Pillow and fc-list (on Debian: apt-get install python3-pil fontconfig, and packages of fonts). Two fifths of the faces are for the test.
"""
import gzip
import hashlib
import os
import random
import struct
import subprocess
import sys

LETTERS = "ABCDEFGHIJ"
SIZE = 28
MARGIN = 4


def save(directory, part, images, labels, size):
    """Writes images, each size * size bytes, and their labels."""
    os.makedirs(directory, exist_ok=True)
    with gzip.open(os.path.join(directory, f"{part}-images-idx3-ubyte.gz"), "wb") as file:
        file.write(struct.pack(">IIII", 0x803, len(images), size, size))
        file.writelines(images)
    with gzip.open(os.path.join(directory, f"{part}-labels-idx1-ubyte.gz"), "wb") as file:
        file.write(struct.pack(">II", 0x801, len(labels)) + bytes(labels))
    print(f"{part}: {len(images)} images of {size} x {size}")


def usps(directory, train, test):
    for part, path in (("train", train), ("t10k", test)):
        with gzip.open(path, "rt") as file:
            rows = [[float(value) for value in line.split()] for line in file]
        images = [bytes(round(255 * (value + 1) / 2) for value in row[1:]) for row in rows]
        save(directory, part, images, [int(row[0]) for row in rows], 16)


def halves(directory, images, labels):
    with gzip.open(images, "rb") as file:
        _, count, size, width = struct.unpack(">IIII", file.read(16))
        pixels = file.read()
    with gzip.open(labels, "rb") as file:
        ids = file.read()[8:]
    numbers = list(range(count))
    random.Random(1).shuffle(numbers)
    for part, chosen in (("train", numbers[: count // 2]), ("t10k", numbers[count // 2 :])):
        save(directory, part, [pixels[number * size * width : (number + 1) * size * width] for number in chosen], [ids[number] for number in chosen], size)


def letters(directory):
    from PIL import Image, ImageDraw, ImageFont

    def draw(path, index, letter):
        font = ImageFont.truetype(path, 64, index=index)
        left, top, right, bottom = font.getbbox(letter)
        if right <= left or bottom <= top:
            return None
        large = Image.new("L", (right - left, bottom - top))
        ImageDraw.Draw(large).text((-left, -top), letter, fill=255, font=font)
        scale = (SIZE - MARGIN) / max(large.size)
        small = large.resize([max(1, round(side * scale)) for side in large.size], Image.LANCZOS)
        image = Image.new("L", (SIZE, SIZE))
        image.paste(small, ((SIZE - small.width) // 2, (SIZE - small.height) // 2))
        return image.tobytes()

    listed = subprocess.run(["fc-list", ":lang=en", "file", "index"], capture_output=True, text=True, check=True).stdout
    faces, seen = [], set()
    for line in sorted(listed.splitlines()):
        path, _, index = line.partition(": :index=")
        number = int(index or 0)
        if number >= 1 << 16 or not path.lower().endswith((".ttf", ".otf", ".ttc", ".pfb")):
            continue  # A variable font's named instance, or a font of pixels.
        try:
            drawn = [draw(path, number, letter) for letter in LETTERS]
        except OSError:
            continue
        # Symbols draw the same for several letters; a face that two files have counts once.
        digest = b"".join(image or b"" for image in drawn)
        if None in drawn or len(set(drawn)) < len(LETTERS) or digest in seen:
            continue
        seen.add(digest)
        faces.append((f"{os.path.basename(path)}:{number}", drawn))

    def is_test(name):
        return hashlib.sha256(name.encode()).digest()[0] % 5 < 2

    for part, chosen in (("train", False), ("t10k", True)):
        drawn = [images for name, images in faces if is_test(name) == chosen]
        save(directory, part, [image for images in drawn for image in images], list(range(len(LETTERS))) * len(drawn), SIZE)


if len(sys.argv) == 5 and sys.argv[1] == "usps":
    usps(*sys.argv[2:])
elif len(sys.argv) == 5 and sys.argv[1] == "halves":
    halves(*sys.argv[2:])
elif len(sys.argv) == 3 and sys.argv[1] == "letters":
    letters(sys.argv[2])
else:
    sys.exit(__doc__)
