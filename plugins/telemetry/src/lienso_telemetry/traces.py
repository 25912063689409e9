"""Traces: every change is one, at a site and in the cloud, and its id is the trace's.

A change's id is a UUID, which is what a trace id is: 128 bits. So the spans of both sides belong
together though nothing is carried along the line for it.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING

from lienso.errors import Refused

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider

MILLISECOND_NS = 1_000_000
_SPAN_OF = {"site": "lienso.send", "cloud": "lienso.decide"}


def exporting(url: str) -> Traces:
    """Make traces that go to a collector (OTLP over HTTP), from a thread of their own, in batches.

    Raises:
        Refused: ``telemetry_incomplete``: the libraries of OpenTelemetry are not installed.
    """
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise Refused("telemetry_incomplete", {"missing": error.name or str(error)}) from error
    provider = TracerProvider(resource=Resource.create({"service.name": "lienso"}))
    endpoint = f"{url.rstrip('/')}/v1/traces"
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return Traces(provider)


class Traces:
    """Spans of changes."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("lienso")

    def judged(
        self, role: str, tenant: str, site: str, verdicts: Mapping[str, str], took_ms: int
    ) -> None:
        """Write one span a change, as long as the batch it was in."""
        end = time.time_ns()
        for change_id, code in verdicts.items():
            span = self._tracer.start_span(
                _SPAN_OF[role],
                context=trace_of(change_id),
                start_time=end - took_ms * MILLISECOND_NS,
                attributes={
                    "lienso.tenant": tenant,
                    "lienso.site": site,
                    "lienso.change_id": change_id,
                    "lienso.code": code,
                },
            )
            span.end(end)

    def stop(self) -> None:
        """Send what is still here."""
        self._provider.shutdown()


def trace_of(change_id: str) -> Context:
    """Return the context in which the spans of a change stand: its id is the trace's."""
    from opentelemetry.trace import (
        NonRecordingSpan,
        SpanContext,
        TraceFlags,
        set_span_in_context,
    )

    number = uuid.UUID(change_id).int
    parent = SpanContext(
        trace_id=number,
        span_id=number & (2**64 - 1),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED),
    )
    return set_span_in_context(NonRecordingSpan(parent))
