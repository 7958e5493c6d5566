"""Reads an event file with the tensorboard package and prints what it holds as JSON.

usage: events.py FILE

{"scalars": {TAG: [[STEP, VALUE], ...]}, "images": {TAG: [[STEP, WIDTH, HEIGHT, BYTES], ...]}, "histograms": {TAG: [[STEP, COUNT], ...]},
 "texts": {TAG: TEXT}, "hparams": {NAME: VALUE}}

Exits 0; with a line that says "skipped" where tensorboard is not installed. A record that is damaged ends it with 1.
"""

import json
import sys

try:
    from tensorboard.backend.event_processing import event_accumulator
    from tensorboard.backend.event_processing.event_file_loader import RawEventFileLoader
    from tensorboard.plugins.hparams import metadata
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(0)

path = sys.argv[1]
# The accumulator stops at a damaged record without a word: all must have been read.
size = sum(len(record) + 16 for record in RawEventFileLoader(path).Load())
with open(path, "rb") as file:
    if size != len(file.read()):
        sys.exit(f"{path}: {size} bytes of whole records")
everything = {group: 0 for group in ("scalars", "images", "histograms", "tensors", "compressedHistograms", "audio")}
events = event_accumulator.EventAccumulator(path, size_guidance=everything).Reload()
tags = events.Tags()
found = {"scalars": {}, "images": {}, "histograms": {}, "texts": {}, "hparams": {}}
for tag in tags["scalars"]:
    found["scalars"][tag] = [[item.step, item.value] for item in events.Scalars(tag)]
for tag in tags["images"]:
    found["images"][tag] = [
        [item.step, item.width, item.height, len(item.encoded_image_string)] for item in events.Images(tag)
    ]
for tag in tags["histograms"]:
    found["histograms"][tag] = [[item.step, item.histogram_value.num] for item in events.Histograms(tag)]
for tag in tags["tensors"]:
    if events.SummaryMetadata(tag).plugin_data.plugin_name == "text":
        found["texts"][tag] = events.Tensors(tag)[0].tensor_proto.string_val[0].decode()
content = events.SummaryMetadata(metadata.SESSION_START_INFO_TAG).plugin_data.content
for name, value in metadata.parse_session_start_info_plugin_data(content).hparams.items():
    found["hparams"][name] = getattr(value, value.WhichOneof("kind"))
print(json.dumps(found))
