"""Tables of the knowledge store, the same on SQLite and on PostgreSQL.

What they do not share is the full-text index (`knowledge/lexical`): each brings its own table for it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    UniqueConstraint,
    false,
)

from knowledge.store.text import StoredText as Text

# A store of an older version gets the tables and columns it lacks when it is opened; a newer one is refused.
SCHEMA_VERSION = 2

# Raised when parsers read the same file differently, so that the next ingest reads unchanged files again.
READER_VERSION = 2

metadata = MetaData()

# Facts about the store itself: schema_version, model_id, dimension, vector_folder.
facts = Table("facts", metadata, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))

documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("root", Text),  # the folder it was found under; NULL for uploads
    Column("title", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("language", Text),
    Column("state", Text, nullable=False),
    Column("error", Text),
    Column("bytes", BigInteger, nullable=False),
    Column("characters", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("modified_ns", BigInteger),
    Column("reader", Integer, nullable=False),  # READER_VERSION of the code that read it
    Column("version", Integer, nullable=False),
    Column("added_at", Float, nullable=False),
    Column("updated_at", Float, nullable=False),
    Column("remote_version", Text),  # what the source called the version that was read
    Column("url", Text),  # where a person finds the original
    Column("pinned", Boolean, nullable=False, server_default=false()),
    Column("hidden", Boolean, nullable=False, server_default=false()),
    Column("dated_at", Float),  # the day the content is of, by its own words; NULL when it does not say
    Column("superseded_by", Text),  # id of the document that replaces this one
    Column("duplicate_of", Text),  # id of the document this one says nearly the same as
    Column("signature", LargeBinary),  # of its words, to recognise near-duplicates
    Column("scans", Integer, nullable=False, server_default="0"),  # pages that text recognition could have read
    UniqueConstraint("source", "name"),
)

# Apart from `documents`, so that changing a state does not rewrite a long text.
texts = Table(
    "texts",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("headings", Text, nullable=False),  # JSON [[start, level, text], ...]
    Column("pages", Text, nullable=False),  # JSON [[start, number], ...]
    Column("boxes", Text),  # JSON [[start, end, page, left, top, right, bottom], ...], of paged formats
)

tags = Table(
    "tags",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("tag", Text, primary_key=True),
    Column("given", Boolean, nullable=False, server_default=false()),  # by its source; otherwise somebody set it
)

grants = Table(
    "grants",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("group_name", Text, primary_key=True),
)

# Where the grants of a document come from, unless a rule says otherwise. Both are JSON lists of groups.
audiences = Table(
    "audiences",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("given", Text, nullable=False),  # came with the document
    Column("own", Text),  # somebody set it for this document alone; NULL: nobody did
)

# Who may read what lies in a source, or in a folder of it ("finance/"; "" is the whole source).
grant_rules = Table(
    "grant_rules",
    metadata,
    Column("source", Text, primary_key=True),
    Column("prefix", Text, primary_key=True),
    Column("groups", Text, nullable=False),  # JSON list; empty: nobody
)

# Sources of which nobody may read anything that no rule grants.
restricted_sources = Table("restricted_sources", metadata, Column("source", Text, primary_key=True))

chunks = Table(
    "chunks",
    metadata,
    Column("number", Integer, primary_key=True),  # the row number the full-text table uses
    Column("id", Text, nullable=False, unique=True),
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("heading", Text, nullable=False),  # JSON list
    Column("page", Integer),
    Column("tokens", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("vector", LargeBinary),  # float16, NULL until embedded
    Index("chunks_by_document", "document_id", "position"),
)

# What a document says of its place among its versions (`knowledge.versions`); lists are JSON.
editions = Table(
    "editions",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("family", Text, nullable=False),  # empty for a document without a year or version
    Column("marks", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("replaces", Text, nullable=False),
    Index("editions_by_family", "family"),
)

# Without a vector yet: what a restart has to finish.
_without_vector = chunks.c.vector.is_(None)
Index("chunks_without_vector", chunks.c.number, sqlite_where=_without_vector, postgresql_where=_without_vector)

# Documents whose vectors changed in SQL and are not yet known to have reached the vector index.
unindexed = Table(
    "unindexed",
    metadata,
    Column("mark", Integer, primary_key=True),
    Column("document_id", Text, nullable=False),
    sqlite_autoincrement=True,
)

# Sources that are synced; `config` is the JSON of a SourceConfig, NULL for a source that stands in the settings file.
sources = Table(
    "sources",
    metadata,
    Column("name", Text, primary_key=True),
    Column("config", Text),
    Column("added_at", Float, nullable=False),
    Column("next_at", Float),  # when the schedule runs it next; NULL: only when asked
    Column("failures", Integer, nullable=False, server_default="0"),  # failed syncs in a row
)

# Each sync of a source.
jobs = Table(
    "jobs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("error", Text),
    Column("retry_of", Integer),  # the job whose failed documents are fetched again
    Column("whole", Boolean, nullable=False, server_default=false()),  # fetch everything, whatever its version
    Column("cancelling", Boolean, nullable=False, server_default=false()),
    Column("requested_at", Float, nullable=False),
    Column("started_at", Float),
    Column("finished_at", Float),
    Column("unchanged", Integer, nullable=False, server_default="0"),  # by version; they have no row
    Column("skipped", Integer, nullable=False, server_default="0"),  # of a type that is not read
    Column("begun_at", Float),  # when its documents were begun with, by the process that runs it now
    Column("begun_with", Integer, nullable=False, server_default="0"),  # documents that were finished by then
    Index("jobs_by_source", "source"),
    sqlite_autoincrement=True,
)

# What a job has to do with each document that is not as it was.
job_documents = Table(
    "job_documents",
    metadata,
    Column("job_id", Integer, ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("error", Text),
)
