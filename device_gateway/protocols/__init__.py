"""Device formats by name: what the bytes of each say. Pure. One file and one entry a protocol."""

from collections.abc import Callable

from device_gateway.frame import Decoded, Frame
from device_gateway.protocols import own_mqtt

Decode = Callable[[Frame], Decoded]

PROTOCOLS: dict[str, Decode] = {
    "own_mqtt": own_mqtt.decode,
}
