"""The SMS gateway's options of `clinic-tui serve`; name and password come from the environment alone."""

import os
from typing import TYPE_CHECKING

from clinic_tui.command_line.exits import Exit, Stop
from clinic_tui.i18n import _
from clinic_tui.protocol.address import BadAddressError, check_server

if TYPE_CHECKING:
    from clinic_tui.backend.sms.elks import ElksAccount

USER, PASSWORD = "CLINIC_TUI_SMS_USER", "CLINIC_TUI_SMS_PASSWORD"


def elks_account(sender: str | None, public_url: str | None, base_url: str | None) -> "ElksAccount":
    """Who we are at 46elks. Raises `Stop` with one line that says what is missing or not possible."""
    from clinic_tui.backend.sms.elks import BASE_URL, ElksAccount, is_sender

    user, password = os.environ.get(USER, ""), os.environ.get(PASSWORD, "")
    if not user or not password:
        text = _("46elks needs its user name in {user} and its password in {password}.")
        raise Stop(Exit.USAGE, text.format(user=USER, password=PASSWORD))
    if sender is None or not is_sender(sender):
        raise Stop(
            Exit.USAGE,
            _("--sms-sender must be 3 to 11 letters and digits, or a number such as +46701740605."),
        )
    return ElksAccount(
        user=user,
        password=password,
        sender=sender,
        public_url=_address(public_url, "--public-url") if public_url else "",
        base_url=_address(base_url or BASE_URL, "--sms-url"),
    )


def _address(url: str, option: str) -> str:
    try:
        return check_server(url)
    except BadAddressError as error:
        raise Stop(Exit.USAGE, f"{option}: {error}") from None
