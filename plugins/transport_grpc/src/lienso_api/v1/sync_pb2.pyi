from lienso_api.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Op(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    OP_UNSPECIFIED: _ClassVar[Op]
    OP_CREATE: _ClassVar[Op]
    OP_UPDATE: _ClassVar[Op]
    OP_DELETE: _ClassVar[Op]

class Decision(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    DECISION_UNSPECIFIED: _ClassVar[Decision]
    DECISION_OK: _ClassVar[Decision]
    DECISION_NEW_INCARNATION: _ClassVar[Decision]
    DECISION_NEW_HISTORY: _ClassVar[Decision]
    DECISION_CURSOR_INVALID: _ClassVar[Decision]

class CallKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CALL_KIND_UNSPECIFIED: _ClassVar[CallKind]
    CALL_KIND_INVOKE: _ClassVar[CallKind]
    CALL_KIND_FIGURE: _ClassVar[CallKind]
    CALL_KIND_REPORT: _ClassVar[CallKind]
    CALL_KIND_ACCOUNT: _ClassVar[CallKind]
OP_UNSPECIFIED: Op
OP_CREATE: Op
OP_UPDATE: Op
OP_DELETE: Op
DECISION_UNSPECIFIED: Decision
DECISION_OK: Decision
DECISION_NEW_INCARNATION: Decision
DECISION_NEW_HISTORY: Decision
DECISION_CURSOR_INVALID: Decision
CALL_KIND_UNSPECIFIED: CallKind
CALL_KIND_INVOKE: CallKind
CALL_KIND_FIGURE: CallKind
CALL_KIND_REPORT: CallKind
CALL_KIND_ACCOUNT: CallKind

class Session(_message.Message):
    __slots__ = ("session_id", "incarnation", "history_id")
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    HISTORY_ID_FIELD_NUMBER: _ClassVar[int]
    session_id: str
    incarnation: int
    history_id: str
    def __init__(self, session_id: _Optional[str] = ..., incarnation: _Optional[int] = ..., history_id: _Optional[str] = ...) -> None: ...

class Change(_message.Message):
    __slots__ = ("change_id", "type", "record_id", "op", "base_version", "body", "schema_version", "base_body", "refs", "post_on_apply", "supersedes", "override_json", "group_id", "made_offline", "provenance", "attempt", "pass_warnings")
    class RefsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class ProvenanceEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    OP_FIELD_NUMBER: _ClassVar[int]
    BASE_VERSION_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    BASE_BODY_FIELD_NUMBER: _ClassVar[int]
    REFS_FIELD_NUMBER: _ClassVar[int]
    POST_ON_APPLY_FIELD_NUMBER: _ClassVar[int]
    SUPERSEDES_FIELD_NUMBER: _ClassVar[int]
    OVERRIDE_JSON_FIELD_NUMBER: _ClassVar[int]
    GROUP_ID_FIELD_NUMBER: _ClassVar[int]
    MADE_OFFLINE_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    PASS_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    change_id: str
    type: str
    record_id: str
    op: Op
    base_version: int
    body: str
    schema_version: int
    base_body: str
    refs: _containers.ScalarMap[str, str]
    post_on_apply: _containers.RepeatedScalarFieldContainer[str]
    supersedes: _containers.RepeatedScalarFieldContainer[str]
    override_json: str
    group_id: str
    made_offline: bool
    provenance: _containers.ScalarMap[str, str]
    attempt: int
    pass_warnings: bool
    def __init__(self, change_id: _Optional[str] = ..., type: _Optional[str] = ..., record_id: _Optional[str] = ..., op: _Optional[_Union[Op, str]] = ..., base_version: _Optional[int] = ..., body: _Optional[str] = ..., schema_version: _Optional[int] = ..., base_body: _Optional[str] = ..., refs: _Optional[_Mapping[str, str]] = ..., post_on_apply: _Optional[_Iterable[str]] = ..., supersedes: _Optional[_Iterable[str]] = ..., override_json: _Optional[str] = ..., group_id: _Optional[str] = ..., made_offline: _Optional[bool] = ..., provenance: _Optional[_Mapping[str, str]] = ..., attempt: _Optional[int] = ..., pass_warnings: _Optional[bool] = ...) -> None: ...

class StoredRecord(_message.Message):
    __slots__ = ("type", "id", "version", "feed_seq", "deleted", "schema_version", "body", "digest", "summary", "scope", "posting", "provenance", "at")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    POSTING_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    version: int
    feed_seq: int
    deleted: bool
    schema_version: int
    body: str
    digest: str
    summary: str
    scope: str
    posting: str
    provenance: str
    at: str
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ..., version: _Optional[int] = ..., feed_seq: _Optional[int] = ..., deleted: _Optional[bool] = ..., schema_version: _Optional[int] = ..., body: _Optional[str] = ..., digest: _Optional[str] = ..., summary: _Optional[str] = ..., scope: _Optional[str] = ..., posting: _Optional[str] = ..., provenance: _Optional[str] = ..., at: _Optional[str] = ...) -> None: ...

class Verdict(_message.Message):
    __slots__ = ("change_id", "code", "version", "feed_seq", "record", "detail_json", "posting")
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    DETAIL_JSON_FIELD_NUMBER: _ClassVar[int]
    POSTING_FIELD_NUMBER: _ClassVar[int]
    change_id: str
    code: str
    version: int
    feed_seq: int
    record: StoredRecord
    detail_json: str
    posting: str
    def __init__(self, change_id: _Optional[str] = ..., code: _Optional[str] = ..., version: _Optional[int] = ..., feed_seq: _Optional[int] = ..., record: _Optional[_Union[StoredRecord, _Mapping]] = ..., detail_json: _Optional[str] = ..., posting: _Optional[str] = ...) -> None: ...

class HelloRequest(_message.Message):
    __slots__ = ("incarnation", "history_id", "sealed", "acked", "chains", "cursor", "unacked_change_ids", "host", "protocol_min", "protocol_max", "manifest", "clock", "takes_over", "types", "feed_proof")
    class ManifestEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    class TypesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    HISTORY_ID_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    ACKED_FIELD_NUMBER: _ClassVar[int]
    CHAINS_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    UNACKED_CHANGE_IDS_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MIN_FIELD_NUMBER: _ClassVar[int]
    PROTOCOL_MAX_FIELD_NUMBER: _ClassVar[int]
    MANIFEST_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    TAKES_OVER_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    FEED_PROOF_FIELD_NUMBER: _ClassVar[int]
    incarnation: int
    history_id: str
    sealed: int
    acked: int
    chains: _containers.RepeatedScalarFieldContainer[bytes]
    cursor: int
    unacked_change_ids: _containers.RepeatedScalarFieldContainer[str]
    host: str
    protocol_min: int
    protocol_max: int
    manifest: _containers.ScalarMap[str, str]
    clock: str
    takes_over: bool
    types: _containers.ScalarMap[str, int]
    feed_proof: str
    def __init__(self, incarnation: _Optional[int] = ..., history_id: _Optional[str] = ..., sealed: _Optional[int] = ..., acked: _Optional[int] = ..., chains: _Optional[_Iterable[bytes]] = ..., cursor: _Optional[int] = ..., unacked_change_ids: _Optional[_Iterable[str]] = ..., host: _Optional[str] = ..., protocol_min: _Optional[int] = ..., protocol_max: _Optional[int] = ..., manifest: _Optional[_Mapping[str, str]] = ..., clock: _Optional[str] = ..., takes_over: _Optional[bool] = ..., types: _Optional[_Mapping[str, int]] = ..., feed_proof: _Optional[str] = ...) -> None: ...

class HelloReply(_message.Message):
    __slots__ = ("decision", "session_id", "incarnation", "history_id", "processed", "head", "server_time", "verdicts", "parked", "restore_point", "scope", "modes")
    class ModesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    DECISION_FIELD_NUMBER: _ClassVar[int]
    SESSION_ID_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    HISTORY_ID_FIELD_NUMBER: _ClassVar[int]
    PROCESSED_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    PARKED_FIELD_NUMBER: _ClassVar[int]
    RESTORE_POINT_FIELD_NUMBER: _ClassVar[int]
    SCOPE_FIELD_NUMBER: _ClassVar[int]
    MODES_FIELD_NUMBER: _ClassVar[int]
    decision: Decision
    session_id: str
    incarnation: int
    history_id: str
    processed: int
    head: int
    server_time: str
    verdicts: _containers.RepeatedCompositeFieldContainer[Verdict]
    parked: _containers.RepeatedCompositeFieldContainer[Change]
    restore_point: int
    scope: Scope
    modes: _containers.ScalarMap[str, str]
    def __init__(self, decision: _Optional[_Union[Decision, str]] = ..., session_id: _Optional[str] = ..., incarnation: _Optional[int] = ..., history_id: _Optional[str] = ..., processed: _Optional[int] = ..., head: _Optional[int] = ..., server_time: _Optional[str] = ..., verdicts: _Optional[_Iterable[_Union[Verdict, _Mapping]]] = ..., parked: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., restore_point: _Optional[int] = ..., scope: _Optional[_Union[Scope, _Mapping]] = ..., modes: _Optional[_Mapping[str, str]] = ...) -> None: ...

class Scope(_message.Message):
    __slots__ = ("branches", "every_branch", "types", "every_type")
    BRANCHES_FIELD_NUMBER: _ClassVar[int]
    EVERY_BRANCH_FIELD_NUMBER: _ClassVar[int]
    TYPES_FIELD_NUMBER: _ClassVar[int]
    EVERY_TYPE_FIELD_NUMBER: _ClassVar[int]
    branches: _containers.RepeatedScalarFieldContainer[str]
    every_branch: bool
    types: _containers.RepeatedScalarFieldContainer[str]
    every_type: bool
    def __init__(self, branches: _Optional[_Iterable[str]] = ..., every_branch: _Optional[bool] = ..., types: _Optional[_Iterable[str]] = ..., every_type: _Optional[bool] = ...) -> None: ...

class PushRequest(_message.Message):
    __slots__ = ("session", "first_seq", "previous_chain", "changes", "retries", "withdraws", "decisions")
    class DecisionsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: Withdrawal
        def __init__(self, key: _Optional[str] = ..., value: _Optional[_Union[Withdrawal, _Mapping]] = ...) -> None: ...
    SESSION_FIELD_NUMBER: _ClassVar[int]
    FIRST_SEQ_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_CHAIN_FIELD_NUMBER: _ClassVar[int]
    CHANGES_FIELD_NUMBER: _ClassVar[int]
    RETRIES_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWS_FIELD_NUMBER: _ClassVar[int]
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    session: Session
    first_seq: int
    previous_chain: bytes
    changes: _containers.RepeatedCompositeFieldContainer[Change]
    retries: _containers.RepeatedCompositeFieldContainer[Change]
    withdraws: _containers.RepeatedScalarFieldContainer[str]
    decisions: _containers.MessageMap[str, Withdrawal]
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., first_seq: _Optional[int] = ..., previous_chain: _Optional[bytes] = ..., changes: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., retries: _Optional[_Iterable[_Union[Change, _Mapping]]] = ..., withdraws: _Optional[_Iterable[str]] = ..., decisions: _Optional[_Mapping[str, Withdrawal]] = ...) -> None: ...

