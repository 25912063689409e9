from lienso_api.v1 import common_pb2 as _common_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class ListFiguresRequest(_message.Message):
    __slots__ = ("module",)
    MODULE_FIELD_NUMBER: _ClassVar[int]
    module: str
    def __init__(self, module: _Optional[str] = ...) -> None: ...

class ListFiguresReply(_message.Message):
    __slots__ = ("figures",)
    FIGURES_FIELD_NUMBER: _ClassVar[int]
    figures: _containers.RepeatedCompositeFieldContainer[FigureInfo]
    def __init__(self, figures: _Optional[_Iterable[_Union[FigureInfo, _Mapping]]] = ...) -> None: ...

class FigureInfo(_message.Message):
    __slots__ = ("id", "module", "title", "offline", "params_schema_json")
    ID_FIELD_NUMBER: _ClassVar[int]
    MODULE_FIELD_NUMBER: _ClassVar[int]
    TITLE_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_FIELD_NUMBER: _ClassVar[int]
    PARAMS_SCHEMA_JSON_FIELD_NUMBER: _ClassVar[int]
    id: str
    module: str
    title: _common_pb2.Label
    offline: str
    params_schema_json: str
    def __init__(self, id: _Optional[str] = ..., module: _Optional[str] = ..., title: _Optional[_Union[_common_pb2.Label, _Mapping]] = ..., offline: _Optional[str] = ..., params_schema_json: _Optional[str] = ...) -> None: ...

class GetFigureRequest(_message.Message):
    __slots__ = ("id", "params_json")
    ID_FIELD_NUMBER: _ClassVar[int]
    PARAMS_JSON_FIELD_NUMBER: _ClassVar[int]
    id: str
    params_json: str
    def __init__(self, id: _Optional[str] = ..., params_json: _Optional[str] = ...) -> None: ...

class GetFigureReply(_message.Message):
    __slots__ = ("value_json", "state", "as_of")
    VALUE_JSON_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    AS_OF_FIELD_NUMBER: _ClassVar[int]
    value_json: str
    state: str
    as_of: str
    def __init__(self, value_json: _Optional[str] = ..., state: _Optional[str] = ..., as_of: _Optional[str] = ...) -> None: ...
