"""Certificates: whom they stand for, and when they open nothing."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from lienso.errors import Refused
from lienso.kernel import Kernel
from lienso.model import Actor
from lienso.security import authority as authorities
from lienso.security import certificates
from lienso.security.authority import Identity, Kind, certified, identify, parsed_uri, revoke
from lienso.security.cloud import CloudSecurity
from lienso.security.sealing import open_sealer
from lienso.security.server_identity import AUTHORITY_FILE
from lienso.storage import Tenant
from lienso.sync.enrolment import add_client, add_site
from lienso.testing import kernels


def issue(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, name: str = "HANOI", kind: Kind = "site"
) -> bytes:
    key = certificates.new_key().public_key()
    identity = Identity(tenant.id, kind, name)
    issued = cloud.storage.write(
        tenant.id, lambda writer: security.authority.issue(writer, identity, key)
    )
    return issued.certificate.encode()


def code_of(cloud: Kernel, certificate: bytes, token: str = "") -> str:
    with pytest.raises(Refused) as refused:
        identify(cloud, certificate, token)
    return refused.value.code


def test_a_site_is_known_by_its_certificate(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant
) -> None:
    certificate = issue(security, cloud, tenant)

    assert identify(cloud, certificate) == Actor(tenant.id, "system", "HANOI")


def test_a_program_is_known_by_its_certificate(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant
) -> None:
    certificate = issue(security, cloud, tenant, "kế toán/1", "client")

    assert identify(cloud, certificate) == Actor(tenant.id, "kế toán/1")


def test_a_certificate_is_for_one_client_for_ninety_days(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, clock: kernels.Clock
) -> None:
    made = x509.load_pem_x509_certificate(issue(security, cloud, tenant))

    usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    constraints = made.extensions.get_extension_for_class(x509.BasicConstraints).value
    assert made.not_valid_after_utc == clock.now() + datetime.timedelta(days=90)
    assert list(usage) == [x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not constraints.ca


def test_a_certificate_ends_to_the_second(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, clock: kernels.Clock
) -> None:
    certificate = issue(security, cloud, tenant)
    clock.advance(90 * 24 * 3_600 - 1)
    last = identify(cloud, certificate)
    clock.advance(1)

    assert last.site == "HANOI"
    assert code_of(cloud, certificate) == "certificate_expired"


def test_a_certificate_opens_nothing_before_it_begins(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, clock: kernels.Clock
) -> None:
    certificate = issue(security, cloud, tenant)
    clock.advance(-3_601)

    assert code_of(cloud, certificate) == "certificate_expired"


def test_a_revoked_certificate_opens_nothing_and_others_go_on(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant
) -> None:
    stolen, good = issue(security, cloud, tenant), issue(security, cloud, tenant, "HUE")

    count = revoke(cloud, tenant.id, "HANOI", "stolen")

    assert count == 1
    assert code_of(cloud, stolen) == "certificate_revoked"
    assert identify(cloud, good).site == "HUE"


@pytest.mark.parametrize("add", [add_site, add_client])
def test_who_is_revoked_loses_the_token_too(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, add: Any
) -> None:
    from lienso.sync.enrolment import authenticate

    token = add(cloud, tenant.id, "HANOI")
    assert authenticate(cloud, token).tenant == tenant.id

    revoke(cloud, tenant.id, "HANOI")

    with pytest.raises(Refused) as refused:
        authenticate(cloud, token)
    assert refused.value.code == "unauthenticated"


def test_revoking_a_stranger_is_refused(cloud: Kernel, tenant: Tenant) -> None:
    with pytest.raises(Refused) as refused:
        revoke(cloud, tenant.id, "NOWHERE")

    assert refused.value.code == "not_enrolled"


def forged(tenant: Tenant, issuer: x509.Certificate, key: Any, now: datetime.datetime) -> bytes:
    """Sign a certificate of HANOI with an authority that is not its company's."""
    uri = x509.UniformResourceIdentifier(Identity(tenant.id, "site", "HANOI").uri)
    certificate = certificates.signed_leaf(
        issuer, key, certificates.new_key().public_key(), common_name="HANOI", names=[uri],
        client=True, now=now, expires_at=now + datetime.timedelta(days=9),
    )  # fmt: skip
    return certificates.pem_of(certificate).encode()


def test_a_certificate_that_was_never_issued_opens_nothing(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, clock: kernels.Clock
) -> None:
    issue(security, cloud, tenant)
    own, key = certificates.made_authority("somebody", clock.now())

    assert code_of(cloud, forged(tenant, own, key, clock.now())) == "certificate_unknown"


def test_a_companys_authority_cannot_speak_for_another(
    security: CloudSecurity,
    cloud: Kernel,
    tenant: Tenant,
    other: Tenant,
    clock: kernels.Clock,
    tmp_path: Path,
) -> None:
    """Even with its key in hand, and the serial number written into the other's table."""
    issue(security, cloud, tenant)
    issue(security, cloud, other)
    row = cloud.storage.read(other.id, lambda view: view.state("authority").get("ca"))
    assert row is not None
    foreign = x509.load_pem_x509_certificate(row["certificate"].encode())
    sealer = open_sealer(tmp_path / "keys")
    opened = sealer.open(row["sealed_key"], f"authority of tenant {other.id}")
    key = certificates.loaded_key(opened)
    certificate = forged(tenant, foreign, key, clock.now())
    serial = certificates.serial_of(x509.load_pem_x509_certificate(certificate))
    noted = {"serial": serial, "kind": "site", "name": "HANOI", "issued_at": "", "expires_at": ""}
    cloud.storage.write(
        tenant.id,
        lambda w: w.state("certificate").insert({**noted, "revoked_at": "", "reason": ""}),
    )

    assert code_of(cloud, certificate) == "certificate_unknown"


