"""Why a rule said no: stable rule ids, each with an English text to translate when shown."""

from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for marking a text
    """Mark a text for extraction; whoever shows it translates it."""
    return message


REASONS: dict[str, str] = {
    "async.draft_unsent": N_("You have written a message that is not sent. Send it, or end without it."),
    "async.has_successor": N_("A chat that follows this one is already open."),
    "async.is_chat": N_("This is already a chat. Start a new chat after it to go on."),
    "async.no_channel": N_("The resident has no mobile number, so no SMS will tell them of it."),
    "async.no_extension": N_(
        "Nobody can prolong a chat. Start a new chat after it; it quotes the last messages."
    ),
    "async.no_reply": N_("This message cannot be answered."),
    "async.not_chat": N_("Only a chat can go on in a new chat."),
    "async.not_yet": N_("The time of the chat is not out yet."),
    "async.time_is_out": N_("The time of the chat is out. Start a new chat after it to go on."),
    "case.already_invited": N_("That colleague is already in the case."),
    "case.already_taken": N_("A colleague has already taken the case."),
    "case.already_yours": N_("You already have the case."),
    "case.finished": N_("The case is already finished."),
    "case.message_already_sent": N_("The resident has already had a message, so the case stays with you."),
    "case.no_answer_too_early": N_("The resident still has time to answer."),
    "case.no_other_unit": N_("No other unit takes the case now."),
    "case.no_ticket": N_("The resident has no open ticket from this case."),
    "case.not_assignee": N_("Only the person who has the case can do this."),
    "case.not_ended": N_("The visit must be ended first."),
    "case.not_for_role": N_("Your role does not let you do this."),
    "case.not_invited": N_("That colleague was not invited into the case."),
    "case.not_possible": N_("That cannot be done with the case now."),
    "case.not_resident": N_("Only the resident can leave the queue."),
    "case.not_started": N_("The visit has not been started."),
    "case.not_system": N_("Only the system moves a case by the opening hours."),
    "case.not_taken": N_("Nobody has taken the case yet."),
    "case.note_not_signable": N_("The note cannot be signed as it is."),
    "case.priority_same": N_("The case has that priority already."),
    "case.priority_unknown": N_("The region has no such priority."),
    "case.reason_missing": N_("Write a short reason."),
    "case.take_over_unconfirmed": N_("A colleague is working on the case. Confirm that you take it over."),
    "case.resident_waits": N_("The resident wrote last and waits for your answer."),
    "case.target_has_case": N_("That colleague already has the case."),
    "case.target_lacks_role": N_("That colleague does not have the role for the case."),
    "conversation.closed": N_("The conversation is closed. Start a new one."),
    "conversation.empty": N_("Write something first."),
    "conversation.no_case": N_("Choose the case it is about."),
    "conversation.no_question": N_("Write the question."),
    "conversation.nobody": N_("Choose a colleague."),
    "conversation.nobody_there": N_("Nobody at the unit has that role."),
    "conversation.not_member": N_("Answer first; then you can end the conversation."),
    "conversation.one_colleague": N_("A direct conversation is with one colleague."),
    "conversation.too_many": N_("Choose at most 20 colleagues."),
    "hand_over.gone": N_("The case is no longer offered to you."),
    "hand_over.pending": N_("The case is already offered to a colleague, who has not answered yet."),
    "meeting.no_address": N_(
        "The unit has no meeting address for audio and video. Its administrator sets it."
    ),
    "meeting.not_on": N_("No call is going on."),
    "note.already_signed": N_("The note is signed and does not change. Write a correction instead."),
    "note.empty": N_("The note is empty."),
    "note.not_signed": N_("The note is not signed yet, so there is nothing to correct."),
    "note.only_punctuation": N_("The note holds no words and the auto-history is gone. Sign it anyway?"),
    "note.superseded": N_("The note has been corrected since. Look at the newest version."),
    "note.not_yours": N_("You can ask to have your own note verified only."),
    "note.unchanged": N_("The correction says the same as the note."),
    "person.century_unknown": N_("Write the number with all twelve digits."),
    "person.check_digit": N_("The check digit does not match. Look for a mistyped digit."),
    "person.format": N_("That is not a personal number."),
    "person.in_future": N_("The birth date lies in the future."),
    "person.no_such_date": N_("There is no such birth date."),
    "person.type_not_taken": N_("This kind of number cannot be used here."),
    "proxy.child_too_old": N_("The child is old enough to sign in alone."),
    "proxy.child_too_young": N_("The service is not meant for so young a child. Phone 1177 instead."),
    "proxy.no_link": N_("The population register shows no guardianship today."),
    "proxy.protected": N_("Nobody can act for another where one of them has a protected identity."),
    "resident.ground_missing": N_(
        "No case, ticket or booking of the resident is at hand. Write why you contact them."
    ),
    "resident.mobile": N_("Write a mobile number that text messages can be sent to."),
    "resident.name_missing": N_("Write the resident's name."),
    "shift.unfinished": N_("End or sign what is yours first, or leave it with a reason."),
    "staff.unknown": N_("There is no such colleague."),
    "undo.already": N_("That is undone already."),
    "undo.changed": N_("Something has happened since, so it cannot be undone."),
    "undo.other_assignment": N_("You did that under another assignment. Choose it again to undo it."),
    "undo.too_late": N_("It is too late to undo that."),
    "verification.already_asked": N_("The note waits to be verified already."),
    "verification.comment_missing": N_("Write what should be changed."),
    "verification.decided": N_("A colleague has already decided this."),
    "verification.for_other": N_("A named colleague was asked to verify this."),
    "verification.not_returned": N_("This has not come back."),
    "verification.own": N_("Nobody verifies what they asked for themselves."),
    "visit.guardian_missing": N_("Choose the guardian who takes part for the child."),
    "visit.guardian_not_for_adult": N_("Only a child has a guardian who takes part."),
    "visit.in_past": N_("That time has passed. Choose a time to come."),
    "visit.not_begun": N_("The visit has not begun. Wait until its time has come."),
    "visit.role_not_here": N_("Nobody at the unit has that role."),
    "visit.too_far_ahead": N_("A visit is booked at most two years ahead."),
    "visit.too_long": N_("A visit lasts at most eight hours."),
    "visit.unit_not_yours": N_("You do not work at that unit."),
    "ticket.already_issued": N_("The resident already has a ticket to that queue."),
    "ticket.cancelled": N_("The ticket has been called back."),
    "ticket.expired": N_("The ticket is no longer valid."),
    "ticket.nobody_there": N_("Nobody at the unit takes drop-in cases in that role."),
    "ticket.redeemed": N_("The ticket has already been used."),
}
"""English text by rule id. Rule ids are part of the interface and never change meaning."""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """A rule's no. The state it was asked about stays as it was."""

    rule: str
    """Stable id, such as `case.not_assignee`; a key of `REASONS`."""

    @property
    def reason(self) -> str:
        """The English text; translate it when showing it."""
        return REASONS[self.rule]
