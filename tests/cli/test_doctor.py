"""`kms-trio doctor`: each finding with its cure, from settings and files that are wrong in known ways."""

from __future__ import annotations

import datetime as dt
import errno
import io
import json
import os
import socket
import sys
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from rich.console import Console

from kms_trio.app import Server
from kms_trio.cli.doctor import Finding, Level
from kms_trio.cli.doctor.certificates import check_certificates
from kms_trio.cli.doctor.codecs import check_codecs
from kms_trio.cli.doctor.files import check_files
from kms_trio.cli.doctor.findings import as_json, broken, note, ok, print_table, warning
from kms_trio.cli.doctor.limits import check_limits
from kms_trio.cli.doctor.modules import check_modules
from kms_trio.cli.doctor.nat import check_nat
from kms_trio.cli.doctor.ports import check_media_ports, check_ports
from kms_trio.dispatch import RemoteClass
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.objects.pass_through import PassThrough
from kms_trio.plugins import Candidate, Plugins
from kms_trio.rtc.dtls import DtlsIdentity
from kms_trio.settings import Settings, load
from tests.cli.answering import TurnAnswers, stun_says, udp_server
from tests.cli.commands import KMS_TRIO, free_port, run

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def settings(**overrides: Any) -> Settings:
    """With dots written as double underscores: `kmsTrio__http__port=0`."""
    uploads = {"modules.kurento.HttpEndpoint.serverPort": 0}
    return load(overrides={**uploads, **{key.replace("__", "."): value for key, value in overrides.items()}}).settings


def web_rtc(**values: Any) -> Settings:
    return load(overrides={f"modules.kurento.WebRtcEndpoint.{key}": value for key, value in values.items()}).settings


def found(findings: Sequence[Finding], level: Level) -> Finding:
    """The one finding of that level; one that is not good has a cure, and texts end as sentences do."""
    (one,) = [each for each in findings if each.level is level]
    assert bool(one.cure) == (level in (Level.WARNING, Level.BROKEN))
    return one


def levels(findings: Sequence[Finding]) -> set[Level]:
    return {each.level for each in findings}


# Ports.


async def test_free_ports() -> None:
    port, http_port = free_port(), free_port()
    findings = await check_ports(settings(mediaServer__net__websocket__port=port, kmsTrio__http__port=http_port))
    assert levels(findings) == {Level.OK}
    assert [str(each) in finding.text for each, finding in zip((port, http_port), findings, strict=True)] == [True] * 2


async def test_kernel_without_ipv6(monkeypatch: pytest.MonkeyPatch) -> None:
    class WithoutIpv6(socket.socket):
        def __init__(self, family: int = -1, *arguments: Any, **more: Any) -> None:
            if family == socket.AF_INET6:
                raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
            super().__init__(family, *arguments, **more)

    port = free_port()
    monkeypatch.setattr(socket, "socket", WithoutIpv6)
    findings = await check_ports(settings(mediaServer__net__websocket__port=port, kmsTrio__http__port=0))
    assert f"TCP port {port} for clients (ws) is free." in [each.text for each in findings]


async def test_ports_that_others_have() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        place = {"mediaServer__net__websocket__address": "127.0.0.1", "kmsTrio__http__port": 0}
        findings = await check_ports(settings(mediaServer__net__websocket__port=port, **place))
        other.listen(0)
        assert f"TCP port {port} for clients (ws) is taken by another program" in found(findings, Level.BROKEN).text
        findings = await check_ports(settings(mediaServer__net__websocket__port=free_port(), kmsTrio__http__port=port))
        assert "for HTTP is taken by another program" in found(findings, Level.BROKEN).text


async def test_port_of_a_running_server(server: Server) -> None:
    place = {"mediaServer__net__websocket__address": "127.0.0.1", "kmsTrio__http__port": 0}
    findings = await check_ports(settings(mediaServer__net__websocket__port=server.control_port, **place))
    assert "a media server is running there already" in found(findings, Level.OK).text


async def test_port_for_uploads() -> None:
    others = {"mediaServer__net__websocket__port": free_port(), "kmsTrio__http__port": 0}
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        findings = await check_ports(settings(modules__kurento__HttpEndpoint__serverPort=port, **others))
    assert f"TCP port {port} for HttpPostEndpoint cannot be had" in found(findings, Level.WARNING).text


async def test_no_ports_at_all() -> None:
    findings = await check_ports(settings(mediaServer__net__websocket__port=0, kmsTrio__http__port=0))
    assert found(findings, Level.BROKEN).text == "No port for clients: both listeners are off."


async def test_address_of_another_machine() -> None:
    findings = await check_ports(settings(mediaServer__net__websocket__address="198.51.100.1", kmsTrio__http__port=0))
    assert "198.51.100.1" in found(findings, Level.BROKEN).text


