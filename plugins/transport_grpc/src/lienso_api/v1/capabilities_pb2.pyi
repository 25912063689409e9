from lienso_api.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListCapabilitiesRequest(_message.Message):
    __slots__ = ("module", "schemas")
    MODULE_FIELD_NUMBER: _ClassVar[int]
    SCHEMAS_FIELD_NUMBER: _ClassVar[int]
    module: str
    schemas: bool
    def __init__(self, module: _Optional[str] = ..., schemas: _Optional[bool] = ...) -> None: ...

class ListCapabilitiesReply(_message.Message):
    __slots__ = ("capabilities",)
    CAPABILITIES_FIELD_NUMBER: _ClassVar[int]
    capabilities: _containers.RepeatedCompositeFieldContainer[CapabilityInfo]
    def __init__(self, capabilities: _Optional[_Iterable[_Union[CapabilityInfo, _Mapping]]] = ...) -> None: ...

class CapabilityInfo(_message.Message):
    __slots__ = ("id", "module", "title", "availability", "refused_now", "undo", "params_schema_json", "result_schema_json")
    ID_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    AVAILABILITY_FIELD_NUMBER: _ClassVar[int]
    REFUSED_NOW_FIELD_NUMBER: _ClassVar[int]
    UNDO_FIELD_NUMBER: _ClassVar[int]
    PARAMS_SCHEMA_JSON_FIELD_NUMBER: _ClassVar[int]
    RESULT_SCHEMA_JSON_FIELD_NUMBER: _ClassVar[int]
    id: str
    module: str
    title: _common_pb2.Label
    availability: str
    refused_now: bool
    undo: str
    params_schema_json: str
    result_schema_json: str
    def __init__(self, id: _Optional[str] = ..., module: _Optional[str] = ..., title: _Optional[_Union[_common_pb2.Label, _Mapping]] = ..., availability: _Optional[str] = ..., refused_now: _Optional[bool] = ..., undo: _Optional[str] = ..., params_schema_json: _Optional[str] = ..., result_schema_json: _Optional[str] = ...) -> None: ...

class InvokeRequest(_message.Message):
    __slots__ = ("id", "params_json", "call_id", "pass_warnings")
    ID_FIELD_NUMBER: _ClassVar[int]
    PARAMS_JSON_FIELD_NUMBER: _ClassVar[int]
    CALL_ID_FIELD_NUMBER: _ClassVar[int]
    PASS_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    id: str
    params_json: str
    call_id: str
    pass_warnings: bool
    def __init__(self, id: _Optional[str] = ..., params_json: _Optional[str] = ..., call_id: _Optional[str] = ..., pass_warnings: _Optional[bool] = ...) -> None: ...

class InvokeReply(_message.Message):
    __slots__ = ("progress", "result")
    PROGRESS_FIELD_NUMBER: _ClassVar[int]
    RESULT_FIELD_NUMBER: _ClassVar[int]
    progress: Progress
    result: InvokeResult
    def __init__(self, progress: _Optional[_Union[Progress, _Mapping]] = ..., result: _Optional[_Union[InvokeResult, _Mapping]] = ...) -> None: ...

class Progress(_message.Message):
    __slots__ = ("done", "total", "text")
    DONE_FIELD_NUMBER: _ClassVar[int]
    TOTAL_FIELD_NUMBER: _ClassVar[int]
    TEXT_FIELD_NUMBER: _ClassVar[int]
    done: int
    total: int
    text: str
    def __init__(self, done: _Optional[int] = ..., total: _Optional[int] = ..., text: _Optional[str] = ...) -> None: ...

class InvokeResult(_message.Message):
    __slots__ = ("result_json", "findings")
    RESULT_JSON_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    result_json: str
    findings: _containers.RepeatedCompositeFieldContainer[_common_pb2.Finding]
    def __init__(self, result_json: _Optional[str] = ..., findings: _Optional[_Iterable[_Union[_common_pb2.Finding, _Mapping]]] = ...) -> None: ...
