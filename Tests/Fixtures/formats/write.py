#!/usr/bin/env python3
"""Writes the files of this folder, each by the program that people write such files with: pip install numpy h5py pandas tables pillow netCDF4.

The rows are the same in all: 6 of 3 values that half precision holds, with a label below 3; and 4 images of 4 x 6 pixels.
"""

import gzip
import os

import h5py
import netCDF4
import numpy as np
import pandas as pd
from PIL import Image

os.chdir(os.path.dirname(os.path.abspath(__file__)))
i, j = np.meshgrid(np.arange(6), np.arange(3), indexing="ij")
x = ((7 * i * i + 3 * j * j - 5 * i * j - 40) / 8).astype("<f4")
y = (np.arange(6) % 3).astype("<i8")
names = ["a", "b", "c"]
images = ((np.arange(4 * 4 * 6 * 5).reshape(4, 4, 6, 5) * 37) % 256).astype("u1")

# NumPy.
np.save("table.npy", x)
np.save("fortran.npy", np.asfortranarray(x))
np.save("big-endian.npy", x.astype(">f8"))
np.save("half.npy", x.astype("<f2"))
np.save("channels.npy", images)
records = np.zeros(6, dtype=[("a", ">f4"), ("b", "<f2"), ("c", "<f8"), ("class", "<u2"), ("note", "S3")])
records["a"], records["b"], records["c"], records["class"] = x[:, 0], x[:, 1], x[:, 2], y
np.save("records.npy", records)
np.savez("table.npz", x)
np.savez_compressed("pair.npz", features=x, target=y)
np.savez("images.npz", images=images[..., 0], labels=y[:4].astype("u1"))
np.savetxt("table.txt", x, header="a b c", footer="end")
with gzip.open("padded.csv.gz", "wt") as file:
    pd.DataFrame(x, columns=names).to_csv(file, index=False)
with open("padded.csv.gz", "ab") as file:
    file.write(bytes(512))
flat = np.concatenate([y[:4, None], images[..., 0].reshape(4, 24)], axis=1)
np.savetxt("images.csv", flat, fmt="%d", delimiter=",")

# h5py.
with h5py.File("table.h5", "w") as file:
    data = file.create_dataset("x", data=x, chunks=(2, 2), compression="gzip", shuffle=True, fletcher32=True)
    data.attrs["columns"] = names
with h5py.File("latest.h5", "w", libver="latest", userblock_size=512) as file:
    file.create_dataset("deep/er/x", data=x.astype(">f8"))
with h5py.File("pair.h5", "w") as file:
    file["events/features"] = x
    file["events/target"] = y
    file["events/name"] = "an event"
    file["again"] = h5py.SoftLink("/events/features")
with h5py.File("columns.h5", "w") as file:
    for place, name in enumerate(names):
        file[name] = x[:, place]
with h5py.File("records.h5", "w") as file:
    file["records"] = records
with h5py.File("images.h5", "w") as file:
    file["images"] = images[..., 0]
    file["labels"] = y[:4].astype("u1")
    file["bits"] = images[..., 0] > 127
with h5py.File("lzf.h5", "w") as file:
    file.create_dataset("x", data=x, chunks=(6, 3), compression="lzf")

# pandas: columns of two types are two blocks.
frame = pd.DataFrame(x, columns=names)
frame.insert(1, "class", y)
frame.to_hdf("frame.h5", key="frame", format="fixed")
with open("frame.h5", "rb") as file, gzip.GzipFile("frame.h5.gz", "wb", mtime=0) as packed:
    packed.write(file.read())
os.remove("frame.h5")

# NetCDF-4: a variable with its coordinates, and a packed one.
with netCDF4.Dataset("table.nc", "w") as file:
    file.createDimension("row", 6)
    file.createDimension("column", 3)
    file.createVariable("row", "i4", ("row",))[:] = np.arange(6)
    file.createVariable("x", "f4", ("row", "column"), zlib=True)[:] = x
with netCDF4.Dataset("packed.nc", "w") as file:
    file.createDimension("row", 6)
    file.createDimension("column", 3)
    packed = file.createVariable("x", "i2", ("row", "column"))
    packed.scale_factor = 0.125
    packed[:] = x
with netCDF4.Dataset("missing.nc", "w") as file:
    file.createDimension("row", 6)
    file.createDimension("column", 3)
    variable = file.createVariable("x", "f4", ("row", "column"), fill_value=-999.0)
    variable[:] = np.ma.masked_where((i == 4) & (j == 1), x)

# Pillow: classes, one picture in colours, one in 16 bits; pictures of two sizes.
for folder in ["pictures/cat", "pictures/dog", "sizes"]:
    os.makedirs(folder, exist_ok=True)
gray = images[..., 0]
Image.fromarray(gray[0]).save("pictures/cat/1.png")
Image.fromarray(gray[1]).save("pictures/cat/2.jpg", quality=95)
Image.fromarray(np.ascontiguousarray(images[2, ..., :3])).save("pictures/dog/1.png")
Image.fromarray(gray[3].astype("u2") * 257).save("pictures/dog/2.png")
Image.fromarray(gray[0]).save("sizes/1.png")
Image.fromarray(np.arange(8 * 20, dtype="u1").reshape(8, 20)).save("sizes/2.png")
Image.fromarray(np.ascontiguousarray(images[2, ..., :3])).save("sizes/3.jpeg", quality=95)
np.save("decoded.npy", np.array(Image.open("pictures/cat/2.jpg")))
