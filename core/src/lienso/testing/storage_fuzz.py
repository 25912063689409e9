"""Storage contract: any sequence of writes does what it does in memory, tenant by tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienso.errors import LiensoError
from lienso.memory import MemoryStorage
from lienso.storage import RecordRef, Storage, StoredRecord, Writer

from .storage_world import ALPHA, BETA, DECLARED, StorageTests, draft, entry, exported, voucher

_NAMES = (ALPHA, BETA)
_ACTIONS = (
    "put new",
    "put over",
    "delete",
    "forget",
    "adopt",
    "claim",
    "release",
    "count",
    "post",
    "unpost",
    "state",
    "state gone",
)
_ACTION = st.tuples(
    st.sampled_from(_ACTIONS),
    st.integers(1, 3),
    st.sampled_from(["a", "b", "ab", ""]),
    st.booleans(),
)
_WRITES = st.lists(
    st.tuples(st.sampled_from(_NAMES), st.lists(_ACTION, min_size=1, max_size=6)), max_size=8
)


class FuzzTests(StorageTests):
    """Two companies with equal ids, in this driver and in memory."""

    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(writes=_WRITES)
    def test_a_driver_does_what_memory_does_and_tenants_never_cross(
        self, storage: Storage, writes: list[tuple[str, list[tuple[str, int, str, bool]]]]
    ) -> None:
        for tenant, code in zip(_NAMES, ("ALPHA", "BETA"), strict=True):
            storage.tenants().drop(tenant)
            storage.tenants().create(tenant, code, "Công ty")
        # A store in memory for each: what one tenant does cannot reach the other there.
        alone = {tenant: MemoryStorage() for tenant in _NAMES}
        for (tenant, memory), code in zip(alone.items(), ("ALPHA", "BETA"), strict=True):
            memory.prepare(DECLARED)
            memory.tenants().create(tenant, code, "Công ty")

        for tenant, actions in writes:
            answers = [_write(store, tenant, actions) for store in (storage, alone[tenant])]
            assert answers[0] == answers[1]

        for tenant in _NAMES:
            assert exported(storage, tenant) == exported(alone[tenant], tenant)
            assert _seen(storage, tenant) == _seen(alone[tenant], tenant)
            assert storage.rebuild_totals(tenant, "general_ledger") == 0


def _write(storage: Storage, tenant: str, actions: list[tuple[str, int, str, bool]]) -> list[Any]:
    def work(writer: Writer) -> list[Any]:
        answers: list[Any] = []
        for action, number, text, undone in actions:
            try:
                with writer.attempt():
                    answers.append(_act(writer, action, number, text))
                    if undone:
                        raise LiensoError("undone")
            except LiensoError as error:
                answers.append(error.code)
        return answers

    return storage.write(tenant, work)


def _act(writer: Writer, action: str, number: int, text: str) -> Any:
    """Do one thing; returns what can be compared."""
    ref = voucher(number)
    stored = writer.get(*ref, deleted=True)
    version = stored.version if stored else 0
    acts: dict[str, Callable[[], Any]] = {
        "put new": lambda: writer.put(draft(number, no=text, scope=text), base=None),
        "put over": lambda: writer.put(draft(number, body=text, no=text), base=version),
        "delete": lambda: writer.delete(*ref, base=version),
        "forget": lambda: writer.forget(*ref),
        "adopt": lambda: writer.adopt(_pulled(ref, version + number - 2, text), (("no", text),)),
        "claim": lambda: writer.claim("no", text, ref),
        "release": lambda: writer.release(ref, text or None),
        "count": lambda: writer.next_value(text, number),
        "post": lambda: writer.post("general_ledger", ref, [entry(text, number)]),
        "unpost": lambda: writer.unpost("general_ledger", ref),
        "state": lambda: writer.state("outbox").insert({"site": text, "seq": number}),
        "state gone": lambda: writer.state("outbox").delete_where({"site": text}),
    }
    return acts[action]()


def _pulled(ref: RecordRef, version: int, text: str) -> StoredRecord:
    # An older, the same or a newer version, dead or alive, with a place in another's feed.
    rest = ("{}", "", "", "{}", "")
    return StoredRecord(*ref, max(version, 1), 100 + version, text == "ab", 1, text, "d", *rest)


def _seen(storage: Storage, tenant: str) -> Any:
    return storage.read(
        tenant,
        lambda view: (
            view.changes(0),
            view.find("voucher", "no"),
            view.count("voucher"),
            view.book("general_ledger").sum(["debit"], by=["account"]),
            [view.claimed("no", text) for text in ("a", "b", "")],
        ),
    )
