"""What we ask of a Label Studio server, in our own words; only this package knows its SDK."""

from plugin.labelstudio.api.assignees import Assignees
from plugin.labelstudio.api.files import Files
from plugin.labelstudio.api.progress import Progress
from plugin.labelstudio.api.projects import Projects
from plugin.labelstudio.api.tasks import Tasks
from plugin.labelstudio.api.users import Users
from plugin.labelstudio.api.webhooks import Webhooks


class LabelStudioGateway(Users, Projects, Tasks, Progress, Webhooks, Assignees, Files):
    """A Label Studio server.

    Every method raises LabelStudioError when the server refuses, fails or does not answer, and
    NotFoundError when it does not have what was named.
    """
