"""What stops an experiment."""

from plugin.domain.errors import ActiveLearningError


class ExperimentError(ActiveLearningError):
    """The experiment cannot go on; the message says why and what to do."""
