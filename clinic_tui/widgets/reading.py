"""What there is to read of a case, in the order it must be read (domain.md 3, visit page)."""

from collections.abc import Iterable
from textwrap import indent

from textual.content import Content

from clinic_tui.domain.cases import CaseKind
from clinic_tui.i18n import _, ngettext, pgettext
from clinic_tui.protocol.resources import Answer, CaseEvent, CaseRow
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.chat_rows import chat_service
from clinic_tui.widgets.note_text import first_words
from clinic_tui.widgets.texts import clock, day, hidden_cases_text, language_text, resident_with_age

_BLANK = Content("")


def reading(visit: Visit, me: str = "", *, heading: bool = True) -> Content:
    """Own words and post-triage answers first, then red flags, then the rest, then earlier cases."""
    blocks: list[Content] = []
    if heading:
        blocks += [_heading(visit, me), _BLANK]
    blocks += list(_words(visit))
    blocks += list(_red_flags(visit.history.red_flags))
    blocks += list(_answers(_("Answers"), visit.history.answers))
    blocks += list(_auto_history(visit))
    blocks += list(_earlier(visit))
    return Content("\n").join(blocks)


def _heading(visit: Visit, me: str) -> Content:
    row = visit.row
    parts = [visit.contact.person_number, visit.contact.listed_unit]
    if row.acting_proxy:
        parts.append(_("{name} writes for the child").format(name=row.acting_proxy))
    else:
        parts.append(_("answers in person"))
    others = [reader.staff.name for reader in row.readers if reader.staff.id != me]
    parts.append(
        _("also read by {names}").format(names=", ".join(others)) if others else _("read by nobody else")
    )
    return Content.assemble(
        (_("Read up"), "$accent bold"),
        "  ",
        (resident_with_age(row.resident), "bold"),
        ("\n" + " · ".join(part for part in parts if part), "$muted"),
        *(part for line in special(row, me) for part in ("\n", line)),
    )


def special(row: CaseRow, me: str) -> Iterable[Content]:
    """What is out of the ordinary with a case: an offer, a changed priority, the invited, the record."""
    offer = row.hand_over
    if offer is not None:
        text = _("{name} hands the case over to {receiver}: {reason}")
        who = _("you") if offer.receiver.id == me else offer.receiver.name
        text = text.format(name=offer.sender.name, receiver=who, reason=offer.reason)
        yield Content.styled(text, "$warning" if offer.receiver.id == me else "$foreground")
    if row.priority_before is not None:
        text = _("priority {old} → {new}").format(old=row.priority_before, new=row.priority)
        reason = f": {row.priority_reason}" if row.priority_reason else ""
        yield Content(text + reason)
    if row.participants:
        names = ", ".join(one.name for one in row.participants)
        yield Content.styled(_("invited: {names}").format(names=names), "$muted")
    if row.documented_at is not None:
        text = _("✓ documented in the record {time}")
        yield Content.styled(
            text.format(time=f"{day(row.documented_at)} {clock(row.documented_at)}"), "$success"
        )


def _words(visit: Visit) -> Iterable[Content]:
    history = visit.history
    if history.free_text:
        note = "  " + _("does not affect the priority")
        yield Content.assemble((_("In their own words"), "bold"), (note, "$muted"))
        yield Content.assemble("”", history.free_text, "”")
        yield _BLANK
    yield from _answers(_("Answers after the triage"), history.post_triage)


def _red_flags(flags: tuple[Answer, ...]) -> Iterable[Content]:
    if not flags:
        return
    yield Content.assemble(
        (_("Warning signs"), "bold $warning" if any(f.positive for f in flags) else "bold")
    )
    for flag in sorted(flags, key=lambda flag: not flag.positive):
        mark, style = ("! ", "$warning bold") if flag.positive else ("  ", "$muted")
        yield Content.assemble((mark, style), flag.question, " ", (flag.answer, style))
    yield _BLANK


def _answers(title: str, answers: tuple[Answer, ...]) -> Iterable[Content]:
    if not answers:
        return
    yield Content.assemble((title, "bold"))
    for answer in answers:
        yield Content.assemble((answer.question + " ", "$muted"), answer.answer)
    yield _BLANK


def _auto_history(visit: Visit) -> Iterable[Content]:
    if not visit.history.auto_history:
        return
    triage = "  " + visit.history.triage if visit.history.triage else ""
    yield Content.assemble((_("Auto-history"), "bold"), (triage, "$muted"))
    yield Content(visit.history.auto_history)
    yield _BLANK


def _earlier(visit: Visit) -> Iterable[Content]:
    yield Content.assemble((_("Earlier cases"), "bold"))
    if not visit.earlier and not visit.earlier_hidden:
        yield Content.styled(_("None here"), "$muted")
    for case in visit.earlier:
        who = " · ".join(part for part in (case.unit_name, case.staff_name) if part)
        yield Content.assemble(day(case.closed_at), "  ", case.reason)
        first = first_words(case.note) if case.note else ""
        for text in filter(None, (who, first)):
            yield Content.assemble(("  " + text, "$muted"))
    if visit.earlier_hidden:
        yield Content.styled(hidden_cases_text(visit.earlier_hidden), "$muted")


