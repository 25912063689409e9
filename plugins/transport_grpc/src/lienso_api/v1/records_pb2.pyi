from lienso_api.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Record(_message.Message):
    __slots__ = ("type", "id", "version", "body_json", "posting", "sync_state", "codes", "derived_json", "at", "feed_seq", "earlier_numbers")
    class CodesEntry(_message.Message):
        __slots__ = ("key", "value")
        KEY_FIELD_NUMBER: _ClassVar[int]
        VALUE_FIELD_NUMBER: _ClassVar[int]
        key: str
        value: str
        def __init__(self, key: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    BODY_JSON_FIELD_NUMBER: _ClassVar[int]
    POSTING_FIELD_NUMBER: _ClassVar[int]
    SYNC_STATE_FIELD_NUMBER: _ClassVar[int]
    CODES_FIELD_NUMBER: _ClassVar[int]
    DERIVED_JSON_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    EARLIER_NUMBERS_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    version: int
    body_json: str
    posting: _containers.RepeatedCompositeFieldContainer[_common_pb2.Posting]
    sync_state: str
    codes: _containers.ScalarMap[str, str]
    derived_json: str
    at: str
    feed_seq: int
    earlier_numbers: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ..., version: _Optional[int] = ..., body_json: _Optional[str] = ..., posting: _Optional[_Iterable[_Union[_common_pb2.Posting, _Mapping]]] = ..., sync_state: _Optional[str] = ..., codes: _Optional[_Mapping[str, str]] = ..., derived_json: _Optional[str] = ..., at: _Optional[str] = ..., feed_seq: _Optional[int] = ..., earlier_numbers: _Optional[_Iterable[str]] = ...) -> None: ...

class SaveRequest(_message.Message):
    __slots__ = ("type", "body_json", "id", "base_version", "post", "ignore_warnings", "merge", "request_id")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    BODY_JSON_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    BASE_VERSION_FIELD_NUMBER: _ClassVar[int]
    POST_FIELD_NUMBER: _ClassVar[int]
    IGNORE_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    MERGE_FIELD_NUMBER: _ClassVar[int]
    REQUEST_ID_FIELD_NUMBER: _ClassVar[int]
    type: str
    body_json: str
    id: str
    base_version: int
    post: _containers.RepeatedScalarFieldContainer[str]
    ignore_warnings: bool
    merge: bool
    request_id: str
    def __init__(self, type: _Optional[str] = ..., body_json: _Optional[str] = ..., id: _Optional[str] = ..., base_version: _Optional[int] = ..., post: _Optional[_Iterable[str]] = ..., ignore_warnings: _Optional[bool] = ..., merge: _Optional[bool] = ..., request_id: _Optional[str] = ...) -> None: ...

class SaveReply(_message.Message):
    __slots__ = ("record", "findings")
    RECORD_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    record: Record
    findings: _containers.RepeatedCompositeFieldContainer[_common_pb2.Finding]
    def __init__(self, record: _Optional[_Union[Record, _Mapping]] = ..., findings: _Optional[_Iterable[_Union[_common_pb2.Finding, _Mapping]]] = ...) -> None: ...

class GetRequest(_message.Message):
    __slots__ = ("type", "id")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class GetReply(_message.Message):
    __slots__ = ("record",)
    RECORD_FIELD_NUMBER: _ClassVar[int]
    record: Record
    def __init__(self, record: _Optional[_Union[Record, _Mapping]] = ...) -> None: ...

class PrintRequest(_message.Message):
    __slots__ = ("type", "id")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ...) -> None: ...

class PrintReply(_message.Message):
    __slots__ = ("text", "sync_state")
    TEXT_FIELD_NUMBER: _ClassVar[int]
    SYNC_STATE_FIELD_NUMBER: _ClassVar[int]
    text: str
    sync_state: str
    def __init__(self, text: _Optional[str] = ..., sync_state: _Optional[str] = ...) -> None: ...

