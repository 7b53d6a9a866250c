"""Makes images with Pillow, and the pixels that Pillow reads from them, as raw bytes in pixels.zip.

Run in this directory: python3 make_images.py (Debian 12: python3-pil 9.4, python3-numpy 1.24).
NAME.rgb and NAME.l hold the pixels of convert("RGB") and convert("L"), row by row; resized ones have the size and the filter in their names.
"""
import os
import zipfile

import numpy as np
from PIL import Image, ImageOps

OUT = "images"
FILTERS = {"bilinear": Image.BILINEAR, "bicubic": Image.BICUBIC, "lanczos": Image.LANCZOS, "nearest": Image.NEAREST}


def picture(width, height, seed):
    """Smooth colors, an edge and some noise: what JPEG and filters find hard."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    rng = np.random.default_rng(seed)
    rgb = np.stack([127 + 120 * np.sin(x / 7 + seed), 255 * y / height, 127 + 120 * np.cos((x + y) / 5)], axis=2)
    rgb[height // 3: height // 2, width // 4: width // 2] = [250, 20, 60]
    return Image.fromarray(np.clip(rgb + rng.normal(0, 6, rgb.shape), 0, 255).astype(np.uint8), "RGB")


def write(name, image):
    PIXELS.writestr(zipfile.ZipInfo(name), image.tobytes(), zipfile.ZIP_DEFLATED)


def save(image, name, **options):
    path = os.path.join(OUT, name)
    image.save(path, **options)
    return Image.open(path)


os.makedirs(OUT, exist_ok=True)
PIXELS = zipfile.ZipFile(os.path.join(OUT, "pixels.zip"), "w")
base = picture(45, 33, 1)

# Formats
for name, image, options in [
    ("rgb.png", base, {}),
    ("gray.png", base.convert("L"), {}),
    ("palette.png", base.quantize(16), {}),
    ("bits.png", base.convert("1"), {}),
    ("rgb.bmp", base, {}),
    ("lossless.webp", base, {"lossless": True}),
    ("lossy.webp", base, {"quality": 90}),
    ("rgb444.jpg", base, {"quality": 90, "subsampling": 0}),
    ("rgb420.jpg", base, {"quality": 90, "subsampling": 2}),
    ("progressive.jpg", base, {"quality": 90, "progressive": True}),
    ("gray.jpg", base.convert("L"), {"quality": 90}),
    ("cmyk.jpg", base.convert("CMYK"), {"quality": 95}),
]:
    read = save(image, name, **options)
    write(name + ".rgb", read.convert("RGB"))
    write(name + ".l", read.convert("L"))

frames = [picture(45, 33, seed).quantize(32) for seed in (2, 3)]
save(frames[0], "animated.gif", save_all=True, append_images=frames[1:])
write("animated.gif.rgb", Image.open(os.path.join(OUT, "animated.gif")).convert("RGB"))

# Transparency over white and over a color
alpha = base.convert("RGBA")
alpha.putalpha(Image.fromarray((np.arange(45 * 33).reshape(33, 45) % 256).astype(np.uint8), "L"))
save(alpha, "alpha.png")
for name, color in (("white", (255, 255, 255)), ("color", (10, 200, 77))):
    over = Image.alpha_composite(Image.new("RGBA", alpha.size, color + (255,)), alpha)
    write(f"alpha.png.{name}.rgb", over.convert("RGB"))

# Orientations of EXIF
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    read = save(picture(24, 16, 5), f"orientation{orientation}.jpg", quality=95, subsampling=0, exif=exif)
    write(f"orientation{orientation}.jpg.rgb", ImageOps.exif_transpose(read).convert("RGB"))

# Sizes: stretched by each filter, the shorter side and a crop as torchvision does, padded
for name, filter in FILTERS.items():
    for width, height in ((17, 12), (70, 50), (45, 10), (20, 33)):
        write(f"stretch.{name}.{width}x{height}.rgb", base.resize((width, height), filter))
        write(f"stretch.{name}.{width}x{height}.l", base.convert("L").resize((width, height), filter))

for source in ((45, 33), (33, 45), (100, 31), (9, 7)):
    image = picture(*source, 7)
    save(image, f"source{source[0]}x{source[1]}.png")
    for size in (8, 15):
        (width, height) = source
        (scaled_width, scaled_height) = (size, int(size * height / width)) if width <= height else (int(size * width / height), size)
        scaled = image.resize((scaled_width, scaled_height), Image.BILINEAR)
        (left, top) = (int(round((scaled_width - size) / 2.0)), int(round((scaled_height - size) / 2.0)))
        write(f"crop{source[0]}x{source[1]}.{size}.rgb", scaled.crop((left, top, left + size, top + size)))
    for width, height in ((12, 20), (21, 10)):
        write(f"pad{source[0]}x{source[1]}.{width}x{height}.rgb", ImageOps.pad(image, (width, height), Image.BICUBIC, color=(9, 80, 200)))

PIXELS.close()
