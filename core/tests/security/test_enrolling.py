"""One-time codes, and renewal, in the cloud."""

from __future__ import annotations

import datetime
import re
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from lienso.errors import LiensoError, Refused, StorageBusy, Unknown
from lienso.kernel import Kernel
from lienso.model import Actor
from lienso.security.authority import identify, revoke
from lienso.security.certificates import expiry_of, new_key, request_of
from lienso.security.cloud import CloudSecurity
from lienso.security.enrolling import Enrolling
from lienso.storage import Tenant
from lienso.testing import kernels

DAY = 24 * 3_600


@pytest.fixture
def code(security: CloudSecurity, tenant: Tenant) -> str:
    return security.invite(tenant, "site", "HANOI", "Hà Nội").code


def request() -> str:
    return request_of(new_key(), "whatever")


def refusal(security: CloudSecurity, code: str, asked: str = "") -> str:
    with pytest.raises(LiensoError) as refused:
        security.enrolling.enrol(code, asked or request())
    return refused.value.code


def test_a_code_is_exchanged_for_a_certificate(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, code: str
) -> None:
    reply = security.enrolling.enrol(code, request())

    assert identify(cloud, reply["certificate"].encode()) == Actor(tenant.id, "system", "HANOI")
    assert reply["authority"] == security.server.certificate
    assert (reply["kind"], reply["name"]) == ("site", "HANOI")
    assert (reply["tenant_id"], reply["tenant_code"]) == (tenant.id, "TEST")
    site = cloud.storage.read(tenant.id, lambda view: view.state("site").get("HANOI"))
    assert site is not None
    assert (site["label"], site["token_hash"]) == ("Hà Nội", "")


def test_a_program_is_enrolled_the_same_way(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant
) -> None:
    code = security.invite(tenant, "client", "reports").code

    reply = security.enrolling.enrol(code, request())

    assert identify(cloud, reply["certificate"].encode()) == Actor(tenant.id, "reports")


def test_a_code_has_128_bits_in_groups_and_only_its_hash_is_stored(
    cloud: Kernel, tenant: Tenant, code: str
) -> None:
    company, code_id, secret = code.split(".")

    assert company == "TEST"
    assert re.fullmatch(r"[A-Z2-7]{6}", code_id)
    assert re.fullmatch(r"([A-Z2-7]{4}-){6}[A-Z2-7]{2}", secret)
    rows = cloud.storage.read(tenant.id, lambda view: view.state("enrolment_code").scan())
    assert secret not in str(rows)
    assert secret.replace("-", "") not in str(rows)


def test_an_invitation_does_not_show_its_code_in_a_log(
    security: CloudSecurity, tenant: Tenant
) -> None:
    invitation = security.invite(tenant, "site", "HANOI")

    assert invitation.code not in repr(invitation)


@pytest.mark.parametrize("change", [str.lower, lambda code: f" {code.replace('-', ' ')} "])
def test_a_code_is_read_as_people_write_it(
    security: CloudSecurity, tenant: Tenant, code: str, change: Any
) -> None:
    company, rest = code.split(".", 1)

    assert security.enrolling.enrol(f"{company}.{change(rest)}", request())["name"] == "HANOI"


def test_a_code_works_once(security: CloudSecurity, code: str) -> None:
    security.enrolling.enrol(code, request())

    assert refusal(security, code) == "enrolment_code_used"


def test_a_lost_reply_is_fetched_again_with_the_same_key(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, code: str, clock: kernels.Clock
) -> None:
    asked = request()
    first = security.enrolling.enrol(code, asked)
    clock.advance(15 * 60 - 1)
    again = security.enrolling.enrol(code, asked)
    clock.advance(1)

    assert again == first
    assert refusal(security, code, asked) == "enrolment_code_expired"
    rows = cloud.storage.read(tenant.id, lambda view: view.state("certificate").scan())
    assert len(rows) == 1


def test_a_code_ends_after_fifteen_minutes_to_the_second(
    security: CloudSecurity, code: str, clock: kernels.Clock
) -> None:
    clock.advance(15 * 60)

    assert refusal(security, code) == "enrolment_code_expired"


def wrong(code: str) -> str:
    """Change the last letter of the secret."""
    return code[:-1] + ("A" if code[-1] != "A" else "B")


