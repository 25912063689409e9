from lienso_api.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class StatusRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class StatusReply(_message.Message):
    __slots__ = ("mode", "since", "gate", "online", "pending", "pending_by_type", "oldest_pending", "sealed", "failed", "failed_pull", "cursor", "incarnation", "site", "foreseen", "alarms")
    class PendingByTypeEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: int
        def __init__(self, key: _Optional[str] = ..., value: _Optional[int] = ...) -> None: ...
    MODE_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    GATE_FIELD_NUMBER: _ClassVar[int]
    ONLINE_FIELD_NUMBER: _ClassVar[int]
    PENDING_FIELD_NUMBER: _ClassVar[int]
    PENDING_BY_TYPE_FIELD_NUMBER: _ClassVar[int]
    OLDEST_PENDING_FIELD_NUMBER: _ClassVar[int]
    SEALED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    FAILED_PULL_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    INCARNATION_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    FORESEEN_FIELD_NUMBER: _ClassVar[int]
    ALARMS_FIELD_NUMBER: _ClassVar[int]
    mode: str
    since: str
    gate: str
    online: bool
    pending: int
    pending_by_type: _containers.ScalarMap[str, int]
    oldest_pending: str
    sealed: int
    failed: int
    failed_pull: int
    cursor: int
    incarnation: int
    site: str
    foreseen: int
    alarms: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, mode: _Optional[str] = ..., since: _Optional[str] = ..., gate: _Optional[str] = ..., online: _Optional[bool] = ..., pending: _Optional[int] = ..., pending_by_type: _Optional[_Mapping[str, int]] = ..., oldest_pending: _Optional[str] = ..., sealed: _Optional[int] = ..., failed: _Optional[int] = ..., failed_pull: _Optional[int] = ..., cursor: _Optional[int] = ..., incarnation: _Optional[int] = ..., site: _Optional[str] = ..., foreseen: _Optional[int] = ..., alarms: _Optional[_Iterable[str]] = ...) -> None: ...

class SetModeRequest(_message.Message):
    __slots__ = ("online",)
    ONLINE_FIELD_NUMBER: _ClassVar[int]
    online: bool
    def __init__(self, online: _Optional[bool] = ...) -> None: ...

class SynchronizeRequest(_message.Message):
    __slots__ = ("types", "records", "direction", "renumber", "resolve")
    class ResolveEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TYPES_FIELD_NUMBER: _ClassVar[int]
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    DIRECTION_FIELD_NUMBER: _ClassVar[int]
    RENUMBER_FIELD_NUMBER: _ClassVar[int]
    RESOLVE_FIELD_NUMBER: _ClassVar[int]
    types: _containers.RepeatedScalarFieldContainer[str]
    records: _containers.RepeatedScalarFieldContainer[str]
    direction: str
    renumber: str
    resolve: _containers.ScalarMap[str, str]
    def __init__(self, types: _Optional[_Iterable[str]] = ..., records: _Optional[_Iterable[str]] = ..., direction: _Optional[str] = ..., renumber: _Optional[str] = ..., resolve: _Optional[_Mapping[str, str]] = ...) -> None: ...

class SynchronizeReply(_message.Message):
    __slots__ = ("pushed", "pulled", "failed", "renumbered")
    PUSHED_FIELD_NUMBER: _ClassVar[int]
    PULLED_FIELD_NUMBER: _ClassVar[int]
    FAILED_FIELD_NUMBER: _ClassVar[int]
    RENUMBERED_FIELD_NUMBER: _ClassVar[int]
    pushed: int
    pulled: int
    failed: _containers.RepeatedCompositeFieldContainer[Failure]
    renumbered: _containers.RepeatedCompositeFieldContainer[Renumbered]
    def __init__(self, pushed: _Optional[int] = ..., pulled: _Optional[int] = ..., failed: _Optional[_Iterable[_Union[Failure, _Mapping]]] = ..., renumbered: _Optional[_Iterable[_Union[Renumbered, _Mapping]]] = ...) -> None: ...