class PrintPdfRequest(_message.Message):
    __slots__ = ("type", "ids", "form", "paper", "copies", "archive")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    PAPER_FIELD_NUMBER: _ClassVar[int]
    COPIES_FIELD_NUMBER: _ClassVar[int]
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    type: str
    ids: _containers.RepeatedScalarFieldContainer[str]
    form: str
    paper: str
    copies: int
    archive: bool
    def __init__(self, type: _Optional[str] = ..., ids: _Optional[_Iterable[str]] = ..., form: _Optional[str] = ..., paper: _Optional[str] = ..., copies: _Optional[int] = ..., archive: _Optional[bool] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ("type", "key", "equals_json", "start_json", "stop_json", "descending", "page_size", "page_token")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    EQUALS_JSON_FIELD_NUMBER: _ClassVar[int]
    START_JSON_FIELD_NUMBER: _ClassVar[int]
    STOP_JSON_FIELD_NUMBER: _ClassVar[int]
    DESCENDING_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    type: str
    key: str
    equals_json: str
    start_json: str
    stop_json: str
    descending: bool
    page_size: int
    page_token: str
    def __init__(self, type: _Optional[str] = ..., key: _Optional[str] = ..., equals_json: _Optional[str] = ..., start_json: _Optional[str] = ..., stop_json: _Optional[str] = ..., descending: _Optional[bool] = ..., page_size: _Optional[int] = ..., page_token: _Optional[str] = ...) -> None: ...

class ListReply(_message.Message):
    __slots__ = ("records", "next_page_token")
    RECORDS_FIELD_NUMBER: _ClassVar[int]
    NEXT_PAGE_TOKEN_FIELD_NUMBER: _ClassVar[int]
    records: _containers.RepeatedCompositeFieldContainer[Record]
    next_page_token: str
    def __init__(self, records: _Optional[_Iterable[_Union[Record, _Mapping]]] = ..., next_page_token: _Optional[str] = ...) -> None: ...

class DeleteRequest(_message.Message):
    __slots__ = ("type", "id", "base_version")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    BASE_VERSION_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    base_version: int
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ..., base_version: _Optional[int] = ...) -> None: ...

class DeleteReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class HistoryRequest(_message.Message):
    __slots__ = ("type", "id", "before_version", "page_size")
    TYPE_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    BEFORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    PAGE_SIZE_FIELD_NUMBER: _ClassVar[int]
    type: str
    id: str
    before_version: int
    page_size: int
    def __init__(self, type: _Optional[str] = ..., id: _Optional[str] = ..., before_version: _Optional[int] = ..., page_size: _Optional[int] = ...) -> None: ...

class HistoryReply(_message.Message):
    __slots__ = ("versions", "next_before_version")
    VERSIONS_FIELD_NUMBER: _ClassVar[int]
    NEXT_BEFORE_VERSION_FIELD_NUMBER: _ClassVar[int]
    versions: _containers.RepeatedCompositeFieldContainer[Version]
    next_before_version: int
    def __init__(self, versions: _Optional[_Iterable[_Union[Version, _Mapping]]] = ..., next_before_version: _Optional[int] = ...) -> None: ...

class Version(_message.Message):
    __slots__ = ("version", "feed_seq", "at", "deleted", "body_json", "provenance_json", "posting", "digest", "hash")
    VERSION_FIELD_NUMBER: _ClassVar[int]
    FEED_SEQ_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    DELETED_FIELD_NUMBER: _ClassVar[int]
    BODY_JSON_FIELD_NUMBER: _ClassVar[int]
    PROVENANCE_JSON_FIELD_NUMBER: _ClassVar[int]
    POSTING_FIELD_NUMBER: _ClassVar[int]
    DIGEST_FIELD_NUMBER: _ClassVar[int]
    HASH_FIELD_NUMBER: _ClassVar[int]
    version: int
    feed_seq: int
    at: str
    deleted: bool
    body_json: str
    provenance_json: str
    posting: _containers.RepeatedCompositeFieldContainer[_common_pb2.Posting]
    digest: str
    hash: str
    def __init__(self, version: _Optional[int] = ..., feed_seq: _Optional[int] = ..., at: _Optional[str] = ..., deleted: _Optional[bool] = ..., body_json: _Optional[str] = ..., provenance_json: _Optional[str] = ..., posting: _Optional[_Iterable[_Union[_common_pb2.Posting, _Mapping]]] = ..., digest: _Optional[str] = ..., hash: _Optional[str] = ...) -> None: ...

