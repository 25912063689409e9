from lienso_api.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListReportsRequest(_message.Message):
    __slots__ = ("module",)
    MODULE_FIELD_NUMBER: _ClassVar[int]
    module: str
    def __init__(self, module: _Optional[str] = ...) -> None: ...

class ListReportsReply(_message.Message):
    __slots__ = ("reports",)
    REPORTS_FIELD_NUMBER: _ClassVar[int]
    reports: _containers.RepeatedCompositeFieldContainer[ReportInfo]
    def __init__(self, reports: _Optional[_Iterable[_Union[ReportInfo, _Mapping]]] = ...) -> None: ...

class ReportInfo(_message.Message):
    __slots__ = ("id", "module", "title", "form_code", "reads_books", "params_schema_json")
    ID_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    FORM_CODE_FIELD_NUMBER: _ClassVar[int]
    READS_BOOKS_FIELD_NUMBER: _ClassVar[int]
    PARAMS_SCHEMA_JSON_FIELD_NUMBER: _ClassVar[int]
    id: str
    module: str
    title: _common_pb2.Label
    form_code: str
    reads_books: bool
    params_schema_json: str
    def __init__(self, id: _Optional[str] = ..., module: _Optional[str] = ..., title: _Optional[_Union[_common_pb2.Label, _Mapping]] = ..., form_code: _Optional[str] = ..., reads_books: _Optional[bool] = ..., params_schema_json: _Optional[str] = ...) -> None: ...

class RunReportRequest(_message.Message):
    __slots__ = ("id", "params_json")
    ID_FIELD_NUMBER: _ClassVar[int]
    PARAMS_JSON_FIELD_NUMBER: _ClassVar[int]
    id: str
    params_json: str
    def __init__(self, id: _Optional[str] = ..., params_json: _Optional[str] = ...) -> None: ...

class PrintReportRequest(_message.Message):
    __slots__ = ("id", "params_json", "form", "paper", "archive")
    ID_FIELD_NUMBER: _ClassVar[int]
    PARAMS_JSON_FIELD_NUMBER: _ClassVar[int]
    FORM_FIELD_NUMBER: _ClassVar[int]
    PAPER_FIELD_NUMBER: _ClassVar[int]
    ARCHIVE_FIELD_NUMBER: _ClassVar[int]
    id: str
    params_json: str
    form: str
    paper: str
    archive: bool
    def __init__(self, id: _Optional[str] = ..., params_json: _Optional[str] = ..., form: _Optional[str] = ..., paper: _Optional[str] = ..., archive: _Optional[bool] = ...) -> None: ...

class RunReportReply(_message.Message):
    __slots__ = ("head", "rows_json", "drills_json")
    HEAD_FIELD_NUMBER: _ClassVar[int]
    ROWS_JSON_FIELD_NUMBER: _ClassVar[int]
    DRILLS_JSON_FIELD_NUMBER: _ClassVar[int]
    head: ReportHead
    rows_json: _containers.RepeatedScalarFieldContainer[str]
    drills_json: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, head: _Optional[_Union[ReportHead, _Mapping]] = ..., rows_json: _Optional[_Iterable[str]] = ..., drills_json: _Optional[_Iterable[str]] = ...) -> None: ...

class ReportHead(_message.Message):
    __slots__ = ("title", "subtitle", "columns", "totals_json")
    TITLE_FIELD_NUMBER: _ClassVar[int]
    SUBTITLE_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    TOTALS_JSON_FIELD_NUMBER: _ClassVar[int]
    title: _common_pb2.Label
    subtitle: str
    columns: _containers.RepeatedCompositeFieldContainer[ReportColumn]
    totals_json: str
    def __init__(self, title: _Optional[_Union[_common_pb2.Label, _Mapping]] = ..., subtitle: _Optional[str] = ..., columns: _Optional[_Iterable[_Union[ReportColumn, _Mapping]]] = ..., totals_json: _Optional[str] = ...) -> None: ...

class ReportColumn(_message.Message):
    __slots__ = ("name", "title", "kind")
    NAME_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    name: str
    title: _common_pb2.Label
    kind: str
    def __init__(self, name: _Optional[str] = ..., title: _Optional[_Union[_common_pb2.Label, _Mapping]] = ..., kind: _Optional[str] = ...) -> None: ...
