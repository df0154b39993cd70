"""Values are frozen, know all their fields, and come back from JSON as they went."""

import inspect
import json
import math

import pydantic
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from genie_widgets import schema
from genie_widgets.schema import Answer, Event, Explanation, RunResult, TableProfile, decode_event, encode_event
from genie_widgets.schema.base import Value
from genie_widgets.schema.messages import Event as EventUnion

VALUES = [value for value in vars(schema).values() if inspect.isclass(value) and issubclass(value, Value)]
EVENTS = [value for value in VALUES if {"seq", "time", "type"} <= set(value.model_fields)]
ANSWERS = [schema.Plan, schema.Question, schema.Refusal]
MADE = settings(max_examples=50, deadline=None)
ANSWER = pydantic.TypeAdapter(Answer)

# Text without lone surrogates, which are no text in JSON; every number, the endless and the missing ones too.
st.register_type_strategy(str, st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
st.register_type_strategy(int, st.integers(-(2**53), 2**53))
# hypothesis does not know defaults that are made anew for each value.
st.register_type_strategy(
    RunResult,
    st.builds(
        RunResult,
        timings=st.dictionaries(st.text("abc", max_size=2), st.floats(), max_size=2),
        versions=st.dictionaries(st.text("abc", max_size=2), st.text("123.", max_size=3), max_size=2),
        **{
            name: st.from_type(field.annotation)
            for name, field in RunResult.model_fields.items()
            if field.is_required() or name in ("evaluation", "tracking", "leaderboard", "classes")
        },
    ),
)


def made(kind):
    return st.from_type(kind)


def same(one, other):
    """Whether two values are equal, where a number that is missing equals itself."""
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (math.isnan(one) and math.isnan(other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def come_back_the_same(value, back):
    assert type(back) is type(value)
    assert same(value.model_dump(), back.model_dump())


def names(kinds):
    return [kind.__name__ for kind in kinds]


def test_there_are_events_and_answers_of_every_kind():
    assert len(EVENTS) == 13
    assert len(VALUES) > 20


@pytest.mark.parametrize("kind", VALUES, ids=names(VALUES))
def test_a_value_refuses_change(kind):
    value = kind.model_construct()
    for field in kind.model_fields:
        with pytest.raises(pydantic.ValidationError, match="frozen"):
            setattr(value, field, None)
        with pytest.raises(pydantic.ValidationError, match="frozen"):
            delattr(value, field)


@pytest.mark.parametrize("kind", VALUES, ids=names(VALUES))
def test_a_value_refuses_fields_that_it_does_not_know(kind):
    with pytest.raises(pydantic.ValidationError) as caught:
        kind.model_validate({"wish": 1})
    assert ("extra_forbidden", ("wish",)) in [(error["type"], error["loc"]) for error in caught.value.errors()]


@pytest.mark.parametrize("kind", EVENTS, ids=names(EVENTS))
@MADE
@given(data=st.data())
def test_an_event_comes_back_from_its_line(kind, data):
    event = data.draw(made(kind))
    line = encode_event(event)
    assert "\n" not in line
    assert "\r" not in line
    come_back_the_same(event, decode_event(line))
    come_back_the_same(event, decode_event(line.encode()))


@pytest.mark.parametrize("kind", ANSWERS, ids=names(ANSWERS))
@MADE
@given(data=st.data())
def test_an_answer_comes_back_from_json(kind, data):
    answer = data.draw(made(kind))
    come_back_the_same(answer, ANSWER.validate_json(answer.model_dump_json(indent=2)))


@pytest.mark.parametrize("kind", [Explanation, RunResult, TableProfile, schema.RunRequest])
@MADE
@given(data=st.data())
def test_what_a_run_folder_holds_comes_back_from_json(kind, data):
    value = data.draw(made(kind))
    come_back_the_same(value, kind.model_validate_json(value.model_dump_json()))


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_without_end_is_json_that_every_reader_knows(number):
    value = schema.MetricValue(name="r2", label="R²", value=number)

    def refuse(token):
        raise AssertionError(f"{token} is no JSON")

    json.loads(value.model_dump_json(), parse_constant=refuse)
    assert same(schema.MetricValue.model_validate_json(value.model_dump_json()).value, number)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "{",
        "null",
        "[]",
        '{"type": "wish"}',
        '{"seq": 1, "time": 2.0}',
        '{"type": "model_started"}',
        '{"type": "model_started", "model": "a", "wish": 1}',
        '{"type": "stage_changed", "stage": "dancing", "text": ""}',
        b"\xff\xfe",
    ],
)
def test_a_line_that_is_no_event_is_refused(line):
    with pytest.raises(pydantic.ValidationError):
        decode_event(line)


@MADE
@given(st.text())
def test_any_text_is_an_event_or_is_refused(line):
    try:
        decode_event(line)
    except pydantic.ValidationError:
        return
    json.loads(line)


def test_every_event_of_the_union_is_public():
    members = EventUnion.__args__[0].__args__
    assert set(members) == set(EVENTS)
    assert len({member.model_fields["type"].default for member in members}) == len(members)
    assert Event is EventUnion