def contact(visit: Visit) -> Content:
    """Who the resident is, what it is about, and how they can be reached."""
    row, known = visit.row, visit.contact
    lines = [Content.styled(resident_with_age(row.resident), "bold")]
    if row.resident.protected != "none":
        lines.append(Content.styled("▲ " + _("Protected identity: weigh every disclosure"), "$warning"))
    rows = [
        (_("Subject"), chat_service(row) if row.kind == CaseKind.ASYNC else row.reason),
        (_("Personal number"), known.person_number),
        (_("Listed at"), known.listed_unit),
        (_("Mobile"), known.mobile),
        (_("Language"), language_text(known.language)),
        (_("Guardians"), ", ".join(known.guardians)),
        (_("Writes"), row.acting_proxy or ""),
    ]
    lines += special(row, "")
    lines.append(_BLANK)
    for title, value in rows:
        if value:
            lines += [Content.styled(title, "$muted"), Content(value), _BLANK]
    if row.blocks_resident:
        lines.append(
            Content.styled(_("Cannot use the rest of the service until this visit is signed."), "$warning")
        )
    return Content("\n").join(lines)


def happened(events: tuple[CaseEvent, ...]) -> Content:
    """What happened in the case, newest first."""
    if not events:
        return Content.styled(_("Nothing yet"), "$muted")
    lines: list[Content] = []
    for event in sorted(events, key=lambda event: event.at, reverse=True):
        who = event.staff.name if event.staff else ""
        lines.append(
            Content.assemble(
                (clock(event.at) + "  ", "$muted"),
                event_text(event.action),
                ("  " + who if who else "", "$muted"),
            )
        )
        if event.detail:
            lines.append(Content.styled(indent(event.detail, " " * 7), "$muted"))
    return Content("\n").join(lines)


def event_text(action: str) -> str:
    """What an event of a case is called."""
    return {
        "queued": pgettext("event", "Came into the queue"),
        "read": pgettext("event", "Read up on"),
        "accepted": pgettext("event", "Taken"),
        "released": pgettext("event", "Put back in the queue"),
        "started": pgettext("event", "Visit started"),
        "taken_over": pgettext("event", "Taken over"),
        "ended": pgettext("event", "Chat ended"),
        "ended_no_answer": pgettext("event", "Ended: no answer"),
        "signed": pgettext("event", "Note signed"),
        "signed_for_colleague": pgettext("event", "Note signed for a colleague"),
        "ended_released": pgettext("event", "Ended visit let go of"),
        "amended": pgettext("event", "Note corrected"),
        "left_queue": pgettext("event", "The resident left"),
        "booked": pgettext("event", "Visit booked"),
        "rebooked": pgettext("event", "Visit moved"),
        "cancelled": pgettext("event", "Visit cancelled"),
        "no_show": pgettext("event", "The resident did not come"),
        "meeting_opened": pgettext("event", "Call begun"),
        "meeting_changed": pgettext("event", "Call changed"),
        "meeting_closed": pgettext("event", "Call ended"),
        "priority_changed": pgettext("event", "Priority changed"),
        "verification_asked": pgettext("event", "Note sent to be verified"),
        "verification_verified": pgettext("event", "Verified"),
        "verification_returned": pgettext("event", "Returned"),
        "documented": pgettext("event", "Copied for the record"),
        "sought_care": pgettext("event", "Came into the queue"),
        **_chat_and_team_events(),
    }.get(action, action)


def lines_in(text: str) -> str:
    """How long a text is, as people say it."""
    count = len(text.strip().split("\n"))
    return ngettext("{count} line", "{count} lines", count).format(count=count)


def _chat_and_team_events() -> dict[str, str]:
    return {
        "question_asked": pgettext("event", "The resident asked a question"),
        "chat_created": pgettext("event", "Chat started"),
        "chat_continued": pgettext("event", "Chat started after another"),
        "converted": pgettext("event", "Went over to a chat"),
        "marked_done": pgettext("event", "Marked as done"),
        "chat_closed": pgettext("event", "Chat ended"),
        "expired": pgettext("event", "The time of the chat ran out"),
        "opened": pgettext("event", "Opened"),
        "assigned": pgettext("event", "Given to a colleague"),
        "invited": pgettext("event", "A colleague was invited"),
        "left": pgettext("event", "Left the case"),
        "left_unfinished": pgettext("event", "Left unfinished at the end of the shift"),
        "hand_over_offered": pgettext("event", "Offered to a colleague"),
        "hand_over_declined": pgettext("event", "Offer declined"),
        "hand_over_withdrawn": pgettext("event", "Offer withdrawn"),
        "hand_over_returned": pgettext("event", "Offer not answered"),
        "handed_over": pgettext("event", "Handed over"),
        "note_handed_on": pgettext("event", "The unsigned note went along"),
        "ticket_issued": pgettext("event", "Ticket issued"),
        "ticket_cancelled": pgettext("event", "Ticket called back"),
        "ticket_reinstated": pgettext("event", "Ticket valid again"),
        "ticket_redeemed": pgettext("event", "Came with a ticket"),
        "undone": pgettext("event", "The last step was undone"),
        "closed": pgettext("event", "Closed"),
        "redirected": pgettext("event", "Ended with a ticket to another queue"),
        "verification_settled": pgettext("event", "What came back is done with"),
        "conversation_started": pgettext("event", "Staff chat started"),
        "message_sent": pgettext("event", "Message sent"),
        "sms_failed": pgettext("event", "SMS not delivered"),
    }
