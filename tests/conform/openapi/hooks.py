"""Bodies that a schema cannot describe: batches whose framing is whole. Broken ones come from the
fuzzer's own mutations, and from the tests and fuzz targets beside the parsers."""

import json

import schemathesis
from hypothesis import strategies as st

entries = st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=8)
lengths = entries.map(lambda some: b"".join(len(one).to_bytes(2, "big") + one for one in some))
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
lines = st.lists(values, min_size=1, max_size=8).map(
    lambda some: b"".join(json.dumps(one).encode() + b"\n" for one in some)
)

# A whole batch is also a good single entry, so both routes take these.
schemathesis.openapi.media_type("application/octet-stream", lengths)
schemathesis.openapi.media_type("application/x-ndjson", lines)


@schemathesis.serializer("application/x-ndjson")
def ndjson(ctx, value):
    return value if isinstance(value, bytes) else str(value).encode()
