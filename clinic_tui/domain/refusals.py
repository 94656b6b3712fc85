"""Why a rule said no: stable rule ids, each with an English text to translate when shown."""

from dataclasses import dataclass


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for marking a text
    """Mark a text for extraction; whoever shows it translates it."""
    return message


REASONS: dict[str, str] = {
    "case.already_taken": N_("A colleague has already taken the case."),
    "case.already_yours": N_("You already have the case."),
    "case.finished": N_("The case is already finished."),
    "case.message_already_sent": N_("The resident has already had a message, so the case stays with you."),
    "case.no_answer_too_early": N_("The resident still has time to answer."),
    "case.no_other_unit": N_("No other unit takes the case now."),
    "case.not_assignee": N_("Only the person who has the case can do this."),
    "case.not_ended": N_("The visit must be ended first."),
    "case.not_for_role": N_("Your role does not let you do this."),
    "case.not_possible": N_("That cannot be done with the case now."),
    "case.not_resident": N_("Only the resident can leave the queue."),
    "case.not_started": N_("The visit has not been started."),
    "case.not_system": N_("Only the system moves a case by the opening hours."),
    "case.not_taken": N_("Nobody has taken the case yet."),
    "case.note_not_signable": N_("The note cannot be signed as it is."),
    "case.reason_missing": N_("Write a short reason."),
    "case.take_over_unconfirmed": N_("A colleague is working on the case. Confirm that you take it over."),
    "case.target_has_case": N_("That colleague already has the case."),
    "case.target_lacks_role": N_("That colleague does not have the role for the case."),
    "note.already_signed": N_("The note is signed and does not change. Write a correction instead."),
    "note.empty": N_("The note is empty."),
    "note.not_signed": N_("The note is not signed yet, so there is nothing to correct."),
    "note.only_punctuation": N_("The note holds no words and the auto-history is gone. Sign it anyway?"),
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