class Withdrawal(_message.Message):
    __slots__ = ("choice", "user")
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    choice: str
    user: str
    def __init__(self, choice: _Optional[str] = ..., user: _Optional[str] = ...) -> None: ...

class PushReply(_message.Message):
    __slots__ = ("session", "verdicts", "processed", "head")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    PROCESSED_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    session: Session
    verdicts: _containers.RepeatedCompositeFieldContainer[Verdict]
    processed: int
    head: int
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., verdicts: _Optional[_Iterable[_Union[Verdict, _Mapping]]] = ..., processed: _Optional[int] = ..., head: _Optional[int] = ...) -> None: ...

class PullRequest(_message.Message):
    __slots__ = ("session", "cursor", "records_max", "bytes_max", "had", "until")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    RECORDS_MAX_FIELD_NUMBER: _ClassVar[int]
    BYTES_MAX_FIELD_NUMBER: _ClassVar[int]
    HAD_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    session: Session
    cursor: int
    records_max: int
    bytes_max: int
    had: Scope
    until: int
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., cursor: _Optional[int] = ..., records_max: _Optional[int] = ..., bytes_max: _Optional[int] = ..., had: _Optional[_Union[Scope, _Mapping]] = ..., until: _Optional[int] = ...) -> None: ...

class PullReply(_message.Message):
    __slots__ = ("session", "records", "next_cursor", "head", "done", "evicted", "chain")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    EVICTED_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    session: Session
    records: _containers.RepeatedCompositeFieldContainer[StoredRecord]
    next_cursor: int
    head: int
    done: bool
    evicted: _containers.RepeatedCompositeFieldContainer[Mark]
    chain: str
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., records: _Optional[_Iterable[_Union[StoredRecord, _Mapping]]] = ..., next_cursor: _Optional[int] = ..., head: _Optional[int] = ..., done: _Optional[bool] = ..., evicted: _Optional[_Iterable[_Union[Mark, _Mapping]]] = ..., chain: _Optional[str] = ...) -> None: ...

class SnapshotRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: Session
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ...) -> None: ...

class SnapshotPart(_message.Message):
    __slots__ = ("rank", "type", "key", "count")
    RANK_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    rank: int
    type: str
    key: str
    count: int
    def __init__(self, rank: _Optional[int] = ..., type: _Optional[str] = ..., key: _Optional[str] = ..., count: _Optional[int] = ...) -> None: ...

class SnapshotManifest(_message.Message):
    __slots__ = ("session", "head", "open_from", "parts")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    OPEN_FROM_FIELD_NUMBER: _ClassVar[int]
    PARTS_FIELD_NUMBER: _ClassVar[int]
    session: Session
    head: int
    open_from: str
    parts: _containers.RepeatedCompositeFieldContainer[SnapshotPart]
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., head: _Optional[int] = ..., open_from: _Optional[str] = ..., parts: _Optional[_Iterable[_Union[SnapshotPart, _Mapping]]] = ...) -> None: ...

class ChunkRequest(_message.Message):
    __slots__ = ("session", "head", "open_from", "part", "after")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    OPEN_FROM_FIELD_NUMBER: _ClassVar[int]
    PART_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    session: Session
    head: int
    open_from: str
    part: SnapshotPart
    after: str
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., head: _Optional[int] = ..., open_from: _Optional[str] = ..., part: _Optional[_Union[SnapshotPart, _Mapping]] = ..., after: _Optional[str] = ...) -> None: ...