def test_a_token_of_another_is_refused_beside_a_certificate(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, other: Tenant
) -> None:
    certificate = issue(security, cloud, tenant)

    assert identify(cloud, certificate, add_site(cloud, tenant.id, "HANOI")).site == "HANOI"
    assert code_of(cloud, certificate, add_site(cloud, tenant.id, "HUE")) == "identity_mismatch"
    assert code_of(cloud, certificate, add_client(cloud, tenant.id, "x")) == "identity_mismatch"
    foreign = add_site(cloud, other.id, "HANOI")
    assert code_of(cloud, certificate, foreign) == "identity_mismatch"
    assert code_of(cloud, certificate, "a.b.c") == "unauthenticated"


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "https://tenant/a/site/b",
        "lienso://tenant/a/site",
        "lienso://tenant/a/site/b/c",
        "lienso://tenant//site/b",
        "lienso://tenant/a/site/",
        "lienso://tenant/a/server/b",
        "lienso://tenant/a/site/%62",
        "lienso://tenant/a/site/b?x",
    ],
)
def test_a_uri_that_is_not_ours_names_nobody(uri: str) -> None:
    with pytest.raises(Refused) as refused:
        parsed_uri(uri)

    assert refused.value.code == "certificate_unknown"


@pytest.mark.parametrize("name", ["HANOI", "Hà Nội", "a/b", "%", "x" * 60])
def test_names_survive_the_uri(name: str) -> None:
    identity = Identity("t", "site", name)

    assert parsed_uri(identity.uri) == identity


@pytest.mark.parametrize("content", [b"", b"x", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_certificate_names_nobody(cloud: Kernel, content: bytes) -> None:
    assert code_of(cloud, content) == "certificate_unknown"


def test_a_certificate_of_a_company_that_is_not_here_names_nobody(
    security: CloudSecurity, cloud: Kernel, other: Tenant
) -> None:
    certificate = issue(security, cloud, other)
    cloud.storage.tenants().drop(other.id)

    assert code_of(cloud, certificate) == "certificate_unknown"


def test_the_authorities_of_new_companies_are_trusted_at_once(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant
) -> None:
    issue(security, cloud, tenant)
    before = security.authority.trusted()
    later = cloud.add_tenant("LATER", "Công ty mới")
    issue(security, cloud, later)

    after = security.authority.trusted()

    assert before.count(b"BEGIN") == 1
    assert after.count(b"BEGIN") == 2
    cloud.storage.tenants().drop(later.id)
    assert security.authority.trusted() == before


def test_an_authority_is_the_same_after_a_restart_and_its_key_is_nowhere_in_the_clear(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, tmp_path: Path
) -> None:
    first = security.authority.certificate(tenant.id)
    again = CloudSecurity(cloud, tmp_path / "keys")

    assert again.authority.certificate(tenant.id) == first
    assert certified(cloud, issue(again, cloud, tenant)).name == "HANOI"
    assert again.server.fingerprint == security.server.fingerprint
    exported = str(list(cloud.storage.tenants().export(tenant.id)))
    on_disk = b"".join(path.read_bytes() for path in (tmp_path / "keys").iterdir())
    assert "PRIVATE KEY" not in exported
    assert b"PRIVATE KEY" not in on_disk


def test_without_its_key_file_an_authority_issues_nothing_but_certificates_stay_good(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant, tmp_path: Path
) -> None:
    certificate = issue(security, cloud, tenant)
    lost = CloudSecurity(cloud, tmp_path / "new keys")

    with pytest.raises(Refused) as refused:
        issue(lost, cloud, tenant)

    assert refused.value.code == "sealing_key_wrong"
    assert identify(cloud, certificate).site == "HANOI"


def test_a_damaged_server_authority_is_told_by_its_path(
    security: CloudSecurity, cloud: Kernel, tmp_path: Path
) -> None:
    path = tmp_path / "keys" / AUTHORITY_FILE
    path.write_text("{}")

    with pytest.raises(Refused) as refused:
        CloudSecurity(cloud, tmp_path / "keys")

    assert refused.value.code == "file_unreadable"
    assert refused.value.detail["path"] == str(path)


def test_a_server_renews_its_own_certificate_thirty_days_before_the_end(
    security: CloudSecurity, clock: kernels.Clock
) -> None:
    tls = security.server.tls(["cloud.example.vn", "203.0.113.5"], None)
    first = tls()
    clock.advance(60 * 24 * 3_600 - 1)
    same = tls()
    clock.advance(1)

    assert first.certificate == same.certificate != tls().certificate
    assert "PRIVATE" not in repr(first)
    names = x509.load_pem_x509_certificate(first.certificate).extensions
    san = names.get_extension_for_class(x509.SubjectAlternativeName).value
    assert san.get_values_for_type(x509.DNSName) == ["cloud.example.vn"]
    assert [str(ip) for ip in san.get_values_for_type(x509.IPAddress)] == ["203.0.113.5"]


def test_a_server_must_know_its_names(security: CloudSecurity) -> None:
    with pytest.raises(Refused) as refused:
        security.options([])

    assert refused.value.code == "server_names_required"


def test_signatures_are_checked_once_and_revocation_at_every_call(
    security: CloudSecurity, cloud: Kernel, tenant: Tenant
) -> None:
    certificate = issue(security, cloud, tenant)
    identify(cloud, certificate)
    checked = authorities._issued_by.cache_info().misses
    identify(cloud, certificate)
    revoke(cloud, tenant.id, "HANOI")

    assert authorities._issued_by.cache_info().misses == checked
    assert code_of(cloud, certificate) == "certificate_revoked"
