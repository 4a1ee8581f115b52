"""Files, variables and overrides on a real disk: what is read, what wins, what is complained about."""

from __future__ import annotations

from pathlib import Path

import pytest

from kms_trio.settings import Settings, SettingsError, load


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


@pytest.fixture
def main_file(tmp_path: Path) -> Path:
    return write(tmp_path, "kurento.conf.json", "{}")


def test_nothing_given_means_the_defaults() -> None:
    assert load().settings == Settings()
    assert Settings().media_server.net.websocket.port == 8888


def test_main_file_with_repeated_comments_and_values_as_text(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "kurento.conf.json",
        """{
          "//": "one", "//": "two",
          // a real comment, as files of old releases have
          "mediaServer": {
            "resources": {"exceptionLimit": "0.5", "//killLimit": 0.7, "garbageCollectorPeriod": 6},
            "net": {"websocket": {"port": "9000", "path": "kurento", /* here */ "ipv6": "0"}}
          },
          "metadata": {"room": [1, {"a": null}], "url": "http://example.org/"}
        }""",
    )
    settings = load(conf_file=file).settings
    resources = settings.media_server.resources
    assert (resources.exception_limit, resources.kill_limit, resources.garbage_collector_period_s) == (0.5, None, 6)
    assert settings.media_server.net.websocket.port == 9000
    assert settings.media_server.net.websocket.ipv6 is False
    assert settings.metadata == {"room": [1, {"a": None}], "url": "http://example.org/"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "kurento.conf.ini",
            "; comment\n[mediaServer.net.websocket]\nport=9001\n[mediaServer.resources]\nkillLimit = 0.7\n",
        ),
        (
            "kurento.conf.info",
            'mediaServer\n{\n net { websocket\n { port "9001" } } ; x\n resources {\n killLimit 0.7\n } }',
        ),
        (
            "kurento.conf.xml",
            "<mediaServer><net><websocket><port>9001</port></websocket></net>"
            "<resources><killLimit>0.7</killLimit></resources></mediaServer>",
        ),
    ],
)
def test_main_file_in_the_other_formats(tmp_path: Path, name: str, text: str) -> None:
    settings = load(conf_file=write(tmp_path, name, text)).settings
    assert settings.media_server.net.websocket.port == 9001
    assert settings.media_server.resources.kill_limit == 0.7


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("kurento/WebRtcEndpoint.conf.ini", "stunServerAddress=198.51.100.1\niceTcp=0\nqos-dscp=audio_high\n"),
        ("a/deeper/kurento/WebRtcEndpoint.conf.ini", "stunServerAddress=198.51.100.1\niceTcp=0\nqos-dscp=AUDIO_HIGH\n"),
        (
            "kurento/WebRtcEndpoint.conf.json",
            '{"stunServerAddress": "198.51.100.1", "iceTcp": false, "qos-dscp": "AUDIO_HIGH"}',
        ),
        ("kurento/WebRtcEndpoint.conf.info", "stunServerAddress 198.51.100.1\niceTcp 0\nqos-dscp AUDIO_HIGH"),
        (
            "kurento/WebRtcEndpoint.conf.xml",
            "<any><stunServerAddress>198.51.100.1</stunServerAddress><iceTcp>0</iceTcp><qos-dscp>AUDIO_HIGH</qos-dscp></any>",
        ),
    ],
)
def test_module_file_in_every_format(main_file: Path, name: str, text: str) -> None:
    write(main_file.parent / "modules", name, text)
    loaded = load(conf_file=main_file)
    if name.startswith("a/"):
        # Only the folder directly below the module path names the module.
        assert loaded.settings.web_rtc_endpoint == Settings().web_rtc_endpoint
        return
    endpoint = loaded.settings.web_rtc_endpoint
    assert (endpoint.stun_server_address, endpoint.ice_tcp, endpoint.qos_dscp) == ("198.51.100.1", False, "AUDIO_HIGH")


def test_later_files_win_and_objects_merge(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "kurento.conf.json",
        '{"modules": {"kurento": {"BaseRtpEndpoint": {"mtu": 1000, "minPort": 2000},'
        ' "SdpEndpoint": {"audioCodecs": []}}}}',
    )
    first = write(tmp_path, "one/kurento/BaseRtpEndpoint.conf.ini", "mtu=1100\n").parent.parent
    second = write(tmp_path, "two/kurento/BaseRtpEndpoint.conf.json", '{"mtu": 1150}').parent.parent
    write(tmp_path, "two/kurento/SdpEndpoint.conf.json", '{"audioCodecs": [{"name": "PCMU/8000", "properties": []}]}')
    settings = load(conf_file=file, modules_config_path=[first, second]).settings
    assert (settings.base_rtp_endpoint.mtu, settings.base_rtp_endpoint.min_port) == (1150, 2000)
    assert settings.sdp_endpoint.audio_codecs == ("PCMU/8000",)


