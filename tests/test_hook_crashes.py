"""A plugin raises in a hook: one test a hook, and what happens is what the hook's kind says.

A new hook without a test here fails the last one of this file.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from lienso import (
    Finding,
    Manifest,
    discovery,
    hookimpl,
    hookspecs,
    rights,
)
from lienso.actor import Actor
from lienso.api import Api
from lienso.client import connect
from lienso.errors import PluginCrashed, PluginError, Refused
from lienso.kernel import Kernel, Settings, start
from lienso.pdf import print_report
from lienso.testing import kernels
from lienso.testing.kernels import TENANT, actor
from lienso.transport import ServeOptions, Services

from .hook_shop import Shop


def _hears(hook: str) -> Any:
    return hookimpl(lambda self: self.heard.append(hook))


def failing(hook: str, error: Exception | None = None, *, late: bool = False) -> Any:
    """Make a module whose one hook raises, at once or while its answer is read."""

    def at_once(self: Any) -> Any:
        raise error or ValueError("boom")

    def later(self: Any) -> Any:
        yield from ()
        raise error or ValueError("boom")

    made = hookimpl(later if late else at_once)
    return type("Bad", (), {"MANIFEST": Manifest("bad", "Hỏng", "1.0"), hook: made})()


def cloud(*modules: Any, strict: bool = True) -> Kernel:
    """Start a cloud with these modules; ``bad`` is asked before ``shop``."""
    plugins = {module.MANIFEST.name: module for module in modules}
    return start(Settings(modules=(), plugins=plugins, strict=strict, clock=kernels.Clock()))


def company(kernel: Kernel) -> Kernel:
    """Make the company of the test."""
    kernel.add_tenant("TEST", "Test", id=TENANT)
    return kernel


# -- declare: that plugin is off, the others run ---------------------------------------------------


DECLARED = (
    "lienso_record_types",
    "lienso_books",
    "lienso_capabilities",
    "lienso_figures",
    "lienso_reports",
    "lienso_options",
    "lienso_messages",
    "lienso_import_sheets",
    "lienso_book_checks",
    "lienso_forms",
)
SEEDS = "lienso_seed_records"
"""Asked when a company is made, not at the start."""


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("hook", DECLARED)
def test_a_crash_in_a_declaration_switches_that_plugin_off(hook: str, late: bool) -> None:
    with company(cloud(failing(hook, late=late), Shop(), strict=False)) as kernel:
        (failure,) = kernel.failures
        assert (failure.plugin, failure.source, failure.phase) == ("bad", "given", "declare")
        assert failure.reason == f"{hook}: ValueError: boom"
        assert kernel.registry.modules == ("shop",)
        assert kernel.save(actor(kernel), "thing", {"code": "A"}).record.version == 1
    with pytest.raises(ExceptionGroup):
        cloud(failing(hook, late=late), Shop())


@pytest.mark.parametrize("late", [False, True])
def test_a_crash_in_what_a_company_starts_with_makes_no_company(late: bool) -> None:
    with cloud(failing(SEEDS, late=late), Shop()) as kernel:
        with pytest.raises(PluginError) as caught:
            kernel.add_tenant("TEST", "Test", id=TENANT)
        assert (caught.value.plugin, caught.value.phase) == ("bad", SEEDS)
        assert kernel.storage.tenants().list() == []


# -- check: it fails closed ------------------------------------------------------------------------


def saved_slip(kernel: Kernel, post: Sequence[str] = ()) -> Any:
    """Save a voucher and return it."""
    body = {"posting_date": "2026-03-02"}
    return kernel.save(actor(kernel), "slip", body, post=post).record


Prepare = Callable[[Kernel], Any]
Act = Callable[[Kernel, Any], Any]
CHECKED: dict[str, tuple[Act, Prepare]] = {
    "lienso_check_record": (lambda k, _: saved_slip(k), lambda _k: None),
    "lienso_check_delete": (lambda k, slip: k.delete(actor(k), "slip", slip.id), saved_slip),
    "lienso_check_posting": (lambda k, slip: k.post(actor(k), slip.id), saved_slip),
    "lienso_check_unposting": (
        lambda k, slip: k.unpost(actor(k), slip.id),
        lambda k: saved_slip(k, ["financial"]),
    ),
}


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("hook", CHECKED)
def test_a_crash_in_a_check_fails_closed(hook: str, late: bool) -> None:
    act, prepare = CHECKED[hook]
    with company(cloud(failing(hook, late=late), Shop())) as kernel:
        prepared = prepare(kernel)
        before = kernel.storage.head(TENANT)

        with pytest.raises(Refused) as caught:
            act(kernel, prepared)

        findings = {finding.code: finding for finding in caught.value.findings}
        assert findings["plugin_failed"].values == {
            "plugin": "bad",
            "source": "given",
            "phase": hook,
            "reason": "ValueError: boom",
        }
        assert kernel.storage.head(TENANT) == before


def test_a_check_that_answers_nonsense_fails_closed() -> None:
    bad = type("Bad", (), {"MANIFEST": Manifest("bad", "Hỏng", "1.0")})
    bad.lienso_check_record = hookimpl(lambda self: ["no finding"])  # type: ignore[attr-defined]  # a hook
    with company(cloud(bad(), Shop())) as kernel:
        with pytest.raises(Refused) as caught:
            saved_slip(kernel)
        assert caught.value.code == "plugin_failed"
        assert "no Finding" in caught.value.detail["reason"]


def test_a_check_that_refuses_with_warnings_only_still_refuses() -> None:
    warned = Refused("shop_closed", findings=(Finding("warning", "late"),))
    with company(cloud(failing("lienso_check_record", warned), Shop())) as kernel:
        with pytest.raises(Refused) as caught:
            saved_slip(kernel)
        assert caught.value.code == "shop_closed"


# -- decide: the caller is told --------------------------------------------------------------------


def saved_by_a_user(kernel: Kernel) -> Any:
    """Save a voucher as a user of a company that has users."""
    kernel.storage.write(TENANT, lambda w: rights.note_change(w, "user", lambda: "1"))
    return kernel.save(Actor(TENANT, "lan"), "slip", {"posting_date": "2026-03-02"})


def printed_list(kernel: Kernel) -> Any:
    """Print a report on its form."""
    return print_report(kernel, actor(kernel), "shop.list", {})


DECIDED: dict[str, Callable[[Kernel], Any]] = {
    "lienso_rights_of": saved_by_a_user,
    "lienso_number_series": saved_slip,
    "lienso_run_capability": lambda kernel: kernel.invoke(actor(kernel), "shop.run", {}),
    "lienso_letterhead": printed_list,
    "lienso_typeset": printed_list,
}


@pytest.mark.parametrize("hook", DECIDED)
def test_a_crash_in_a_decision_reaches_the_caller_with_the_plugins_name(hook: str) -> None:
    with company(cloud(failing(hook), Shop())) as kernel:
        with pytest.raises(PluginCrashed) as caught:
            DECIDED[hook](kernel)
        assert caught.value.detail == {"plugin": "bad", "hook": hook, "reason": "ValueError: boom"}
        assert kernel.storage.head(TENANT) == 0


@pytest.mark.parametrize("hook", DECIDED)
def test_a_refusal_in_a_decision_passes_unchanged(hook: str) -> None:
    with company(cloud(failing(hook, Refused("shop_closed")), Shop())) as kernel:
        with pytest.raises(Refused) as caught:
            DECIDED[hook](kernel)
        assert caught.value.code == "shop_closed"


@pytest.mark.parametrize("after", [False, True])
def test_a_wrapper_that_raises_is_named_and_not_the_function_it_wraps(after: bool) -> None:
    @hookimpl(wrapper=True)
    def wraps(self: Any) -> Iterator[None]:
        if not after:
            raise ValueError("boom")
        yield
        raise ValueError("boom")

    manifest = Manifest("bad", "Hỏng", "1.0")
    bad = type("Bad", (), {"MANIFEST": manifest, "lienso_run_capability": wraps})()
    with company(cloud(bad, Shop())) as kernel:
        with pytest.raises(PluginCrashed) as caught:
            kernel.invoke(actor(kernel), "shop.run", {})
        assert caught.value.detail["plugin"] == "bad"
        assert caught.value.detail["hook"] == "lienso_run_capability"


@pytest.mark.parametrize("function", ["shop.fail", "shop.nothing"])
def test_a_function_that_raises_or_answers_nonsense_is_named_also_when_it_is_wrapped(
    function: str,
) -> None:
    @hookimpl(wrapper=True)
    def wraps(self: Any) -> Iterator[None]:
        return (yield)

    manifest = Manifest("good", "Tốt", "1.0")
    good = type("Good", (), {"MANIFEST": manifest, "lienso_run_capability": wraps})()
    with company(cloud(good, Shop())) as kernel:
        with pytest.raises(PluginCrashed) as caught:
            kernel.invoke(actor(kernel), function, {})
        assert (caught.value.detail["plugin"], caught.value.detail["hook"]) == ("shop", function)


@pytest.mark.parametrize(("description", "reason"), [("fail", "boom"), ("astray", "'nowhere'")])
def test_a_posting_that_raises_or_names_no_declared_book_names_its_module(
    description: str, reason: str
) -> None:
    with company(cloud(Shop())) as kernel:
        body = {"posting_date": "2026-03-02", "description": description}
        slip = kernel.save(actor(kernel), "slip", body).record
        with pytest.raises(PluginCrashed) as caught:
            kernel.post(actor(kernel), slip.id)
        assert (caught.value.detail["plugin"], caught.value.detail["hook"]) == ("shop", "slip.post")
        assert reason in caught.value.detail["reason"]


def _serve() -> None:
    with cloud(Shop()) as kernel:
        services = Services(Api(kernel), lambda _token: actor(kernel))
        kernel.serve("bad:x", services, ServeOptions())


OPENED: dict[str, Callable[[], Any]] = {
    "lienso_open_storage": lambda: start(Settings(storage="bad:x", modules=())),
    "lienso_connect": lambda: start(
        Settings(role="site", modules=(), cloud="bad:x", tenant_id=TENANT, site_id="S1")
    ),
    "lienso_connect_api": lambda: connect("bad:x"),
    "lienso_serve": _serve,
}


@pytest.mark.parametrize("hook", OPENED)
def test_a_crash_in_a_driver_starts_nothing_and_names_it(hook: str, shelf: Any) -> None:
    source = (
        "from lienso import Manifest, hookimpl\n"
        "MANIFEST = Manifest('bad', 'Hỏng', '1.0')\n"
        f"@hookimpl\ndef {hook}(url): raise ValueError('boom')\n"
    )
    group = discovery.STORAGE if hook == "lienso_open_storage" else discovery.TRANSPORT
    shelf.ship("acme-driver", "1.0", {group: {"bad": "bad_driver"}}, {"bad_driver": source})

    with pytest.raises(PluginCrashed) as caught:
        OPENED[hook]()

    assert caught.value.detail == {"plugin": "bad", "hook": hook, "reason": "ValueError: boom"}


def test_a_crash_in_opening_the_platforms_line_names_the_module(kernel_of_catalogs: Kernel) -> None:
    kernel = kernel_of_catalogs

    with pytest.raises(PluginCrashed) as caught:
        kernel.invoke(actor(kernel), "catalog.fetch_customers", {})

    assert caught.value.detail == {
        "plugin": "bad",
        "hook": "lienso_connect_platform",
        "reason": "ValueError: boom",
    }


@pytest.fixture
def kernel_of_catalogs() -> Iterator[Kernel]:
    """A company that is linked, by a module whose line cannot be opened."""
    bad = failing("lienso_connect_platform")
    with kernels.cloud(("system", "catalog"), plugins={"bad": bad}) as kernel:
        kernel.save(actor(kernel), "platform_link", {"dataset": "D"})
        yield kernel


# -- observe: it is logged, and nothing else changes -------------------------------------------------


def _saves(bad: Any, shop: Shop) -> None:
    with company(cloud(bad, shop)) as kernel:
        slip = saved_slip(kernel, ["financial"])
        assert kernel.get(actor(kernel), "slip", slip.id).posted()
        kernel.unpost(actor(kernel), slip.id)
        assert not kernel.get(actor(kernel), "slip", slip.id).posted()


def _starts_and_stops(bad: Any, shop: Shop) -> None:
    with company(cloud(bad, shop)) as kernel:
        assert kernel.save(actor(kernel), "thing", {"code": "A"}).record.version == 1


def _synchronizes(bad: Any, shop: Shop) -> None:
    plugins = {"bad": bad, "shop": shop}
    with kernels.cloud(plugins=plugins) as head, kernels.office(head, "S1") as site:
        head.save(actor(head), "thing", {"code": "A"})
        kernels.catch_up(site)
        site.save(actor(site), "thing", {"code": "B"})
        assert kernels.synchronization(site).push().pushed == 1
        assert site.get(actor(site), "thing", "A").data.code == "A"
        assert site.mode().name == "online"
        kernels.go_offline(site)
        assert site.mode().name == "offline_manual"


OBSERVED: dict[str, Callable[[Any, Shop], None]] = {
    "lienso_record_saved": _saves,
    "lienso_record_posted": _saves,
    "lienso_record_unposted": _saves,
    "lienso_started": _starts_and_stops,
    "lienso_stopping": _starts_and_stops,
    "lienso_changes_judged": _synchronizes,
    "lienso_mode_changed": _synchronizes,
    "lienso_sync_finished": _synchronizes,
}


for _hook in OBSERVED:
    setattr(Shop, _hook, _hears(_hook))


@pytest.mark.parametrize("hook", OBSERVED)
def test_a_crash_in_an_observer_is_logged_and_changes_nothing(
    hook: str, caplog: pytest.LogCaptureFixture
) -> None:
    shop = Shop()

    with caplog.at_level(logging.ERROR, "lienso.hooks"):
        OBSERVED[hook](failing(hook), shop)

    said = {record.getMessage() for record in caplog.records if record.name == "lienso.hooks"}
    assert said == {f"plugin 'bad' (given) failed at {hook}: ValueError: boom"}
    assert hook in shop.heard


# -- every hook ------------------------------------------------------------------------------------

BY_KIND = {
    "declare": {*DECLARED, SEEDS},
    "check": set(CHECKED),
    "decide": {*DECIDED, *OPENED, "lienso_connect_platform"},
    "observe": set(OBSERVED),
}


def test_every_hook_has_its_crash_under_its_kind() -> None:
    hooks = [name for name in vars(hookspecs) if name.startswith("lienso_")]

    def kind_of(hook: str) -> str:
        return (inspect.getdoc(getattr(hookspecs, hook)) or "").partition(":")[0]

    tested = {hook: kind for kind, names in BY_KIND.items() for hook in names}
    assert tested == {hook: kind_of(hook) for hook in hooks}
