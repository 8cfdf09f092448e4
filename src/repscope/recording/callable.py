"""Records any function from a batch to arrays by name: scikit-learn, JAX, ONNX Runtime, an embedding service.

session = onnxruntime.InferenceSession("model.onnx")
names = [output.name for output in session.get_outputs()]
record(lambda x: dict(zip(names, session.run(None, {"input": x}))), batches, to="runs/onnx")
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from repscope.array.namespace import is_torch
from repscope.errors import RecordingError, explain
from repscope.recording.batches import Batch, as_batches
from repscope.recording.extent import extent_of
from repscope.recording.intake import Intake
from repscope.recording.options import Options
from repscope.recording.run import Adapter, run
from repscope.recording.sites import Site, parts
from repscope.store import Recording

OUTPUT = "output"


def record_callable(function: Callable[[Any], Any], data: Any, options: Options) -> Recording:
    """Return the recording of what `function` gives for every batch: arrays by name, or one, `output`.

    The function is given the batch without its ids and labels. What it computes with cannot be seen: say
    `revision=` so that a resumed recording with another model is refused.

    Raises
    ------
    RecordingError
        The function gives no array; or as `repscope.record` says.
    """
    intake = Intake(options)
    extent = extent_of(data, ids=options.ids, limit=options.limit)
    batches = as_batches(data, ids=options.ids, limit=options.limit, batch_size=options.batch_size)

    def forward(batch: Batch) -> None:
        intake.begin(len(batch))
        result = function(batch.payload)
        found = list(parts(result))
        if not found:
            do = "Return {'layer': array}, items first."
            got = f"a {type(result).__name__}"
            raise RecordingError(explain(expected="a dict of arrays", got=got, argument="model", do=do))
        for path, x in found:
            intake.receive(Site(path or OUTPUT), x.detach() if is_torch(x) else x)

    return run(Adapter("callable", intake, forward, intake.settle, "", {}), batches, extent, options)
