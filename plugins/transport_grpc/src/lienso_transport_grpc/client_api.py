"""A program's line to a server: implements `lienso.transport.ApiConnection`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from google.protobuf.message import Message
from lienso.errors import Refused
from lienso.transport import Credentials

from . import profile
from .channel import Line, called, metadata_of
from .rpcs import API, CERTIFICATES, Rpc
from .values import to_dict, to_message


class GrpcApi:
    """The line; safe from many threads."""

    def __init__(self, url: str, credentials: Credentials) -> None:
        self._address = profile.parse_url(url)
        self._credentials = credentials
        self.use_session("")
        self._line = Line(self._address, credentials, lambda channel: channel)

    def use_session(self, token: str) -> None:
        """Show a session's token with every further call."""
        session = ((profile.SESSION, token),) if token else ()
        self._metadata = (*metadata_of(self._credentials), *session)

    def request(self, rpc: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Call an rpc that answers once, by name, e.g. ``Records.Save``."""
        known, message = _prepared(rpc, body)
        reply = self._call(lambda: self._start(self._line.get().unary_unary, known, message))
        return to_dict(reply)

    def stream(self, rpc: str, body: Mapping[str, object]) -> Iterator[dict[str, Any]]:
        """Call an rpc that answers many times; closing the iterator hangs up."""
        known, message = _prepared(rpc, body)
        answers = self._call(lambda: self._start(self._line.get().unary_stream, known, message))
        try:
            while True:
                answer = self._call(lambda: next(answers, None))
                if answer is None:
                    return
                yield to_dict(answer)
        finally:
            answers.cancel()

    def close(self) -> None:
        """Hang up."""
        self._line.close()

    def _start(self, kind: Callable[..., Any], rpc: Rpc, message: Message) -> Any:
        call = kind(
            rpc.path,
            request_serializer=rpc.request.SerializeToString,
            response_deserializer=rpc.reply.FromString,
        )
        return call(message, timeout=rpc.deadline_s, metadata=self._metadata)

    def _call(self, call: Callable[[], Any]) -> Any:
        return called(self._address, call)


def _prepared(name: str, body: Mapping[str, object]) -> tuple[Rpc, Message]:
    rpc = API.get(name) or CERTIFICATES.get(name)
    if rpc is None:
        raise Refused("unknown_rpc", {"rpc": name})
    return rpc, to_message(rpc.request, body)