class ChunkReply(_message.Message):
    __slots__ = ("session", "records", "digest", "next_after")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    NEXT_AFTER_FIELD_NUMBER: _ClassVar[int]
    session: Session
    records: _containers.RepeatedCompositeFieldContainer[StoredRecord]
    digest: str
    next_after: str
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., records: _Optional[_Iterable[_Union[StoredRecord, _Mapping]]] = ..., digest: _Optional[str] = ..., next_after: _Optional[str] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class Poke(_message.Message):
    __slots__ = ("head", "why")
    HEAD_FIELD_NUMBER: _ClassVar[int]
    WHY_FIELD_NUMBER: _ClassVar[int]
    head: int
    why: str
    def __init__(self, head: _Optional[int] = ..., why: _Optional[str] = ...) -> None: ...

class HeartbeatRequest(_message.Message):
    __slots__ = ("session", "pending", "failed", "oldest_pending", "cursor", "clock")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    OLDEST_PENDING_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    CLOCK_FIELD_NUMBER: _ClassVar[int]
    session: Session
    pending: int
    failed: int
    oldest_pending: str
    cursor: int
    clock: str
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., pending: _Optional[int] = ..., failed: _Optional[int] = ..., oldest_pending: _Optional[str] = ..., cursor: _Optional[int] = ..., clock: _Optional[str] = ...) -> None: ...