class DescribeTypeRequest(_message.Message):
    __slots__ = ("type",)
    TYPE_FIELD_NUMBER: _ClassVar[int]
    type: str
    def __init__(self, type: _Optional[str] = ...) -> None: ...

class DescribeTypeReply(_message.Message):
    __slots__ = ("info", "schema_json")
    INFO_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_JSON_FIELD_NUMBER: _ClassVar[int]
    info: RecordTypeInfo
    schema_json: str
    def __init__(self, info: _Optional[_Union[RecordTypeInfo, _Mapping]] = ..., schema_json: _Optional[str] = ...) -> None: ...

class ListTypesRequest(_message.Message):
    __slots__ = ("kind",)
    KIND_FIELD_NUMBER: _ClassVar[int]
    kind: str
    def __init__(self, kind: _Optional[str] = ...) -> None: ...

class ListTypesReply(_message.Message):
    __slots__ = ("types",)
    TYPES_FIELD_NUMBER: _ClassVar[int]
    types: _containers.RepeatedCompositeFieldContainer[RecordTypeInfo]
    def __init__(self, types: _Optional[_Iterable[_Union[RecordTypeInfo, _Mapping]]] = ...) -> None: ...

class RecordTypeInfo(_message.Message):
    __slots__ = ("id", "module", "title", "kind", "schema_version", "number_prefix", "keys", "references", "posts", "posts_when_accepted", "offline_create")
    ID_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    SCHEMA_VERSION_FIELD_NUMBER: _ClassVar[int]
    NUMBER_PREFIX_FIELD_NUMBER: _ClassVar[int]
    KEYS_FIELD_NUMBER: _ClassVar[int]
    REFERENCES_FIELD_NUMBER: _ClassVar[int]
    POSTS_FIELD_NUMBER: _ClassVar[int]
    POSTS_WHEN_ACCEPTED_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_CREATE_FIELD_NUMBER: _ClassVar[int]
    id: str
    module: str
    title: _common_pb2.Label
    kind: str
    schema_version: int
    number_prefix: str
    keys: _containers.RepeatedCompositeFieldContainer[KeyInfo]
    references: _containers.RepeatedCompositeFieldContainer[ReferenceInfo]
    posts: bool
    posts_when_accepted: bool
    offline_create: bool
    def __init__(self, id: _Optional[str] = ..., module: _Optional[str] = ..., title: _Optional[_Union[_common_pb2.Label, _Mapping]] = ..., kind: _Optional[str] = ..., schema_version: _Optional[int] = ..., number_prefix: _Optional[str] = ..., keys: _Optional[_Iterable[_Union[KeyInfo, _Mapping]]] = ..., references: _Optional[_Iterable[_Union[ReferenceInfo, _Mapping]]] = ..., posts: _Optional[bool] = ..., posts_when_accepted: _Optional[bool] = ..., offline_create: _Optional[bool] = ...) -> None: ...

class KeyInfo(_message.Message):
    __slots__ = ("name", "fields")
    NAME_FIELD_NUMBER: _ClassVar[int]
    FIELDS_FIELD_NUMBER: _ClassVar[int]
    name: str
    fields: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, name: _Optional[str] = ..., fields: _Optional[_Iterable[str]] = ...) -> None: ...

class ReferenceInfo(_message.Message):
    __slots__ = ("path", "type")
    PATH_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    path: str
    type: str
    def __init__(self, path: _Optional[str] = ..., type: _Optional[str] = ...) -> None: ...