class Failure(_message.Message):
    __slots__ = ("tab", "type", "id", "change_id", "voucher", "record", "verdict", "code", "detail_json", "reason_vi", "reason_en", "findings", "actions", "attempt", "at", "ledger", "feed_seq")
    TAB_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_JSON_FIELD_NUMBER: _ClassVar[int]
    REASON_VI_FIELD_NUMBER: _ClassVar[int]
    REASON_EN_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    ACTIONS_FIELD_NUMBER: _ClassVar[int]
    ATTEMPT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    LEDGER_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    tab: str
    type: str
    id: str
    change_id: str
    voucher: str
    record: str
    verdict: str
    code: str
    detail_json: str
    reason_vi: str
    reason_en: str
    findings: _containers.RepeatedCompositeFieldContainer[_common_pb2.Finding]
    actions: _containers.RepeatedScalarFieldContainer[str]
    attempt: int
    at: str
    ledger: str
    feed_seq: int
    def __init__(self, tab: _Optional[str] = ..., type: _Optional[str] = ..., id: _Optional[str] = ..., change_id: _Optional[str] = ..., voucher: _Optional[str] = ..., record: _Optional[str] = ..., verdict: _Optional[str] = ..., code: _Optional[str] = ..., detail_json: _Optional[str] = ..., reason_vi: _Optional[str] = ..., reason_en: _Optional[str] = ..., findings: _Optional[_Iterable[_Union[_common_pb2.Finding, _Mapping]]] = ..., actions: _Optional[_Iterable[str]] = ..., attempt: _Optional[int] = ..., at: _Optional[str] = ..., ledger: _Optional[str] = ..., feed_seq: _Optional[int] = ...) -> None: ...

class Renumbered(_message.Message):
    __slots__ = ("type", "id", "old", "new", "printed")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    OLD_FIELD_NUMBER: _ClassVar[int]
    NEW_FIELD_NUMBER: _ClassVar[int]
    PRINTED_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    old: str
    new: str
    printed: int
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ..., old: _Optional[str] = ..., new: _Optional[str] = ..., printed: _Optional[int] = ...) -> None: ...

class ListFailuresRequest(_message.Message):
    __slots__ = ("tab",)
    TAB_FIELD_NUMBER: _ClassVar[int]
    tab: str
    def __init__(self, tab: _Optional[str] = ...) -> None: ...

class ListFailuresReply(_message.Message):
    __slots__ = ("failures",)
    FAILURES_FIELD_NUMBER: _ClassVar[int]
    failures: _containers.RepeatedCompositeFieldContainer[Failure]
    def __init__(self, failures: _Optional[_Iterable[_Union[Failure, _Mapping]]] = ...) -> None: ...

class RetryRequest(_message.Message):
    __slots__ = ("ids",)
    IDS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ...) -> None: ...

class RenumberRequest(_message.Message):
    __slots__ = ("ids", "reprint")
    IDS_FIELD_NUMBER: _ClassVar[int]
    REPRINT_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    reprint: bool
    def __init__(self, ids: _Optional[_Iterable[str]] = ..., reprint: _Optional[bool] = ...) -> None: ...

class RenumberReply(_message.Message):
    __slots__ = ("renumbered", "to_print_again")
    RENUMBERED_FIELD_NUMBER: _ClassVar[int]
    TO_PRINT_AGAIN_FIELD_NUMBER: _ClassVar[int]
    renumbered: _containers.RepeatedCompositeFieldContainer[Renumbered]
    to_print_again: _containers.RepeatedCompositeFieldContainer[Renumbered]
    def __init__(self, renumbered: _Optional[_Iterable[_Union[Renumbered, _Mapping]]] = ..., to_print_again: _Optional[_Iterable[_Union[Renumbered, _Mapping]]] = ...) -> None: ...

class CancelOperationRequest(_message.Message):
    __slots__ = ("call_id",)
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    call_id: str
    def __init__(self, call_id: _Optional[str] = ...) -> None: ...

class CancelOperationReply(_message.Message):
    __slots__ = ("cancelled",)
    CANCELLED_FIELD_NUMBER: _ClassVar[int]
    cancelled: bool
    def __init__(self, cancelled: _Optional[bool] = ...) -> None: ...

class WithdrawRequest(_message.Message):
    __slots__ = ("ids",)
    IDS_FIELD_NUMBER: _ClassVar[int]
    ids: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, ids: _Optional[_Iterable[str]] = ...) -> None: ...

class WithdrawReply(_message.Message):
    __slots__ = ("withdrawn",)
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    withdrawn: int
    def __init__(self, withdrawn: _Optional[int] = ...) -> None: ...

class WatchSiteRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportPendingRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExportPendingPart(_message.Message):
    __slots__ = ("text",)
    TEXT_FIELD_NUMBER: _ClassVar[int]
    text: str
    def __init__(self, text: _Optional[str] = ...) -> None: ...

class ExamineRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ExamineReply(_message.Message):
    __slots__ = ("lines",)
    LINES_FIELD_NUMBER: _ClassVar[int]
    lines: _containers.RepeatedCompositeFieldContainer[Advice]
    def __init__(self, lines: _Optional[_Iterable[_Union[Advice, _Mapping]]] = ...) -> None: ...

class Advice(_message.Message):
    __slots__ = ("about", "state", "text", "next")
    ABOUT_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    NEXT_FIELD_NUMBER: _ClassVar[int]
    about: str
    state: str
    text: str
    next: str
    def __init__(self, about: _Optional[str] = ..., state: _Optional[str] = ..., text: _Optional[str] = ..., next: _Optional[str] = ...) -> None: ...

class CompareSiteRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CompareSiteReply(_message.Message):
    __slots__ = ("looked_at", "until", "chain", "differences", "moving")
    LOOKED_AT_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    MOVING_FIELD_NUMBER: _ClassVar[int]
    looked_at: int
    until: int
    chain: str
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    moving: bool
    def __init__(self, looked_at: _Optional[int] = ..., until: _Optional[int] = ..., chain: _Optional[str] = ..., differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., moving: _Optional[bool] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("what", "type", "id", "version", "digest", "cloud_version", "cloud_digest", "witness", "chain")
    WHAT_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    CLOUD_VERSION_FIELD_NUMBER: _ClassVar[int]
    CLOUD_DIGEST_FIELD_NUMBER: _ClassVar[int]
    WITNESS_FIELD_NUMBER: _ClassVar[int]
    CHAIN_FIELD_NUMBER: _ClassVar[int]
    what: str
    type: str
    id: str
    version: int
    digest: str
    cloud_version: int
    cloud_digest: str
    witness: str
    chain: str
    def __init__(self, what: _Optional[str] = ..., type: _Optional[str] = ..., id: _Optional[str] = ..., version: _Optional[int] = ..., digest: _Optional[str] = ..., cloud_version: _Optional[int] = ..., cloud_digest: _Optional[str] = ..., witness: _Optional[str] = ..., chain: _Optional[str] = ...) -> None: ...

class TraceSiteRequest(_message.Message):
    __slots__ = ("name", "type")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    name: str
    type: str
    def __init__(self, name: _Optional[str] = ..., type: _Optional[str] = ...) -> None: ...

class TraceSiteReply(_message.Message):
    __slots__ = ("type", "id", "steps", "earlier", "cloud")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    STEPS_FIELD_NUMBER: _ClassVar[int]
    EARLIER_FIELD_NUMBER: _ClassVar[int]
    CLOUD_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    steps: _containers.RepeatedCompositeFieldContainer[SiteStep]
    earlier: int
    cloud: str
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ..., steps: _Optional[_Iterable[_Union[SiteStep, _Mapping]]] = ..., earlier: _Optional[int] = ..., cloud: _Optional[str] = ...) -> None: ...

class SiteStep(_message.Message):
    __slots__ = ("where", "what", "at", "change_id", "version", "feed_seq", "code", "user", "site", "detail_json")
    WHERE_FIELD_NUMBER: _ClassVar[int]
    WHAT_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_JSON_FIELD_NUMBER: _ClassVar[int]
    where: str
    what: str
    at: str
    change_id: str
    version: int
    feed_seq: int
    code: str
    user: str
    site: str
    detail_json: str
    def __init__(self, where: _Optional[str] = ..., what: _Optional[str] = ..., at: _Optional[str] = ..., change_id: _Optional[str] = ..., version: _Optional[int] = ..., feed_seq: _Optional[int] = ..., code: _Optional[str] = ..., user: _Optional[str] = ..., site: _Optional[str] = ..., detail_json: _Optional[str] = ...) -> None: ...

class SiteNotice(_message.Message):
    __slots__ = ("kind", "values_json", "status")
    KIND_FIELD_NUMBER: _ClassVar[int]
    VALUES_JSON_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    kind: str
    values_json: str
    status: StatusReply
    def __init__(self, kind: _Optional[str] = ..., values_json: _Optional[str] = ..., status: _Optional[_Union[StatusReply, _Mapping]] = ...) -> None: ...

class ResolveRequest(_message.Message):
    __slots__ = ("decisions",)
    DECISIONS_FIELD_NUMBER: _ClassVar[int]
    decisions: _containers.RepeatedCompositeFieldContainer[Choice]
    def __init__(self, decisions: _Optional[_Iterable[_Union[Choice, _Mapping]]] = ...) -> None: ...

