"""`release`: which release this is."""

from schemas import columns as c
from schemas.table import Table

SCHEMA_VERSION = "1.0"

RELEASE = Table(
    name="release",
    row="The one row that says which release this is.",
    key=("release_id",),
    columns=(
        c.text("release_id", "Id of this release: a running number and a hash of its content."),
        c.text("previous_release_id", "The release that it follows.", nullable=True),
        c.text("input_hash", "Hash of raw bytes, declarations and gazetteers."),
        c.text("content_hash", "Hash of all other tables but `changes`."),
        c.text("code_version", "Version of the pipeline that built it."),
        c.text("schema_version", "Version of the published tables."),
    ),
)
