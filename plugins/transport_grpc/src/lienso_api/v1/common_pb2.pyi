from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Finding(_message.Message):
    __slots__ = ("severity", "code", "field", "line", "values_json", "text_vi", "text_en")
    SEVERITY_FIELD_NUMBER: _ClassVar[int]
    CODE_FIELD_NUMBER: _ClassVar[int]
    FIELD_FIELD_NUMBER: _ClassVar[int]
    LINE_FIELD_NUMBER: _ClassVar[int]
    VALUES_JSON_FIELD_NUMBER: _ClassVar[int]
    TEXT_VI_FIELD_NUMBER: _ClassVar[int]
    TEXT_EN_FIELD_NUMBER: _ClassVar[int]
    severity: str
    code: str
    field: str
    line: int
    values_json: str
    text_vi: str
    text_en: str
    def __init__(self, severity: _Optional[str] = ..., code: _Optional[str] = ..., field: _Optional[str] = ..., line: _Optional[int] = ..., values_json: _Optional[str] = ..., text_vi: _Optional[str] = ..., text_en: _Optional[str] = ...) -> None: ...

class Posting(_message.Message):
    __slots__ = ("ledger", "status", "passed_warnings", "findings")
    LEDGER_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    PASSED_WARNINGS_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    ledger: str
    status: str
    passed_warnings: _containers.RepeatedScalarFieldContainer[str]
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    def __init__(self, ledger: _Optional[str] = ..., status: _Optional[str] = ..., passed_warnings: _Optional[_Iterable[str]] = ..., findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ...) -> None: ...

class Label(_message.Message):
    __slots__ = ("vi", "en")
    VI_FIELD_NUMBER: _ClassVar[int]
    EN_FIELD_NUMBER: _ClassVar[int]
    vi: str
    en: str
    def __init__(self, vi: _Optional[str] = ..., en: _Optional[str] = ...) -> None: ...

class PdfPart(_message.Message):
    __slots__ = ("data", "forms", "sync_states")
    DATA_FIELD_NUMBER: _ClassVar[int]
    FORMS_FIELD_NUMBER: _ClassVar[int]
    SYNC_STATES_FIELD_NUMBER: _ClassVar[int]
    data: bytes
    forms: _containers.RepeatedScalarFieldContainer[str]
    sync_states: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, data: _Optional[bytes] = ..., forms: _Optional[_Iterable[str]] = ..., sync_states: _Optional[_Iterable[str]] = ...) -> None: ...

class ErrorDetail(_message.Message):
    __slots__ = ("class_name", "detail_json", "findings", "findings_left_out")
    CLASS_NAME_FIELD_NUMBER: _ClassVar[int]
    DETAIL_JSON_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_FIELD_NUMBER: _ClassVar[int]
    FINDINGS_LEFT_OUT_FIELD_NUMBER: _ClassVar[int]
    class_name: str
    detail_json: str
    findings: _containers.RepeatedCompositeFieldContainer[Finding]
    findings_left_out: int
    def __init__(self, class_name: _Optional[str] = ..., detail_json: _Optional[str] = ..., findings: _Optional[_Iterable[_Union[Finding, _Mapping]]] = ..., findings_left_out: _Optional[int] = ...) -> None: ...