def test_docker_variables_beat_files_and_overrides_beat_both(main_file: Path) -> None:
    write(main_file.parent / "modules", "kurento/BaseRtpEndpoint.conf.ini", "mtu=1100\nminPort=2000\nmaxPort=3000\n")
    settings = load(
        conf_file=main_file,
        environment={"KMS_MTU": "1300", "KMS_MAX_PORT": "4000", "KMS_MIN_PORT": "", "KMS_UID": "1", "OTHER": "x"},
        overrides={"modules.kurento.BaseRtpEndpoint.mtu": 1400},
    ).settings
    endpoint = settings.base_rtp_endpoint
    assert (endpoint.mtu, endpoint.min_port, endpoint.max_port) == (1400, 2000, 4000)


def test_names_of_earlier_releases(main_file: Path) -> None:
    write(main_file.parent / "modules", "kurento/MediaElement.conf.ini", "outputBitrate=100\nmaxOutputBitrate=200\n")
    write(
        main_file.parent / "modules",
        "kurento/WebRtcEndpoint.conf.ini",
        "externalAddress=198.51.100.7\npemCertificate=a.pem\n",
    )
    settings = load(conf_file=main_file).settings
    assert (settings.media_element.encoder_bitrate_bps, settings.media_element.max_encoder_bitrate_bps) == (100, 200)
    assert settings.web_rtc_endpoint.external_ipv4 == "198.51.100.7"


def test_relative_paths_start_at_the_file_that_names_them(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "kurento.conf.json",
        '{"mediaServer": {"net": {"websocket": {"secure": {"port": 8433, "certificate": "tls.pem"}}}},'
        ' "kmsTrio": {"uriPolicy": {"playerRoots": ["media", "/srv"]}}}',
    )
    write(tmp_path, "modules/kurento/WebRtcEndpoint.conf.ini", "pemCertificateRSA=rsa.pem\n")
    settings = load(conf_file=file).settings
    assert settings.media_server.net.websocket.secure.certificate == tmp_path / "tls.pem"
    assert settings.web_rtc_endpoint.pem_certificate_rsa == tmp_path / "modules/kurento/rsa.pem"
    assert settings.uri_policy.player_roots == (tmp_path / "media", Path("/srv"))
    assert not settings.uri_policy.is_limited


def test_modules_of_others_read_their_own_files(main_file: Path) -> None:
    write(
        main_file.parent / "modules",
        "chroma/ChromaFilter.conf.json",
        '{"levels": [1, 2], "//": "no", "deep": {"a": "b"}}',
    )
    write(main_file.parent / "modules", "kurento/FaceOverlayFilter.conf.ini", "classifier=x.xml\n")
    loaded = load(conf_file=main_file)
    assert loaded.settings.module("chroma", "ChromaFilter") == {
        "levels": [1, 2],
        "deep": {"a": "b"},
        "configPath": str(main_file.parent / "modules/chroma"),
    }
    assert loaded.settings.module("kurento", "FaceOverlayFilter")["classifier"] == "x.xml"
    assert loaded.settings.module("chroma", "Other") == {}
    assert loaded.settings.module("nobody", "Other") == {}
    assert loaded.warnings == ()


def test_ports_are_clamped_as_in_kurento(main_file: Path) -> None:
    write(main_file.parent / "modules", "kurento/BaseRtpEndpoint.conf.ini", "minPort=1\nmaxPort=99999\n")
    endpoint = load(conf_file=main_file).settings.base_rtp_endpoint
    assert (endpoint.min_port, endpoint.max_port) == (1024, 65535)


def test_keys_that_shipped_files_carry_without_effect_are_remarks(main_file: Path) -> None:
    file = write(main_file.parent / "modules", "kurento/HttpEndpoint.conf.ini", "serverAddress=localhost\nport=9091\n")
    (warning,) = load(conf_file=main_file).warnings
    assert str(file) in warning
    assert "serverPort" in warning