async def test_media_ports() -> None:
    findings = await check_media_ports(settings())
    assert levels(findings) == {Level.OK}
    findings = await check_media_ports(web_rtc(networkInterfaces="lo,nosuch0"))
    assert "there is no interface 'nosuch0'" in found(findings, Level.BROKEN).text
    narrow = {"modules__kurento__BaseRtpEndpoint__minPort": 40000, "modules__kurento__BaseRtpEndpoint__maxPort": 40009}
    assert "an RtpEndpoint needs up to four" in found(await check_media_ports(settings(**narrow)), Level.WARNING).text


async def test_media_ports_that_are_taken() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        one = {f"modules__kurento__BaseRtpEndpoint__{key}": port for key in ("minPort", "maxPort")}
        assert "none of 1 that were tried is free" in found(await check_media_ports(settings(**one)), Level.BROKEN).text


# STUN, TURN and addresses.


async def test_stun_and_turn_that_work() -> None:
    async with udp_server(stun_says("203.0.113.7")) as stun, udp_server(TurnAnswers()) as turn:
        findings = await check_nat(
            web_rtc(stunServerAddress="127.0.0.1", stunServerPort=stun, turnURL=f"user:secret@127.0.0.1:{turn}")
        )
    assert "this machine is 203.0.113.7 to the world" in findings[0].text
    # The relay's address in the test is one for documentation, which is as private as 10.0.0.1 is.
    assert "relays at 203.0.113.9, a private address" in found(findings, Level.WARNING).text
    assert "external-ip" in found(findings, Level.WARNING).cure


async def test_wrong_turn_credentials_are_told_without_the_password() -> None:
    async with udp_server(TurnAnswers(password="other")) as port:
        findings = await check_nat(web_rtc(turnURL=f"user:hunter2@127.0.0.1:{port}"))
    finding = found(findings, Level.BROKEN)
    assert "refuses the user name or the password" in finding.text
    assert "turnURL" in finding.cure
    assert "hunter2" not in json.dumps(as_json(findings))


async def test_stun_server_that_is_not_there() -> None:
    findings = await check_nat(web_rtc(stunServerAddress="127.0.0.1", stunServerPort=free_port()))
    assert "Connection refused" in found(findings, Level.BROKEN).text


async def test_external_address_that_is_not_ours() -> None:
    async with udp_server(stun_says("8.8.4.4")) as port:
        findings = await check_nat(web_rtc(stunServerAddress="127.0.0.1", stunServerPort=port, externalIPv4="8.8.8.8"))
    assert found(findings, Level.WARNING).text == "externalIPv4 is 8.8.8.8, but the STUN server sees 8.8.4.4."


async def test_private_external_address() -> None:
    assert (
        "10.0.0.1 is a private address" in found(await check_nat(web_rtc(externalIPv4="10.0.0.1")), Level.WARNING).text
    )


@pytest.mark.parametrize(
    ("own", "level", "text"),
    [
        ("10.1.2.3", Level.WARNING, "is private: peers elsewhere cannot reach it"),
        ("8.8.8.8", Level.OK, "none needed"),
        (None, Level.NOTE, "no route to the internet"),
    ],
)
async def test_nothing_configured(monkeypatch: pytest.MonkeyPatch, own: str | None, level: Level, text: str) -> None:
    async def outgoing(_version: int) -> str | None:
        return own

    monkeypatch.setattr("kms_trio.cli.doctor.nat.outgoing_address", outgoing)
    assert text in found(await check_nat(Settings()), level).text


# Limits and codecs.


async def test_small_socket_buffers(tmp_path: Path) -> None:
    (tmp_path / "rmem_max").write_text("212992\n")
    findings = await check_limits(Settings(), kernel_folder=tmp_path)
    finding = next(each for each in findings if "rmem_max" in each.text)
    assert finding.level is Level.WARNING
    assert finding.cure.startswith("sysctl -w net.core.rmem_max=4194304")
    assert any(each.level is Level.NOTE and "wmem_max" in each.text for each in findings)


async def test_codecs_that_are_missing() -> None:
    findings = await check_codecs(Settings(), has_codec=lambda name, _mode: name != "libx264")
    finding = found(findings, Level.WARNING)
    assert "No encoder for H264 (libx264)" in finding.text
    assert "av" in finding.cure


async def test_codecs_of_this_environment() -> None:
    assert levels(await check_codecs(Settings())) == {Level.OK}


async def test_configured_codecs_that_nobody_knows() -> None:
    key = "modules__kurento__SdpEndpoint__"
    findings = await check_codecs(settings(**{f"{key}audioCodecs": ["speex/8000"], f"{key}videoCodecs": ["AV1/90000"]}))
    assert "every audio media will be rejected" in found(findings, Level.BROKEN).text
    assert "Neither VP8 nor H264" in found(findings, Level.WARNING).text


