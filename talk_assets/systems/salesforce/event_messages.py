"""The messages of Salesforce's Pub/Sub API, as far as who only listens sends and takes them.

Names, numbers and types are those of the published interface: package ``eventbus.v1`` of ``pubsub_api.proto`` at
https://github.com/forcedotcom/pub-sub-api.
"""

from typing import Any

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass

PACKAGE = "eventbus.v1"
SUBSCRIBE = f"/{PACKAGE}.PubSub/Subscribe"
"""Takes a stream of `FetchRequest`, and answers by one of `FetchResponse`."""
GET_TOPIC = f"/{PACKAGE}.PubSub/GetTopic"
"""Takes a `TopicRequest`, and answers by a `TopicInfo`."""

_TEXT, _BYTES, _INTEGER, _FLAG = (
    FieldDescriptorProto.TYPE_STRING,
    FieldDescriptorProto.TYPE_BYTES,
    FieldDescriptorProto.TYPE_INT32,
    FieldDescriptorProto.TYPE_BOOL,
)
# Without a replay preset a subscription begins with what happens next, which is what a listener wants; what an event
# holds is never looked at, so the rest of its message is left out.
_MESSAGES = {
    "TopicRequest": (("topic_name", 1, _TEXT),),
    "TopicInfo": (("topic_name", 1, _TEXT), ("can_subscribe", 4, _FLAG)),
    "FetchRequest": (("topic_name", 1, _TEXT), ("num_requested", 4, _INTEGER)),
    "ConsumerEvent": (("replay_id", 2, _BYTES),),
    "FetchResponse": (
        ("events", 1, "ConsumerEvent"),
        ("latest_replay_id", 2, _BYTES),
        ("rpc_id", 3, _TEXT),
        ("pending_num_requested", 4, _INTEGER),
    ),
}


def _described(name: str) -> DescriptorProto:
    message = DescriptorProto(name=name)
    for field, number, kind in _MESSAGES[name]:
        if isinstance(kind, str):
            message.field.add(
                name=field,
                number=number,
                type=FieldDescriptorProto.TYPE_MESSAGE,
                type_name=f".{PACKAGE}.{kind}",
                label=FieldDescriptorProto.LABEL_REPEATED,
            )
        else:
            message.field.add(name=field, number=number, type=kind, label=FieldDescriptorProto.LABEL_OPTIONAL)
    return message


def _class(name: str) -> Any:  # noqa: ANN401 - made at run time
    return GetMessageClass(_pool.FindMessageTypeByName(f"{PACKAGE}.{name}"))


# A pool of its own: another package in the process may know the same names.
_pool = DescriptorPool()
_pool.Add(
    FileDescriptorProto(
        name="pubsub_api.proto",
        package=PACKAGE,
        syntax="proto3",
        message_type=[_described(name) for name in _MESSAGES],
    )
)
TopicRequest, TopicInfo, FetchRequest, FetchResponse = (
    _class(name) for name in ("TopicRequest", "TopicInfo", "FetchRequest", "FetchResponse")
)