class HeartbeatReply(_message.Message):
    __slots__ = ("session", "head", "server_time")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    SERVER_TIME_FIELD_NUMBER: _ClassVar[int]
    session: Session
    head: int
    server_time: str
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., head: _Optional[int] = ..., server_time: _Optional[str] = ...) -> None: ...

class ReserveRequest(_message.Message):
    __slots__ = ("session", "record_type", "ledger", "date", "count", "lease_id", "prefix")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RECORD_TYPE_FIELD_NUMBER: _ClassVar[int]
    LEDGER_FIELD_NUMBER: _ClassVar[int]
    DATE_FIELD_NUMBER: _ClassVar[int]
    COUNT_FIELD_NUMBER: _ClassVar[int]
    LEASE_ID_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    session: Session
    record_type: str
    ledger: str
    date: str
    count: int
    lease_id: str
    prefix: str
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., record_type: _Optional[str] = ..., ledger: _Optional[str] = ..., date: _Optional[str] = ..., count: _Optional[int] = ..., lease_id: _Optional[str] = ..., prefix: _Optional[str] = ...) -> None: ...

class ReserveReply(_message.Message):
    __slots__ = ("session", "numbers")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    NUMBERS_FIELD_NUMBER: _ClassVar[int]
    session: Session
    numbers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., numbers: _Optional[_Iterable[str]] = ...) -> None: ...

class ReOfferRequest(_message.Message):
    __slots__ = ("session", "records")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    session: Session
    records: _containers.RepeatedCompositeFieldContainer[StoredRecord]
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., records: _Optional[_Iterable[_Union[StoredRecord, _Mapping]]] = ...) -> None: ...

class ReOfferReply(_message.Message):
    __slots__ = ("session", "verdicts")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    VERDICTS_FIELD_NUMBER: _ClassVar[int]
    session: Session
    verdicts: _containers.RepeatedCompositeFieldContainer[Verdict]
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., verdicts: _Optional[_Iterable[_Union[Verdict, _Mapping]]] = ...) -> None: ...

class CompareRequest(_message.Message):
    __slots__ = ("session", "after", "until", "marks", "witness")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    AFTER_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    WITNESS_FIELD_NUMBER: _ClassVar[int]
    session: Session
    after: int
    until: int
    marks: bool
    witness: str
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., after: _Optional[int] = ..., until: _Optional[int] = ..., marks: _Optional[bool] = ..., witness: _Optional[str] = ...) -> None: ...

class CompareReply(_message.Message):
    __slots__ = ("session", "digests", "marks", "until", "head", "chain", "witnessed")
    class DigestsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    SESSION_FIELD_NUMBER: _ClassVar[int]
    DIGESTS_FIELD_NUMBER: _ClassVar[int]
    MARKS_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    WITNESSED_FIELD_NUMBER: _ClassVar[int]
    session: Session
    digests: _containers.ScalarMap[str, str]
    marks: _containers.RepeatedCompositeFieldContainer[Mark]
    until: int
    head: int
    chain: str
    witnessed: bool
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., digests: _Optional[_Mapping[str, str]] = ..., marks: _Optional[_Iterable[_Union[Mark, _Mapping]]] = ..., until: _Optional[int] = ..., head: _Optional[int] = ..., chain: _Optional[str] = ..., witnessed: _Optional[bool] = ...) -> None: ...

