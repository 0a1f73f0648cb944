"""Errors, each with advice on what to do."""


class RediteError(Exception):
    """What redite raises."""


class SettingsError(RediteError, ValueError):
    """A setting, or the name of a field, that is wrong."""


class CapacityError(RediteError):
    """More articles or units than can be numbered: 2**32 - 1."""


class StorageError(RediteError, OSError):
    """Temporary files or an index that cannot be read or written, or do not belong together."""
