"""The one family of errors a user may read: what happened, and what to do about it."""


class PrecmedError(Exception):
    """Something went wrong that a user can understand.

    Parameters
    ----------
    message
        One translated sentence: what happened.
    hint
        One translated sentence: what to do now; may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class UnreadableFile(PrecmedError):
    """One file or one image cannot become a picture; the message is the reason alone."""


class UnfitCohort(PrecmedError):
    """The images as a whole cannot be trained or tested on."""


class RefusedModel(PrecmedError):
    """A model folder is damaged, foreign, or of another modality."""


class FailedStorage(PrecmedError):
    """The disk is full, read only, or gone; what was there before is intact."""
