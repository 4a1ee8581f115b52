"""The committed code is what the specs generate, is laid out as ruff wants it, and behaves as the server needs it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import attrs
import cattrs
import pytest

from kms_elements.generated import events as elements_events
from kms_elements.generated import interfaces as elements_interfaces
from kms_elements.generated import types as elements_types
from kms_elements.generated.module import MODULE as ELEMENTS
from kms_trio.dispatch import ModuleDescriptor, OperationKind, Parameter, TypeRef
from kms_trio.generated.core import events, interfaces, types
from kms_trio.generated.core.module import MODULE as CORE
from kms_trio.spec.__main__ import main, stale_files
from kms_trio.spec.loader import fuse

ROOT = Path(__file__).parents[2]
BUNDLES = ROOT / "module_specs" / "bundles.toml"
GENERATED = {
    "core": ROOT / "kms_trio" / "generated" / "core",
    "elements": ROOT / "plugins" / "kms-elements" / "kms_elements" / "generated",
    **{f"client-{name}": ROOT / "kms_trio" / "client" / name for name in ("core", "elements", "filters")},
}


def test_committed_code_is_current(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["generate", "--check", "--bundles", str(BUNDLES)])
    assert (status, capsys.readouterr().err) == (0, "")


def test_drift_is_found_and_mended(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(ROOT / "module_specs", tmp_path / "module_specs")
    bundles = tmp_path / "module_specs" / "bundles.toml"
    bundles.write_text(bundles.read_text().partition("[module.elements]")[0])  # core is enough
    arguments = ["generate", "--bundles", str(bundles)]
    assert main([*arguments, "--check"]) == 1
    assert main(arguments) == 0
    assert main([*arguments, "--check"]) == 0
    assert stale_files(bundles, "Jan  1 2030 00:00:00") == {}

    generated = tmp_path / "kms_trio" / "generated" / "core"
    (generated / "types.py").write_text("# edited by hand\n")
    stale = stale_files(bundles, "Jan  1 2030 00:00:00")
    assert sorted(path.name for path in stale) == ["module.py", "types.py"]
    assert 'generation_time="Jan  1 2030 00:00:00"' in stale[generated / "module.py"]
    capsys.readouterr()
    assert main([*arguments, "--check"]) == 1
    assert "types.py" in capsys.readouterr().err


def test_a_bad_spec_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bundles.toml").write_text('[module.m]\nspec = "."\n')
    (tmp_path / "m.kmd.json").write_text('{"name": "m",\n"version": 1}')
    assert main(["generate", "--bundles", str(tmp_path / "bundles.toml")]) == 1
    assert (
        "m.kmd.json:2: bad 'version' of module 'm' (expected a string, found the number 1)" in capsys.readouterr().err
    )


@pytest.mark.parametrize("folder", GENERATED.values(), ids=GENERATED)
def test_no_formatter_is_needed(folder: Path) -> None:
    ruff = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    command = [ruff, "format", "--isolated", "--line-length", "120", "--diff", *map(str, folder.rglob("*.py"))]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_the_tables_load_no_implementation() -> None:
    """A module's tables are read at start for every bundle installed, so they must stay light."""
    code = (
        "import sys, kms_elements.generated.module\n"
        "heavy = {'trio', 'av', 'numpy', 'jinja2', 'semver', 'kms_trio.objects', 'kms_elements.webrtc'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    path = [str(ROOT), str(ROOT / "plugins" / "kms-elements")]
    result = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.strip() == "[]"


def test_hierarchy_and_inherited_operations() -> None:
    webrtc = ELEMENTS.classes["WebRtcEndpoint"]
    assert webrtc.qualified_name == "kurento.WebRtcEndpoint"
    assert webrtc.hierarchy == (
        "kurento.BaseRtpEndpoint",
        "kurento.SdpEndpoint",
        "kurento.SessionEndpoint",
        "kurento.Endpoint",
        "kurento.MediaElement",
        "kurento.MediaObject",
    )
    assert webrtc.creatable
    assert webrtc.is_a("kurento.MediaElement")
    assert not webrtc.is_a("kurento.Hub")
    assert {"connect", "processOffer", "getName", "setName", "addIceCandidate", "getICECandidatePairs"} <= set(
        webrtc.operations
    )
    assert not {"setId", "setMediaState", "setICECandidatePairs"} & set(webrtc.operations)
    assert {"Error", "ElementConnected", "IceCandidateFound"} <= webrtc.events
    assert "IceCandidateFound" not in ELEMENTS.classes["RtpEndpoint"].events


@pytest.mark.parametrize("name", ["MediaObject", "MediaElement", "Hub", "Filter", "ServerManager", "UriEndpoint"])
def test_abstract_classes_are_known_but_not_creatable(name: str) -> None:
    assert not CORE.classes[name].creatable
    assert name not in CORE.factories


def test_operations_keep_both_names() -> None:
    operations = ELEMENTS.classes["WebRtcEndpoint"].operations
    add = operations["addIceCandidate"]
    assert (add.kind, add.attribute, add.returns) == (OperationKind.METHOD, "add_ice_candidate", None)
    candidate = TypeRef("IceCandidate", "", "register", elements_types.IceCandidate)
    assert add.parameters == (Parameter("candidate", "candidate", candidate),)
    assert operations["getExternalIPv4"].attribute == "external_ipv4"
    setter = operations["setExternalIPv4"]
    assert (setter.kind, setter.parameters[0].name, setter.parameters[0].attribute) == (
        OperationKind.SETTER,
        "externalIPv4",
        "external_ipv4",
    )
    stats = operations["getStats"]
    assert str(stats.returns) == "Stats<>"
    assert stats.parameters[0].optional
    assert not stats.parameters[0].has_default


def test_defaults_are_raw_json() -> None:
    parameters = {item.name: item for item in ELEMENTS.classes["RtpEndpoint"].constructor or ()}
    assert not parameters["mediaPipeline"].optional
    assert parameters["mediaPipeline"].type.python is interfaces.MediaPipelineInterface
    assert (parameters["crypto"].has_default, parameters["crypto"].default) == (True, {})
    interval = CORE.classes["ServerManager"].operations["getUsedCpu"].parameters[0]
    assert (interval.optional, interval.has_default, interval.default) == (False, True, 1000)


@pytest.mark.parametrize("module", [CORE, ELEMENTS], ids=["core", "elements"])
def test_every_creatable_class_has_a_factory(module: ModuleDescriptor) -> None:
    creatable = {name for name, item in module.classes.items() if item.creatable}
    assert set(module.factories) == creatable
    for target in module.factories.values():
        package, _, name = target.partition(":")
        assert package.isprintable()
        assert name.isidentifier()


@pytest.mark.parametrize("module", [CORE, ELEMENTS], ids=["core", "elements"])
def test_kmd_is_the_resolved_spec_on_one_line(module: ModuleDescriptor) -> None:
    assert "\n" not in module.kmd
    spec = fuse({"kmd": module.kmd.encode()})
    assert (spec.name, spec.version) == (module.name, module.version)
    assert {item.name for item in spec.remote_classes} == set(module.classes)


def test_entry_points_lead_to_the_tables() -> None:
    found = {entry.name: entry for entry in entry_points(group="kms_trio")}
    if "elements" not in found:
        pytest.skip("the bundle is on the path but not installed")
    assert found["elements"].load() is ELEMENTS


def test_registers() -> None:
    candidate = elements_types.IceCandidate(candidate="candidate:1", sdp_mid="0", sdp_mline_index=0)
    assert (candidate.MODULE, candidate.TYPE) == ("kurento", "IceCandidate")
    assert dict(candidate.WIRE_NAMES) == {
        "candidate": "candidate",
        "sdp_mid": "sdpMid",
        "sdp_mline_index": "sdpMLineIndex",
    }
    with pytest.raises(TypeError):
        elements_types.IceCandidate(candidate="candidate:1")  # type: ignore[call-arg]  # that is the mistake
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        candidate.sdp_mid = "1"  # type: ignore[misc]  # that is the mistake


def test_optional_properties_of_registers() -> None:
    params = types.RembParams()
    assert params.packets_recv_interval_top == 100
    assert params.lineal_factor_grade == 30.0
    assert params.lineal_factor_min is None
    assert types.OfferOptions().offer_to_receive_audio is True


def test_registers_inherit() -> None:
    stats = types.EndpointStats(
        id="x", type=types.StatsType.ENDPOINT, timestamp_millis=1, input_latency=(), e2e_latency=()
    )
    assert isinstance(stats, types.Stats)
    assert list(stats.WIRE_NAMES.values()) == ["id", "type", "timestampMillis", "inputLatency", "E2ELatency"]
    assert stats.type == "endpoint"


def test_events_know_their_name() -> None:
    event = elements_events.EndOfStream()
    assert (event.type, event.TYPE, event.source, event.tags) == ("EndOfStream", "EndOfStream", None, ())
    error = events.Error(description="d", error_code=3, type="INVALID_URI")
    assert (error.TYPE, error.type) == ("Error", "INVALID_URI")
    assert dict(error.WIRE_NAMES)["error_code"] == "errorCode"
    assert isinstance(event, events.Media)


@pytest.mark.parametrize("module", [CORE, ELEMENTS], ids=["core", "elements"])
def test_every_annotation_resolves_and_every_field_has_a_wire_name(module: ModuleDescriptor) -> None:
    for record in (*module.registers.values(), *module.events.values()):
        attrs.resolve_types(record)
        assert [field.name for field in attrs.fields(record)] == list(record.WIRE_NAMES)


def test_cattrs_structures_registers() -> None:
    caps = cattrs.structure({"codec": "VP8", "framerate": {"numerator": 30, "denominator": 1}}, types.VideoCaps)
    assert caps == types.VideoCaps(codec=types.VideoCodec.VP8, framerate=types.Fraction(numerator=30, denominator=1))


def test_an_incomplete_implementation_cannot_be_made() -> None:
    class Incomplete(elements_interfaces.HttpEndpointInterface):
        pass

    assert "get_url" in Incomplete.__abstractmethods__
    with pytest.raises(TypeError, match="get_url"):
        Incomplete()  # type: ignore[abstract]  # that is the mistake
