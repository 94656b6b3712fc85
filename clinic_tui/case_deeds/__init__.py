"""The deeds on a case that the app performs from any view, each with its dialogs and its command."""
