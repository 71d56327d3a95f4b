"""Options that are refused before any work begins, with the option named."""

import pytest

from precmed_gui.cli import main


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--budget", "0"),
        ("--budget", "-1"),
        ("--budget", "601"),
        ("--budget", "nan"),
        ("--folds", "1"),
        ("--folds", "21"),
        ("--folds", "-2"),
        ("--learning-rate", "nan"),
    ],
)
def test_a_value_out_of_range_is_wrong_use(
    option: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", "x", "--recipe", "small-cnn", option, value]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert option in err


@pytest.mark.parametrize("command", [["compare", "a", "b"], ["card"], ["evaluate", "a"]])
def test_a_missing_argument_is_wrong_use(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command) == 2
    assert capsys.readouterr().out == ""