def test_module_file_that_cannot_be_parsed_is_a_warning(main_file: Path) -> None:
    file = write(main_file.parent / "modules", "kurento/WebRtcEndpoint.conf.json", '{"iceTcp": ')
    write(main_file.parent / "modules", "kurento/README", "not for us")
    loaded = load(conf_file=main_file)
    assert any(f"Error loading config: {file}: line 1" in warning for warning in loaded.warnings)
    assert any("README" in warning for warning in loaded.warnings)
    assert loaded.settings.web_rtc_endpoint.ice_tcp is True


def test_every_problem_names_file_key_and_what_was_expected(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "kurento.conf.json",
        '{"mediaServer": {"net": {"websocket": {"port": "many", "prot": 1}}}, "mediaserver": {"x": 1}, "kmsTrio": 5}',
    )
    module = write(
        tmp_path, "modules/kurento/WebRtcEndpoint.conf.ini", "turnURL=user:secret@nowhere\nexternalIPv4=::1\n"
    )
    with pytest.raises(SettingsError) as caught:
        load(conf_file=file, environment={"KMS_MTU": "big"})
    problems = caught.value.problems
    assert f"{file}: mediaServer.net.websocket.port: expected a whole number from 0 to 65535, got 'many'" in problems
    assert (
        f"{file}: unknown key mediaServer.net.websocket.prot; did you mean mediaServer.net.websocket.port?" in problems
    )
    assert f"{file}: unknown key mediaserver.x; there is no such section" in problems
    assert any(line.startswith(f"{file}: unknown key kmsTrio;") for line in problems)
    assert any(
        line.startswith(f"{module}: modules.kurento.WebRtcEndpoint.turnURL: expected user:") for line in problems
    )
    assert any("externalIPv4: expected an IPv4 address" in line and "'::1'" in line for line in problems)
    assert any(
        line.startswith("environment variable KMS_MTU: modules.kurento.BaseRtpEndpoint.mtu") for line in problems
    )
    assert not any("secret" in line for line in problems)


def test_unknown_keys_may_be_tolerated(tmp_path: Path) -> None:
    file = write(tmp_path, "kurento.conf.json", '{"mediaServer": {"net": {"rabbitmq": {"port": 1}}}}')
    with pytest.raises(SettingsError, match=r"unknown key mediaServer\.net\.rabbitmq\.port"):
        load(conf_file=file)
    no_folder, warning = load(conf_file=file, unknown_keys="warn").warnings
    assert no_folder == f"{tmp_path / 'modules'}: no such folder; module settings are the defaults"
    assert "mediaServer.net.rabbitmq.port" in warning


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("kurento.conf.json", '{\n "a": 1,\n}', "line 3"),
        ("kurento.conf.json", "[]", "expected a JSON object"),
        ("kurento.conf.json", '{"a":' * 100_000, "not readable as JSON"),
        ("kurento.conf.ini", "a=1\nnonsense\n", "line 2: expected key=value"),
        ("kurento.conf.ini", "[a..b]\n", "line 1: expected a section name"),
        ("kurento.conf.ini", "a=1\n[a.b]\nc=1\n", "is a value already"),
        ("kurento.conf.info", "a\n{\n", "expected } before the end"),
        ("kurento.conf.info", "}\n", "} without {"),
        ("kurento.conf.info", "a b c\n", "line 1: expected a key and one value"),
        ("kurento.conf.info", '#include "x"\n', "#include is not supported"),
        ("kurento.conf.xml", "<a><b></a>", "line 1"),
        ("kurento.conf.xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', "entities are not read"),
        ("kurento.conf.yaml", "a: 1", "unknown file type"),
        ("kurento.json", "{}", "unknown file type"),
    ],
)
def test_main_file_that_cannot_be_read_stops_the_start(tmp_path: Path, name: str, text: str, expected: str) -> None:
    file = write(tmp_path, name, text)
    with pytest.raises(SettingsError) as caught:
        load(conf_file=file)
    assert str(caught.value).startswith(f"{file}: ")
    assert expected in str(caught.value)


def test_missing_main_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.conf\.json: cannot be read"):
        load(conf_file=tmp_path / "none.conf.json")


def test_port_range_and_certificate_rules(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "kurento.conf.json",
        '{"mediaServer": {"net": {"websocket": {"secure": {"port": 8433}}}},'
        ' "modules": {"kurento": {"BaseRtpEndpoint": {"minPort": 3000, "maxPort": 2000}}}}',
    )
    with pytest.raises(SettingsError) as caught:
        load(conf_file=file)
    assert "expected minPort at most maxPort, got 3000 and 2000" in str(caught.value)
    assert "Certificate file must be provided" in str(caught.value)
