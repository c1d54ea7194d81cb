"""The gallery has a picture of every law of the package."""

from simulators.hysteresis import known_laws
from tools.gallery import EXAMPLES, draw_laws


def test_every_law_is_drawn(tmp_path):
    shown = {type(law) for law, _ in EXAMPLES.values()}
    package = {law for law in known_laws().values() if law.__module__.startswith("simulators.")}
    assert shown == package
    pictures = draw_laws(tmp_path / "laws")
    assert len(pictures) == len(EXAMPLES)
    for path, caption in pictures:
        assert path.read_bytes().startswith(b"\x89PNG")
        assert 5_000 < path.stat().st_size < 100_000
        assert caption.endswith(".")