def test_four_wrong_tries_are_forgiven(security: CloudSecurity, code: str) -> None:
    for _ in range(4):
        assert refusal(security, wrong(code)) == "enrolment_code_wrong"

    assert security.enrolling.enrol(code, request())["name"] == "HANOI"


def test_five_wrong_tries_void_a_code(security: CloudSecurity, code: str) -> None:
    for _ in range(5):
        assert refusal(security, wrong(code)) == "enrolment_code_wrong"

    assert refusal(security, code) == "enrolment_code_void"


def test_strangers_are_told_nothing_about_codes(
    security: CloudSecurity, code: str, clock: kernels.Clock
) -> None:
    company, code_id, secret = code.split(".")
    clock.advance(15 * 60)

    for tried in (
        wrong(code),
        f"{company}.AAAAAA.{secret}",
        f"NOBODY.{code_id}.{secret}",
        f"{code_id}.{secret}",
        "",
        "..",
        "." * 200,
    ):
        assert refusal(security, tried) == "enrolment_code_wrong"


def test_a_new_code_voids_the_former_one(
    security: CloudSecurity, tenant: Tenant, code: str
) -> None:
    security.invite(tenant, "site", "HANOI")

    assert refusal(security, code) == "enrolment_code_wrong"


def test_a_code_for_another_company_opens_only_that_one(
    security: CloudSecurity, other: Tenant, code: str
) -> None:
    _, code_id, secret = code.split(".")

    assert refusal(security, f"{other.code}.{code_id}.{secret}") == "enrolment_code_wrong"


def test_a_machine_that_is_enrolled_anew_shuts_the_former_one_out(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, code: str
) -> None:
    former = security.enrolling.enrol(code, request())["certificate"].encode()
    again = security.invite(tenant, "site", "HANOI").code
    still = identify(cloud, former)

    security.enrolling.enrol(again, request())

    assert still.site == "HANOI"
    with pytest.raises(Refused) as refused:
        identify(cloud, former)
    assert refused.value.code == "certificate_revoked"


def test_a_revoked_name_has_no_open_code(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, code: str
) -> None:
    revoke(cloud, tenant.id, "HANOI")

    assert refusal(security, code) == "enrolment_code_wrong"


@pytest.mark.parametrize("name", ["", "a.b", "x" * 61, "a\nb"])
def test_names_that_no_certificate_can_carry_are_refused(
    security: CloudSecurity, tenant: Tenant, name: str
) -> None:
    with pytest.raises(Refused) as refused:
        security.invite(tenant, "site", name)

    assert refused.value.code == "value_out_of_range"


def other_curve() -> str:
    return request_of(ec.generate_private_key(ec.SECP384R1()), "x")


def rsa_request() -> str:
    key = rsa.generate_private_key(65537, 2048)
    builder = x509.CertificateSigningRequestBuilder(x509.Name([]))
    return builder.sign(key, SHA256()).public_bytes(Encoding.PEM).decode()


@pytest.mark.parametrize(
    ("make", "code_of_refusal"),
    [
        (lambda: "", "certificate_request_invalid"),
        (lambda: "không phải", "certificate_request_invalid"),
        (other_curve, "certificate_request_invalid"),
        (rsa_request, "certificate_request_invalid"),
        (lambda: request() + " " * 4_096, "limit_exceeded"),
    ],
)
def test_a_bad_request_leaves_the_code_unused(
    security: CloudSecurity, code: str, make: Any, code_of_refusal: str
) -> None:
    with pytest.raises(Refused) as refused:
        security.enrolling.enrol(code, make())

    assert refused.value.code == code_of_refusal
    assert security.enrolling.enrol(code, request())["name"] == "HANOI"


def test_a_request_whose_signature_is_not_of_its_key_is_refused(
    security: CloudSecurity, code: str
) -> None:
    import base64

    lines = request().strip().splitlines()
    body = bytearray(base64.b64decode("".join(lines[1:-1])))
    body[-1] ^= 1
    damaged = "\n".join([lines[0], base64.b64encode(bytes(body)).decode(), lines[-1], ""])

    assert refusal(security, code, damaged) == "certificate_request_invalid"


