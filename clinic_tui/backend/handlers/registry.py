"""Which function carries out which command."""

from collections.abc import Callable
from typing import Any

from clinic_tui.backend.handlers import chat, drafts, ending, patients, profile, queue, seeking
from clinic_tui.protocol.wire import Wire

HANDLERS: dict[str, Callable[[Any, Any], Wire]] = {
    "read_case": queue.read_case,
    "stop_reading": queue.stop_reading,
    "accept_case": queue.accept_case,
    "release_case": queue.release_case,
    "start_visit": queue.start_visit,
    "take_over_case": queue.take_over_case,
    "post_message": chat.post_message,
    "mark_read": chat.mark_read,
    "save_draft": drafts.save_draft,
    "end_visit": ending.end_visit,
    "end_no_answer": ending.end_no_answer,
    "sign_note": ending.sign_note,
    "amend_note": ending.amend_note,
    "save_profile": profile.save_profile,
    "save_phrase": profile.save_phrase,
    "find_resident": patients.find_resident,
    "open_resident": patients.open_resident,
    "create_resident": patients.create_resident,
    "save_contact": patients.save_contact,
    "seek_care": seeking.seek_care,
    "resident_says": chat.resident_says,
    "resident_saw": chat.resident_saw,
    "leave_queue": seeking.leave_queue,
}
"""The handler of every command in the registry."""