class Choice(_message.Message):
    __slots__ = ("id", "choice", "fields", "code")
    class FieldsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    ID_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    id: str
    choice: str
    fields: _containers.ScalarMap[str, str]
    code: str
    def __init__(self, id: _Optional[str] = ..., choice: _Optional[str] = ..., fields: _Optional[_Mapping[str, str]] = ..., code: _Optional[str] = ...) -> None: ...

class ResolveReply(_message.Message):
    __slots__ = ("results",)
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    results: _containers.RepeatedCompositeFieldContainer[Chosen]
    def __init__(self, results: _Optional[_Iterable[_Union[Chosen, _Mapping]]] = ...) -> None: ...

class Chosen(_message.Message):
    __slots__ = ("id", "change_id", "type", "record_id", "choice", "done", "code", "detail_json", "reason_vi", "reason_en", "new_id", "number")
    ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    RECORD_ID_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    DONE_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    DETAIL_JSON_FIELD_NUMBER: _ClassVar[int]
    REASON_VI_FIELD_NUMBER: _ClassVar[int]
    REASON_EN_FIELD_NUMBER: _ClassVar[int]
    NEW_ID_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    id: str
    change_id: str
    type: str
    record_id: str
    choice: str
    done: bool
    code: str
    detail_json: str
    reason_vi: str
    reason_en: str
    new_id: str
    number: str
    def __init__(self, id: _Optional[str] = ..., change_id: _Optional[str] = ..., type: _Optional[str] = ..., record_id: _Optional[str] = ..., choice: _Optional[str] = ..., done: _Optional[bool] = ..., code: _Optional[str] = ..., detail_json: _Optional[str] = ..., reason_vi: _Optional[str] = ..., reason_en: _Optional[str] = ..., new_id: _Optional[str] = ..., number: _Optional[str] = ...) -> None: ...

class ListConflictsRequest(_message.Message):
    __slots__ = ("id",)
    ID_FIELD_NUMBER: _ClassVar[int]
    id: str
    def __init__(self, id: _Optional[str] = ...) -> None: ...

class ListConflictsReply(_message.Message):
    __slots__ = ("conflicts",)
    CONFLICTS_FIELD_NUMBER: _ClassVar[int]
    conflicts: _containers.RepeatedCompositeFieldContainer[Conflict]
    def __init__(self, conflicts: _Optional[_Iterable[_Union[Conflict, _Mapping]]] = ...) -> None: ...

class Conflict(_message.Message):
    __slots__ = ("change_id", "type", "id", "choice", "fields", "mine_json", "theirs_json", "version", "user", "at")
    class FieldsEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    CHOICE_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    MINE_JSON_FIELD_NUMBER: _ClassVar[int]
    THEIRS_JSON_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    change_id: str
    type: str
    id: str
    choice: str
    fields: _containers.ScalarMap[str, str]
    mine_json: str
    theirs_json: str
    version: int
    user: str
    at: str
    def __init__(self, change_id: _Optional[str] = ..., type: _Optional[str] = ..., id: _Optional[str] = ..., choice: _Optional[str] = ..., fields: _Optional[_Mapping[str, str]] = ..., mine_json: _Optional[str] = ..., theirs_json: _Optional[str] = ..., version: _Optional[int] = ..., user: _Optional[str] = ..., at: _Optional[str] = ...) -> None: ...

class ListForeseenRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class ListForeseenReply(_message.Message):
    __slots__ = ("foreseen",)
    FORESEEN_FIELD_NUMBER: _ClassVar[int]
    foreseen: _containers.RepeatedCompositeFieldContainer[Foreseen]
    def __init__(self, foreseen: _Optional[_Iterable[_Union[Foreseen, _Mapping]]] = ...) -> None: ...

class Foreseen(_message.Message):
    __slots__ = ("type", "id", "change_id", "voucher", "record", "verdict", "fields_json", "holder")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    CHANGE_ID_FIELD_NUMBER: _ClassVar[int]
    VOUCHER_FIELD_NUMBER: _ClassVar[int]
    RECORD_FIELD_NUMBER: _ClassVar[int]
    VERDICT_FIELD_NUMBER: _ClassVar[int]
    FIELDS_JSON_FIELD_NUMBER: _ClassVar[int]
    HOLDER_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    change_id: str
    voucher: str
    record: str
    verdict: str
    fields_json: str
    holder: str
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ..., change_id: _Optional[str] = ..., voucher: _Optional[str] = ..., record: _Optional[str] = ..., verdict: _Optional[str] = ..., fields_json: _Optional[str] = ..., holder: _Optional[str] = ...) -> None: ...
