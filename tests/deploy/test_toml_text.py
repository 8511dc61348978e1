"""What is written as TOML reads back as it was."""

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.toml_text import document

SCALARS = st.one_of(st.booleans(), st.integers(-(2**62), 2**62), st.floats(allow_nan=False))
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x7f"))
KEYS = st.from_regex(r"\A[a-z_]{1,12}\Z")


@given(st.dictionaries(KEYS, st.one_of(SCALARS, TEXTS, st.lists(SCALARS), st.lists(TEXTS))))
def test_values_come_back(table: dict[str, object]) -> None:
    assert tomllib.loads(document({"table": table})) == {"table": table}


def test_dotted_names_are_tables_in_tables() -> None:
    text = document({"a": {"x": 1}, "a.b": {"y": {"z": '"quoted"'}}})
    assert tomllib.loads(text) == {"a": {"x": 1, "b": {"y": {"z": '"quoted"'}}}}


def test_nothing_is_not_written_as_something() -> None:
    with pytest.raises(TypeError, match="None cannot be written"):
        document({"a": {"x": None}})
