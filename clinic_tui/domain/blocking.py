"""Whether a case keeps its resident from starting another (slide 55, domain.md 2.1.1)."""

from clinic_tui.domain.cases import CaseState


def blocks_resident(state: CaseState, *, unsigned_blocks: bool, has_assignee: bool = True) -> bool:
    """Whether a case in `state` keeps its resident from starting another (slide 55).

    `unsigned_blocks` is the region's choice for a visit that is ended but not signed. One that was let go of,
    so that nobody has it, never blocks: its note may wait long for whoever takes it.
    """
    if state is CaseState.ENDED_UNSIGNED:
        return unsigned_blocks and has_assignee
    return state in {CaseState.ACCEPTED, CaseState.IN_PROGRESS}