# Certificates.


def certificate_file(file: Path, *, begin: str, end: str, kind: str = "ECDSA") -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime.fromisoformat(begin))
        .not_valid_after(dt.datetime.fromisoformat(end))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file.write_bytes(pem + certificate.public_bytes(serialization.Encoding.PEM))
    file.chmod(0o600)
    return file


@pytest.mark.parametrize(
    ("begin", "end", "level", "text"),
    [
        ("2025-01-01", "2027-01-01", Level.OK, "is valid until 2027-01-01"),
        ("2025-01-01", "2026-01-20", Level.WARNING, "ends on 2026-01-20"),
        ("2025-01-01", "2025-12-31", Level.BROKEN, "ended on 2025-12-31"),
        ("2026-02-01", "2027-01-01", Level.BROKEN, "is valid only from 2026-02-01 on"),
    ],
)
async def test_dates(tmp_path: Path, begin: str, end: str, level: Level, text: str) -> None:
    file = certificate_file(tmp_path / "x.pem", begin=begin, end=end)
    findings = await check_certificates(web_rtc(pemCertificateECDSA=str(file)), now=NOW)
    assert text in found(findings, level).text
    assert len(findings) == 1


async def test_certificates_of_the_wrong_kind_or_none(tmp_path: Path) -> None:
    file = certificate_file(tmp_path / "x.pem", begin="2025-01-01", end="2027-01-01")
    findings = await check_certificates(web_rtc(pemCertificateRSA=str(file)), now=NOW)
    assert "holds a key of the kind ECDSA" in found(findings, Level.WARNING).text
    file.write_text("no certificate")
    findings = await check_certificates(web_rtc(pemCertificateRSA=str(file)), now=NOW)
    assert "PEM holds no usable certificate" in found(findings, Level.BROKEN).text
    findings = await check_certificates(web_rtc(pemCertificateRSA=str(tmp_path / "none")), now=NOW)
    assert "No such file" in found(findings, Level.BROKEN).text


async def test_key_that_all_may_read(tmp_path: Path) -> None:
    file = tmp_path / "x.pem"
    file.write_bytes(DtlsIdentity.generate("ECDSA", NOW).to_pem())
    file.chmod(0o644)
    findings = await check_certificates(web_rtc(pemCertificateECDSA=str(file)), now=NOW)
    assert found(findings, Level.WARNING).cure == f"chmod o-r {file}"


async def test_tls_certificate(tmp_path: Path) -> None:
    file = certificate_file(tmp_path / "x.pem", begin="2025-01-01", end="2027-01-01")
    secure = {"mediaServer__net__websocket__secure__port": 8433}
    findings = await check_certificates(
        settings(**secure, mediaServer__net__websocket__secure__certificate=str(file)), now=NOW
    )
    assert "is valid until" in found(findings, Level.OK).text
    assert "signed by itself" in found(findings, Level.WARNING).text
    findings = await check_certificates(
        settings(**secure, mediaServer__net__websocket__secure__certificate=str(tmp_path / "none")), now=NOW
    )
    assert "doesn't exist" in found(findings, Level.BROKEN).text


async def test_no_certificates() -> None:
    assert "made at start" in found(await check_certificates(Settings()), Level.NOTE).text


# Modules.


class Incomplete(PassThrough):
    @abstractmethod
    def dance(self) -> None: ...

    @property
    @abstractmethod
    def mood(self) -> str: ...

    @mood.setter
    @abstractmethod
    def mood(self, value: str) -> None: ...


class Later:
    pass


def module_of(name: str, path: str) -> Candidate:
    classes = {"Thing": RemoteClass.declare("Thing", name, constructor=())}
    changes: dict[str, Any] = {"registers": {}, "enums": {}, "events": {}, "factories": {"Thing": path}}
    descriptor = attrs.evolve(CORE, name=name, classes=classes, **changes)
    return Candidate(name, lambda: descriptor)


@pytest.mark.parametrize(
    ("path", "level", "text"),
    [
        ("no_such_package.x:Thing", Level.BROKEN, "a.Thing: ModuleNotFoundError: No module named 'no_such_package'"),
        (f"{__name__}:Nobody", Level.BROKEN, "has no attribute 'Nobody'"),
        (
            f"{__name__}:Incomplete",
            Level.BROKEN,
            "a.Thing: does not implement dance(), the property mood and its setter",
        ),
        (f"{__name__}:Later", Level.NOTE, "Declared, but not implemented yet: Thing"),
    ],
)
async def test_classes_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, path: str, level: Level, text: str) -> None:
    monkeypatch.setitem(sys.modules, __name__, sys.modules[Incomplete.__module__])
    candidates = [module_of("a", path), module_of("elements", "kms_trio.objects.pass_through:PassThrough")]
    candidates[1] = attrs.evolve(candidates[1], load=lambda: attrs.evolve(CORE, name="elements", factories={}))
    findings = await check_modules(Settings(), load=lambda: Plugins(candidates))
    assert text in found(findings, level).text


