"""Who holds what, checked against the rule spelled out the slow way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kms_trio.objects.references import References

PARENTS = {"p": None, "p/a": "p", "p/h": "p", "p/h/1": "p/h", "q": None, "q/b": "q"}
OBJECTS = sorted(PARENTS)
SESSIONS = ["s", "t"]

Step = tuple[str, str, str]
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "give_up", "end", "forget"]), st.sampled_from(SESSIONS), st.sampled_from(OBJECTS))
)


def children_of(object_id: str) -> list[str]:
    return [child for child, parent in PARENTS.items() if parent == object_id]


def family(object_id: str) -> set[str]:
    return {each for each in OBJECTS if each == object_id or each.startswith(f"{object_id}/")}


@given(STEPS)
def test_references_follow_the_rule(steps: list[Step]) -> None:
    references = References(PARENTS.get, children_of)
    held: dict[str, set[str]] = {}
    for action, session, object_id in steps:
        before = set().union(*held.values())
        abandoned: list[str] = []
        if action == "add":
            references.add(session, object_id)
            ancestors = {each for each in OBJECTS if object_id.startswith(f"{each}/")}
            held.setdefault(session, set()).update({object_id}, ancestors)
        elif action == "give_up":
            abandoned = references.give_up(session, object_id)
            held.get(session, set()).difference_update(family(object_id))
        elif action == "end":
            abandoned = references.end_session(session)
            held.pop(session, None)
        else:
            for each in family(object_id):
                references.forget_object(each)
                for objects in held.values():
                    objects.discard(each)
        after = set().union(*held.values())
        if action in ("give_up", "end"):
            assert set(abandoned) == before - after
            assert len(abandoned) == len(set(abandoned))
        assert {name: set(references.held_by(name)) for name in references.sessions} == held
        assert {each for each in OBJECTS if references.holders(each)} == after


def test_whoever_holds_the_parent_gets_the_child() -> None:
    references = References(PARENTS.get, children_of)
    references.add("s", "p")
    references.add("t", "p")
    references.add_created("s", "p/a")
    assert references.holders("p/a") == {"s", "t"}
