"""Prints the records of an event file that the tensorboard package makes, as hexadecimal digits: what EventTests compares with.

pip install tensorboard; python golden_events.py
"""

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2
from tensorboard.plugins.hparams import plugin_data_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

import io


class Sink(io.BytesIO):
    def close(self):
        pass


def record(event):
    sink = Sink()
    writer = RecordWriter(sink)
    writer.write(event.SerializeToString(deterministic=True))
    return sink.getvalue().hex()


Value = summary_pb2.Summary.Value


def event(*values):
    return event_pb2.Event(wall_time=1700000000.25, step=300, summary=summary_pb2.Summary(value=values))


version = event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2")
scalars = event(Value(tag="train/energy_gap", simple_value=-0.125), Value(tag="train/skipped", simple_value=0))
image = event(
    Value(
        tag="samples",
        image=summary_pb2.Summary.Image(height=2, width=3, colorspace=1, encoded_image_string=bytes([1, 2, 255])),
    )
)
histogram = event(
    Value(
        tag="energy/data",
        histo=summary_pb2.HistogramProto(
            min=1, max=1, num=3, sum=3, sum_squares=3, bucket_limit=[1], bucket=[3]
        ),
    )
)
text = event(
    Value(
        tag="configuration",
        tensor=tensor_pb2.TensorProto(
            dtype=7, tensor_shape={}, string_val=["schön".encode()]
        ),
        metadata=summary_pb2.SummaryMetadata(plugin_data={"plugin_name": "text", "content": b""}),
    )
)
session = plugin_data_pb2.SessionStartInfo(start_time_secs=1700000000.25)
session.hparams["a.number"].number_value = 2.5
session.hparams["b.text"].string_value = "pcd"
session.hparams["c.flag"].bool_value = True
null = tensor_pb2.TensorProto(dtype=1)
null.tensor_shape.dim.add(size=0)
content = plugin_data_pb2.HParamsPluginData(session_start_info=session)
hyperparameters = event(
    Value(
        tag="_hparams_/session_start_info",
        tensor=null,
        metadata=summary_pb2.SummaryMetadata(
            plugin_data={"plugin_name": "hparams", "content": content.SerializeToString(deterministic=True)}
        ),
    )
)
for name in ["version", "scalars", "image", "histogram", "text", "hyperparameters"]:
    print(name, record(globals()[name]))