class Mark(_message.Message):
    __slots__ = ("type", "id", "version", "feed_seq", "digest")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    version: int
    feed_seq: int
    digest: str
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ..., version: _Optional[int] = ..., feed_seq: _Optional[int] = ..., digest: _Optional[str] = ...) -> None: ...

class TraceRequest(_message.Message):
    __slots__ = ("session", "type", "record_id", "change_ids")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_IDS_FIELD_NUMBER: _ClassVar[int]
    session: Session
    type: str
    record_id: str
    change_ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., type: _Optional[str] = ..., record_id: _Optional[str] = ..., change_ids: _Optional[_Iterable[str]] = ...) -> None: ...

class TraceReply(_message.Message):
    __slots__ = ("session", "steps", "earlier")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    EARLIER_FIELD_NUMBER: _ClassVar[int]
    session: Session
    steps: _containers.RepeatedCompositeFieldContainer[TraceStep]
    earlier: int
    def __init__(self, session: _Optional[_Union[Session, _Mapping]] = ..., steps: _Optional[_Iterable[_Union[TraceStep, _Mapping]]] = ..., earlier: _Optional[int] = ...) -> None: ...

class TraceStep(_message.Message):
    __slots__ = ("what", "at", "change_id", "version", "feed_seq", "code", "user", "site", "detail_json")
    WHAT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_JSON_FIELD_NUMBER: _ClassVar[int]
    what: str
    at: str
    change_id: str
    version: int
    feed_seq: int
    code: str
    user: str
    site: str
    detail_json: str
    def __init__(self, what: _Optional[str] = ..., at: _Optional[str] = ..., change_id: _Optional[str] = ..., version: _Optional[int] = ..., feed_seq: _Optional[int] = ..., code: _Optional[str] = ..., user: _Optional[str] = ..., site: _Optional[str] = ..., detail_json: _Optional[str] = ...) -> None: ...

class CallRequest(_message.Message):
    __slots__ = ("kind", "id", "params_json", "call_id", "user", "workstation", "pass_warnings")
    KIND_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    PARAMS_JSON_FIELD_NUMBER: _ClassVar[int]
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    WORKSTATION_FIELD_NUMBER: _ClassVar[int]
    PASS_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    kind: CallKind
    id: str
    params_json: str
    call_id: str
    user: str
    workstation: str
    pass_warnings: bool
    def __init__(self, kind: _Optional[_Union[CallKind, str]] = ..., id: _Optional[str] = ..., params_json: _Optional[str] = ..., call_id: _Optional[str] = ..., user: _Optional[str] = ..., workstation: _Optional[str] = ..., pass_warnings: _Optional[bool] = ...) -> None: ...

class OperationRequest(_message.Message):
    __slots__ = ("call_id",)
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    def __init__(self, call_id: _Optional[str] = ...) -> None: ...

class CancelReply(_message.Message):
    __slots__ = ("cancelled",)
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    cancelled: bool
    def __init__(self, cancelled: _Optional[bool] = ...) -> None: ...

class Underway(_message.Message):
    __slots__ = ("done", "total", "text")
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    done: int
    total: int
    text: str
    def __init__(self, done: _Optional[int] = ..., total: _Optional[int] = ..., text: _Optional[str] = ...) -> None: ...

class CallReply(_message.Message):
    __slots__ = ("result_json", "head", "findings", "underway")
    RESULT_JSON_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    UNDERWAY_FIELD_NUMBER: _ClassVar[int]
    result_json: str
    head: int
    findings: _containers.RepeatedCompositeFieldContainer[_common_pb2.Finding]
    underway: Underway
    def __init__(self, result_json: _Optional[str] = ..., head: _Optional[int] = ..., findings: _Optional[_Iterable[_Union[_common_pb2.Finding, _Mapping]]] = ..., underway: _Optional[_Union[Underway, _Mapping]] = ...) -> None: ...

class ProbeRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ProbeReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
