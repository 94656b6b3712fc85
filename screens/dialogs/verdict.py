"""Verifying an item, returning it, or telling how a resident was reached after all."""

from typing import Literal

from clinic_tui.i18n import _
from clinic_tui.protocol.care import Verification
from clinic_tui.protocol.limits import LINE_LIMIT
from clinic_tui.widgets.modal import Way
from clinic_tui.widgets.verify_rows import item_text, whose
from screens.dialogs.words import WordsDialog

Verdict = Literal["verified", "returned"]


def verdict_dialog(item: Verification, verdict: Verdict) -> WordsDialog:
    """Asks for the comment: needed where something is returned, and after a text that did not arrive."""
    if item.kind == "sms_failed":
        return WordsDialog(
            _("Reached another way"),
            (item_text(item), _("Say how the resident was told, such as by phone and when.")),
            ways=(Way("ctrl+s", _("Done with it")),),
            label=_("How the resident was reached"),
            limit=LINE_LIMIT,
        )
    if verdict == "returned":
        return WordsDialog(
            _("Return to {name}").format(name=item.asked_by.name if item.asked_by else ""),
            (item_text(item), _("The comment goes to whoever asked.")),
            ways=(Way("ctrl+s", _("Return")),),
            label=_("What is not right"),
            limit=LINE_LIMIT,
            warning=True,
        )
    return WordsDialog(
        _("Verify for {resident}").format(resident=whose(item)),
        (item_text(item), _("Your name and the time are kept with it. A comment may be added.")),
        ways=(Way("ctrl+s", _("Verify")),),
        label=_("A comment, if you like"),
        required=False,
        limit=LINE_LIMIT,
    )
