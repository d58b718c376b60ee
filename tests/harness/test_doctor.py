"""`grader doctor` says what is so on this machine."""

from __future__ import annotations

import platform

import pytest

from grader import doctor
from grader.cli import main
from grader.sandbox import landlock, seccomp


def test_the_doctor_finds_what_a_grade_finds(capsys: pytest.CaptureFixture[str]) -> None:
    status = main(["doctor"])
    said = capsys.readouterr().out

    assert status == 0
    assert f"Isolation level: L3, on Linux {platform.release()}" in said
    assert "landlock                          yes" in said


def test_a_layer_that_is_missing_is_named_with_what_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_folders: object) -> None:
        raise OSError(38, "not on this kernel")

    monkeypatch.setattr(landlock, "restrict", refuse)
    monkeypatch.setattr(seccomp, "refuse_always", refuse)
    found = doctor.examine()
    layers = {layer.name: layer for layer in found.layers}

    assert not layers["landlock"].works
    assert "not on this kernel" in layers["landlock"].why_not
    assert layers["limits"].works
    assert found.level in {"L1", "L2"}
    assert found.advice