async def test_modules_that_do_not_load_are_missing_or_disabled() -> None:
    def fail() -> object:
        raise ImportError("no library x")

    findings = await check_modules(Settings(), load=lambda: Plugins([Candidate("elements", fail)]))
    bad = [each for each in findings if each.level is Level.BROKEN]
    assert bad[0].text == "elements: ImportError: no library x."
    assert bad[0].cure.endswith("kms-trio modules disable elements")
    assert bad[1].text == "Without the module 'elements' there are no endpoints."
    findings = await check_modules(Settings(), load=lambda: Plugins([Candidate("other", fail)], disabled=["other"]))
    assert "other is disabled" in found(findings, Level.NOTE).text


# Files.


async def test_folders(tmp_path: Path) -> None:
    (tmp_path / "media").mkdir()
    (tmp_path / "file").write_text("")
    roots = {"kmsTrio.uriPolicy.playerRoots": str(tmp_path / "media"), "kmsTrio.uriPolicy.recorderRoots": str(tmp_path)}
    default = {"modules.kurento.UriEndpoint.defaultPath": f"file://{tmp_path}"}
    findings = await check_files(load(overrides={**roots, **default}).settings, tmp_path / "logs" / "deep")
    assert {each.level for each in findings} <= {Level.OK, Level.WARNING}
    assert all(each.level is Level.OK or "GiB free" in each.text for each in findings)
    assert "will be made" in findings[-1].text
    findings = await check_files(
        load(overrides={**roots, **default, "kmsTrio.uriPolicy.recorderRoots": str(tmp_path / "file")}).settings, None
    )
    assert "is no folder" in found(findings, Level.BROKEN).text


async def test_open_to_everybody(tmp_path: Path) -> None:
    default = {"modules__kurento__UriEndpoint__defaultPath": f"file://{tmp_path}"}
    findings = await check_files(settings(**default), None)
    assert "Whoever reaches the control port" in found(findings, Level.WARNING).text
    loopback = {"mediaServer__net__websocket__address": "127.0.0.1"}
    assert levels(await check_files(settings(**default, **loopback), None)) == {Level.OK}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_folder_without_permission(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o500)
    overrides = {"kmsTrio.uriPolicy.playerRoots": str(tmp_path), "kmsTrio.uriPolicy.recorderRoots": str(folder)}
    findings = await check_files(load(overrides=overrides).settings, None)
    assert any("cannot be written to by this user" in each.text for each in findings)


# The command.


def test_table_and_json() -> None:
    findings = [ok("a", "good [1]"), warning("a", "hm", "do this"), broken("b", "bad", "do that"), note("b", "so")]
    stream = io.StringIO()
    print_table(findings, Console(file=stream, width=100))
    lines = [line.rstrip() for line in stream.getvalue().splitlines()]
    assert any(line.endswith("good [1]") for line in lines)
    assert any(line.endswith("→ do that") for line in lines)
    assert lines[-1] == "1 broken, 1 to be careful with."
    assert as_json(findings)["counts"] == {"ok": 1, "note": 1, "warning": 1, "broken": 1}


def test_command(tmp_path: Path) -> None:
    place = ["--set", f"mediaServer.net.websocket.port={free_port()}", "--set", "kmsTrio.http.port=0"]
    result = run(KMS_TRIO, "doctor", "--json", "--logs-path", str(tmp_path), *place)
    assert result.stderr == ""
    told = json.loads(result.stdout)
    assert (told["counts"]["broken"], result.returncode) == (0, 0)
    assert {each["area"] for each in told["findings"]} == {
        "configuration",
        "ports",
        "media ports",
        "STUN and TURN",
        "limits",
        "codecs",
        "certificates",
        "modules",
        "files",
    }
    with socket.create_server(("127.0.0.1", 0)) as taken:
        taken_port = taken.getsockname()[1]
        result = run(KMS_TRIO, "doctor", "--set", f"kmsTrio.http.port={taken_port}", *place[:2])
    assert result.returncode == 1
    assert "taken by another program" in result.stdout.replace("\n", " ")


def test_command_with_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "kurento.conf.json"
    file.write_text('{"mediaServer": {"net": {"websocket": {"port": "x"}}}}')
    result = run(KMS_TRIO, "doctor", "--json", "-f", str(file))
    assert result.returncode == 1
    (finding,) = json.loads(result.stdout)["findings"]
    assert finding["area"] == "configuration"
    assert "expected a whole number" in finding["text"]
