"""A note for the record, under the unit's headings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic_tui.domain.record import for_the_record
from clinic_tui.domain.region import BUNDLED, load_profile

TEMPLATE = "Kontaktorsak:\n\nAktuellt:\n{note}\n\nBedömning:\n\nÅtgärd:\n"
NOTE = """Kontaktorsak
Hosta 7 dygn.

Aktuellt
Gulgrön upphostning.
Högsta temp 38,9.

Tidigare sjukdomar
Kärlkramp

Bedömning: Misstänkt lunginflammation"""


def test_each_part_of_a_note_stands_under_its_own_heading() -> None:
    assert (
        for_the_record(NOTE, TEMPLATE, "Skriftlig distanskontakt")
        == """Skriftlig distanskontakt

Kontaktorsak:
Hosta 7 dygn.

Aktuellt:
Gulgrön upphostning.
Högsta temp 38,9.

Tidigare sjukdomar
Kärlkramp

Bedömning:
Misstänkt lunginflammation

Åtgärd:
"""
    )


def test_a_note_without_headings_stands_where_the_template_says() -> None:
    assert for_the_record("Lugnande besked.\n\nRing vid feber.", TEMPLATE) == (
        "Kontaktorsak:\n\nAktuellt:\nLugnande besked.\n\nRing vid feber.\n\nBedömning:\n\nÅtgärd:\n"
    )


@pytest.mark.parametrize("template", ["", "Rubrik", "{note} {note}"])
def test_without_a_template_the_note_stands_as_it_is(template: str) -> None:
    assert for_the_record("Text: med {note}\n", template, "Typ") == "Typ\n\nText: med {note}\n"


@given(
    st.lists(
        st.sampled_from(["Aktuellt", "BEDÖMNING :", "Åtgärd: vila", "", "a", "b:", "{note}"]), min_size=1
    )
)
def test_nothing_of_a_note_is_left_out_or_written_twice(lines: list[str]) -> None:
    spoken = sorted(line for line in lines if line in {"a", "b:", "{note}"})
    copied = for_the_record("\n".join(lines), TEMPLATE).split("\n")
    assert sorted(line for line in copied if line in {"a", "b:", "{note}"}) == spoken
    assert copied.count("vila") == lines.count("Åtgärd: vila")


@pytest.mark.parametrize("name", BUNDLED)
def test_every_region_names_the_contact_type_of_the_slides(name: str) -> None:
    assert load_profile(name).contact_type == "Skriftlig distanskontakt"
