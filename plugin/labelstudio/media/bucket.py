"""Images in a bucket that we write, and to which Label Studio sends a reviewer's browser.

Label Studio signs the address of each image for some minutes, so the bucket need not be public.
"""

from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from plugin.labelstudio.media import Files
from plugin.labelstudio.media.connecting import connect
from plugin.stores.objects import ObjectStore

if TYPE_CHECKING:
    from plugin.labelstudio.gateway import LabelStudioGateway

_AT_ONCE = 16  # requests
_MINUTES = 15  # for which a signed address is good: an image that takes longer is none
_KINDS = {"s3": "s3", "gs": "gcs", "az": "azure"}
_SCHEMES = {"az": "azure-blob"}
_NOTE = "active-learning.txt"


@dataclass(frozen=True)
class BucketAddress:
    """A bucket (Azure: a container) and the folder in it, as `s3://name/prefix` says."""

    scheme: str
    name: str
    prefix: str = ""

    @property
    def below(self) -> str:
        """What keys in the bucket begin with."""
        return f"{self.prefix}/" if self.prefix else ""


@dataclass(frozen=True)
class Credentials:
    """How Label Studio reads a bucket; empty where it has keys of its own, or a role.

    `key` is S3's access key or Azure's account, `secret` belongs to it (Google: the JSON of a
    service account). `endpoint` is that of a server of one's own, as browsers reach it.
    """

    key: str = ""
    secret: str = field(default="", repr=False)
    endpoint: str = ""
    region: str = ""


@dataclass(frozen=True)
class Bucket:
    """Media in a bucket, below a folder per project; `objects` are those below its prefix."""

    label_studio: "LabelStudioGateway"
    objects: ObjectStore
    address: BucketAddress
    credentials: Credentials
    is_apart = True

    def prepare(self, project: int) -> None:
        """Let Label Studio sign the addresses of a project's images."""
        # Label Studio does not connect to a folder that is empty.
        said = f"Images of Label Studio's project {project}.\n"
        self.objects.put(f"{project}/{_NOTE}", said.encode())
        options = {"prefix": f"{self.address.below}{project}", "presign": True}
        connect(
            self.label_studio, project, _KINDS[self.address.scheme],
            options | {"presign_ttl": _MINUTES} | self._access(),
        )  # fmt: skip

    def place(self, project: int, files: Files, *, again: bool = False) -> dict[str, str]:  # noqa: ARG002
        """Write images; one of the same name is replaced, so another try is no different."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            written = [
                pool.submit(self.objects.put, f"{project}/{name}", data)
                for name, (data, _) in files.items()
            ]
        for each in written:
            each.result()
        return {name: self._address(project, name) for name in files}

    def forget(self, project: int, addresses: Collection[str]) -> None:
        """Remove images that no task names; those that are not there are ignored."""
        start = self._address(project, "")
        for address in addresses:
            if address.startswith(start):
                self.objects.delete(f"{project}/{address.removeprefix(start)}")

    def placed(self, project: int) -> set[str]:
        """The addresses of all images that lie there for a project."""
        names = (key.rpartition("/")[2] for key in self.objects.keys(f"{project}/"))
        return {self._address(project, name) for name in names if name != _NOTE}

    def drop(self, project: int) -> None:
        """Remove everything that lies there for a project."""
        for key in list(self.objects.keys(f"{project}/")):
            self.objects.delete(key)

    def _address(self, project: int, name: str) -> str:
        scheme = _SCHEMES.get(self.address.scheme, self.address.scheme)
        return f"{scheme}://{self.address.name}/{self.address.below}{project}/{name}"

    def _access(self) -> dict[str, str]:
        """Label Studio's own words for the bucket and its keys."""
        given = self.credentials
        names = {
            "s3": {
                "bucket": self.address.name, "aws_access_key_id": given.key,
                "aws_secret_access_key": given.secret, "s3_endpoint": given.endpoint,
                "region_name": given.region,
            },
            "gs": {"bucket": self.address.name, "google_application_credentials": given.secret},
            "az": {
                "container": self.address.name, "account_name": given.key,
                "account_key": given.secret,
            },
        }  # fmt: skip
        return {name: value for name, value in names[self.address.scheme].items() if value}