def test_enrolment_is_slow_for_whoever_tries_many_codes(
    security: CloudSecurity, code: str, clock: kernels.Clock
) -> None:
    asked = request()
    for _ in range(20):
        assert refusal(security, "TEST.AAAAAA.AAAA", asked) == "enrolment_code_wrong"

    with pytest.raises(StorageBusy) as refused:
        security.enrolling.enrol(code, asked)
    clock.advance(2)

    assert refused.value.code == "rate_limited"
    assert security.enrolling.enrol(code, asked)["name"] == "HANOI"


def test_two_enrolments_at_once_give_one_certificate(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, code: str
) -> None:
    import threading

    answers: list[str] = []

    def ask() -> None:
        try:
            answers.append(security.enrolling.enrol(code, request())["name"])
        except Refused as refused:
            answers.append(refused.code)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(answers) == ["HANOI", *["enrolment_code_used"] * 3]


# -- renewal ----------------------------------------------------------------------------------------


@pytest.fixture
def certificate(security: CloudSecurity, code: str) -> bytes:
    made: bytes = security.enrolling.enrol(code, request())["certificate"].encode()
    return made


def test_a_certificate_is_renewed_in_its_last_thirty_days_and_not_before(
    security: CloudSecurity, cloud: Kernel, certificate: bytes, clock: kernels.Clock
) -> None:
    clock.advance(60 * DAY - 1)
    with pytest.raises(Refused) as refused:
        security.enrolling.renew(certificate, request())
    clock.advance(1)

    renewed = security.enrolling.renew(certificate, request())["certificate"].encode()

    assert refused.value.code == "renewal_too_early"
    assert expiry_of(renewed) == clock.now() + datetime.timedelta(days=90)
    assert identify(cloud, renewed) == identify(cloud, certificate)


@pytest.mark.parametrize(
    ("days", "revoked", "code_of_refusal"),
    [(90, False, "certificate_expired"), (70, True, "certificate_revoked")],
)
def test_what_is_no_longer_good_is_not_renewed(
    security: CloudSecurity,
    cloud: Kernel,
    tenant: Tenant,
    certificate: bytes,
    clock: kernels.Clock,
    days: int,
    revoked: bool,
    code_of_refusal: str,
) -> None:
    clock.advance(days * DAY)
    if revoked:
        revoke(cloud, tenant.id, "HANOI")

    with pytest.raises(Refused) as refused:
        security.enrolling.renew(certificate, request())

    assert refused.value.code == code_of_refusal


def test_a_certificate_is_renewed_a_few_times_at_once_at_most(
    security: CloudSecurity, certificate: bytes, clock: kernels.Clock
) -> None:
    clock.advance(70 * DAY)
    for _ in range(5):
        security.enrolling.renew(certificate, request())

    with pytest.raises(StorageBusy) as refused:
        security.enrolling.renew(certificate, request())

    assert refused.value.code == "rate_limited"


def test_revoking_ends_renewed_certificates_too(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, certificate: bytes, clock: kernels.Clock
) -> None:
    clock.advance(70 * DAY)
    renewed = security.enrolling.renew(certificate, request())["certificate"].encode()

    assert revoke(cloud, tenant.id, "HANOI") == 2
    for each in (certificate, renewed):
        with pytest.raises(Refused):
            identify(cloud, each)


def test_nobody_is_renewed_without_a_certificate(security: CloudSecurity) -> None:
    with pytest.raises(Refused) as refused:
        security.enrolling.request("Certificates.Renew", {"request": request()}, b"")

    assert refused.value.code == "certificate_unknown"


def test_calls_that_are_not_there_are_unknown(security: CloudSecurity) -> None:
    with pytest.raises(Unknown) as refused:
        security.enrolling.request("Enrolment.Open", {}, b"")

    assert refused.value.code == "unknown_rpc"


def test_no_error_carries_a_code_or_a_key(security: CloudSecurity, code: str) -> None:
    asked = request()
    secret = code.rsplit(".", 1)[1]
    for tried in (wrong(code), code):
        security.enrolling = Enrolling(
            security.enrolling._kernel, security.authority, security.server.certificate
        )
        if tried == code:
            security.enrolling.enrol(code, asked)
        with pytest.raises(LiensoError) as refused:
            security.enrolling.enrol(tried, request())
        said = f"{refused.value!r} {refused.value} {refused.value.detail}"
        assert secret not in said
        assert secret[:9] not in said
