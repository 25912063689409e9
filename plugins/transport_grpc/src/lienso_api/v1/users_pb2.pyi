from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from typing import ClassVar as _ClassVar, Optional as _Optional

DESCRIPTOR: _descriptor.FileDescriptor

class SignInRequest(_message.Message):
    __slots__ = ("user", "password", "token", "workstation")
    USER_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    WORKSTATION_FIELD_NUMBER: _ClassVar[int]
    user: str
    password: str
    token: str
    workstation: str
    def __init__(self, user: _Optional[str] = ..., password: _Optional[str] = ..., token: _Optional[str] = ..., workstation: _Optional[str] = ...) -> None: ...

class SignInReply(_message.Message):
    __slots__ = ("session", "until", "user", "site", "read_only", "offline_warning")
    SESSION_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    USER_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    READ_ONLY_FIELD_NUMBER: _ClassVar[int]
    OFFLINE_WARNING_FIELD_NUMBER: _ClassVar[int]
    session: str
    until: str
    user: str
    site: str
    read_only: bool
    offline_warning: bool
    def __init__(self, session: _Optional[str] = ..., until: _Optional[str] = ..., user: _Optional[str] = ..., site: _Optional[str] = ..., read_only: _Optional[bool] = ..., offline_warning: _Optional[bool] = ...) -> None: ...

class SignOutRequest(_message.Message):
    __slots__ = ("session",)
    SESSION_FIELD_NUMBER: _ClassVar[int]
    session: str
    def __init__(self, session: _Optional[str] = ...) -> None: ...

class SignOutReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WhoAmIRequest(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class WhoAmIReply(_message.Message):
    __slots__ = ("user", "site", "read_only")
    USER_FIELD_NUMBER: _ClassVar[int]
    SITE_FIELD_NUMBER: _ClassVar[int]
    READ_ONLY_FIELD_NUMBER: _ClassVar[int]
    user: str
    site: str
    read_only: bool
    def __init__(self, user: _Optional[str] = ..., site: _Optional[str] = ..., read_only: _Optional[bool] = ...) -> None: ...

class ChangePasswordRequest(_message.Message):
    __slots__ = ("old", "new")
    OLD_FIELD_NUMBER: _ClassVar[int]
    NEW_FIELD_NUMBER: _ClassVar[int]
    old: str
    new: str
    def __init__(self, old: _Optional[str] = ..., new: _Optional[str] = ...) -> None: ...

class ChangePasswordReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class SetPasswordRequest(_message.Message):
    __slots__ = ("user", "password")
    USER_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    user: str
    password: str
    def __init__(self, user: _Optional[str] = ..., password: _Optional[str] = ...) -> None: ...

class SetPasswordReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class CreateTokenRequest(_message.Message):
    __slots__ = ("user", "name", "days")
    USER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    DAYS_FIELD_NUMBER: _ClassVar[int]
    user: str
    name: str
    days: int
    def __init__(self, user: _Optional[str] = ..., name: _Optional[str] = ..., days: _Optional[int] = ...) -> None: ...

class CreateTokenReply(_message.Message):
    __slots__ = ("token",)
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    token: str
    def __init__(self, token: _Optional[str] = ...) -> None: ...

class RevokeTokenRequest(_message.Message):
    __slots__ = ("user", "name")
    USER_FIELD_NUMBER: _ClassVar[int]
    NAME_FIELD_NUMBER: _ClassVar[int]
    user: str
    name: str
    def __init__(self, user: _Optional[str] = ..., name: _Optional[str] = ...) -> None: ...

class RevokeTokenReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...

class OverrideRequest(_message.Message):
    __slots__ = ("user", "supervisor", "password", "reason", "workstation")
    USER_FIELD_NUMBER: _ClassVar[int]
    SUPERVISOR_FIELD_NUMBER: _ClassVar[int]
    PASSWORD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    WORKSTATION_FIELD_NUMBER: _ClassVar[int]
    user: str
    supervisor: str
    password: str
    reason: str
    workstation: str
    def __init__(self, user: _Optional[str] = ..., supervisor: _Optional[str] = ..., password: _Optional[str] = ..., reason: _Optional[str] = ..., workstation: _Optional[str] = ...) -> None: ...

class OverrideReply(_message.Message):
    __slots__ = ("until",)
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    until: str
    def __init__(self, until: _Optional[str] = ...) -> None: ...

class SetOfflineWarningRequest(_message.Message):
    __slots__ = ("shown",)
    SHOWN_FIELD_NUMBER: _ClassVar[int]
    shown: bool
    def __init__(self, shown: _Optional[bool] = ...) -> None: ...

class SetOfflineWarningReply(_message.Message):
    __slots__ = ()
    def __init__(self) -> None: ...
