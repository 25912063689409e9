"""The client API end to end: a program, a real server on loopback, a kernel in memory."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from lienso import loopback
from lienso.client import Client, connect
from lienso.errors import LiensoError, PluginCrashed, Refused, Unknown, VersionConflict
from lienso.fields import CatalogEntry
from lienso.transport import ServeOptions


def partner(client: Client, code: str = "KH1", **fields: Any) -> Any:
    return client.save({"code": code, **fields}, type="partner").record


def receipt(partner: str = "KH1", amount: int = 5_000_000) -> dict[str, Any]:
    return {
        "posting_date": "2026-03-02",
        "lines": [{"line": 1, "partner": partner, "amount": amount}],
    }


# -- records ----------------------------------------------------------------------------------------


def test_a_voucher_is_saved_with_its_number_and_the_codes_behind_its_references(
    client: Client,
) -> None:
    an = partner(client, name="Công ty An Phát")

    saved = client.save(receipt(), type="receipt")

    record = saved.record
    assert saved.findings == ()
    assert (record.data["no"], record.version, record.sync_state) == ("PT00001", 1, "synced")
    assert record.data["lines"][0]["partner"] == an.id
    assert record.codes == {"lines.0.partner": "KH1"}
    assert record.derived == {"total": 5_000_000}


def test_a_model_comes_back_as_a_model(client: Client) -> None:
    saved = client.save(CatalogEntry(code="KH1", name="Công ty An Phát"), type="partner")

    found = client.get("partner", "kh1", CatalogEntry)

    assert found.data == saved.record.data == CatalogEntry(code="KH1", name="Công ty An Phát")


def test_a_repeated_request_saves_once(client: Client) -> None:
    partner(client)

    first = client.save(receipt(), type="receipt", request_id="r1")
    again = client.save(receipt(), type="receipt", request_id="r1")
    other = client.save(receipt(), type="receipt", request_id="r2")

    assert again.record == first.record
    assert other.record.id != first.record.id
    assert len(list(client.list("receipt"))) == 2


def test_only_named_fields_change_when_merged(client: Client) -> None:
    an = partner(client, name="Công ty An Phát")

    saved = client.save({"active": False}, type="partner", id=an.id, merge=True)

    assert saved.record.data["name"] == "Công ty An Phát"
    assert saved.record.data["active"] is False
    assert saved.record.version == 2


def test_an_edit_of_an_old_version_conflicts(client: Client) -> None:
    an = partner(client)
    client.save({"code": "KH1", "name": "B"}, type="partner", id=an.id, base_version=1)

    with pytest.raises(VersionConflict) as conflict:
        client.save({"code": "KH1", "name": "C"}, type="partner", id=an.id, base_version=1)

    assert conflict.value.stored == 2


def test_all_that_is_wrong_arrives_at_once_with_its_place(client: Client) -> None:
    body = {"lines": [{"line": "một", "amount": 1}, {"line": 2, "amount": 1.5}], "colour": "red"}

    with pytest.raises(Refused) as refused:
        client.save(body, type="receipt")

    assert refused.value.code == "invalid"
    assert {(found.code, found.field, found.line) for found in refused.value.findings} == {
        ("field_required", "posting_date", None),
        ("type_wrong", "lines.0.line", 1),
        ("float_refused", "lines.1.amount", 2),
        ("unknown_field", "colour", None),
    }


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"body": {"code": "X"}}, "unknown_record_type"),
        ({"type": "partner", "body": {"code": "X"}, "id": "no uuid"}, "type_wrong"),
        ({"type": "partner", "body": {"code": "X"}, "post": ["tax"]}, "bad_choice"),
        ({"type": "partner", "body": {"code": "X"}, "request_id": "x" * 101}, "too_long"),
        ({"type": "partner", "body": ["X"]}, "type_wrong"),
        ({"type": "partner", "body": {"code": 2**70}}, "not_json"),
        ({"type": 5}, "type_wrong"),
        ({"colour": "red"}, "unknown_field"),
    ],
)
def test_a_wrong_request_is_refused_by_code(
    client: Client, body: dict[str, Any], code: str
) -> None:
    with pytest.raises(LiensoError) as refused:
        client._line.request("Records.Save", body)

    assert refused.value.code == code


def test_a_list_goes_on_page_after_page(client: Client) -> None:
    for number in range(25):
        partner(client, f"KH{number:02d}")

    up = [found.data["code"] for found in client.list("partner", page_size=7)]
    down = [found.data["code"] for found in client.list("partner", page_size=7, descending=True)]

    assert up == [f"KH{number:02d}" for number in range(25)]
    assert down == up[::-1]


def test_a_list_is_filtered_by_value_and_by_range(client: Client) -> None:
    for number in range(12):
        partner(client, f"KH{number:02d}")
    client.save(receipt("KH03"), type="receipt")

    equal = client.list("partner", equals=["kh03"])
    between = client.list("partner", start=["KH03"], stop=["KH06"])
    naming = client.list("receipt", key="ref", equals=[client.get("partner", "KH03").id])
    on_day = client.list("receipt", key="date", start=["2026-03-02"], stop=["2026-03-03"])

    assert [found.data["code"] for found in equal] == ["KH03"]
    assert [found.data["code"] for found in between] == ["KH03", "KH04", "KH05"]
    assert [found.data["no"] for found in naming] == ["PT00001"]
    assert [found.data["no"] for found in on_day] == ["PT00001"]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"key": "colour"}, "unknown_key"),
        ({"page_size": 1_001}, "limit_exceeded"),
        ({"page_size": -1}, "limit_exceeded"),
        ({"page_token": "nonsense"}, "page_token_invalid"),
        ({"page_token": "Ym9ndXMgY3Vyc29y"}, "page_token_invalid"),
        ({"equals": [{"a": 1}]}, "type_wrong"),
        ({"equals": ["x" * 600]}, "limit_exceeded"),
    ],
)
def test_a_list_that_cannot_be_is_refused(client: Client, query: dict[str, Any], code: str) -> None:
    with pytest.raises(LiensoError) as refused:
        client._line.request("Records.List", {"type": "partner", **query})

    assert refused.value.code == code


def test_a_page_token_belongs_to_its_list(client: Client) -> None:
    for number in range(3):
        partner(client, f"KH{number}")
    first = client._line.request("Records.List", {"type": "partner", "page_size": 1})
    token = first["next_page_token"]

    with pytest.raises(Refused) as refused:
        client._line.request(
            "Records.List", {"type": "partner", "descending": True, "page_token": token}
        )

    assert refused.value.code == "page_token_invalid"


def test_a_page_of_large_records_is_cut_short_and_goes_on(client: Client) -> None:
    for _ in range(8):
        lines = [{"line": line, "amount": 10**14} for line in range(1, 5_001)]
        client.save({"posting_date": "2026-03-02", "lines": lines}, type="receipt")

    page = client._line.request("Records.List", {"type": "receipt"})
    everything = list(client.list("receipt"))

    assert 1 <= len(page["records"]) < 8
    assert page["next_page_token"]
    assert [found.data["no"] for found in everything] == [f"PT{n:05d}" for n in range(1, 9)]


def test_a_deleted_record_keeps_its_history(client: Client) -> None:
    an = partner(client, name="A")
    client.save({"name": "B"}, type="partner", id=an.id, merge=True)

    client.delete("partner", an.id, base_version=2)

    with pytest.raises(Unknown) as unknown:
        client.get("partner", an.id)
    history = list(client.history("partner", an.id))
    assert unknown.value.code == "not_found"
    assert [(version.version, version.deleted) for version in history] == [
        (3, True),
        (2, False),
        (1, False),
    ]
    assert [version.body.get("name") for version in history] == [None, "B", "A"]
    assert history[2].provenance["user"] == "program"


def test_a_history_is_paged(client: Client) -> None:
    an = partner(client, name="0")
    for number in range(1, 5):
        client.save({"name": str(number)}, type="partner", id=an.id, merge=True)

    body = {"type": "partner", "id": an.id, "page_size": 2}
    first = client._line.request("Records.History", body)
    second = client._line.request("Records.History", {**body, "before_version": 4})

    assert [found["version"] for found in first["versions"]] == [5, 4]
    assert first["next_before_version"] == 4
    assert [found["version"] for found in second["versions"]] == [3, 2]


def test_a_type_is_described_with_the_schema_of_its_bodies(client: Client) -> None:
    found = client.describe("receipt")

    assert found["schema"]["properties"]["posting_date"]["format"] == "date"
    assert {"path": "lines.*.partner", "type": "partner"} in found["info"]["references"]
    assert found["info"]["title"] == {"vi": "Phiếu thu", "en": "Receipt"}
    assert {"code", "no", "date"} <= {key["name"] for key in found["info"]["keys"]}


def test_types_are_listed_by_kind(client: Client) -> None:
    assert [found["id"] for found in client.types()] == ["partner", "receipt"]
    assert [found["id"] for found in client.types("catalog")] == ["partner"]


# -- functions, figures, reports --------------------------------------------------------------------


def test_a_function_tells_its_progress_and_then_its_result(client: Client) -> None:
    told: list[tuple[int, int, str]] = []

    result = client.invoke("sample.count", {"count": 3}, progress=lambda *step: told.append(step))

    assert result == {"count": 3}
    assert told == [(1, 3, "đang đếm"), (2, 3, "đang đếm"), (3, 3, "đang đếm")]


def test_a_function_warns_in_both_languages(client: Client) -> None:
    result = client.invoke("sample.count", {"count": 101})

    [finding] = result["_findings"]
    assert (finding["code"], finding["values"]) == ("much_counted", {"count": 101})
    assert (finding["text_vi"], finding["text_en"]) == ("Đếm nhiều: 101", "Much was counted: 101")


def test_a_repeated_call_has_one_effect(client: Client) -> None:
    call_id = str(uuid.uuid4())
    told: list[Any] = []

    first = client.invoke("sample.count", {"count": 2}, call_id=call_id)
    again = client.invoke(
        "sample.count", {"count": 2}, call_id=call_id, progress=lambda *step: told.append(step)
    )

    assert first == again
    assert told == []


@pytest.mark.parametrize(
    ("id", "params", "kind", "code"),
    [
        ("sample.nothing", {}, Unknown, "unknown_capability"),
        ("sample.crash", {}, PluginCrashed, "plugin_crashed"),
        ("sample.count", {"count": "x"}, Refused, "type_wrong"),
        ("sample.refuse", {"count": 3}, Refused, "invalid"),
    ],
)
def test_a_function_that_fails_tells_why(
    client: Client, id: str, params: dict[str, Any], kind: type[LiensoError], code: str
) -> None:
    with pytest.raises(kind) as failed:
        client.invoke(id, params)

    assert failed.value.code == code


def test_many_findings_are_cut_to_what_fits_and_in_order(client: Client) -> None:
    with pytest.raises(Refused) as refused:
        client.invoke("sample.refuse", {"count": 500})

    found = refused.value.findings
    assert 10 <= len(found) < 500
    assert [finding.line for finding in found] == list(range(1, len(found) + 1))
    assert refused.value.detail == {"count": 500}


def test_functions_are_listed_with_their_schemas(client: Client) -> None:
    [count] = [f for f in client.capabilities("sample", True) if f["id"] == "sample.count"]

    assert count["availability"] == "online_only"
    assert count["refused_now"] is False
    assert count["params_schema"]["properties"]["count"]["type"] == "integer"
    assert client.capabilities("other") == []


def test_a_figure_is_read(client: Client) -> None:
    figure = client.figure("sample.number", {"count": 7})

    assert (figure.value, figure.state, figure.as_of) == (7, "live", None)
    assert [found["id"] for found in client.figures()] == ["sample.number"]


def test_a_report_of_many_rows_comes_in_parts_and_is_whole(client: Client) -> None:
    table = client.report("sample.list", {"count": 20_000})

    assert [column.name for column in table.columns] == ["number", "text"]
    assert len(table.rows) == 20_000
    assert table.rows[-1] == (19_999, "ộ" * 50)
    assert table.totals == (20_000, None)
    assert (table.title.vi, table.subtitle) == ("Danh sách", "tháng 3")
    assert [found["id"] for found in client.reports()] == ["sample.list"]


# -- roles ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ask",
    [
        lambda site: site.status(),
        lambda site: site.set_mode(True),
        lambda site: site.synchronize(),
        lambda site: site.failures(),
        lambda site: site.retry(["x"]),
        lambda site: site.renumber(),
        lambda site: site.withdraw(["x"]),
        lambda site: next(site.watch()),
    ],
    ids=["status", "set_mode", "synchronize", "failures", "retry", "renumber", "withdraw", "watch"],
)
def test_a_cloud_is_no_site(client: Client, ask: Any) -> None:
    with pytest.raises(Refused) as refused:
        ask(client.site)

    assert refused.value.code == "only_at_a_site"


def test_another_company_does_not_see_a_record(cloud: Any, client: Client) -> None:
    an = partner(client)
    other = cloud.kernel.add_tenant("OTHER", "Công ty khác", id=str(uuid.uuid4()))
    stranger = cloud.connect(cloud.client_token("stranger", other.id))

    with pytest.raises(Unknown) as unknown:
        stranger.get("partner", an.id)
    with pytest.raises(Unknown) as gone:
        stranger.delete("partner", an.id)

    assert (unknown.value.code, gone.value.code) == ("not_found", "not_found")
    assert list(stranger.list("partner")) == []
    assert list(client.list("partner"))


def test_the_api_is_the_same_over_the_in_process_transport(cloud: Any, client: Client) -> None:
    near = loopback.lienso_serve("loopback:0", cloud.services, ServeOptions())
    assert near is not None
    local = connect(near.url, cloud.client_token("near"))
    an = partner(client, name="Công ty An Phát")
    client.save(receipt(), type="receipt")

    def answers(asked: Client) -> list[Any]:
        return [
            asked.get("partner", "KH1"),
            list(asked.list("receipt", page_size=1)),
            list(asked.history("partner", an.id)),
            asked.describe("receipt"),
            asked.types(),
            asked.capabilities(schemas=True),
            asked.invoke("sample.count", {"count": 101}),
            asked.figure("sample.number", {"count": 7}),
            asked.figures(),
            asked.report("sample.list", {"count": 3}),
            asked.reports(),
            local_error(asked),
        ]

    def local_error(asked: Client) -> Any:
        with pytest.raises(Refused) as refused:
            asked.save({"code": ""}, type="partner")
        return (refused.value.code, refused.value.detail, refused.value.findings)

    assert answers(local) == answers(client)
    near.stop()
