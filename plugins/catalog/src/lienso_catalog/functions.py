"""The functions of this module, for its table of contents."""

from __future__ import annotations

from typing import Any

from lienso import Capability, Label

from . import (
    adding_child,
    codes,
    dimensions_moving,
    merging,
    platform,
    spec_history,
    transferring,
)


def capabilities() -> list[Capability]:
    """Return the functions: all of them rewrite what others refer to, so they run in the cloud alone."""
    return [*_merges(), *_transfers(), *_codes(), *_specs(), *platform.capabilities()]


def _online(
    id: str,
    vi: str,
    en: str,
    params: Any,
    result: Any,
    run: Any,
    undo: str = "",
    ours: bool = False,
) -> Capability:
    return Capability(
        f"catalog.{id}",
        Label(vi, en),
        params,
        result,
        run,
        "online_only",
        undo=undo,
        origin="ours" if ours else "seed",
    )


def _merges() -> list[Capability]:
    one, result = merging.MergeParams, merging.MergeResult
    items, item_result = merging.MergeItemsParams, merging.MergeItemsResult
    return [
        _online("merge_customers", "Gộp khách hàng", "Merge customers", one, result, merging.merge_customers),
        _online("merge_suppliers", "Gộp nhà cung cấp", "Merge suppliers", one, result, merging.merge_suppliers),
        _online("merge_employees", "Gộp nhân viên", "Merge employees", one, result, merging.merge_employees),
        _online("merge_items", "Gộp VTHH", "Merge items", items, item_result, merging.merge_items),
    ]  # fmt: skip


def _transfers() -> list[Capability]:
    return [
        _online(
            "transfer_posting_accounts",
            "Chuyển tài khoản hạch toán trên hệ thống tài khoản",
            "Move postings from one account to another in the chart of accounts",
            transferring.TransferParams,
            transferring.TransferResult,
            transferring.transfer_posting_accounts,
            undo="the same function with undo_of",
        ),
        _online(
            "add_child_to_used_parent",
            "Trên danh mục hình cây, khi thêm danh mục con thuộc danh mục đã có phát sinh, chương trình"
            " yêu cầu phải chuyển phát sinh",
            "Add a child under a tree-catalog node that has postings: its postings must be moved (item"
            " groups, customer/supplier groups and org structure are exempt)",
            adding_child.ChildParams,
            adding_child.ChildResult,
            adding_child.add_child,
            undo="move the postings back and delete the child",
        ),
        *(
            _online(
                f"transfer_{type}",
                f"Chuyển phát sinh: {vi}",
                en,
                dimensions_moving.MovesParams,
                dimensions_moving.MovesResult,
                dimensions_moving.transfer_of(type),
                undo="the same function the other way",
            )
            for type, (vi, en) in dimensions_moving.TYPES.items()
        ),
    ]


def _codes() -> list[Capability]:
    return [
        _online(
            "change_code",
            "Đổi mã danh mục đã phát sinh",
            "Change the code of a used record",
            codes.ChangeCodeParams,
            codes.ChangeCodeResult,
            codes.change_code,
            undo="change it back",
            ours=True,
        ),
        _online(
            "release_alias",
            "Giải phóng mã đã gộp",
            "Release the old code of a merged record",
            codes.ReleaseParams,
            codes.ReleaseResult,
            codes.release_alias,
            ours=True,
        ),
    ]


def _specs() -> list[Capability]:
    return [
        _online(
            "delete_spec_code_history",
            "Xóa phát sinh mã quy cách trên danh mục VTHH",
            "Delete the movements of an item's spec codes",
            spec_history.SpecParams,
            spec_history.SpecResult,
            spec_history.delete_history,
            undo="catalog.restore_spec_code_history",
        ),
        _online(
            "restore_spec_code_history",
            "Khôi phục phát sinh mã quy cách đã xóa",
            "Restore deleted spec-code movements",
            spec_history.RestoreParams,
            spec_history.RestoreResult,
            spec_history.restore_history,
            ours=True,
        ),
    ]
